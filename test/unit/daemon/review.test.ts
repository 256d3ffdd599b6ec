import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import type { GoalView } from "../../../src/protocol/view.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelRequest, type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";

const plan = {
	title: "Greet",
	summary: "Write a greeting and sign it.",
	steps: [
		{ id: "write", title: "Write it", instructions: "Write greeting.txt.", checks: ["grep -q hello greeting.txt"] },
		{ id: "sign", title: "Sign it", instructions: "Sign the greeting.", needs: ["write"] },
	],
	checks: ["test -f greeting.txt"],
};
const pass = {
	verdict: "pass",
	verifier: "the check `grep -q hello greeting.txt`",
	coverage: "the greeting",
	gaps: "the tone of it",
	summary: "It greets.",
	diagnosis: "",
};
const reflection = {
	summary: "A greeting was written.",
	reflection: "It went well.",
	memory: "Greetings are in greeting.txt.",
};

/** A model that works as it should, and a reviewer who says what the test wants. */
function script(review: (request: ModelRequest) => object | string, others: Script = honest): Script {
	return (request) => {
		if (request.purpose !== "review") return others(request);
		const said = review(request);
		return { text: typeof said === "string" ? said : JSON.stringify(said) };
	};
}

const honest: Script = ({ purpose, toolResults, text }) => {
	if (purpose === "plan") return { text: JSON.stringify(plan) };
	if (purpose === "reflect") return { text: JSON.stringify(reflection) };
	const file = text.includes("Write greeting.txt.") ? "greeting.txt" : "signed.txt";
	return toolResults === 0
		? { calls: [{ name: "writeFile", args: { path: file, content: `hello from ${file}\n` } }] }
		: { text: `The report of ${file}.` };
};

const ofGoal = (request: ModelRequest) => request.text.includes("Review the result of the whole goal");

describe("a goal with a reviewer", function () {
	this.timeout(90_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: honest, models: ["worker", "critic"] });
		daemon = await startDaemonProcess();
		await restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	async function restart(limits: object = {}): Promise<void> {
		const { home } = daemon;
		const { baseUrl } = server;
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl, models: ["worker", "critic"] }];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "local/worker", limits }));
		daemon.client.close();
		daemon.process.kill("SIGKILL");
		await daemon.ended();
		daemon = await startDaemonProcess({ home });
	}

	const launch = async (settings: object = {}): Promise<GoalId> => {
		const assignments = [{ role: "reviewer", provider: "local", model: "critic" }];
		const all = { assignments, autonomy: "autonomous" as const, ...settings };
		return (await daemon.client.request("goal/launch", { workspace, prompt: "Greet me", settings: all })).goalId;
	};

	/** Approves checks and calls until the goal is over or somebody asks about something else. */
	const runOn = async (goalId: GoalId): Promise<GoalView> => {
		for (;;) {
			const goal = await untilState(daemon.client, goalId, ["awaiting_approval", "completed", "failed", "blocked"]);
			const tool = goal.approvals.filter(({ kind }) => kind === "tool");
			if (goal.state !== "awaiting_approval" || tool.length === 0) return goal;
			for (const { approvalId } of tool)
				await daemon.client.request("approval/answer", { approvalId, answer: "approve", scope: "goal" });
		}
	};

	const answer = async (goal: GoalView, given: string, reason?: string): Promise<void> => {
		const [approval] = goal.approvals;
		assert.ok(approval, "somebody is asked");
		await daemon.client.request("approval/answer", { approvalId: approval.approvalId, answer: given, reason });
	};

	async function eventsOf<T extends RecordedEvent["type"]>(goalId: GoalId, type: T): Promise<RecordedEvent<T>[]> {
		const { events } = await daemon.client.request("goal/events", { goalId, types: [type], limit: 1000 });
		return events as unknown as RecordedEvent<T>[];
	}

	const from = () => server.requests.length;
	const requests = (since: number, purpose: ModelRequest["purpose"]) =>
		server.requests.slice(since).filter((request) => request.purpose === purpose);

	it("has every step and the result reviewed by the model that the roster names, on what can be judged", async () => {
		server.use(script(() => pass));
		const since = from();
		const goalId = await launch();
		const goal = await runOn(goalId);
		assert.equal(goal.state, "completed");
		assert.match(goal.stateReason, /reviewer passed it/);
		const reviews = requests(since, "review");
		assert.deepEqual(
			reviews.map(({ model, tools }) => [model, tools]),
			[
				["critic", []],
				["critic", []],
				["critic", []],
			],
		);
		const [first, , last] = reviews;
		for (const part of [
			"Write greeting.txt.",
			"The report of greeting.txt.",
			"grep -q hello greeting.txt`: green",
			"+hello from",
		])
			assert.ok(first?.text.includes(part), `the reviewer is told “${part}”: ${first?.text}`);
		assert.ok(last && ofGoal(last) && last.text.includes("test -f greeting.txt`: green"));
		assert.deepEqual(
			goal.plan.steps.map(({ verified, attempts }) => [verified, attempts[0]?.review?.verdict]),
			[
				[true, "pass"],
				[true, "pass"],
			],
			"a step that a review passed is verified, whether or not it has checks",
		);
		assert.equal(goal.review?.coverage, "the greeting");
		const { text } = await daemon.client.request("dossier/get", { goalId });
		for (const part of [
			"### Reviews",
			"the whole goal",
			"Verified with: the check",
			"Covered: the greeting",
			"Not covered: the tone",
			"A greeting was written.",
			"Greetings are in greeting.txt.",
		])
			assert.ok(text.includes(part), `the dossier says “${part}”`);
	});

	it("is not completed by a model that lies: a soft verdict fails the attempt, the next one inherits the diagnosis, three ask a person", async () => {
		server.use(
			script((request) =>
				ofGoal(request) ? pass : { verdict: "soft", diagnosis: "The greeting lacks a comma.", summary: "Not yet." },
			),
		);
		const since = from();
		const goalId = await launch();
		const goal = await runOn(goalId);
		assert.equal(goal.state, "awaiting_approval");
		const [step] = goal.plan.steps;
		assert.deepEqual(
			step?.attempts.map(({ state }) => state),
			["failed", "failed", "failed"],
		);
		assert.match(goal.approvals[0]?.reasons[0] ?? "", /lacks a comma/);
		const inherited = requests(since, "work").filter(({ text }) => text.includes("lacks a comma"));
		assert.ok(inherited.length >= 2, "two later attempts know why");
		server.use(script(() => pass));
		await answer(goal, "rerun");
		assert.equal((await runOn(goalId)).state, "completed");
	});

	it("refuses a pass without verifier and coverage, sends it back, and asks a person when it stays so", async () => {
		let asked = 0;
		server.use(script(() => (asked++ === 0 ? { verdict: "pass", summary: "Looks good to me!" } : pass)));
		const since = from();
		const goalId = await launch();
		assert.equal((await runOn(goalId)).state, "completed");
		const [, again] = requests(since, "review");
		assert.match(again?.text ?? "", /A pass without verifier and coverage does not count/);

		server.use(script(() => ({ verdict: "pass", verifier: "none", coverage: "", summary: "Fine." })));
		const stubborn = await launch();
		const goal = await runOn(stubborn);
		assert.match(goal.approvals[0]?.reasons[0] ?? "", /3 times without a verdict that counts/);
		assert.equal(goal.plan.steps[0]?.state, "verifying");
		server.use(script(() => pass));
		await answer(goal, "retry");
		const done = await runOn(stubborn);
		assert.equal(done.state, "completed");
		assert.equal(done.plan.steps[0]?.attempts.length, 1, "only the review was made again");
	});

	it("is planned anew on a hard verdict: finished steps keep their ids and work, the planner knows what failed and why", async () => {
		const again = {
			summary: "Sign it in another way.",
			steps: [{ id: "seal", title: "Seal it", instructions: "Seal the greeting.", needs: ["write"] }],
		};
		const others: Script = (request) =>
			request.purpose === "plan" && request.text.includes("planned anew")
				? { text: JSON.stringify(again) }
				: honest(request);
		server.use(
			script(
				({ text }) =>
					text.includes("Review the step “Sign it”") ? { verdict: "hard", diagnosis: "Nobody can sign it." } : pass,
				others,
			),
		);
		const since = from();
		const goalId = await launch();
		const goal = await runOn(goalId);
		assert.equal(goal.state, "completed");
		const [, replan] = requests(since, "plan");
		for (const part of ["Nobody can sign it.", "write: Write it (completed", "sign: Sign it (pending"])
			assert.ok(replan?.text.includes(part), `the planner is told “${part}”: ${replan?.text}`);
		assert.deepEqual(
			goal.plan.steps.map(({ stepId, state, attempts }) => [stepId, state, attempts.length]),
			[
				["write", "completed", 1],
				["seal", "completed", 1],
			],
		);
		assert.equal(goal.plan.revision, 2);
		assert.equal(goal.checks[0]?.command, "test -f greeting.txt", "what proves the whole goal stays");
		assert.equal(requests(since, "work").filter(({ text }) => text.includes("Write greeting.txt.")).length, 2);
		const { text } = await daemon.client.request("dossier/get", { goalId });
		assert.ok(text.includes("to be planned anew") && text.includes("Nobody can sign it."));
	});

	it("asks a person instead of planning a third time, and plans anew with the person's words when told to", async () => {
		let plans = 0;
		const told: string[] = [];
		const others: Script = (request) => {
			if (request.purpose !== "plan") return honest(request);
			told.push(request.text);
			return {
				text: JSON.stringify({ steps: [{ id: `try-${++plans}`, title: `Try ${plans}`, instructions: "Try." }] }),
			};
		};
		server.use(script((request) => (ofGoal(request) ? pass : { verdict: "hard", diagnosis: "Wrong way." }), others));
		const goalId = await launch();
		const goal = await runOn(goalId);
		assert.equal(plans, 3, "one plan, and two anew");
		assert.match(goal.approvals[0]?.reasons[0] ?? "", /plan leads nowhere: Wrong way/);
		assert.ok(goal.approvals[0]?.options.includes("replan"));
		server.use(script(() => pass, others));
		await answer(goal, "replan", "Walk the other way round.");
		const done = await runOn(goalId);
		assert.equal(done.state, "completed");
		assert.ok(told.at(-1)?.includes("Walk the other way round."));
		assert.deepEqual(
			done.plan.steps.map(({ stepId }) => stepId),
			["try-4"],
		);
	});

	it("asks a person at once where config.jsonc lets no plan be made anew without one", async () => {
		await restart({ replans: 0 });
		server.use(script(() => ({ ...pass, verdict: "hard", diagnosis: "It leads nowhere." })));
		const since = from();
		const goal = await runOn(await launch());
		assert.equal(requests(since, "plan").length, 1);
		assert.match(goal.approvals[0]?.reasons[0] ?? "", /plan leads nowhere: It leads nowhere/);
		await restart();
	});

	it("is not done before the final review passes; a person may take the result as it is, and it says so", async () => {
		const others: Script = (request) =>
			request.purpose === "plan"
				? {
						text: JSON.stringify({
							steps: [{ id: `s-${request.number}`, title: "Write it", instructions: "Write greeting.txt." }],
						}),
					}
				: honest(request);
		server.use(
			script((request) => (ofGoal(request) ? { verdict: "soft", diagnosis: "The title is missing." } : pass), others),
		);
		const goalId = await launch();
		const goal = await runOn(goalId);
		assert.equal(goal.state, "awaiting_approval");
		assert.match(goal.approvals[0]?.summary ?? "", /final review did not pass/);
		assert.equal(goal.plan.steps.length, 3, "twice what was missing became a step of another plan");
		await answer(goal, "accept", "Good enough.");
		const done = await runOn(goalId);
		assert.equal(done.state, "completed");
		assert.match(done.stateReason, /unverified/);
		const { text } = await daemon.client.request("dossier/get", { goalId });
		assert.ok(text.includes("Good enough."));
	});

	it("is reviewed again after a kill -9 in the middle of a review, and nothing is done twice", async () => {
		let hang = true;
		server.use((request) => (request.purpose === "review" && hang ? "hang" : script(() => pass)(request)));
		const since = from();
		const goalId = await launch();
		const one = await server.seen(({ number, purpose }) => number > since && purpose === "review");
		assert.ok(one);
		hang = false;
		await restart();
		const goal = await runOn(goalId);
		assert.equal(goal.state, "completed");
		assert.equal((await eventsOf(goalId, "step.started")).length, 2);
		assert.equal((await eventsOf(goalId, "review.completed")).length, 3);
		assert.equal((await eventsOf(goalId, "turn.interrupted")).length, 1);
		assert.equal(readFileSync(path.join(workspace, "signed.txt"), "utf8"), "hello from signed.txt\n");
	});

	it("is not reviewed where the roster names no reviewer, or a disabled one; the dossier says what nobody verified", async () => {
		server.use(honest);
		const since = from();
		const goalId = await launch({
			assignments: [{ role: "reviewer", provider: "local", model: "critic", enabled: false }],
		});
		const goal = await runOn(goalId);
		assert.equal(goal.state, "completed");
		assert.equal(requests(since, "review").length, 0);
		assert.deepEqual(
			goal.plan.steps.map(({ verified }) => verified),
			[true, false],
		);
	});

	it("is completed without a reflection when the model has none to give, and says so", async () => {
		const kinds = { "an answer that is no reflection": { text: "Done." }, trouble: { status: 500 } };
		for (const [name, said] of Object.entries(kinds)) {
			server.use((request) => (request.purpose === "reflect" ? said : script(() => pass)(request)));
			const since = from();
			const goalId = await launch();
			const goal = await runOn(goalId);
			assert.equal(goal.state, "completed", name);
			assert.equal(requests(since, "reflect").length, 2, "it is sent back once");
			const { text } = await daemon.client.request("dossier/get", { goalId });
			assert.match(text, /## Reflection\n\nLeft out\./);
		}
	});
});
