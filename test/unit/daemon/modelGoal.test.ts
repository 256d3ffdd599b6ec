import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const plan = {
	title: "Greet",
	summary: "Write a greeting and prove it.",
	steps: [
		{
			id: "write",
			title: "Write the greeting",
			instructions: "Write greeting.txt.",
			checks: ["grep -q hello greeting.txt"],
		},
		{ id: "look", title: "Look at it", instructions: "Read greeting.txt and report.", needs: ["write"] },
	],
};

/** A model that works as it should: writes, runs a command, notes its list, reports. */
const honest: Script = ({ purpose, toolResults, text }) => {
	if (purpose === "plan") return { text: JSON.stringify(plan) };
	if (purpose === "reflect") return { text: JSON.stringify({ summary: "Greeted.", reflection: "Nothing to add." }) };
	if (text.includes("Read greeting.txt")) {
		return toolResults === 0
			? { calls: [{ name: "readFile", args: { path: "greeting.txt" } }] }
			: { text: "It says hello." };
	}
	const calls = [
		{ name: "updateTodos", args: { todos: [{ content: "greet", state: "in_progress" }] } },
		{ name: "writeFile", args: { path: "greeting.txt", content: "hello\n" } },
		{ name: "runCommand", args: { command: "cat greeting.txt" } },
	];
	const call = calls[toolResults];
	return call
		? { text: `Doing ${call.name}.`, calls: [call], usage: [100, 10] }
		: { text: "The greeting is written.", usage: [120, 12] };
};

describe("a goal with a model", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: honest, models: ["scripted"], key: "secret-key" });
		daemon = await startDaemonProcess();
		const { home } = daemon;
		const providers = [
			{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, apiKeyEnv: "LOCAL_KEY", models: ["scripted"] },
		];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "local/scripted" }));
		daemon.client.close();
		daemon.process.kill("SIGKILL");
		await daemon.ended();
		daemon = await startDaemonProcess({ home, env: { LOCAL_KEY: "secret-key" } });
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	const launch = async (settings: object = {}): Promise<GoalId> =>
		(await daemon.client.request("goal/launch", { workspace, prompt: "Greet me", settings })).goalId;

	/** Approves whatever is asked until the goal is over, and says what was asked. */
	const approveAll = async (goalId: GoalId): Promise<{ asked: string[]; state: string }> => {
		const asked: string[] = [];
		for (;;) {
			const goal = await untilState(daemon.client, goalId, ["awaiting_approval", "completed", "failed", "blocked"]);
			if (goal.state !== "awaiting_approval") return { asked, state: goal.state };
			for (const { approvalId, summary, digest } of goal.approvals) {
				asked.push(summary);
				await daemon.client.request("approval/answer", { approvalId, answer: "approve", digest });
			}
		}
	};

	it("is planned, worked, asked about and checked; the requests carry the chosen model and effort", async () => {
		server.use(honest);
		const from = server.requests.length;
		const goalId = await launch({
			agent: { provider: "local", model: "scripted", effort: "high" },
			checks: ["test -f greeting.txt"],
		});
		const { asked, state } = await approveAll(goalId);
		assert.equal(state, "completed");
		assert.deepEqual(asked, ["writeFile greeting.txt"], "what only reads is not asked about");
		const requests = server.requests.slice(from);
		assert.deepEqual(
			requests.map(({ purpose }) => purpose),
			["plan", "work", "work", "work", "work", "work", "work", "reflect"],
		);
		for (const { model, effort } of requests) assert.deepEqual([model, effort], ["scripted", "high"]);
		assert.deepEqual(requests[0]?.tools, [], "the planner has no tools");
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.deepEqual(
			goal.plan.steps.map(({ state: step, verified }) => [step, verified]),
			[
				["completed", true],
				["completed", false],
			],
		);
		assert.equal(goal.checks[0]?.state, "green");
		assert.equal(goal.usage.turns, 8);
		assert.ok(goal.usage.inputTokens >= 420, "usage is what the provider counted");
		assert.equal(goal.usage.costUsd, null, "an unknown price is not zero");
		assert.deepEqual(
			goal.changes.map(({ path: file, status }) => [file, status]),
			[["greeting.txt", "added"]],
		);
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		assert.ok(events.some((event) => event.type === "todo.updated"));
		assert.ok(!JSON.stringify(events).includes("secret-key"), "no event holds the key");
		assert.ok(!readFileSync(path.join(daemon.home, "daemon.log"), "utf8").includes("secret-key"));
	});

	it("streams what the model writes to whoever watches", async () => {
		let isWatched = false;
		server.use(async (request) => {
			const answer = honest(request);
			if (request.purpose === "plan") return answer;
			await until("it is watched", () => isWatched);
			return { ...(answer as object), chunkMs: 15 };
		});
		const goalId = await launch();
		let streamed = "";
		const stop = daemon.client.onNotice("goal/delta", (delta) => {
			if (delta.goalId === goalId) streamed += delta.text;
		});
		await daemon.client.request("goal/watch", { goalId });
		isWatched = true;
		await approveAll(goalId);
		stop();
		assert.match(streamed, /Doing writeFile\..*The greeting is written\./s);
	});

	it("reads the reason of a denial, and is not completed on a model's word when its check is red", async () => {
		const seen: string[] = [];
		server.use((request) => {
			if (request.purpose === "plan")
				return { text: JSON.stringify({ ...plan, steps: [{ ...plan.steps[0], checks: ["test -f never.txt"] }] }) };
			seen.push(request.text);
			return request.toolResults === 0
				? { calls: [{ name: "runCommand", args: { command: "touch wanted.txt" } }] }
				: { text: "All done, everything works!" };
		});
		const goalId = await launch();
		for (let asked = 0; asked < 20; asked++) {
			const goal = await untilState(daemon.client, goalId, ["awaiting_approval", "completed", "failed"]);
			assert.equal(goal.state, "awaiting_approval", "a lie does not complete a goal");
			const step = goal.approvals.find(({ kind }) => kind === "step");
			if (step) {
				assert.equal(goal.plan.steps[0]?.attempts.length, 3, "three attempts, then a person");
				assert.ok(
					seen.some((text) => text.includes("The last attempt failed") && text.includes("never.txt")),
					"the diagnosis reaches the next attempt",
				);
				await daemon.client.request("approval/answer", { approvalId: step.approvalId, answer: "fail" });
				break;
			}
			for (const { approvalId, command } of goal.approvals) {
				const deny = command === "touch wanted.txt";
				await daemon.client.request("approval/answer", {
					approvalId,
					answer: deny ? "deny" : "approve",
					reason: deny ? "not on a Sunday" : undefined,
				});
			}
		}
		const goal = await untilState(daemon.client, goalId, ["failed"]);
		assert.match(goal.stateReason, /“Write the greeting” failed/);
		assert.ok(seen.some((text) => text.includes("not on a Sunday")));
		assert.ok(!existsSync(path.join(workspace, "wanted.txt")));
	});

	it("cannot leave the workspace, reach the data folder or the command line, or run a tool that is not there", async () => {
		const forbidden = [
			{ name: "readFile", args: { path: "../../etc/passwd" } },
			{ name: "writeFile", args: { path: path.join(daemon.home, "config.jsonc"), content: "{}" } },
			{ name: "writeFile", args: { path: ".git/hooks/pre-commit", content: "x" } },
			{ name: "runCommand", args: { command: `cat ${daemon.home}/daemon.json` } },
			{ name: "runCommand", args: { command: "mission approve a-1" } },
			{ name: "fly", args: {} },
			{ name: "runCommand", args: '{"command": ' },
		];
		server.use(({ purpose, toolResults }) => {
			if (purpose === "plan") return { text: JSON.stringify({ ...plan, steps: [{ ...plan.steps[0], checks: [] }] }) };
			const call = forbidden[toolResults];
			return call ? { calls: [call] } : { text: "I tried." };
		});
		const goalId = await launch();
		const { asked, state } = await approveAll(goalId);
		assert.deepEqual([asked, state], [[], "completed"], "what is forbidden is not even asked about");
		const { events } = await daemon.client.request("goal/events", { goalId, types: ["tool.completed"], limit: 100 });
		assert.equal(events.length, forbidden.length);
		assert.ok(events.every((event) => event.type === "tool.completed" && !event.ok));
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.equal(goal.plan.steps[0]?.verified, false, "done on its agent's word is shown as unverified");
	});

	it("sends a useless plan back with the reason, and gives up in a sentence after three", async () => {
		let asked = 0;
		server.use(() => ({
			text: [
				"I would rather not.",
				'{"steps": []}',
				'{"steps": [{"id": "a", "title": "A", "instructions": "x", "needs": ["b"]}]}',
			][asked++ % 3]!,
		}));
		const goalId = await launch();
		const goal = await untilState(daemon.client, goalId, ["failed"]);
		assert.equal(asked, 3);
		assert.match(goal.stateReason, /3 times without a plan/);
		server.use(honest);
		await daemon.client.request("goal/control", { goalId, action: "retry" });
		assert.equal((await approveAll(goalId)).state, "completed");
	});

	it("asks again after 429 and 500 and a cut stream, and completes", async () => {
		let trouble = 0;
		server.use((request) => {
			const kinds = [{ status: 429, headers: { "retry-after": "0" } }, { status: 500 }, "cut" as const];
			// One after each answer: the waits grow only where one follows the other.
			if (request.purpose === "work" && request.toolResults === trouble && trouble < kinds.length)
				return kinds[trouble++]!;
			return honest(request);
		});
		const goalId = await launch();
		assert.equal((await approveAll(goalId)).state, "completed");
		const { events } = await daemon.client.request("goal/events", { goalId, types: ["provider.failed"], limit: 10 });
		assert.deepEqual(
			events.map((event) => event.type === "provider.failed" && event.code),
			["rateLimited", "serverError", "cutOff"],
		);
	});

	it("is blocked with what to do when the key is refused, and goes on when it is resumed", async () => {
		server.use(() => ({ status: 401 }));
		const goalId = await launch();
		const goal = await untilState(daemon.client, goalId, ["blocked"]);
		assert.match(goal.stateReason, /LOCAL_KEY/);
		server.use(honest);
		await daemon.client.request("goal/control", { goalId, action: "resume" });
		assert.equal((await approveAll(goalId)).state, "completed");
	});

	it("reads what the person sends to its thread before its next turn", async () => {
		let isSent = false;
		let works = false;
		server.use(async (request) => {
			if (request.purpose === "plan") return honest(request);
			works = true;
			await until("the person has written", () => isSent);
			return honest(request);
		});
		const goalId = await launch();
		await until("its first turn is under way", () => works);
		await daemon.client.request("thread/send", { goalId, text: "Use a friendly tone." });
		isSent = true;
		await approveAll(goalId);
		assert.ok(
			server.requests.some(({ messages }) =>
				messages.some(({ role, content }) => role === "user" && content?.includes("friendly tone")),
			),
		);
	});
});
