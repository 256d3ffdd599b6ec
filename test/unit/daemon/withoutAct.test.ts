import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type Answer, type ModelServer, plainReflection, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const plan = JSON.stringify({
	title: "Look",
	summary: "Looks.",
	steps: [{ id: "look", title: "Look", instructions: "Work." }],
});
const quoted = '{"name": "writeFile", "arguments": {"path": "made.txt", "content": "x"}}';

/** Answers that carry nothing out, as models really give them. */
const corpus: readonly [name: string, answer: Answer][] = [
	["a promise", { text: "Let me first look at the files." }],
	["an empty answer", { text: "" }],
	["only reasoning", { text: "", reasoning: "I should read the file." }],
	["only reasoning in its text", { text: "<think>I should read the file.</think>" }],
	["reasoning that never ends", { text: `<think>I could write ${quoted}` }],
	["a call that it only thought of", { text: `<think><tool_call>${quoted}</tool_call></think>It is done.` }],
	["an explanation", { text: "To do this you would open the file and change the second line." }],
	["a claim", { text: "All done, everything works!" }],
	["a content filter", { text: "I cannot", finish: "content_filter" }],
	["an unknown reason", { text: "It is done.", finish: "weird_reason" }],
	["its length limit, again and again", { text: "And so on and so", finish: "length" }],
	["half a call", { text: '<tool_call>{"name": "writeFile", "arguments": {"path": "made' }],
	["an unknown tool as text", { text: '{"name": "search_web", "arguments": {"q": "x"}}' }],
	["a call with text behind it", { text: `\`\`\`json\n${quoted}\n\`\`\`\nThis creates the file.` }],
	["nothing but its list", { calls: [{ name: "updateTodos", args: { todos: [] } }] }],
];

describe("an answer that carries nothing out", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: () => ({ text: plan }), models: ["m"] });
		daemon = await startDaemonProcess();
		const { home } = daemon;
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["m"] }];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "local/m" }));
		daemon.client.close();
		daemon.process.kill("SIGKILL");
		await daemon.ended();
		daemon = await startDaemonProcess({ home });
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	/** The goal's state once it waits or is over; the model answers the work as is said, by the results it has seen. */
	async function run(work: (results: number) => Answer): Promise<{ goalId: GoalId; state: string }> {
		server.use(({ purpose, toolResults }) => {
			if (purpose === "plan") return { text: plan };
			return purpose === "reflect" ? { text: plainReflection } : work(toolResults);
		});
		const { goalId } = await daemon.client.request("goal/launch", {
			workspace,
			prompt: "Look",
			settings: { autonomy: "autonomous" },
		});
		const { state } = await untilState(daemon.client, goalId, ["awaiting_approval", "completed", "failed", "blocked"]);
		return { goalId, state };
	}

	for (const [name, answer] of corpus) {
		it(`completes nothing: ${name}`, async () => {
			const { goalId, state } = await run((results) => (answer.calls && results > 0 ? { text: "Noted." } : answer));
			assert.equal(state, "awaiting_approval");
			const goal = await daemon.client.request("goal/get", { goalId });
			assert.equal(goal.approvals[0]?.kind, "step");
			assert.match(goal.approvals[0]?.reasons[0] ?? "", /agent|provider/i, "the person reads what is known");
			assert.ok(!existsSync(path.join(workspace, "made.txt")));
		});
	}

	it("is asked to go on, and an agent that then works completes its goal", async () => {
		let asked = 0;
		const { goalId, state } = await run((results) => {
			if (asked++ === 0) return { text: "Let me first look." };
			return results === 0 ? { calls: [{ name: "listFiles", args: {} }] } : { text: "The folder is empty." };
		});
		assert.equal(state, "completed");
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		assert.equal(events.filter((event) => event.type === "attempt.failed").length, 0);
	});

	it("is asked to go on no more often when the daemon is killed in each of those turns", async () => {
		const held = new Set<number>();
		let goOn = () => {};
		let asks = 0;
		// The first time that it is asked with so many messages, the answer does not come before the daemon is killed.
		server.use(async ({ purpose, messages }) => {
			if (purpose === "plan") return { text: plan };
			if (purpose === "reflect") return { text: plainReflection };
			asks++;
			if (!held.has(messages.length)) {
				held.add(messages.length);
				await new Promise<void>((resolve) => {
					goOn = resolve;
				});
			}
			return { text: "Let me first look." };
		});
		const settings = { autonomy: "autonomous" } as const;
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Look", settings });
		for (let kills = 1; kills <= 3; kills++) {
			await until(`turn ${kills} is under way`, () => held.size === kills);
			daemon = await daemon.restart();
			goOn();
		}
		const goal = await untilState(daemon.client, goalId, ["awaiting_approval", "completed", "failed"]);
		assert.equal(goal.state, "awaiting_approval");
		assert.equal(goal.approvals[0]?.kind, "step");
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		const failed = events.filter((event) => event.type === "attempt.failed").length;
		const work =
			events.filter((event) => event.type === "turn.completed" && event.asked.provider === "local").length - 1;
		assert.deepEqual([failed > 0, work], [true, 3 * failed], "an attempt is one answer, and two more");
		assert.equal(asks, work + 3, "each turn that was killed was asked once more");
	});

	it("is none where a call is written as text: it is carried out, judged as any other, and the log says so", async () => {
		const { goalId, state } = await run((results) =>
			results === 0 ? { text: `I write it.\n<tool_call>\n${quoted}\n</tool_call>` } : { text: "It is written." },
		);
		assert.equal(state, "completed");
		assert.ok(existsSync(path.join(workspace, "made.txt")));
		rmSync(path.join(workspace, "made.txt"));
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		const call = events.find((event) => event.type === "tool.requested");
		assert.equal(call?.type === "tool.requested" && call.writtenAs, "<tool_call>");
		const said = events.find((event) => event.type === "message.added" && event.from === "implementer");
		assert.equal(said?.type === "message.added" && said.text, "I write it.");
	});
});
