import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import {
	type Answer,
	type ModelServer,
	plainReflection,
	startModelServer,
	type WireMessage,
} from "../../support/modelServer.ts";

const plan = JSON.stringify({ title: "Look", summary: "", steps: [{ id: "a", title: "Look", instructions: "Look." }] });

describe("calls as models make them", function () {
	this.timeout(120_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;
	let last: readonly WireMessage[] = [];

	before(async () => {
		for (let n = 0; n < 1000; n++) writeFileSync(path.join(workspace, `${n}.txt`), `text ${n}`);
		server = await startModelServer({ script: () => ({ text: "" }), models: ["m"] });
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

	/** What the model reads after it made these calls. */
	async function told(calls: Answer["calls"]): Promise<{ results: string[]; said: string[] }> {
		server.use(({ purpose, toolResults, messages }) => {
			if (purpose === "plan") return { text: plan };
			if (purpose === "reflect") return { text: plainReflection };
			if (toolResults === 0) return { calls };
			last = messages;
			return { text: "Seen." };
		});
		const settings = { autonomy: "autonomous" as const };
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Look", settings });
		await untilState(daemon.client, goalId, ["completed", "awaiting_approval"], 60_000);
		const of = (role: string) => last.flatMap((one) => (one.role === role ? [one.content ?? ""] : []));
		return { results: of("tool"), said: of("user") };
	}

	it("a thousand in one answer: the first hundred are carried out, in order, and the model is told", async () => {
		const calls = Array.from({ length: 1000 }, (_, n) => ({ name: "readFile", args: { path: `${n}.txt` } }));
		const { results, said } = await told(calls);
		assert.deepEqual(
			results,
			Array.from({ length: 100 }, (_, n) => `text ${n}`),
		);
		assert.match(said.at(-1)!, /asked for 1000 calls\. The first 100 are carried out, in order/);
	});

	const rows: readonly (readonly [name: string, call: { name: string; args: object | string }, told: RegExp])[] = [
		["broken JSON", { name: "readFile", args: '{"path": "0.txt"' }, /arguments of readFile could not be used: .*JSON/],
		["arguments that are no object", { name: "readFile", args: '["0.txt"]' }, /must be a JSON object/],
		["no arguments", { name: "readFile", args: "{}" }, /could not be used: .*path/s],
		["a wrong type", { name: "readFile", args: { path: 7 } }, /could not be used: .*Expected string/s],
		[
			"a name that is nearly one",
			{ name: "readfile", args: { path: "0.txt" } },
			/no tool readfile\. Did you mean readFile\?/,
		],
		["a name of another program", { name: "Bash", args: { command: "ls" } }, /no tool Bash\. The tools are: /],
		[
			"a path with a null byte",
			{ name: "readFile", args: { path: "0.txt\u0000.md" } },
			/^This is not a path that a file can have\.$/,
		],
		[
			"half of a character",
			{ name: "readFile", args: '{"path": "0\\ud800.txt"}' },
			/There is no file|not there|not found/i,
		],
		["more brackets than can be read", { name: "readFile", args: `{"path": ${"[".repeat(6000)}` }, /too many brackets/],
		["a name that every object has", { name: "constructor", args: {} }, /no tool constructor\. The tools are: /],
		["a name with a look-alike letter", { name: "re\u0430dFile", args: { path: "0.txt" } }, /no tool re\u0430dFile\./],
		["a name like a book", { name: "x".repeat(5000), args: {} }, /^There is no tool x{100}\. The tools/],
	];
	for (const [name, call, expected] of rows)
		it(`${name}: the model is told what is wrong, and the goal goes on`, async () => {
			const { results } = await told([call, { name: "readFile", args: { path: "1.txt" } }]);
			assert.equal(results.length, 2);
			assert.match(results[0]!, expected);
			assert.equal(results[1], "text 1");
		});
});
