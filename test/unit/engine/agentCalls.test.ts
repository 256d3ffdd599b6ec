import assert from "node:assert/strict";
import type { EventType } from "../../../src/core/events.ts";
import type { Goal } from "../../../src/core/goal.ts";
import type { StepId } from "../../../src/core/ids.ts";
import { choicesOf } from "../../../src/core/questions/questions.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { canMove } from "../../../src/core/rules/movement.ts";
import { isWorking } from "../../../src/core/rules/workingTime.ts";
import type { Agent, Turn, TurnOutcome } from "../../../src/daemon/agents/agent.ts";
import type { AgentCall, Permission } from "../../../src/daemon/agents/turnSession.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import { next } from "../../../src/daemon/engine/next.ts";
import { needsOf } from "../../../src/daemon/engine/turnNeeds.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import type { PersonAnswer } from "../../../src/daemon/tools/personQuestion.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import {
	answered,
	failures,
	launchPrompt,
	newWorld,
	person,
	type Simulation,
	simulate,
} from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("an agent that runs its own tools", () => {
	const open: Simulation[] = [];
	afterEach(async () => {
		for (const { driver } of open.splice(0)) await driver.close();
		assert.deepEqual(failures.splice(0), []);
	});

	const plan = answered(
		JSON.stringify({
			title: "T",
			summary: "",
			steps: [{ id: "work", title: "Work", instructions: "Work.", checks: [] }],
		}),
	);
	const make: AgentCall = { id: "a1", name: "shell", args: { command: "make" }, effect: "outside", summary: "make" };

	async function start(
		work: (turn: Turn, signal: AbortSignal) => Promise<TurnOutcome>,
		store: Store = createMemoryStore(),
		silenceMs?: number,
	) {
		const agent: Agent = { takeTurn: async (turn, signal) => (turn.step ? work(turn, signal) : plan) };
		const simulation = await simulate({ store, world: newWorld(), agent, silenceMs });
		open.push(simulation);
		if (simulation.driver.goal().seq === 0) await simulation.driver.commit(() => launchPrompt());
		else simulation.driver.wake();
		return simulation;
	}

	const goalOf = ({ driver }: Simulation): Goal => driver.goal();
	const approvalOf = (simulation: Simulation) => Object.values(goalOf(simulation).approvals)[0];
	const typesOf = ({ events }: Simulation, ...types: EventType[]) =>
		events.map(({ type }) => type).filter((type) => types.includes(type));
	const effectsOf = (simulation: Simulation) =>
		next(goalOf(simulation), simulation.driver.epoch, Date.now(), engineLimits).effects;
	const ended = (simulation: Simulation) => until("the goal ends", () => goalOf(simulation).end !== undefined);
	const ask = ({ driver }: Simulation, request: Parameters<typeof decide>[0]) =>
		driver.commit((goal) =>
			decide(request, goal, { by: person, newId: (prefix) => `${prefix}-asked` as never, now: Date.now() }),
		);
	const answer = async (simulation: Simulation, given: string, reason?: string) => {
		await until("a person is asked", () => approvalOf(simulation) !== undefined);
		const { approvalId } = approvalOf(simulation)!;
		await ask(simulation, { kind: "answer", approvalId, answer: given, scope: "once", reason });
	};

	/** Who asks waits as long as it takes. */
	const waits = () => new AbortController().signal;

	it("asks a person in the middle of its turn, and goes on in the same turn once it is allowed", async () => {
		const told: Permission[] = [];
		let turns = 0;
		const simulation = await start(async ({ session }) => {
			turns++;
			await session.update({ kind: "text", text: "I build it." });
			await session.update({ kind: "plan", todos: [{ content: "Build", state: "in_progress" }] });
			told.push(await session.permission(make));
			await session.update({ kind: "callEnded", id: "a1", ok: true, output: "built", exitCode: 0 });
			return answered("Done.");
		});
		await until("a person is asked", () => approvalOf(simulation) !== undefined);
		assert.equal(approvalOf(simulation)!.command, "make");
		assert.equal(goalState(goalOf(simulation)), "awaiting_approval");
		assert.equal(isWorking(goalOf(simulation)), false, "waiting for a person is no working time");
		const need = needsOf(goalOf(simulation), effectsOf(simulation), Date.now());
		assert.deepEqual([need.place, need.folder], [false, false], "another goal may go on meanwhile");
		assert.deepEqual(told, []);
		await answer(simulation, "approve");
		await ended(simulation);
		assert.deepEqual([goalState(goalOf(simulation)), told, turns], ["completed", [{ kind: "allow" }], 1]);
		assert.deepEqual(
			typesOf(
				simulation,
				"tool.requested",
				"approval.requested",
				"approval.answered",
				"tool.started",
				"tool.completed",
			),
			["tool.requested", "approval.requested", "approval.answered", "tool.started", "tool.completed"],
		);
		const requested = simulation.events.find((event) => event.type === "tool.requested");
		assert.ok(requested?.type === "tool.requested");
		assert.deepEqual([requested.owner, requested.agentCallId], ["agent", "a1"]);
		const said = simulation.events.flatMap((event) =>
			event.type === "message.added" && event.from === "implementer" ? [event.text] : [],
		);
		assert.deepEqual(said, ["I build it.", "Done."]);
	});

	it("is told why it is denied, and nothing of it counts as begun", async () => {
		const told: Permission[] = [];
		const simulation = await start(async ({ session }) => {
			told.push(await session.permission(make));
			return answered("I did something else.");
		});
		await answer(simulation, "deny", "Not today.");
		await until("the agent is told", () => told.length > 0);
		assert.ok(told[0]?.kind === "deny" && /Not today/.test(told[0].reason));
		assert.deepEqual(typesOf(simulation, "tool.started"), []);
	});

	it("asks nobody for what is read, and is refused what no agent may", async () => {
		const told: Permission[] = [];
		const calls: AgentCall[] = [
			{ id: "r1", name: "read", args: { path: "package.json" }, effect: "none", summary: "package.json" },
			{ id: "r2", name: "shell", args: { command: "mission approve a-1" }, effect: "outside", summary: "mission" },
			{ id: "r3", name: "edit", args: { path: ".git/hooks/pre-commit" }, effect: "workspace", summary: "a hook" },
		];
		const simulation = await start(async ({ session }) => {
			for (const call of calls) {
				told.push(await session.permission(call));
				await session.update({ kind: "callEnded", id: call.id, ok: true, output: "" });
			}
			return answered("Done.");
		});
		await ended(simulation);
		assert.deepEqual(
			told.map(({ kind }) => kind),
			["allow", "deny", "deny"],
		);
		assert.deepEqual(typesOf(simulation, "approval.requested"), []);
	});

	it("asks about an act of which nothing is known each time, and only for once", async () => {
		const act = (id: string): AgentCall => ({ id, name: "deploy", args: {}, effect: "outside", summary: "deploy" });
		const simulation = await start(async ({ session }) => {
			for (const id of ["d1", "d2"]) {
				await session.permission(act(id));
				await session.update({ kind: "callEnded", id, ok: true, output: "" });
			}
			return answered("Done.");
		});
		for (const _ of ["d1", "d2"]) {
			await until("a person is asked", () => approvalOf(simulation) !== undefined);
			assert.equal(approvalOf(simulation)!.goalScope, undefined);
			await answer(simulation, "approve");
		}
		await ended(simulation);
		assert.equal(typesOf(simulation, "approval.requested").length, 2);
	});

	it("that asks twice about one call is asked about once", async () => {
		const simulation = await start(async ({ session }) => {
			const both = await Promise.all([session.permission(make), session.permission(make)]);
			assert.deepEqual(both, [{ kind: "allow" }, { kind: "allow" }]);
			await session.update({ kind: "callEnded", id: "a1", ok: true, output: "" });
			return answered("Done.");
		});
		await answer(simulation, "approve");
		await ended(simulation);
		assert.equal(typesOf(simulation, "tool.requested").length, 1);
	});

	it("that acts without asking has it shown as begun, and no call is ever named to be performed", async () => {
		const simulation = await start(async ({ session }) => {
			await session.update({ kind: "call", call: make });
			await session.update({ kind: "callEnded", id: "nobody", ok: true, output: "" });
			await session.update({ kind: "callEnded", id: "a1", ok: false, output: "broken", exitCode: 2 });
			return answered("Done.");
		});
		await ended(simulation);
		assert.deepEqual(typesOf(simulation, "tool.requested", "tool.started", "tool.completed"), [
			"tool.requested",
			"tool.started",
			"tool.completed",
		]);
	});

	it("sent as a researcher only reads, and so does whoever it sends", async () => {
		const told: Record<string, string[]> = {};
		const sent = (role: string) =>
			answered("", [{ name: "delegate", args: { role, title: `Be ${role}`, instructions: "Do it." } }]);
		const acts: AgentCall[] = [
			{ id: "r", name: "read", args: { path: "package.json" }, effect: "none", summary: "package.json" },
			{ id: "w", name: "edit", args: { path: "made.txt" }, effect: "workspace", summary: "made.txt" },
			make,
		];
		const asked = new Set<string>();
		const simulation = await start(async ({ thread, session }) => {
			const { role, parentThreadId } = thread;
			const place = parentThreadId === undefined ? "step" : role;
			if (asked.has(thread.threadId)) return answered(`Done as ${place}.`);
			asked.add(thread.threadId);
			if (place === "step") return sent("researcher");
			told[place] = [];
			for (const act of acts) {
				const permission = await session.permission({ ...act, id: `${place}-${act.id}` });
				told[place].push(permission.kind === "deny" ? permission.reason.slice(0, 21) : permission.kind);
				await session.update({ kind: "callEnded", id: `${place}-${act.id}`, ok: true, output: "" });
			}
			return place === "researcher" ? sent("implementer") : answered("Made.");
		});
		await ended(simulation);
		const onlyRead = ["allow", "This role only looks:", "This role only looks:"];
		assert.deepEqual(told, { researcher: onlyRead, implementer: onlyRead });
		assert.deepEqual(typesOf(simulation, "approval.requested"), []);
	});

	it("asks a person in the middle of its turn, once by each name, and the goal waits for them meanwhile", async () => {
		const told: PersonAnswer[] = [];
		const which = { id: "q1", question: "Which?", options: [{ label: "A" }, { label: "B" }], from: "The server files" };
		const simulation = await start(async ({ session }) => {
			told.push(...(await Promise.all([session.ask(which, waits()), session.ask(which, waits())])));
			told.push(await session.ask({ id: "q2", question: "And its name?" }, waits()), await session.ask(which, waits()));
			await session.permission({ id: "r1", name: "read", args: {}, effect: "none", summary: "notes" });
			await session.update({ kind: "callEnded", id: "r1", ok: true, output: "" });
			return answered("Done.");
		});
		await until("a person is asked", () => approvalOf(simulation) !== undefined);
		assert.equal(goalState(goalOf(simulation)), "awaiting_approval");
		assert.deepEqual(approvalOf(simulation)!.reasons, [
			"The server files asks, and is told what you answer: no password belongs here.",
		]);
		await answer(simulation, "B");
		await until("it asks on", () => approvalOf(simulation)?.summary === "And its name?");
		await answer(simulation, "text", "Ada");
		await ended(simulation);
		const b = { kind: "answered", chosen: ["B"], text: undefined };
		assert.deepEqual(told, [b, b, { kind: "answered", chosen: [], text: "Ada" }, b]);
		assert.equal(typesOf(simulation, "approval.requested").length, 2);
	});

	it("that says more than a message holds keeps the beginning and the end of it, and says what is left out", async () => {
		const part = "0123456789abcdef".repeat(4096);
		const simulation = await start(async ({ session }) => {
			for (const kind of ["reasoning", "text"] as const) {
				await session.update({ kind, text: `${kind} begins.` });
				for (let parts = 0; parts < 100; parts++) await session.update({ kind, text: part });
				await session.update({ kind, text: `${kind} ends.` });
			}
			await session.permission({ id: "r1", name: "read", args: {}, effect: "none", summary: "notes" });
			await session.update({ kind: "callEnded", id: "r1", ok: true, output: "" });
			await session.update({ kind: "text", text: part });
			return answered("Done.");
		});
		await ended(simulation);
		const [flood, last] = simulation.events.flatMap((event) =>
			event.type === "message.added" && event.from === "implementer" ? [event] : [],
		);
		for (const kind of ["reasoning", "text"] as const) {
			const said = flood?.[kind] ?? "";
			assert.ok(said.length < 3 * 1024 * 1024, `${said.length} characters`);
			assert.ok(said.startsWith(`${kind} begins.0123`) && said.endsWith(`cdef${kind} ends.`));
			const [note, left] = /\n\[… (\d+) characters of what was said are left out …\]\n/.exec(said) ?? [];
			const whole = 100 * part.length + `${kind} begins.${kind} ends.`.length;
			assert.equal(said.length - (note?.length ?? 0) + Number(left), whole);
		}
		assert.equal(last?.text, `${part}\n\nDone.`);
	});

	it("that asks more than a person can answer is told so at once, and goes on", async () => {
		const told: PersonAnswer[] = [];
		let turns = 0;
		const simulation = await start(async ({ session }) => {
			// An attempt in which nothing was done goes on with another turn.
			if (++turns > 1) return answered("Done.");
			for (let number = 1; number <= 23; number++)
				void session
					.ask({ id: `q${number}`, question: `Number ${number}?` }, waits())
					.then((given) => told.push(given));
			await until("three are refused", () => told.length >= 3);
			assert.equal(Object.keys(goalOf(simulation).approvals).length, 20);
			return answered("Done.");
		});
		await until("all of them are over", () => told.length >= 23);
		for (const refused of told.slice(0, 3))
			assert.ok(refused.kind === "declined" && /20 questions of this goal wait/.test(refused.reason ?? ""));
		assert.equal(typesOf(simulation, "approval.requested").length, 20);
	});

	it("that has ended its turn has its question taken back", async () => {
		const told: PersonAnswer[] = [];
		let turns = 0;
		const simulation = await start(async ({ session }) => {
			if (++turns > 1) return answered("Done.");
			void session.ask({ id: "q1", question: "Which?" }, waits()).then((given) => told.push(given));
			await until("a person is asked", () => approvalOf(simulation) !== undefined);
			return answered("Never mind.");
		});
		await until("it is told", () => told.length > 0);
		assert.deepEqual(told, [{ kind: "over" }]);
		assert.equal(approvalOf(simulation)?.question === "agent", false);
	});

	it("that ends its turn before a person decided has the question taken back", async () => {
		let turns = 0;
		const simulation = await start(async ({ session }) => {
			if (++turns === 1) {
				void session.permission(make);
				await until("a person is asked", () => approvalOf(simulation) !== undefined);
				return answered("Never mind.");
			}
			await session.update({ kind: "call", call: { ...make, id: "a2" } });
			await session.update({ kind: "callEnded", id: "a2", ok: true, output: "" });
			return answered("I did it otherwise.");
		});
		await ended(simulation);
		assert.equal(typesOf(simulation, "approval.superseded").length, 1);
		const [dropped] = simulation.events.flatMap((event) => (event.type === "tool.completed" ? [event] : []));
		assert.match(dropped?.refused ?? "", /turn ended before it was allowed/);
		assert.equal(typesOf(simulation, "tool.started").length, 1, "only what the second turn did");
	});

	it("that ends its turn in the middle of an act leaves it unknown; a person decides, and nobody offers to run it again", async () => {
		let turns = 0;
		const simulation = await start(async ({ session }) => {
			if (++turns > 1) return answered("I looked: it is built.");
			await session.permission(make);
			return { kind: "failed", code: "cutOff", reason: "The agent is gone.", retryable: true };
		});
		await answer(simulation, "approve");
		await until("a person is asked about the outcome", () => approvalOf(simulation)?.kind === "recovery");
		const approval = approvalOf(simulation)!;
		assert.deepEqual(approval.options, ["verify", "skip"]);
		assert.deepEqual(
			choicesOf(goalOf(simulation), approval).map((row) => row.answer),
			["verify", "skip"],
		);
		await answer(simulation, "verify");
		await ended(simulation);
		assert.equal(turns, 2);
	});

	it("whose daemon died while it waited has its question taken back, and is asked anew in another turn", async () => {
		const store = createMemoryStore();
		let asked = 0;
		const work = async ({ session }: Turn): Promise<TurnOutcome> => {
			asked++;
			const permission = await session.permission({ ...make, id: `a${asked}` });
			if (permission.kind === "allow")
				await session.update({ kind: "callEnded", id: `a${asked}`, ok: true, output: "" });
			return answered("Done.");
		};
		const before = await start(work, store);
		await until("a person is asked", () => approvalOf(before) !== undefined);
		// The next daemon claims the goal: the first can write it no more.
		open.splice(0);
		const after = await start(work, store);
		await until("a person is asked anew", () => asked === 2 && approvalOf(after) !== undefined);
		await answer(after, "approve");
		await ended(after);
		assert.equal(goalState(goalOf(after)), "completed");
		await before.driver.close().catch(() => undefined);
		failures.splice(0);
	});

	it("is not silent while a person is asked, however long that takes", async () => {
		const simulation = await start(
			async ({ session }) => {
				await session.permission(make);
				await session.update({ kind: "callEnded", id: "a1", ok: true, output: "" });
				return answered("Done.");
			},
			createMemoryStore(),
			20,
		);
		await until("a person is asked", () => approvalOf(simulation) !== undefined);
		const askedAt = Date.now();
		await until("several silences have passed", () => Date.now() - askedAt > 100);
		await answer(simulation, "approve");
		await ended(simulation);
		// A busy machine may be silent itself before it asks, and after it was answered.
		const told = typesOf(simulation, "approval.requested", "silence.noticed", "approval.answered", "turn.interrupted");
		assert.equal(told[told.indexOf("approval.requested") + 1], "approval.answered");
	});

	for (const [name, request, state] of [
		["cancels the goal", { kind: "cancel" }, "cancelled"],
		["skips its step", { kind: "skip", stepId: "work" as StepId }, "completed"],
	] as const)
		it(`is told that its turn is over when a person ${name} instead of deciding`, async () => {
			const told: Permission[] = [];
			const simulation = await start(async ({ session }) => {
				told.push(await session.permission(make));
				return { kind: "aborted" };
			});
			await until("a person is asked", () => approvalOf(simulation) !== undefined);
			await ask(simulation, request);
			await ended(simulation);
			await until("the agent is told", () => told.length > 0);
			assert.deepEqual([goalState(goalOf(simulation)), told], [state, [{ kind: "over" }]]);
			assert.deepEqual([typesOf(simulation, "tool.started"), goalOf(simulation).approvals], [[], {}]);
		});

	it("waits with what it asks while the goal is paused, and is answered when it goes on", async () => {
		let mayAsk = () => {};
		const asks = new Promise<void>((resolve) => {
			mayAsk = resolve;
		});
		const read: AgentCall = { id: "r", name: "read", args: { path: "package.json" }, effect: "none", summary: "it" };
		const simulation = await start(async ({ session }) => {
			await asks;
			const permission = await session.permission(read);
			await session.update({ kind: "callEnded", id: "r", ok: permission.kind === "allow", output: "" });
			return answered("Done.");
		});
		await until("its turn begins", () => typesOf(simulation, "turn.started").length >= 2);
		await ask(simulation, { kind: "pause", now: false });
		assert.equal(canMove(goalOf(simulation)), true, "the turn goes on");
		mayAsk();
		await until("nothing moves any more", () => !canMove(goalOf(simulation)));
		assert.equal(goalState(goalOf(simulation)), "paused");
		assert.deepEqual(typesOf(simulation, "tool.requested", "tool.started"), ["tool.requested"]);
		await ask(simulation, { kind: "resume" });
		await ended(simulation);
		assert.equal(goalState(goalOf(simulation)), "completed");
	});

	it("never has `next` name a begun call of its own, whatever else stands", async () => {
		let seen: Goal | undefined;
		const simulation = await start(async ({ session }) => {
			await session.update({ kind: "call", call: make });
			seen = goalOf(simulation);
			await session.update({ kind: "callEnded", id: "a1", ok: true, output: "" });
			return answered("Done.");
		});
		await ended(simulation);
		const kinds = next(seen!, simulation.driver.epoch, Date.now(), engineLimits).effects.map(({ kind }) => kind);
		assert.ok(kinds.includes("turn") && !kinds.includes("call"), kinds.join());
		assert.deepEqual(typesOf(simulation, "tool.interrupted"), []);
	});
});
