import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { GrantId, StepId } from "../../../src/core/ids.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { isStuck, normalized } from "../../../src/core/rules/stagnation.ts";
import type { Agent, Turn } from "../../../src/daemon/agents/agent.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { answered, launchPrompt, newWorld, person, type Simulation, simulate } from "../../support/simulation.ts";

describe("an agent that goes round in circles", () => {
	const call = (command: string) => answered("", [{ name: "runCommand", args: { command } }]);
	const commands = ["make", "make other", "read it"];

	/** Every command is granted; the agent does as `act` says in the step. `red` commands fail. */
	async function run(
		act: (turn: Turn) => ReturnType<typeof answered>,
		{ checks = [], red = [] }: { readonly checks?: readonly string[]; readonly red?: readonly string[] } = {},
	): Promise<Simulation> {
		const steps = [{ id: "work", title: "Work", instructions: "Work.", checks }];
		const plan = answered(JSON.stringify({ title: "T", summary: "", steps }));
		const agent: Agent = { takeTurn: async (turn) => (turn.step ? act(turn) : plan) };
		const world = newWorld();
		for (const command of red) world.exits.set(command, 1);
		const simulation = await simulate({ store: createMemoryStore(), world, agent });
		const grants = commands.map((subject): GoalEvent => {
			const grantId = `g-${subject}` as GrantId;
			return {
				type: "grant.added",
				grantId,
				scope: "goal",
				kind: "command",
				subject,
				covers: "files",
				files: {},
				by: person,
			};
		});
		await simulation.driver.commit(() => [...launchPrompt(), ...grants]);
		await simulation.settled();
		return simulation;
	}

	const ask = ({ driver }: Simulation, request: Parameters<typeof decide>[0]) =>
		driver.commit((goal) => decide(request, goal, { by: person, newId: (prefix) => `${prefix}-asked` as never }));
	const approvalOf = ({ driver }: Simulation) => Object.values(driver.goal().approvals)[0];
	const messages = ({ events }: Simulation) =>
		events.flatMap((event) => (event.type === "message.added" && event.from === "daemon" ? [event.text] : []));

	it("is told so once, and then a person is asked, with what it repeats and the ways on", async () => {
		const simulation = await run(() => call("make"));
		assert.equal(goalState(simulation.driver.goal()), "awaiting_approval");
		assert.equal(simulation.driver.goal().usage.toolCalls, 5);
		assert.equal(messages(simulation).length, 1);
		assert.match(messages(simulation)[0]!, /the same call 3 times in a row/);
		const approval = approvalOf(simulation)!;
		assert.equal(approval.kind, "step");
		assert.match(approval.reasons[0]!, /the same call 5 times in a row, with the same result: `make`/);
		assert.deepEqual(approval.options, ["retry", "rerun", "skip", "fail", "replan"]);
	});

	it("begins anew with the advice that the person gives, and with what is known of the last attempt", async () => {
		const simulation = await run(({ thread }) =>
			thread.attempt === 1 ? call("make") : thread.acts ? answered("Done.") : call("read it"),
		);
		const { approvalId } = approvalOf(simulation)!;
		await ask(simulation, { kind: "answer", approvalId, answer: "retry", scope: "once", reason: "Install it first." });
		await simulation.settled();
		assert.equal(goalState(simulation.driver.goal()), "completed");
		const heard = simulation.events.flatMap((event) =>
			event.type === "message.added" && event.from === "goal" ? [event.text] : [],
		);
		const again = heard.find((text) => text.includes("Install it first."))!;
		assert.match(again, /the same call 5 times in a row[\s\S]*Install it first\./);
		assert.equal(simulation.driver.goal().steps["work" as StepId]?.attempt, 2);
	});

	it("goes on by itself when the person tells it what to do, and the question is withdrawn", async () => {
		const isTold = ({ transcript }: Turn) =>
			transcript.some((event) => event.type === "message.added" && event.from === "person");
		const simulation = await run((request) => (isTold(request) ? answered("Done.") : call("make")));
		assert.ok(approvalOf(simulation));
		await ask(simulation, { kind: "send", text: "It is installed now." });
		await simulation.settled();
		assert.equal(goalState(simulation.driver.goal()), "completed");
		assert.equal(simulation.driver.goal().steps["work" as StepId]?.attempt, 1);
	});

	it("is not asked about while it does something else in between, and is told no more than twice", async () => {
		let turns = 0;
		const simulation = await run(() => (turns++ % 4 === 3 ? call("make other") : call("make")));
		assert.equal(goalState(simulation.driver.goal()), "awaiting_approval");
		assert.equal(messages(simulation).length, 2);
		assert.equal(turns, 11);
	});

	it("in three attempts is shown to have failed in the same way, without a changed file", async () => {
		const simulation = await run(
			({ thread }) => (thread.acts ? answered("Done.") : answered("", [{ name: "readFile", args: { path: "a.txt" } }])),
			{
				checks: ["read it"],
				red: ["read it"],
			},
		);
		assert.equal(goalState(simulation.driver.goal()), "awaiting_approval");
		assert.deepEqual(approvalOf(simulation)!.reasons.slice(1), [
			"The last 3 attempts failed in the same way.",
			"None of the last 3 attempts changed a file.",
		]);
	});

	it("is recognised whatever the times, numbers and folders of its failures", () => {
		assert.equal(
			normalized("12:03:04 FAIL /tmp/a1/x.ts:3 after 17 ms (deadbeef01)"),
			normalized("09:11:59 FAIL /var/run/b/y.ts:3 after 4 ms (0123456789ab)"),
		);
		assert.notEqual(normalized("expected a, got b"), normalized("expected a, got c"));
	});

	it("and only plans or reviews is not waited for: of that the answer counts, and how often it may be useless", () => {
		const same = { key: "k", times: 9, summary: "edit a", told: true } as never;
		assert.equal(isStuck({ purpose: "work", same } as never), true);
		for (const purpose of ["plan", "review", "reflect"]) assert.equal(isStuck({ purpose, same } as never), false);
	});
});
