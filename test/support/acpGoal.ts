import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EventOf, EventType } from "../../src/core/events.ts";
import type { Approval, Goal } from "../../src/core/goal.ts";
import type { ModelChoice } from "../../src/core/values.ts";
import { type AcpAgentsOptions, acpAgents } from "../../src/daemon/acp/acpAgents.ts";
import type { Agent, Turn } from "../../src/daemon/agents/agent.ts";
import { decide } from "../../src/daemon/engine/decide.ts";
import { keepChecked } from "../../src/daemon/images/givenImages.ts";
import { imagesFolder } from "../../src/daemon/images/imageFiles.ts";
import type { Rules } from "../../src/daemon/policy/rules/decide.ts";
import { providerRows } from "../../src/daemon/providers/providerRows.ts";
import type { Store } from "../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../src/daemon/store/memoryStore.ts";
import { type MemoryProcesses, memoryProcesses } from "./memoryProcesses.ts";
import { type Scripted, type ScriptedTurn, scriptedAgent } from "./scriptedAcp.ts";
import { failures, launchPrompt, newWorld, person, type Simulation, simulate } from "./simulation.ts";
import { until } from "./until.ts";

/** Goals whose every role is an agent that is a program: the engine and the agents are real, the programs run in memory. */
export interface AcpGoals {
	/** Of the test that runs. */
	workspace(): string;
	warnings(): readonly string[];
	/** One daemon on a goal, new or as the store has it. */
	start(memory: MemoryProcesses, setting?: Setting): Promise<Life>;
}

export interface Setting {
	readonly store?: Store;
	readonly agent?: Partial<AcpAgentsOptions>;
	/** As in config.jsonc, under “agents”. */
	readonly configured?: object;
	readonly settings?: object;
	readonly choice?: ModelChoice;
	readonly silenceMs?: number;
	readonly policy?: Rules;
	/** Given with the prompt. */
	readonly images?: readonly NamedBytes[];
	/** The MCP servers that each turn may use, as they stand when it begins. */
	servers?(): Turn["servers"];
	/** As they stand when a program is to start them; undefined where a person is asked first. */
	serversToStart?(): Promise<Turn["servers"]>;
}

type NamedBytes = readonly [name: string, bytes: Uint8Array];

/** A daemon that runs. */
export interface Life {
	goal(): Goal;
	approval(): Approval | undefined;
	types(...types: EventType[]): EventType[];
	events<T extends EventType>(type: T): Extract<Simulation["events"][number], { type: T }>[];
	ask(request: Parameters<typeof decide>[0]): Promise<unknown>;
	/** Of whatever the person is asked, or is asked next. */
	answer(given: string, reason?: string, chosen?: readonly string[]): Promise<void>;
	/** A message of the person's to the thread that works. */
	send(text: string, images: readonly NamedBytes[]): Promise<unknown>;
	ended(): Promise<void>;
	/** As by SIGKILL: it writes nothing any more. */
	kill(): void;
	/** As when it is stopped in order. */
	close(): Promise<void>;
}

const defaultChoice: ModelChoice = { provider: "agent-mine", model: "default" };

/** To be called inside `describe`. */
export function acpGoals(): AcpGoals {
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-acp-"));
	let workspace = folder;
	let warnings: string[] = [];
	const running = new Set<Life>();
	beforeEach(() => {
		workspace = mkdtempSync(path.join(folder, "ws-"));
		warnings = [];
	});
	afterEach(async () => {
		for (const life of running) await life.close().catch(() => undefined);
		running.clear();
		assert.deepEqual(failures.splice(0), []);
	});
	after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

	async function start(memory: MemoryProcesses, setting: Setting = {}): Promise<Life> {
		const { store = createMemoryStore(), choice = defaultChoice } = setting;
		const daemon = memory.daemon();
		const dataFolder = path.join(folder, "home");
		const kept = async (images: readonly NamedBytes[]) => {
			const checked = images.map(([name, bytes]) => ({ name, bytes }));
			return keepChecked(imagesFolder(dataFolder, driver.goalId), checked);
		};
		const agents = acpAgents({
			config: {
				folder: dataFolder,
				known: providerRows,
				acpAgents: [{ id: "mine", command: [process.execPath], ...setting.configured }],
			},
			env: { PATH: "" },
			log: { warn: (text) => void warnings.push(text), debug() {} },
			processes: daemon.processes,
			version: "0",
			redact: (text) => text,
			hearAgent() {},
			graceMs: 200,
			...setting.agent,
		});
		const own = agents.create(choice);
		const agent: Agent = {
			...own,
			takeTurn(turn, signal) {
				const servers = setting.servers?.() ?? [];
				const serversToStart = setting.serversToStart ?? (async () => servers);
				return own.takeTurn({ ...turn, servers, serversToStart }, signal);
			},
		};
		const { endAgent } = agents;
		const simulation = await simulate({
			store,
			world: newWorld(),
			agent,
			endAgent,
			silenceMs: setting.silenceMs,
			policy: setting.policy,
			dataFolder,
		});
		const { driver, events } = simulation;
		const goal = () => driver.goal();
		const approval = () => Object.values(goal().approvals)[0];
		const life: Life = {
			goal,
			approval,
			types: (...types) => events.map(({ type }) => type).filter((type) => types.includes(type)),
			events: <T extends EventType>(type: T) =>
				events.filter((event): event is Extract<typeof event, { type: T }> => event.type === type),
			ask: (request) =>
				driver.commit((now) =>
					decide(request, now, { by: person, newId: (prefix) => `${prefix}-asked` as never, now: Date.now() }),
				),
			async answer(given, reason, chosen) {
				await until("a person is asked", () => approval() !== undefined);
				const { approvalId } = approval()!;
				await life.ask({ kind: "answer", approvalId, answer: given, scope: "once", reason, chosen });
			},
			send: async (text, images) => life.ask({ kind: "send", text, images: await kept(images) }),
			ended: () => until("the goal ends", () => goal().end !== undefined),
			kill() {
				daemon.kill();
				running.delete(life);
			},
			async close() {
				await driver.close();
				agents.close();
				running.delete(life);
			},
		};
		running.add(life);
		if (goal().seq > 0) driver.wake();
		else {
			const images = setting.images && (await kept(setting.images));
			await driver.commit(() => {
				const [launched] = launchPrompt() as [EventOf<"goal.launched">];
				const settings = { ...launched.settings, agent: choice, ...setting.settings };
				return [{ ...launched, workspace, images, settings }];
			});
		}
		return life;
	}

	return { workspace: () => workspace, warnings: () => warnings, start };
}

/** Plans one step and looks back by itself; the work is the test's. */
export function working(work: Scripted["prompt"], more: Partial<Scripted> = {}): MemoryProcesses {
	return memoryProcesses(() => scriptedAgent({ ...more, prompt: (turn) => answerRole(turn) ?? work(turn) }));
}

const plan = JSON.stringify({
	title: "T",
	summary: "",
	steps: [{ id: "work", title: "Work", instructions: "Write the file.", checks: [] }],
});

/** What planner and who looks back answer; undefined for the work itself. */
export function answerRole({ text, say }: ScriptedTurn): Promise<"end_turn"> | undefined {
	const said = text.includes("You plan the work")
		? plan
		: text.includes("closing reflection")
			? JSON.stringify({ summary: "S", reflection: "R" })
			: undefined;
	return said === undefined ? undefined : say(said).then(() => "end_turn");
}

export function shell(id: string, command: string) {
	return { toolCallId: id, kind: "execute" as const, title: command, rawInput: { command } };
}
