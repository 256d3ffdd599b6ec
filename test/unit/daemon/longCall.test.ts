import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { plainReflection } from "../../support/modelServer.ts";
import { type Json, type Said, wireFixtures } from "../../support/wireFixtures.ts";
import { startWireServer, type WireServer } from "../../support/wireServer.ts";

const plan = JSON.stringify({ title: "T", summary: "", steps: [{ id: "look", title: "Look", instructions: "Look." }] });

describe("a call with long arguments", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: WireServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startWireServer(wireFixtures[0]!, ["m"]);
		daemon = await startDaemonProcess();
		const providers = [{ id: "local", baseUrl: server.baseUrl, models: ["m"] }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers, agent: "local/m" }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	/** The model answers so many times; what it is sent after the last of them. */
	async function afterAnswers(...answers: readonly Said[]): Promise<Json[]> {
		let seen: Json[] = [];
		server.use(({ body }) => {
			if (!body.tools) return { text: /reflection/i.test(body.messages[0].content) ? plainReflection : plan };
			const answered = body.messages.filter(({ role, tool_calls }: Json) => role === "assistant" && tool_calls).length;
			if (answers[answered]) return answers[answered];
			seen = body.messages;
			return { text: "Seen." };
		});
		const settings = { autonomy: "autonomous" as const };
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Look", settings });
		await untilState(daemon.client, goalId, ["completed"], 60_000);
		return seen;
	}

	it("of a million characters is carried out whole, and read again in a few hundred", async () => {
		const content = "word ".repeat(200_000);
		const args = JSON.stringify({ path: "long.txt", content });
		const seen = await afterAnswers({ calls: [{ name: "writeFile", args }] });
		assert.equal(readFileSync(path.join(workspace, "long.txt"), "utf8"), content);
		assert.ok(JSON.stringify(seen).length < 20_000, `${JSON.stringify(seen).length} characters`);
	});

	it("that the model's length limit cut off is not carried out; the model reads why, and what stands beside it is done", async () => {
		const cut = { name: "writeFile", args: '{"path":"cut.txt","content":"word word' };
		const first = { name: "writeFile", args: '{"path":"first.txt","content":"first"}' };
		const second = { name: "writeFile", args: '{"path":"second.txt","content":"second"}' };
		const seen = await afterAnswers(
			{ text: "I write two.", calls: [first, cut], finish: "length" },
			{ calls: [second], finish: "length" },
		);
		const results = seen.flatMap(({ role, content }) => (role === "tool" ? [content] : []));
		assert.match(results[0], /^Wrote first\.txt/);
		assert.match(results[1], /arguments of writeFile could not be used: .* length limit .* Write less in one call/);
		assert.match(results[2], /^Wrote second\.txt/);
	});
});
