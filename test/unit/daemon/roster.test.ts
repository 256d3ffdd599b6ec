import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";

const plan = {
	title: "Two walls",
	summary: "One after the other.",
	steps: [
		{ id: "first", title: "First wall", instructions: "Build the first wall.", needs: [] },
		{ id: "second", title: "Second wall", instructions: "Build the second wall.", needs: ["first"] },
	],
};

describe("editing the roster of a running goal", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let home: string;
	let server: ModelServer;
	let daemon: DaemonProcess;
	let goOn: () => void;
	let going: Promise<void>;

	/** Each step asks for one call and reports; the first answer of the first step comes when the test says so. */
	const builder: Script = async ({ purpose, toolResults, text }) => {
		if (purpose === "plan") return { text: JSON.stringify(plan) };
		if (toolResults > 0) return { text: "The wall stands." };
		if (text.includes("Build the first wall.")) await going;
		return { calls: [{ name: "listFiles", args: {} }] };
	};

	before(async () => {
		home = mkdtempSync(path.join(os.tmpdir(), "mission-roster-"));
		server = await startModelServer({ script: builder, models: ["clay", "stone"] });
		const models = ["clay", "stone"];
		const efforts = ["low", "high"];
		const provider = { id: "yard", kind: "openai-compatible", baseUrl: server.baseUrl, models, efforts };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [provider], agent: "yard/clay" }));
		daemon = await startDaemonProcess({ home });
	});
	beforeEach(() => {
		server.use(builder);
		going = new Promise((resolve) => {
			goOn = resolve;
		});
	});
	// A goal that a test left would keep the folder from the next.
	afterEach(() => goOn());
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
		rmSync(home, { recursive: true, force: true });
	});

	/** Launches, and resolves when the first step's first request has arrived. */
	async function launched(): Promise<{ goalId: GoalId; since: number }> {
		const since = server.requests.length;
		const settings = { autonomy: "autonomous", planApproval: "never" } as const;
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Build", settings });
		await until(() => work(since).length > 0);
		return { goalId, since };
	}

	/** Which model each request for a step's work went to, in order. */
	function work(since: number): readonly string[] {
		return server.requests
			.slice(since)
			.filter(({ purpose, text }) => purpose === "work" && /Build the (first|second) wall\./.test(text))
			.map(({ text, model, effort }) => {
				const step = text.includes("Build the first wall.") ? "first" : "second";
				return `${step} ${model}${effort ? `:${effort}` : ""}`;
			});
	}

	const stone = { role: "implementer", provider: "yard", model: "stone", effort: "high" } as const;
	const edit = (goalId: GoalId, apply: "future" | "next-turn" | "restart-step", preview = false) =>
		daemon.client.request("roster/edit", { goalId, edits: [stone], apply, preview });
	const label = async (goalId: GoalId) =>
		(await daemon.client.request("goal/get", { goalId })).roster.assignments.find(({ role }) => role === "implementer")!
			.label;

	it("changes steps that have not begun, and leaves the one under way to its agent", async () => {
		const { goalId, since } = await launched();
		const { effect, revision } = await edit(goalId, "future");
		assert.equal(effect, "Step 1 goes on with yard/clay until its attempt ends. Step 2 will use it.");
		assert.equal(revision, 2);
		assert.equal(await label(goalId), "pending-next-step");
		goOn();
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(work(since), ["first clay", "first clay", "second stone:high", "second stone:high"]);
	});

	it("changes the step under way from its next turn, and never the answer under way", async () => {
		const { goalId, since } = await launched();
		const { effect } = await edit(goalId, "next-turn");
		assert.equal(
			effect,
			"Step 1 uses it from its next turn; the answer under way is still yard/clay’s. Step 2 will use it.",
		);
		assert.equal(await label(goalId), "pending-next-turn");
		goOn();
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(work(since), ["first clay", "first stone:high", "second stone:high", "second stone:high"]);
	});

	it("begins the step under way again with the new agent", async () => {
		const { goalId, since } = await launched();
		const { effect } = await edit(goalId, "restart-step");
		assert.equal(
			effect,
			"Step 1 begins again as attempt 2 with yard/stone:high; what it changed so far is kept. Step 2 will use it.",
		);
		goOn();
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(
			goal.plan.steps[0]!.attempts.map(({ state }) => state),
			["failed", "completed"],
		);
		assert.deepEqual(work(since).slice(1), [
			"first stone:high",
			"first stone:high",
			"second stone:high",
			"second stone:high",
		]);
	});

	it("names no reasoning effort that the model does not take, in the roster or to the model, and says so", async () => {
		const { goalId, since } = await launched();
		const ask = (model: string) => {
			const one = { role: "implementer", provider: "yard", model, effort: "xhigh" } as const;
			return daemon.client.request("roster/edit", { goalId, edits: [one], apply: "next-turn" });
		};
		const leftOut = (model: string) =>
			`yard/${model} takes no reasoning effort “xhigh” (only low, high), so it is left out.`;
		const { effect, assignments } = await ask("stone");
		assert.ok(effect.endsWith(` ${leftOut("stone")}`), effect);
		assert.equal(assignments.find(({ role }) => role === "implementer")?.effort, undefined);
		await assert.rejects(ask("stone"), { message: `${leftOut("stone")} The roster is already like that.` });
		goOn();
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(work(since), ["first clay", "first stone", "second stone", "second stone"]);
	});

	it("takes back what the step changed before it begins again, when that is asked for, and nothing that a person changed since", async () => {
		const [mine, theirs] = ["built.txt", "touched.txt"].map((name) => path.join(workspace, name)) as [string, string];
		server.use(async (request) => {
			const { model, purpose, text, toolResults } = request;
			if (purpose !== "work" || model !== "clay" || !text.includes("Build the first wall.")) return builder(request);
			if (toolResults >= 2) await going;
			const file = ["built.txt", "touched.txt"][toolResults];
			if (!file) return { text: "The wall stands." };
			return { calls: [{ name: "writeFile", args: { path: file, content: "clay\n" } }] };
		});
		const since = server.requests.length;
		const { goalId } = await launched();
		await until(() => work(since).length >= 3);
		writeFileSync(theirs, "a person's\n");
		const ask = (preview: boolean) =>
			daemon.client.request("roster/edit", { goalId, edits: [stone], apply: "restart-step", undo: true, preview });
		const says =
			/^Step 1 begins again as attempt 2 with yard\/stone:high; what was changed so far is taken back: 2 files, except 1 changed since\. /;
		assert.match((await ask(true)).effect, says);
		assert.ok(existsSync(mine), "a preview takes nothing back");
		const before = server.requests.length;
		assert.match((await ask(false)).effect, says);
		assert.ok(!existsSync(mine), "what the agent wrote is gone before anybody begins again");
		assert.equal(readFileSync(theirs, "utf8"), "a person's\n");
		goOn();
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(
			goal.plan.steps.map(({ attempts }) => attempts.length),
			[2, 1],
		);
		assert.ok(work(before).every((request) => request.includes("stone:high")));
		const { events } = await daemon.client.request("goal/events", { goalId, types: ["step.undone"], limit: 20 });
		assert.equal(events.length, 1);
		await assert.rejects(
			daemon.client.request("roster/edit", { goalId, edits: [stone], apply: "future", undo: true }),
			/goal is completed/,
		);
	});

	it("holds after kill -9", async () => {
		const { goalId, since } = await launched();
		await edit(goalId, "next-turn");
		daemon.client.close();
		daemon.process.kill("SIGKILL");
		await daemon.ended();
		daemon = await startDaemonProcess({ home });
		goOn();
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(work(since).slice(1), [
			"first stone:high",
			"first stone:high",
			"second stone:high",
			"second stone:high",
		]);
	});

	it("leaves nothing behind when it was only looked at, or refused in a sentence", async () => {
		const { goalId } = await launched();
		const { effect } = await edit(goalId, "restart-step", true);
		assert.match(effect, /begins again as attempt 2/);
		const refused = (edits: object[], sentence: RegExp, more: object = {}) =>
			assert.rejects(daemon.client.request("roster/edit", { goalId, edits, ...more } as never), sentence);
		await refused([{ ...stone, provider: "nowhere" }], /There is no provider “nowhere”/);
		await refused([{ role: "implementer", provider: "builtin", model: "playbook" }], /“builtin” runs the commands/);
		await refused(
			[{ role: "revewer", enabled: false }],
			/no revewer to turn off\. Its roles: planner, implementer, reviewer, /,
		);
		await refused([stone, stone], /The role implementer is named twice/);
		await refused([{ role: "Two Words", enabled: true }], /lower-case letters/);
		await refused([stone], /It is at revision 1|is at revision 1/, { revision: 7 });
		const { events } = await daemon.client.request("goal/events", { goalId, types: ["roster.edited"], limit: 20 });
		assert.deepEqual(events, []);
		goOn();
		await untilState(daemon.client, goalId, ["completed"]);
		await refused([stone], /The goal is completed\. Rerun a step/);
	});

	it("is given back to the primary agent", async () => {
		const { goalId, since } = await launched();
		await edit(goalId, "future");
		const edits = [{ role: "implementer", inherits: true }];
		const { assignments } = await daemon.client.request("roster/edit", { goalId, edits });
		assert.equal(assignments.find(({ role }) => role === "implementer")!.model, "clay");
		goOn();
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(new Set(work(since)), new Set(["first clay", "second clay"]));
	});

	it("shows a model that answers in another's place, once, and never silently", async () => {
		server.use(async (request) => ({ ...((await builder(request)) as object), answered: "sand-mini" }));
		const { goalId } = await launched();
		goOn();
		await untilState(daemon.client, goalId, ["completed"]);
		const { events } = await daemon.client.request("goal/events", { goalId, types: ["model.substituted"], limit: 20 });
		const told = events.map((event) =>
			event.type === "model.substituted" ? `${event.asked.model} ${event.answered}` : "",
		);
		assert.deepEqual(new Set(told), new Set(["clay sand-mini"]));
		const { events: opened } = await daemon.client.request("goal/events", {
			goalId,
			types: ["thread.opened"],
			limit: 20,
		});
		assert.equal(told.length, opened.length, "once a thread");
	});
});

async function until(isSo: () => boolean): Promise<void> {
	for (const deadline = Date.now() + 45_000; !isSo(); ) {
		assert.ok(Date.now() < deadline, "it did not come to that in 45 s");
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
