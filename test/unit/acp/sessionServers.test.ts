import assert from "node:assert/strict";
import type { Turn } from "../../../src/daemon/agents/agent.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, type Life, working } from "../../support/acpGoal.ts";
import type { MemoryProcesses } from "../../support/memoryProcesses.ts";
import type { Scripted } from "../../support/scriptedAcp.ts";
import { until } from "../../support/until.ts";

describe("the MCP servers of an agent's session", () => {
	const { start } = acpGoals();
	type Servers = NonNullable<Turn["servers"]>;
	const program = (name: string, env: Record<string, string> = {}): Servers[number] => ({
		name,
		reach: { kind: "program", command: "/usr/bin/serve", args: [name], env, cwd: "/" },
	});
	const web = (name: string, headers: Record<string, string> = {}): Servers[number] => ({
		name,
		reach: { kind: "http", url: `https://${name}.example.org/`, headers },
	});
	const takesHttp = { mcpCapabilities: { http: true } };

	/** Two turns in the thread that works: the servers change while the first one is under way. */
	const twoTurns = (more: Partial<Scripted> = {}) => {
		const texts: string[] = [];
		/** What had been written to each process when it was asked last. */
		const written = new Map<string, readonly string[]>();
		let mayEnd = () => {};
		const end = new Promise<void>((resolve) => {
			mayEnd = resolve;
		});
		const memory: MemoryProcesses = working(async ({ text, say, tell }) => {
			texts.push(text);
			for (const [key, spool] of memory.spools) written.set(key, [...spool.written]);
			if (texts.length === 1) {
				await tell({ sessionUpdate: "tool_call", toolCallId: "r", kind: "read", title: "Look", status: "completed" });
				await end;
			}
			await say(`Turn ${texts.length}.`);
			return "end_turn";
		}, more);
		return { memory, texts, written, mayEnd };
	};
	const sendsAgain = async (life: Life) => {
		await until("it works", () => life.events("tool.completed").length > 0);
		const threadId = life.events("tool.requested")[0]!.threadId;
		await life.ask({ kind: "send", text: "Use tabs.", threadId });
		return threadId;
	};
	const opened = (written: ReadonlyMap<string, readonly string[]>, threadId: string) =>
		[...written]
			.filter(([key]) => key.startsWith(`${threadId}.`))
			.map(([, lines]) =>
				lines.flatMap((line) => {
					const { method, params } = JSON.parse(line);
					const names = params?.mcpServers?.map(({ name }: { name: string }) => name);
					return /^session\/(new|load|resume)$/.test(method) ? [`${method} ${names.join(",")}`] : [];
				}),
			);

	const changes: Readonly<Record<string, { before: Servers; after: Servers; can?: object; opensAnew: boolean }>> = {
		"one is allowed later": { before: [program("a")], after: [program("a"), program("b")], opensAnew: true },
		"the first one is allowed later": { before: [], after: [program("b")], opensAnew: true },
		"one is denied": { before: [program("a"), program("b")], after: [program("b")], opensAnew: true },
		"the last one is taken away": { before: [program("a")], after: [], opensAnew: true },
		"one is given another key": {
			before: [program("a", { KEY: "1" })],
			after: [program("a", { KEY: "2" })],
			opensAnew: true,
		},
		"one is given one variable less": {
			before: [program("a", { KEY: "1", MORE: "1" })],
			after: [program("a", { KEY: "1" })],
			opensAnew: true,
		},
		"one has another header": {
			before: [web("w", { Authorization: "1" })],
			after: [web("w", { Authorization: "2" })],
			can: takesHttp,
			opensAnew: true,
		},
		"they are told in another order": {
			before: [program("a", { A: "1", B: "2" }), program("b")],
			after: [program("b"), program("a", { B: "2", A: "1" })],
			opensAnew: false,
		},
		"an address is allowed that it cannot reach": {
			before: [program("a")],
			after: [program("a"), web("w")],
			opensAnew: false,
		},
		"an address is allowed that it can reach": {
			before: [program("a")],
			after: [program("a"), web("w")],
			can: takesHttp,
			opensAnew: true,
		},
	};
	for (const [what, { before, after, can = {}, opensAnew }] of Object.entries(changes))
		it(`${opensAnew ? "reach it before its next prompt" : "leave it as it is"} when ${what}`, async () => {
			const { memory, texts, written, mayEnd } = twoTurns({ capabilities: { loadSession: true, ...can } });
			let due = before;
			const life = await start(memory, { servers: () => due });
			const threadId = await sendsAgain(life);
			due = after;
			mayEnd();
			await life.ended();
			const names = (servers: Servers) => servers.map(({ name }) => name).join(",");
			const [first, second] = [`session/new ${names(before)}`, `session/load ${names(after)}`];
			assert.deepEqual(opened(written, threadId), opensAnew ? [[first], [second]] : [[first]]);
			assert.match(texts[1]!, /The person who watches over this goal says:\nUse tabs\.$/);
			assert.equal(texts.length, 2);
			const ends = life.events("agent.ended").filter((one) => one.threadId === threadId);
			assert.deepEqual(
				ends.map(({ died }) => died),
				ends.map(() => undefined),
			);
			const [old] = ends;
			if (opensAnew) assert.match(old!.reason, /^The MCP servers that it may use are others now: .+\.$/);
			else assert.equal(ends.length, 1);
			const said = life.events("message.added").filter((one) => one.from === "implementer");
			assert.deepEqual(
				said.map(({ text }) => text),
				["Turn 1.", "Turn 2."],
			);
		});

	for (const [how, capabilities, took] of [
		["is resumed", { sessionCapabilities: { resume: {} } }, "resumed"],
		["is loaded", { loadSession: true }, "loaded"],
		["is told what was said and done", {}, "told"],
	] as const)
		it(`come with its old session where it ${how}`, async () => {
			const { memory, texts, mayEnd } = twoTurns({ capabilities });
			let due: Servers = [];
			const life = await start(memory, { servers: () => due });
			const threadId = await sendsAgain(life);
			due = [program("b")];
			mayEnd();
			await life.ended();
			const began = life.events("agent.started").filter((one) => one.threadId === threadId);
			assert.deepEqual(
				began.map((one) => one.took),
				["new", took],
			);
			if (took === "told") assert.match(texts[1]!, /You worked on this before[\s\S]*Turn 1\.[\s\S]*Use tabs\./);
			else assert.equal(texts[1], "The person who watches over this goal says:\nUse tabs.");
			assert.doesNotMatch(texts[1]!, /died|half done/);
		});

	it("change in no turn that is under way: the daemon that takes it over waits for the next one", async () => {
		const store = createMemoryStore();
		const { memory, texts, mayEnd } = twoTurns({ capabilities: { loadSession: true } });
		const before = await start(memory, { store, servers: () => [program("a")] });
		const threadId = await sendsAgain(before);
		before.kill();
		const after = await start(memory, { store, servers: () => [program("a"), program("b")] });
		await until("it is taken up", () => after.goal().threads[threadId as never]?.turn !== undefined);
		mayEnd();
		await after.ended();
		assert.equal(texts.length, 2);
		assert.deepEqual(after.types("turn.interrupted"), []);
		const [ended] = after.events("agent.ended").filter((one) => one.threadId === threadId);
		assert.equal(ended?.reason, "The MCP servers that it may use are others now: b.");
	});

	it("are no others for a daemon that was started with another path", async () => {
		const store = createMemoryStore();
		const { memory, texts, mayEnd } = twoTurns({ capabilities: { loadSession: true } });
		const servers = (path: string) => () => [program("a", { PATH: path, KEY: "1" })];
		const before = await start(memory, { store, servers: servers("/bin"), agent: { env: { PATH: "/bin" } } });
		const threadId = await sendsAgain(before);
		before.kill();
		const after = await start(memory, {
			store,
			servers: servers("/usr/bin"),
			agent: { env: { PATH: "/usr/bin" } },
		});
		mayEnd();
		await after.ended();
		assert.equal(texts.length, 2);
		assert.deepEqual(
			after.events("agent.started").filter((one) => one.threadId === threadId),
			[],
		);
	});

	it("are asked about first where its program would have to start one anew that a person has not allowed as it is now", async () => {
		const { memory, texts, mayEnd } = twoTurns({ capabilities: { loadSession: true } });
		let due: Servers = [program("a")];
		let isAsked = 0;
		let isAllowed = true;
		const life = await start(memory, {
			servers: () => due,
			serversToStart: async () => {
				if (isAllowed) return due;
				isAsked++;
				return undefined;
			},
		});
		const threadId = await sendsAgain(life);
		due = [program("a"), program("b")];
		isAllowed = false;
		mayEnd();
		await until("a person would be asked", () => isAsked > 0);
		isAllowed = true;
		await life.ended();
		assert.equal(texts.length, 2);
		const [ended] = life.events("agent.ended").filter((one) => one.threadId === threadId);
		assert.match(ended!.reason, /are others now: b\./);
	});
});
