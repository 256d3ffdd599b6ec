import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelRequest, type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";

/** Of the wire: what a request weighs, in tokens of about four characters. */
const weight = ({ body }: ModelRequest) => Math.ceil(JSON.stringify([body.messages, body.tools]).length / 4);

const plan = {
	title: "Count",
	summary: "Write the numbers.",
	steps: [{ id: "count", title: "Count", instructions: "Write the numbers into log.txt, one a turn." }],
};
const highest = (text: string, pattern: RegExp) =>
	Math.max(0, ...[...text.matchAll(pattern)].map((match) => Number(match[1])));
const padding = "The quick brown fox jumps over the lazy dog. ".repeat(8);

describe("a thread longer than its model's window", function () {
	this.timeout(240_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: () => ({ text: "" }), models: ["small", "unknown"] });
		daemon = await startDaemonProcess();
		const provider = {
			id: "local",
			baseUrl: server.baseUrl,
			models: ["small", "unknown"],
			contextWindows: { small: 4000 },
			prices: { small: { input: 1, output: 2 } },
		};
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	const launch = async (model: string): Promise<GoalId> => {
		const settings = { agent: { provider: "local", model }, autonomy: "autonomous" as const };
		return (await daemon.client.request("goal/launch", { workspace, prompt: "Count", settings })).goalId;
	};
	const eventsOf = async (goalId: GoalId, types: string[]): Promise<RecordedEvent[]> => {
		const found: RecordedEvent[] = [];
		for (;;) {
			const afterSeq = found.at(-1)?.seq ?? 0;
			const { events } = await daemon.client.request("goal/events", { goalId, types, afterSeq, limit: 1000 });
			if (events.length === 0) return found;
			found.push(...events);
		}
	};

	it("goes on for 200 turns through kills, does each thing once, and sends no request that is too long", async () => {
		const turns = 200;
		writeFileSync(path.join(workspace, "log.txt"), "end\n");
		let hung = false;
		const script: Script = (request) => {
			const usage = [weight(request), 40] as const;
			if (request.purpose === "plan") return { text: JSON.stringify(plan), usage };
			const done = highest(request.text, /Number (\d+)\b/g);
			if (request.purpose === "summary") {
				if (done > 100 && !hung) {
					hung = true;
					return "hang";
				}
				const summary = {
					objective: "Write the numbers.",
					decisions: ["One a turn."],
					openWork: [`Go on with the number after ${done}.`],
					verifiedFacts: [`Number ${done} is written.`],
				};
				return { text: `Here it is:\n\`\`\`json\n${JSON.stringify(summary)}\n\`\`\``, usage };
			}
			if (done >= turns) return { text: "All numbers are written.", usage };
			const edits = [{ find: "end\n", replace: `${done + 1}\nend\n` }];
			return {
				text: `Number ${done + 1} of many. ${padding}`,
				calls: [{ name: "editFile", args: { path: "log.txt", edits } }],
				usage,
			};
		};
		server.use(script);
		const goalId = await launch("small");
		await server.seen(({ text }) => highest(text, /Number (\d+)\b/g) >= 40);
		daemon = await daemon.restart();
		await server.seen(({ purpose, text }) => purpose === "summary" && highest(text, /Number (\d+)\b/g) > 100);
		daemon = await daemon.restart();
		await server.seen(({ text }) => highest(text, /Number (\d+)\b/g) >= 150);
		daemon = await daemon.restart();
		await untilState(daemon.client, goalId, ["completed"], 200_000);

		const expected = [...Array.from({ length: turns }, (_, at) => `${at + 1}`), "end", ""].join("\n");
		assert.equal(readFileSync(path.join(workspace, "log.txt"), "utf8"), expected, "each number once, in order");
		const heaviest = Math.max(...server.requests.map(weight));
		assert.ok(heaviest <= 4000, `the longest request has ${heaviest} tokens`);
		const compactions = await eventsOf(goalId, ["thread.compacted"]);
		assert.ok(compactions.length > 5, `${compactions.length} compactions`);
		assert.ok(compactions.every((event) => event.type === "thread.compacted" && event.summary));
		const asked = await eventsOf(goalId, ["turn.started", "turn.completed"]);
		const summaries = new Set(
			asked.flatMap((event) => (event.type === "turn.started" && event.purpose ? [event.turnId] : [])),
		);
		const paid = asked.flatMap((event) => (event.type === "turn.completed" ? [event] : []));
		assert.ok(paid.some((event) => summaries.has(event.turnId) && (event.usage.costUsd ?? 0) > 0));
		const { usage } = await daemon.client.request("goal/get", { goalId });
		assert.equal(usage.turns, paid.length, "what a summary costs is counted");
		assert.equal(server.requests.filter(({ purpose }) => purpose === "summary").length >= compactions.length, true);
	});

	it("goes on by the daemon's own account when the model gives no summary", async () => {
		let asked = 0;
		server.use((request) => {
			const usage = [weight(request), 40] as const;
			if (request.purpose === "plan") return { text: JSON.stringify(plan), usage };
			if (request.purpose === "summary") {
				asked++;
				return { text: "I would rather not.", usage };
			}
			const done = highest(request.text, /writeFile n\/(\d+)\.txt: done/g);
			const seen = highest(JSON.stringify(request.messages), /n\/(\d+)\.txt/g);
			const last = Math.max(done, seen);
			if (last >= 30) return { text: "Done.", usage };
			const args = { path: `n/${last + 1}.txt`, content: padding };
			return { calls: [{ name: "writeFile", args }], usage };
		});
		const goalId = await launch("small");
		await untilState(daemon.client, goalId, ["completed"], 60_000);
		const compactions = await eventsOf(goalId, ["thread.compacted"]);
		assert.ok(compactions.length > 0);
		for (const event of compactions)
			assert.ok(event.type === "thread.compacted" && !event.summary && event.problem && event.account !== "");
		assert.equal(asked, compactions.length * 2, "each is asked once more with what was wrong");
		const requested = await eventsOf(goalId, ["tool.requested"]);
		const summaries = requested.map((event) => event.type === "tool.requested" && event.summary);
		assert.deepEqual(summaries, [...new Set(summaries)], "nothing is done again because it was forgotten");
	});

	it("is compacted when the provider refuses its prompt as too long, and the size is learned", async () => {
		const limit = 6000;
		let refused = 0;
		server.use((request) => {
			if (request.purpose === "plan") return { text: JSON.stringify(plan), usage: [10, 10] };
			if (weight(request) > limit) {
				refused++;
				const message = `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${weight(request)} tokens.`;
				return { status: 400, body: { error: { message, code: "context_length_exceeded" } } };
			}
			const done = highest(request.text, /Number (\d+)\b/g);
			if (request.purpose === "summary")
				return {
					text: JSON.stringify({
						objective: `Number ${done} is done.`,
						decisions: [],
						openWork: [],
						verifiedFacts: [],
					}),
				};
			if (done >= 40) return { text: "Done.", usage: [10, 10] };
			// What it says it used is far too little, so that only the refusal can teach.
			return {
				text: `Number ${done + 1}. ${padding.repeat(3)}`,
				calls: [{ name: "listFiles", args: { glob: `${done + 1}.*` } }],
				usage: [10, 10],
			};
		});
		const goalId = await launch("unknown");
		await untilState(daemon.client, goalId, ["completed"], 60_000);
		assert.ok(refused >= 1);
		const failures = await eventsOf(goalId, ["provider.failed"]);
		assert.ok(
			failures.every(
				(event) => event.type === "provider.failed" && event.code === "contextLength" && event.contextWindow === limit,
			),
		);
		assert.ok((await eventsOf(goalId, ["thread.compacted"])).length >= failures.length);
	});

	it("waits for a person when the provider refuses it twice in a row", async () => {
		let asked = 0;
		server.use((request) => {
			if (request.purpose === "plan") return { text: JSON.stringify(plan) };
			if (request.purpose === "work" && asked++ === 0) return { calls: [{ name: "listFiles", args: {} }] };
			return { status: 400, body: { error: { message: "prompt is too long: 210000 tokens > 200000 maximum" } } };
		});
		const goalId = await launch("unknown");
		const goal = await untilState(daemon.client, goalId, ["blocked"]);
		assert.match(goal.stateReason, /too long for local\/unknown/);
		assert.equal((await eventsOf(goalId, ["thread.compacted"])).length, 1);
	});
});
