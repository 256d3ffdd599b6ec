import assert from "node:assert/strict";
import path from "node:path";
import type { AgentAnswer, AgentAsks } from "../support/agentModels.ts";
import { killThose } from "../support/killThose.ts";
import { plainReflection } from "../support/modelServer.ts";
import { until } from "../support/until.ts";
import { places, skipWithoutSandbox } from "../unit/commands/workbench.ts";
import { type GoalWorld, onePlan, openGoalWorld, passed } from "./goalWorld.ts";
import { agentsToRun, type RealAgent } from "./realAgents.ts";

/** What the agent's model does, by the marker of the goal. It decides by what is there, as a model would. */
type Brain = (asks: AgentAsks, world: GoalWorld) => AgentAnswer | Promise<AgentAnswer>;

for (const real of agentsToRun)
	describe(`a goal with ${real.id}`, function () {
		this.timeout(400_000);
		let world: GoalWorld;
		afterEach(async () => {
			await world.close();
		});

		async function open(brain: Brain): Promise<GoalWorld> {
			world = await openGoalWorld(real, (asks) => brain(asks, world));
			return world;
		}

		it("asks before the agent edits: denied, nothing changes; approved, it is done", async () => {
			const { launch, asked, answer, approveUntil, read } = await open((asks) => editing(real, asks, world));
			const goalId = await launch("[[edit]] Change the greeting in greet.js from hello to bonjour.");
			const first = await asked(goalId);
			assert.deepEqual([first.kind, greeting(world)], ["tool", "hello"]);
			await answer(first.approvalId, "deny");
			const second = await asked(goalId);
			assert.equal(greeting(world), "hello");
			await answer(second.approvalId, "approve");
			const goal = await approveUntil(goalId, ["completed"]);
			assert.equal(greeting(world), "bonjour");
			assert.match(read("greet.js"), /^export const greet/);
			assert.deepEqual(
				goal.changes.map(({ path: file, status }) => [file, status]),
				[["greet.js", "modified"]],
			);
		});

		it("ends the agent in mid-turn when the goal is cancelled", async () => {
			const { launch, asked, client, processes, goal } = await open((asks) => editing(real, asks, world));
			const goalId = await launch("[[cancel]] Change the greeting in greet.js from hello to bonjour.");
			await asked(goalId);
			assert.ok(processes().length > 0);
			await client().request("goal/control", { goalId, action: "cancel" });
			await until("the agent has ended", () => processes().length === 0, 30_000);
			assert.deepEqual([(await goal(goalId)).state, greeting(world)], ["cancelled", "hello"]);
		});

		for (const place of places)
			it(`goes on when the daemon is killed in mid-turn, ${place}: nothing is repeated, and nothing lost`, async function () {
				if (place !== "outside") await skipWithoutSandbox(this);
				const sandbox = place === "outside" ? undefined : "required";
				let letGo = () => {};
				const held = new Promise<void>((resolve) => {
					letGo = resolve;
				});
				let isHeld = false;
				const { launch, asked, answer, approveUntil, kill, start, events, processes, read } = await open(
					async (asks) => {
						if (!has(asks, "first-ok")) return { calls: [logging(real, world, "first")] };
						isHeld = true;
						await held;
						return has(asks, "second-ok") ? { text: "That is all." } : { calls: [logging(real, world, "second")] };
					},
				);
				const goalId = await launch("[[kill]] Write first, then second, into log.txt.", { sandbox });
				const first = await asked(goalId);
				const early = processes();
				await answer(first.approvalId, "approve");
				await until("the agent's model is asked for what follows", () => isHeld, 120_000);
				// What an agent starts for a moment, to look for a newer version of itself, ends by itself.
				const before = processes().filter((pid) => early.includes(pid));
				assert.ok(before.length > 0);
				await kill();
				assert.deepEqual(
					processes().filter((pid) => before.includes(pid)),
					before,
				);
				letGo();
				await start();
				const second = await asked(goalId);
				assert.match(second.summary, /second/);
				await answer(second.approvalId, "approve");
				const goal = await approveUntil(goalId, ["completed"]);
				assert.equal(read("log.txt"), "first\nsecond\n");
				const turns = await events(goalId, "turn.started");
				const own = turns.filter(
					({ threadId }) => goal.threads.find((one) => one.threadId === threadId)?.role === "implementer",
				);
				assert.equal(own.length, 1);
				const started = await events(goalId, "agent.started");
				assert.ok(started.every((one) => one.sandbox?.network === (sandbox && true)));
			});

		for (const place of places)
			it(`asks what became of a call when the agent died in it, ${place}, and goes on without repeating it`, async function () {
				if (place !== "outside") await skipWithoutSandbox(this);
				const sandbox = place === "outside" ? undefined : "required";
				const { launch, asked, answer, approveUntil, events, processes, read } = await open((asks) => {
					const isTold = /outcome is unknown|has died/.test(asks.text);
					if (!isTold) return { calls: [logging(real, world, "begun", " && sleep 300")] };
					return has(asks, "after-ok") ? { text: "That is all." } : { calls: [logging(real, world, "after")] };
				});
				const goalId = await launch("[[die]] Write begun into log.txt.", { sandbox });
				await answer((await asked(goalId)).approvalId, "approve");
				await until("the command has begun", () => logOf(world) === "begun\n", 120_000);
				killThose(processes());
				const recovery = await asked(goalId);
				assert.equal(recovery.kind, "recovery");
				await answer(recovery.approvalId, "verify");
				await approveUntil(goalId, ["completed"]);
				assert.equal(read("log.txt"), "begun\nafter\n");
				const unknown = await events(goalId, "tool.interrupted");
				assert.deepEqual(
					unknown.map(({ outcome }) => outcome),
					["unknown"],
				);
			});

		it("asks the model and the effort that the roster names, as the agent's model server sees", async () => {
			const { launch, models } = await open(() => ({ text: "Nothing is to be done, as I see." }));
			const { otherModel, effort } = real;
			await launch("[[model]] Look.", { model: otherModel, effort });
			await until("the model was asked", () => models.requests.some(isWork("model")), 120_000);
			const request = models.requests.find(isWork("model"))!;
			assert.ok(isModel(request.model, otherModel), `${request.model} was asked, not ${otherModel}`);
			assert.equal(request.effort, effort);
		});

		it("plans and reviews as well as it works", async () => {
			const { launch, approveUntil, events } = await open((asks) => {
				if (asks.role === "planner") return { text: JSON.stringify(onePlan("[[whole]] Do what the goal says.")) };
				if (asks.role === "reviewer") return { text: JSON.stringify(passed) };
				if (asks.role === "reflector") return { text: plainReflection };
				return editing(real, asks, world);
			});
			const own = { provider: real.id, model: "default" };
			const roster = [
				{ role: "planner", ...own },
				{ role: "reviewer", enabled: true, ...own },
			];
			const goalId = await launch("[[whole]] Change the greeting in greet.js from hello to bonjour.", { roster });
			await approveUntil(goalId, ["completed"]);
			assert.equal(greeting(world), "bonjour");
			const reviews = await events(goalId, "review.completed");
			assert.ok(reviews.length > 0);
		});
	});

/** Reads the file and edits it, for as long as it is not edited. */
function editing(real: RealAgent, { results }: AgentAsks, world: GoalWorld): AgentAnswer {
	if (greeting(world) === "bonjour") return { text: "The greeting is changed." };
	const [read, edit] = real.edit(path.join(world.workspace, "greet.js"), "hello", "bonjour");
	const isRead = results.some((result) => result.includes("greet = ()"));
	return { text: "One step.", calls: [isRead ? edit! : read!] };
}

/** Appends a line, and says so by a word that stands nowhere in the command. */
function logging(real: RealAgent, { workspace }: GoalWorld, word: string, more = "") {
	const log = path.join(workspace, "log.txt");
	return real.shell(`echo ${word} >> ${log}${more} && printf '%s-%s' ${word} ok`, workspace);
}

function has({ allResults, text }: AgentAsks, word: string): boolean {
	return allResults.some((result) => result.includes(word)) || text.includes(word);
}

function greeting(world: GoalWorld): string | undefined {
	return /'(.*)'/.exec(world.read("greet.js"))?.[1];
}

function logOf(world: GoalWorld): string {
	try {
		return world.read("log.txt");
	} catch {
		return "";
	}
}

/** The work itself, with tools: an agent asks small models for titles too. */
const isWork =
	(marker: string) =>
	({ text }: { readonly text: string }) =>
		text.includes(`[[${marker}]]`) && /"tools":\s*\[\s*\{/.test(text);

/** Agents name a model in short; its server is asked for it in full. */
function isModel(asked: string, named: string): boolean {
	return asked.includes(named.slice(named.lastIndexOf("/") + 1));
}
