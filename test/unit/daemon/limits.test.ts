import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import type { GoalView } from "../../../src/protocol/view.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, plainReflection, type Script, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const plan = (instructions: string) =>
	JSON.stringify({ title: "P", summary: "", steps: [{ id: "a", title: "A", instructions }] });

describe("a limit", function () {
	this.timeout(90_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;
	before(async () => {
		server = await startModelServer({ script: () => ({ text: "ok" }), models: ["scripted"] });
		daemon = await startDaemonProcess();
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers, agent: "local/scripted" }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	const launch = async (budget: object): Promise<GoalId> =>
		(await daemon.client.request("goal/launch", { workspace, prompt: "Do it", settings: { budget } })).goalId;
	const get = (goalId: GoalId): Promise<GoalView> => daemon.client.request("goal/get", { goalId });

	it("of tokens holds where the endpoint reports zeros", async () => {
		const long = "One word comes after the other, on and on. ".repeat(200);
		let sentChars = 0;
		server.use(({ purpose, body, calls = 0 }: Parameters<Script>[0] & { calls?: number }) => {
			sentChars += JSON.stringify(body.messages).length + long.length;
			const usage = [0, 0] as const;
			if (purpose === "plan") return { text: plan("Read on."), usage };
			return { text: long, calls: [{ name: "findText", args: { pattern: `word${sentChars + calls}` } }], usage };
		});
		const goalId = await launch({ tokens: 60_000 });
		const goal = await untilState(daemon.client, goalId, ["awaiting_approval"], 60_000);
		assert.match(goal.approvals[0]?.summary ?? "", /of 60000 tokens are used/);
		const used = goal.budget.tokens.used ?? 0;
		assert.ok(used > 30_000 && used <= 60_000, `${used} tokens`);
		assert.ok(sentChars / 6 <= 60_000, `${sentChars} characters went over the wire`);
		assert.equal(goal.budget.tokens.estimated, true);
		assert.ok((goal.usage.estimatedTokens ?? 0) > 30_000);
	});

	it("of minutes is not used up by waiting for a person", async () => {
		server.use(({ purpose, toolResults }) => {
			if (purpose === "plan") return { text: plan("Run it.") };
			if (purpose === "reflect") return { text: plainReflection };
			return toolResults === 0
				? { calls: [{ name: "runCommand", args: { command: "echo done > done.txt" } }] }
				: { text: "It is done." };
		});
		const goalId = await launch({ minutes: 2 });
		const asked = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		const [approval] = asked.approvals;
		assert.ok(approval?.command, approval?.summary);
		const { used } = asked.budget.minutes;
		const since = Date.now();
		await until("some time has passed", () => Date.now() - since > 5000);
		assert.equal((await get(goalId)).budget.minutes.used, used, "it waits, so nothing is used");
		await daemon.client.request("approval/answer", { approvalId: approval.approvalId, answer: "approve" });
		await untilState(daemon.client, goalId, ["completed"]);
	});

	it("of minutes ends the command that runs, keeps its work, asks, survives a kill, and goes on after a raise", async () => {
		let told = "";
		server.use(({ purpose, toolResults, body }) => {
			if (purpose === "plan") return { text: plan("Run it.") };
			if (purpose === "reflect") return { text: plainReflection };
			if (toolResults > 0) told = JSON.stringify(body.messages);
			return toolResults === 0
				? { calls: [{ name: "runCommand", args: { command: "echo half > half.txt; sleep 120; echo > late.txt" } }] }
				: { text: "It was ended." };
		});
		const goalId = await launch({ minutes: 0.3 });
		const asked = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		const [command] = asked.approvals;
		const begun = Date.now();
		await daemon.client.request("approval/answer", { approvalId: command!.approvalId, answer: "approve" });
		await until("the limit is asked about", async () =>
			(await get(goalId)).approvals.some(({ kind }) => kind === "budget"),
		);
		assert.ok(Date.now() - begun < 60_000);
		daemon = await daemon.restart();
		const stopped = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		assert.deepEqual(
			stopped.approvals.map(({ kind }) => kind),
			["budget"],
		);
		assert.match(stopped.approvals[0]?.reasons.join(" ") ?? "", /Ended at the limit: `echo half/);
		await until("what it wrote is recorded", async () =>
			(await get(goalId)).changes.some((change) => change.path === "half.txt"),
		);
		await daemon.client.request("goal/raise", { goalId, by: { minutes: 5 } });
		const done = await untilState(daemon.client, goalId, ["completed"]);
		assert.match(told, /Ended by the goal's limit of minutes/);
		assert.ok(!done.changes.some((change) => change.path === "late.txt"));
	});

	it("of minutes ends a turn that hangs, and asks again after a raise", async () => {
		let hangs = true;
		server.use(({ purpose, toolResults }) => {
			if (purpose === "plan") return hangs ? "hang" : { text: plan("Run it.") };
			if (purpose === "reflect") return { text: plainReflection };
			return toolResults === 0 ? { calls: [{ name: "listFiles", args: {} }] } : { text: "Done." };
		});
		const goalId = await launch({ minutes: 0.03 });
		const goal = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		assert.match(goal.approvals[0]?.summary ?? "", /0\.03 minutes of working time are used/);
		hangs = false;
		await daemon.client.request("approval/answer", { approvalId: goal.approvals[0]!.approvalId, answer: "approve" });
		const after = await untilState(daemon.client, goalId, ["completed", "awaiting_approval"]);
		assert.ok((after.budget.minutes.limit ?? 0) > 0.05);
	});

	/** What can be under way when the minutes are over; each hangs until `hangs` is false. */
	const places = [
		"the planner",
		"the worker",
		"a sub-agent",
		"the reviewer",
		"a check",
		"a playbook's command",
	] as const;
	const delegate = { name: "delegate", args: { role: "researcher", title: "Look", instructions: "CHILD: look." } };
	const verdict = { verdict: "pass", verifier: "the file", coverage: "all", gaps: "", summary: "Good.", diagnosis: "" };
	const reviewer = { role: "reviewer", provider: "local", model: "scripted" };

	function hangingAt(place: (typeof places)[number], hangs: () => boolean): Script {
		const at = (one: typeof place, answer: object) => (place === one && hangs() ? "hang" : answer);
		return ({ purpose, toolResults, text }) => {
			if (purpose === "plan") return at("the planner", { text: plan("PARENT: do it.") });
			if (purpose === "reflect") return { text: plainReflection };
			if (purpose === "review") return at("the reviewer", { text: JSON.stringify(verdict) });
			const isChild = text.includes("CHILD: look.") && !text.includes("PARENT: do it.");
			if (isChild) return at("a sub-agent", { text: "There is nothing." });
			if (toolResults > 0) return { text: "Done." };
			return at("the worker", { calls: [place === "a sub-agent" ? delegate : { name: "listFiles", args: {} }] });
		};
	}

	for (const place of places) {
		it(`of minutes ends ${place} though the daemon was killed just before, and goes on after a raise`, async () => {
			let hangs = true;
			server.use(hangingAt(place, () => hangs));
			const go = path.join(workspace, "go.txt");
			rmSync(go, { force: true });
			const wait = "test -f go.txt || sleep 60";
			const playbook = { path: "p.md", text: `# P\n\n## Wait\n\n\`\`\`sh\n${wait}\n\`\`\`\n` };
			const limit = 0.1;
			const { goalId } = await daemon.client.request("goal/launch", {
				workspace,
				...(place === "a playbook's command" ? { playbook, grantPlaybook: true } : { prompt: "Do it" }),
				settings: {
					budget: { minutes: limit },
					autonomy: "autonomous",
					assignments: place === "the reviewer" ? [reviewer] : [],
					checks: place === "a check" ? [wait] : [],
				},
			});
			const isNear = async () => ((await get(goalId)).budget.minutes.used ?? 0) > limit * 0.6;
			await until("the limit is near", isNear);
			daemon = await daemon.restart();
			const asked = await untilState(daemon.client, goalId, ["awaiting_approval"]);
			assert.equal(asked.approvals.length, 1);
			assert.match(asked.approvals[0]?.summary ?? "", /minutes of working time are used/);
			const used = asked.budget.minutes.used ?? 0;
			// What hangs would go on for a minute at least.
			assert.ok(used >= limit && used < 0.5, `${used} minutes are used of ${limit}`);
			hangs = false;
			writeFileSync(go, "");
			await daemon.client.request("goal/raise", { goalId, by: { minutes: 5 } });
			const over = ["completed", "failed", "awaiting_approval"] as const;
			let done = await untilState(daemon.client, goalId, over, 45_000);
			if (place === "a playbook's command") {
				// Half of it has run, and no agent reads that: the person decides whether it runs again.
				const [half] = done.approvals;
				assert.match(half?.reasons[0] ?? "", /Ended by the goal's limit of minutes/);
				await daemon.client.request("approval/answer", { approvalId: half!.approvalId, answer: "retry" });
				done = await untilState(daemon.client, goalId, ["completed", "failed"], 45_000);
			}
			assert.equal(done.state, "completed", JSON.stringify(done.approvals));
		});
	}
});
