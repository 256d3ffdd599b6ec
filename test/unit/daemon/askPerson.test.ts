import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import type { ApprovalView } from "../../../src/protocol/view.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type Answer, type ModelServer, plainReflection, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const steps = (...ids: string[]) =>
	JSON.stringify({
		title: "Choose",
		summary: "Chooses.",
		steps: ids.map((id) => ({ id, title: id, instructions: `Do ${id}.`, needs: [] })),
	});
const which = {
	question: "Which database should it use?",
	options: [{ label: "Postgres", description: "What production runs." }, { label: "SQLite" }, { label: "text" }],
	default: "Postgres",
};

describe("a question of an agent", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;
	/** What the model was told its call came to, newest last. */
	let told: string[] = [];

	before(async () => {
		server = await startModelServer({ script: () => ({ text: "" }), models: ["m"] });
		daemon = await startDaemonProcess();
		configure({});
		daemon = await daemon.restart();
	});
	beforeEach(() => {
		told = [];
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	function configure(limits: object): void {
		const providers = [{ id: "local", baseUrl: server.baseUrl, models: ["m"] }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers, agent: "local/m", limits }));
	}

	async function launch(work: (step: string, results: number) => Answer, ids = ["choose"]): Promise<GoalId> {
		server.use(({ purpose, text, toolResults, messages }) => {
			if (purpose === "plan") return { text: steps(...ids) };
			if (purpose === "reflect") return { text: plainReflection };
			const results = messages.flatMap(({ role, content }) => (role === "tool" ? [content ?? ""] : []));
			if (results.length > 0) told = results;
			return work(ids.find((id) => text.includes(`Do ${id}.`)) ?? "", toolResults);
		});
		const settings = { autonomy: "autonomous" as const };
		return (await daemon.client.request("goal/launch", { workspace, prompt: "Choose", settings })).goalId;
	}
	const asking = (...questions: object[]) =>
		launch((_step, results) =>
			results === 0 ? { calls: questions.map((args) => ({ name: "askPerson", args })) } : { text: "Chosen." },
		);
	const questions = async (goalId: GoalId, count = 1): Promise<readonly ApprovalView[]> => {
		let approvals: readonly ApprovalView[] = [];
		await until(`${count} are asked`, async () => {
			({ approvals } = await daemon.client.request("approval/list", { goalId }));
			return approvals.length >= count;
		});
		return approvals;
	};
	const answer = (approvalId: ApprovalView["approvalId"], given: object) =>
		daemon.client.request("approval/answer", { approvalId, answer: "text", ...given });

	it("waits for its answer over kill -9, and the first answer is the call's result", async () => {
		const goalId = await asking(which);
		let [question] = await questions(goalId);
		assert.equal(question!.kind, "question");
		assert.equal(question!.expiresAt, undefined, "it never expires");
		assert.equal((await untilState(daemon.client, goalId, ["awaiting_approval"])).state, "awaiting_approval");
		const choices = question!.choices.map(({ answer: value, label }) => `${value}: ${label}`);
		assert.deepEqual(choices, [
			"Postgres: Postgres",
			"SQLite: SQLite",
			"text (3): text",
			"text: Answer in Words",
			"decline: Decline",
		]);
		const before = question!.approvalId;
		daemon = await daemon.restart();
		[question] = await questions(goalId);
		assert.equal(question!.approvalId, before, "it is not asked again");
		const given = await answer(before, { answer: "SQLite", digest: question!.digest });
		assert.deepEqual(given.chosen, ["SQLite"]);
		await assert.rejects(answer(before, { answer: "Postgres" }), /Already answered: SQLite/);
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(told, ["The person chose: SQLite"]);
	});

	const answers: readonly (readonly [name: string, question: object, given: object, told: string])[] = [
		["by its label", which, { answer: "Postgres" }, "The person chose: Postgres"],
		["by what it means everywhere", which, { answer: "approve" }, "The person chose: Postgres"],
		["by a label that means something else too", which, { answer: "text (3)" }, "The person chose: text"],
		["in words", which, { reason: "Neither: use files." }, "The person answered: Neither: use files."],
		[
			"with a word beside it",
			which,
			{ answer: "SQLite", reason: "for now" },
			"The person chose: SQLite\nThey said: for now",
		],
		[
			"several at once",
			{ question: "Which?", options: ["A", "B", "C"], several: true },
			{ answer: "choose", chosen: ["C", "A"] },
			"The person chose:\n- A\n- C",
		],
		[
			"with its default",
			{ question: "What name?", default: "report.txt" },
			{ answer: "default" },
			"The person chose: report.txt",
		],
		[
			"with no answer",
			which,
			{ answer: "deny", reason: "Not my call." },
			"The person gives no answer. They said: Not my call. Decide by yourself what is safest, and say in your report what you assumed.",
		],
	];
	for (const [name, question, given, expected] of answers)
		it(`is answered ${name}`, async () => {
			const goalId = await asking(question);
			const [asked] = await questions(goalId);
			await answer(asked!.approvalId, given);
			await untilState(daemon.client, goalId, ["completed"]);
			assert.deepEqual(told, [expected]);
		});

	const wrong: readonly (readonly [name: string, given: object, sentence: RegExp])[] = [
		["an empty answer", {}, /in words/],
		["an option that there is not", { answer: "Oracle" }, /is no answer to this/],
		["approval, where nothing is the default", { answer: "approve" }, /is no answer to this/],
		["two where one counts", { answer: "A", chosen: ["B"] }, /Only one/],
		["one that it does not offer, beside another", { answer: "A", chosen: ["Oracle"] }, /“Oracle” is none/],
	];
	it("takes no answer that it does not offer, and waits on", async () => {
		const goalId = await asking({ question: "Which?", options: ["A", "B"] });
		const [asked] = await questions(goalId);
		for (const [name, given, sentence] of wrong) await assert.rejects(answer(asked!.approvalId, given), sentence, name);
		await answer(asked!.approvalId, { answer: "A" });
		await untilState(daemon.client, goalId, ["completed"]);
	});

	it("lets other steps go on, and the goal waits only when nothing else moves", async () => {
		const goalId = await launch(
			(step, results) =>
				step === "choose"
					? results === 0
						? { calls: [{ name: "askPerson", args: which }] }
						: { text: "Chosen." }
					: results === 0
						? { calls: [{ name: "writeFile", args: { path: "other.txt", content: "done" } }] }
						: { text: "Written." },
			["choose", "other"],
		);
		await questions(goalId);
		await until("the other step is done", async () => {
			const { plan } = await daemon.client.request("goal/get", { goalId });
			return plan.steps.find(({ title }) => title === "other")?.state === "completed";
		});
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.equal(goal.approvals.length, 1);
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		await answer(goal.approvals[0]!.approvalId, { answer: "SQLite" });
		await untilState(daemon.client, goalId, ["completed"]);
	});

	it("is refused with a sentence for the model, and what it asked too often", async () => {
		const many = Array.from({ length: 30 }, (_, n) => ({ question: `Question ${n}?` }));
		const goalId = await asking({ question: "Which?", options: ["A", "A"] }, ...many);
		const waiting = await questions(goalId, 20);
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		assert.equal((await questions(goalId)).length, 20);
		const inOrder = many.slice(0, 20).map(({ question }) => question);
		assert.deepEqual(
			waiting.map(({ summary }) => summary),
			inOrder,
			"they are listed in the order in which they were asked",
		);
		for (const { approvalId } of waiting) await answer(approvalId, { answer: "decline" });
		await untilState(daemon.client, goalId, ["completed"]);
		assert.equal(told.length, 31);
		assert.match(told[0]!, /Two options are called “A”/);
		assert.equal(told.filter((text) => /20 questions of this goal wait/.test(text)).length, 10);
	});

	it("is answered by its default at the deadline that a person set, and never by one without a default", async () => {
		configure({ questionMs: 1500 });
		daemon = await daemon.restart();
		const goalId = await asking(which, { question: "And the name?" });
		// Read from the log: the deadline may pass before anybody looks.
		const types = ["approval.requested", "approval.answered"];
		const logged = async () => (await daemon.client.request("goal/events", { goalId, types, limit: 100 })).events;
		await until("the default counts", async () => (await logged()).some(({ type }) => type === "approval.answered"));
		await until("both were asked", async () => (await logged()).length >= 3);
		const asked = (await logged()).filter((event) => event.type === "approval.requested");
		assert.deepEqual(
			asked.map(({ summary, expiresAt }) => [summary, expiresAt !== undefined]),
			[
				[which.question, true],
				["And the name?", false],
			],
		);
		const left = await questions(goalId);
		assert.deepEqual(
			left.map(({ summary }) => summary),
			["And the name?"],
		);
		await answer(left[0]!.approvalId, { reason: "Ada" });
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(told, ["Nobody answered in time, so your default counts: Postgres", "The person answered: Ada"]);
		configure({});
		daemon = await daemon.restart();
	});

	it("ends with its goal", async () => {
		const goalId = await asking(which);
		const [question] = await questions(goalId);
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
		await assert.rejects(answer(question!.approvalId, { answer: "SQLite" }), /cancelled|no longer/);
		assert.deepEqual((await daemon.client.request("goal/get", { goalId })).approvals, []);
	});
});
