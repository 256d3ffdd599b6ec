import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId, StepId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelRequest, type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";

const plan = {
	title: "Report",
	summary: "Find out and write.",
	steps: [{ id: "report", title: "Report", instructions: "PARENT: write the report." }],
};
const delegate = (role: string, title: string, instructions = `CHILD ${title}`) => ({
	name: "delegate",
	args: { role, title, instructions },
});
/** Which thread asks: the first message says what it is for. */
const context = ({ messages }: ModelRequest): string =>
	/^(?:.*\n\n)?(PARENT|CHILD [\w-]+)/.exec(messages.find(({ role }) => role === "user")?.content ?? "")?.[1] ?? "";
const toolTexts = ({ messages }: ModelRequest): string[] =>
	messages.flatMap(({ role, content }) => (role === "tool" ? [content ?? ""] : []));

describe("a sub-agent", function () {
	this.timeout(60_000);
	let workspace: ReturnType<typeof newWorkspace>;
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: () => ({ text: "" }), models: ["m"] });
		daemon = await startDaemonProcess();
		const providers = [{ id: "local", baseUrl: server.baseUrl, models: ["m"] }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers }));
		daemon = await daemon.restart();
	});
	beforeEach(() => {
		workspace = newWorkspace();
	});
	afterEach(() => workspace.remove());
	after(async () => {
		await daemon.close();
		await server.close();
	});

	const use = (script: Script) =>
		server.use((request) => {
			if (request.purpose === "work") return script(request);
			return request.purpose === "plan" ? planned : { text: '{ "summary": "Done.", "reflection": "Fine." }' };
		});
	const planned = { text: JSON.stringify(plan) };
	const launch = async (settings: object = {}): Promise<GoalId> => {
		const all = { agent: { provider: "local", model: "m" }, autonomy: "autonomous" as const, ...settings };
		const launched = { workspace: workspace.folder, prompt: "Report", settings: all };
		return (await daemon.client.request("goal/launch", launched)).goalId;
	};
	const eventsOf = async (goalId: GoalId): Promise<readonly RecordedEvent[]> =>
		(await daemon.client.request("goal/events", { goalId, limit: 1000 })).events;
	const completions = async (goalId: GoalId) =>
		(await eventsOf(goalId)).flatMap((event) => (event.type === "tool.completed" ? [event] : []));

	it("works in a thread of its own, and its report is the result of the call that asked for it", async () => {
		const from = server.requests.length;
		use((request) => {
			switch (context(request)) {
				case "PARENT":
					return request.toolResults === 0
						? { calls: [delegate("researcher", "look"), delegate("implementer", "write")] }
						: { text: `The report: ${toolTexts(request).join(" and ")}` };
				case "CHILD look":
					return request.toolResults === 0
						? { calls: [{ name: "writeFile", args: { path: "no.txt", content: "no" } }] }
						: { text: "There are 3 files." };
				default:
					return request.toolResults === 0
						? { calls: [{ name: "runCommand", args: { command: "echo once >> made.txt" } }] }
						: { text: "made.txt is there." };
			}
		});
		const goalId = await launch();
		const waits = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		const [approval] = waits.approvals;
		const child = waits.threads.find(({ threadId }) => threadId === approval?.threadId);
		assert.deepEqual([approval?.stepId, child?.role, child?.title], ["report", "implementer", "write"]);
		const [parent] = waits.threads.filter(({ stepId, parentThreadId }) => stepId && !parentThreadId);
		assert.equal(child?.parentThreadId, parent?.threadId);
		await daemon.client.request("approval/answer", { approvalId: approval!.approvalId, answer: "approve" });
		const goal = await untilState(daemon.client, goalId, ["completed"]);

		assert.equal(readFileSync(path.join(workspace.folder, "made.txt"), "utf8"), "once\n");
		assert.deepEqual(
			goal.changes.map((change) => [change.path, change.stepId]),
			[["made.txt", "report"]],
			"what it changes belongs to the step",
		);
		const events = await eventsOf(goalId);
		const report = events.find((event) => event.type === "step.reported");
		assert.ok(report?.type === "step.reported");
		assert.equal(report.report, "The report: There are 3 files. and made.txt is there.");
		const evidence = events.flatMap((event) => (event.type === "evidence.added" ? [event.text] : []));
		assert.ok(evidence.includes("There are 3 files.") && evidence.includes("made.txt is there."));
		const asked = server.requests.slice(from);
		const toolsOf = (name: string) => asked.find((request) => context(request) === name)?.tools ?? [];
		assert.ok(toolsOf("PARENT").includes("delegate"));
		assert.deepEqual(
			toolsOf("CHILD look").filter((name) => /write|edit|run/i.test(name)),
			[],
			"a researcher only reads",
		);
		const refused = (await completions(goalId)).find(({ output }) =>
			output.head.includes("There is no tool writeFile"),
		);
		assert.ok(refused, "what it was not given it cannot use");
		assert.ok(goal.threads.every(({ state }) => state === "closed"));
		assert.equal(goal.usage.turns, asked.length, "its turns count in the budget");
	});

	it("goes on after a kill, and its parent waits; what it did is not done again", async () => {
		let hang = true;
		use((request) => {
			if (context(request) === "PARENT") {
				if (request.toolResults === 0) return { calls: [delegate("implementer", "deep")] };
				return { text: `Done: ${toolTexts(request)[0]}` };
			}
			if (context(request) === "CHILD deep") {
				if (request.toolResults === 0) return { calls: [delegate("implementer", "deeper")] };
				return { text: `deep heard: ${toolTexts(request)[0]}` };
			}
			const edits = [{ find: "end", replace: "x end" }];
			if (request.toolResults === 0) return { calls: [{ name: "editFile", args: { path: "log.txt", edits } }] };
			return hang ? "hang" : { text: "deeper is done" };
		});
		writeFileSync(path.join(workspace.folder, "log.txt"), "end");
		const goalId = await launch();
		const deepest = await server.seen((request) => context(request) === "CHILD deeper" && request.toolResults === 1);
		assert.ok(!deepest.tools.includes("delegate"), "below that depth nobody delegates");
		daemon = await daemon.restart();
		const seen = server.requests.length;
		await server.seen((request) => request.number > seen && context(request) === "CHILD deeper");
		hang = false;
		daemon = await daemon.restart();
		await untilState(daemon.client, goalId, ["completed"]);
		assert.equal(readFileSync(path.join(workspace.folder, "log.txt"), "utf8"), "x end");
		const events = await eventsOf(goalId);
		const opened = events.filter((event) => event.type === "thread.opened" && event.stepId);
		assert.equal(opened.length, 3, "the parent and two children, each once");
		const report = events.find((event) => event.type === "step.reported");
		assert.equal(report?.type === "step.reported" && report.report, "Done: deep heard: deeper is done");
	});

	it("that fails tells its parent why, and the parent goes on", async () => {
		use((request) => {
			if (request.model === "gone") return { status: 404, body: { error: { message: "no such model" } } };
			if (request.toolResults === 0) return { calls: [delegate("researcher", "look")] };
			return { text: `Without help: ${toolTexts(request)[0]}` };
		});
		const assignments = [{ role: "researcher", provider: "local", model: "gone" }];
		const goalId = await launch({ assignments });
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		const report = (await eventsOf(goalId)).find((event) => event.type === "step.reported");
		assert.match(report?.type === "step.reported" ? report.report : "", /researcher did not come to an end: .*gone/);
		assert.ok(goal.threads.every(({ state }) => state === "closed"));
	});

	it("is one of three at once, and of eight in all", async () => {
		const names = Array.from({ length: 9 }, (_, at) => `part-${at}`);
		use((request) => {
			if (context(request) !== "PARENT") return { text: `${context(request)} is done` };
			const calls = names.map((name) => delegate("researcher", name));
			return request.toolResults === 0 ? { calls } : { text: toolTexts(request).join("|") };
		});
		const goalId = await launch();
		await untilState(daemon.client, goalId, ["completed"]);
		let [atWork, most] = [0, 0];
		for (const event of await eventsOf(goalId)) {
			if (event.type === "thread.opened" && event.parentThreadId) atWork++;
			if (event.type === "tool.completed" && event.ok) atWork--;
			most = Math.max(most, atWork);
		}
		assert.equal(most, 3);
		const done = await completions(goalId);
		assert.deepEqual(done.map(({ ok }) => ok).sort(), [false, ...Array.from({ length: 8 }, () => true)]);
		assert.match(done.find(({ ok }) => !ok)?.refused ?? "", /delegated 8 times/);
	});

	it("ends with its step or its goal, and does not come back with the goal", async () => {
		let hang = true;
		use((request) => {
			if (context(request) === "PARENT") {
				if (request.toolResults === 0) return { calls: [delegate("researcher", "look")] };
				return { text: `Alone: ${toolTexts(request)[0]}` };
			}
			return hang ? "hang" : { text: "late" };
		});
		const skipped = await launch();
		const asking = (from: number) =>
			server.seen((request) => request.number > from && context(request) === "CHILD look");
		await asking(server.requests.length - 1);
		await daemon.client.request("goal/control", { goalId: skipped, action: "skip", stepId: "report" as StepId });
		const over = await untilState(daemon.client, skipped, ["completed"]);
		assert.ok(over.threads.every(({ state }) => state === "closed"));
		assert.equal((await completions(skipped)).length, 1, "the call has an outcome");

		const from = server.requests.length;
		const cancelled = await launch();
		await asking(from);
		await daemon.client.request("thread/send", { goalId: cancelled, text: "Be brief." });
		const said = (await eventsOf(cancelled)).find((event) => event.type === "message.added" && event.from === "person");
		const { threads } = await daemon.client.request("goal/get", { goalId: cancelled });
		const parent = threads.find(({ stepId, parentThreadId }) => stepId && !parentThreadId);
		assert.equal(
			said?.type === "message.added" && said.threadId,
			parent?.threadId,
			"a message is for who does the step",
		);
		await daemon.client.request("goal/control", { goalId: cancelled, action: "pause" });
		assert.equal((await daemon.client.request("goal/get", { goalId: cancelled })).state, "paused");
		await daemon.client.request("goal/control", { goalId: cancelled, action: "cancel" });
		const ended = await untilState(daemon.client, cancelled, ["cancelled"]);
		assert.ok(ended.threads.every(({ state }) => state === "closed"));
		hang = false;
		await daemon.client.request("goal/control", { goalId: cancelled, action: "retry" });
		await untilState(daemon.client, cancelled, ["completed"]);
		const report = (await eventsOf(cancelled)).findLast((event) => event.type === "step.reported");
		assert.ok(report?.type === "step.reported" && /late|cancelled/.test(report.report));
	});
});
