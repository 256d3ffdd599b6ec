import { execFileSync } from "node:child_process";
import {
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	rmSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { Goal, Writer } from "../../../src/core/goal.ts";
import type { StepId, ToolCallId } from "../../../src/core/ids.ts";
import type { Changes } from "../../../src/daemon/changes/changes.ts";
import { openChanges } from "../../../src/daemon/changes/openChanges.ts";
import { openSupervisor, type Supervisor } from "../../../src/daemon/engine/supervisor.ts";
import type { PerformParts } from "../../../src/daemon/perform/parts.ts";
import { performWith } from "../../../src/daemon/perform/perform.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { changesSince } from "../../../src/daemon/tracking/changesSince.ts";
import { type Undone, undoSteps } from "../../../src/daemon/undo/undoSteps.ts";
import { type Death, dieAt } from "../../support/dyingDisk.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import { goalId, launchPlaybook, person } from "../../support/simulation.ts";

/**
 * A workspace with a real record of changes and a real log, in which steps are shell commands. The daemon can die at any
 * of its calls to the disk while it undoes; the next one finds what it left.
 */
export interface OracleWorld {
	readonly workspace: string;
	/** Another folder of the person. */
	readonly outside: string;
	/** Everything in both: by path, `w/…` and `o/…`. */
	look(): Files;
	/** A person at work. */
	act(command: string): void;
	/** A step that runs a command, with the looks before and after it. */
	step(stepId: string, command: string): Promise<void>;
	/** With `deathAt` the daemon dies at that call, unless it is done before; then the next one finishes. */
	undo(stepId: string, rest: boolean, deathAt?: number): Promise<Undone | { readonly refused: string }>;
	/** Another daemon; without `inventory` as if it had been killed before it wrote one. */
	restart(inventory: boolean): Promise<void>;
	/** What the data folder keeps of undone files. */
	kept(): Files;
	end(): Promise<void>;
}

export interface Seen {
	readonly kind: "file" | "link" | "other";
	readonly rights: number;
	/** Bytes as latin1; of a link its target. */
	readonly content: string;
	/** The same for names of one file. */
	readonly ino: number;
}

export type Files = ReadonlyMap<string, Seen>;

export const maxFileBytes = 2000;

export async function openOracleWorld(stepIds: readonly string[]): Promise<OracleWorld> {
	const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-oracle-")));
	const [workspace, outside, data] = ["w", "o", "data"].map((name) => path.join(root, name)) as [
		string,
		string,
		string,
	];
	for (const folder of [workspace, outside, data]) mkdirSync(folder);
	const store = createMemoryStore();
	let daemon = await start();
	// Held from the first moment on, so that nothing begins by itself.
	const hold: GoalEvent = { type: "hold.placed", holdId: "h-1" as never, cause: "person", reason: "A test", now: true };
	const [launched, ...plan] = launchPlaybook(stepIds.map((id) => ({ id, commands: ["true"] })));
	await daemon.supervisor.launch(goalId, [{ ...launched, workspace } as GoalEvent, hold, ...plan]);

	async function start() {
		const changes = await openChanges({ workspace, folder: path.join(data, "changes"), maxFileBytes });
		if ("unavailable" in changes) throw new Error(changes.unavailable);
		const life: Life = {};
		return { life, ...supervise(mortal(store, life), mortal(changes, life), data) };
	}

	const commit = (events: readonly GoalEvent[]) => daemon.supervisor.commit(goalId, () => events);
	const lookNow = async (writers: readonly Writer[]) => {
		const goal = await daemon.supervisor.goal(goalId);
		const ended = writers.map(({ id }) => id);
		return changesSince(daemon.changes, workspace, goal.files, ended, () => writers);
	};

	const world: OracleWorld = {
		workspace,
		outside,
		look: () => new Map([...filesIn(workspace, "w"), ...filesIn(outside, "o")]),
		kept: () => filesIn(path.join(data, "undone"), ""),
		act: (command) => sh(command, workspace),
		async step(id, command) {
			const stepId = id as StepId;
			const toolCallId = `c-${id}` as ToolCallId;
			await commit((await lookNow([])).events);
			await commit([{ type: "step.started", stepId, attempt: 1, threadId: `t-${id}` as never }]);
			sh(command, workspace);
			const output = { head: "", tail: "", bytes: 0, sha256: "" };
			const { events } = await lookNow([{ id: toolCallId, stepId }]);
			await commit([
				{
					type: "tool.requested",
					toolCallId,
					threadId: `t-${id}` as never,
					turnId: `u-${id}` as never,
					stepId,
					attempt: 1,
					name: "runCommand",
					args: { command },
					effect: "workspace",
					summary: command,
				},
				{ type: "tool.started", toolCallId, run: 1 },
				{ type: "tool.completed", toolCallId, ok: true, durationMs: 1, output } as GoalEvent,
				...events,
				{ type: "step.completed", stepId, attempt: 1, verified: true },
			]);
		},
		async undo(stepId, rest, deathAt) {
			const completedBefore = await outcomes(store);
			const death = deathAt === undefined ? undefined : dieAt(deathAt);
			daemon.life.death = death;
			try {
				const asked = ask(daemon, stepId, rest);
				const answer = await (death ? Promise.race([asked, death.died]) : asked);
				if (answer) return answer;
			} finally {
				death?.end();
			}
			daemon = await start();
			await daemon.supervisor.start();
			for (let tries = 0; tries < 9000; tries++) {
				const goal = await daemon.supervisor.goal(goalId);
				if (!goal.undo) break;
				await new Promise((resolve) => setTimeout(resolve, 5));
			}
			const log = await outcomes(store);
			const [last] = log.slice(completedBefore.length);
			// It died before anything was begun: nothing happened, and it is asked for again.
			return last ? fromLog(store) : ask(daemon, stepId, rest);
		},
		async restart(inventory) {
			await daemon.supervisor.close();
			await daemon.changes.close();
			if (!inventory) rmSync(path.join(data, "changes", "inventory"), { force: true });
			daemon = await start();
			await daemon.supervisor.start();
		},
		async end() {
			await daemon.supervisor.close();
			await daemon.changes.close();
			rmSync(root, { recursive: true, force: true, maxRetries: 3 });
		},
	};
	return world;
}

interface Daemon {
	readonly life: Life;
	readonly supervisor: Supervisor;
	readonly changes: Changes;
	readonly store: Store;
}

let ids = 0;
const newId = <T extends string>(prefix: string) => `${prefix}-${++ids}` as T;

function supervise(store: Store, changes: Changes, dataFolder: string) {
	const log = { error() {}, warn() {}, info() {}, debug() {} };
	const common = { clock: { now: () => Date.now() }, newId, log, limits: engineLimits };
	const never = () => {
		throw new Error("nothing else begins");
	};
	const parts = {
		...common,
		commands: { run: never, stop: never, running: async () => [], forget: async () => undefined },
		tools: [],
		agentFor: never,
		windowOf: () => undefined,
		delegateDepth: 0,
		delegatesPerThread: 0,
		changes: async () => changes,
		listChanges: async () => [],
		environment: {},
		dataFolder,
		commandTimeoutMs: 1000,
		onDelta() {},
	} as unknown as PerformParts;
	return { supervisor: openSupervisor(store, { ...common, perform: performWith(parts) } as never), changes, store };
}

interface Life {
	death?: Death;
}

/** What a dead daemon asks for never arrives, nor does what it had asked for before. */
function mortal<T extends object>(port: T, life: Life): T {
	return new Proxy(port, {
		get(target, name) {
			const value = target[name as keyof T] as unknown;
			if (typeof value !== "function") return value;
			return (...args: unknown[]) => {
				if (life.death?.isDead()) return new Promise(() => {});
				const answer = (value as (...args: unknown[]) => unknown).apply(target, args);
				if (!(answer instanceof Promise)) return answer;
				return answer.then((arrived) => (life.death?.isDead() ? new Promise(() => {}) : arrived));
			};
		},
	});
}

async function ask(daemon: Daemon, stepId: string, rest: boolean): Promise<Undone | { readonly refused: string }> {
	const services = {
		supervisor: daemon.supervisor,
		store: daemon.store,
		newId,
		changes: async (_goal: Goal) => daemon.changes,
		draining: () => false,
	};
	return undoSteps(services, person, {
		goalId,
		stepId: stepId as StepId,
		rest,
		preview: false,
		useFolder: false,
	}).catch((cause: Error) => {
		if (cause.name !== "Refusal" && !("code" in cause)) throw cause;
		return { refused: cause.message };
	});
}

async function outcomes(store: Store) {
	return store.read(goalId, { types: ["undo.completed"], limit: 100 });
}

/** What the answer would have been, had the daemon lived. */
async function fromLog(store: Store): Promise<Undone> {
	const rows = await store.read(goalId, { types: ["undo.started", "undo.completed"], limit: 100 });
	const [begun, completed] = rows.slice(-2).map((row) => JSON.parse(row.body!) as Record<string, never[]>);
	const left = new Map(
		(completed!.left as { path: string; reason: string }[]).map(({ path, reason }) => [path, reason]),
	);
	const files = (begun!.files as Undone["files"]).map((file) =>
		left.has(file.path) ? { path: file.path, action: "conflict" as const, reason: left.get(file.path) } : file,
	);
	const notCovered = (begun!.notCovered ?? []) as Undone["notCovered"];
	const keptIn = completed!.keptIn as unknown as string | undefined;
	return { stepIds: begun!.stepIds as StepId[], files, notCovered, keptIn, dependents: [], undone: true };
}

function sh(command: string, cwd: string): void {
	execFileSync("sh", ["-c", command], { cwd, stdio: "ignore", timeout: 20_000, env: { ...process.env, ...quietGit } });
}

const quietGit = {
	GIT_CONFIG_NOSYSTEM: "1",
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_AUTHOR_NAME: "t",
	GIT_AUTHOR_EMAIL: "t@example.org",
	GIT_COMMITTER_NAME: "t",
	GIT_COMMITTER_EMAIL: "t@example.org",
};

function filesIn(folder: string, name: string, found = new Map<string, Seen>()): Map<string, Seen> {
	let entries: ReturnType<typeof list>;
	try {
		entries = list(folder);
	} catch {
		return found;
	}
	for (const entry of entries) {
		const [full, as] = [path.join(folder, entry), `${name}/${entry}`];
		const stats = lstatSync(full);
		const { ino } = stats;
		const rights = stats.isSymbolicLink() ? 0 : stats.mode & 0o7777;
		if (stats.isDirectory()) filesIn(full, as, found);
		else if (stats.isSymbolicLink())
			found.set(as, { kind: "link", ino, rights, content: readlinkSync(full, "latin1") });
		else if (stats.isFile()) found.set(as, { kind: "file", ino, rights, content: readFileSync(full, "latin1") });
		else found.set(as, { kind: "other", ino, rights, content: "" });
	}
	return found;
}

function list(folder: string): string[] {
	return readdirSync(folder);
}
