import type { GoalEvent, RecordedEvent } from "../../src/core/events.ts";
import type { CheckId, GoalId, StepId, ThreadId } from "../../src/core/ids.ts";
import { defaultSettings } from "../../src/core/settings.ts";
import type { FolderIdentity, PlanStep } from "../../src/core/values.ts";
import type { Agent, TurnOutcome } from "../../src/daemon/agents/agent.ts";
import { createPlaybookAgent } from "../../src/daemon/agents/playbookAgent.ts";
import type { Changes } from "../../src/daemon/changes/changes.ts";
import type { CommandOutcome } from "../../src/daemon/commands/command.ts";
import type { Commands } from "../../src/daemon/commands/commands.ts";
import { type DriverParts, type GoalDriver, openDriver } from "../../src/daemon/engine/driver.ts";
import { openLastLines } from "../../src/daemon/perform/lastLines.ts";
import { performWith } from "../../src/daemon/perform/perform.ts";
import { openFileContents } from "../../src/daemon/platform/fileContents.ts";
import { openGoalFiles } from "../../src/daemon/policy/goalFiles.ts";
import type { Rules } from "../../src/daemon/policy/rules/decide.ts";
import { openChangedFiles } from "../../src/daemon/store/changedFiles.ts";
import type { Store } from "../../src/daemon/store/eventStore.ts";
import { askPerson } from "../../src/daemon/tools/askPerson.ts";
import { delegate } from "../../src/daemon/tools/delegate.ts";
import { readFile } from "../../src/daemon/tools/readFile.ts";
import type { Tool } from "../../src/daemon/tools/tool.ts";
import { commandTool } from "./commandTool.ts";
import { engineLimits } from "./engineLimits.ts";

/**
 * The engine with its ports simulated: a world of commands that outlives every daemon, an agent that answers at once,
 * files that change when a command says so. What happened in the world is counted, so that a repeated effect shows.
 */
export interface World {
	/** How often each command was really carried out. */
	readonly carriedOut: Map<string, number>;
	/** Exit codes; 0 for what is not named. */
	readonly exits: Map<string, number>;
	tree: number;
}

export function newWorld(): World {
	return { carriedOut: new Map(), exits: new Map(), tree: 1 };
}

export const goalId = "g-1" as GoalId;
export const person = { client: "test" };

export interface Simulation {
	readonly driver: GoalDriver;
	readonly events: RecordedEvent[];
	/** Resolves when nothing moves any more. */
	settled(): Promise<void>;
}

export interface SimulationOptions {
	readonly store: Store;
	readonly world: World;
	readonly agent?: Agent;
	/** How long a command takes, in milliseconds. */
	readonly commandMs?: () => number;
	readonly commands?: Commands;
	readonly changes?: Partial<Changes>;
	readonly silenceMs?: number;
	/** Ends the program of a thread. */
	readonly endAgent?: (threadId: ThreadId, process: number) => Promise<void>;
	readonly dataFolder?: string;
	/** What a person laid down; without it only what the goal's autonomy means. */
	readonly policy?: Rules;
	/** What the file system says of the goal's folder; without it nobody looks. */
	readonly folderNow?: (workspace: string) => Promise<FolderIdentity | undefined>;
}

let ids = 0;

export async function simulate({
	store,
	world,
	agent,
	commandMs = () => 0,
	commands,
	changes,
	silenceMs,
	endAgent = async () => {},
	dataFolder = "/nowhere",
	policy,
	folderNow,
}: SimulationOptions): Promise<Simulation> {
	const events: RecordedEvent[] = [];
	const parts: DriverParts = {
		store,
		clock: { now: () => Date.now() },
		newId: <T extends string>(prefix: string) => `${prefix}-${++ids}` as T,
		log: { error: (text, cause) => failures.push([text, cause]), warn() {}, info() {}, debug() {}, trace() {} },
		limits: engineLimits,
		publish: (_goal, published) => void events.push(...published),
		perform: async () => undefined,
	};
	const playbook = createPlaybookAgent();
	const perform = performWith({
		...parts,
		commands: commands ?? simulatedCommands(world, commandMs),
		tools: [commandTool as Tool, readFile as Tool, delegate as Tool, askPerson as Tool],
		agentFor: (choice) => (choice.provider === "builtin" ? playbook : (agent ?? playbook)),
		endAgent,
		windowOf: () => undefined,
		delegateDepth: 2,
		delegatesPerThread: 8,
		changes: async () => ({ ...simulatedChanges(world), ...changes }),
		contents: openFileContents(),
		goalFiles: openGoalFiles(store),
		listChanges: openChangedFiles(store).list,
		environment: {},
		dataFolder,
		policy: policy && { now: policy },
		folderNow,
		commandTimeoutMs: 1000,
		silenceMs,
		lastLines: openLastLines(),
		onDelta() {},
	});
	const driver = await openDriver(goalId, { ...parts, perform });
	return {
		driver,
		events,
		async settled() {
			for (let quiet = 0; quiet < 5; ) {
				await new Promise((resolve) => setTimeout(resolve, 2));
				quiet = driver.busy() ? 0 : quiet + 1;
			}
		},
	};
}

/** What the engine reported as bugs while tests ran. */
export const failures: (readonly [string, unknown])[] = [];

/** Commands are remembered by their id, as spools remember them, whichever daemon asks. */
function simulatedCommands(world: World, commandMs: () => number): Commands {
	return {
		async run(spec, options) {
			const kept = spools(world);
			let running = kept.get(spec.id);
			if (!running) {
				world.carriedOut.set(spec.command, (world.carriedOut.get(spec.command) ?? 0) + 1);
				if (!spec.command.startsWith("read")) world.tree++;
				running = ended(commandMs(), { ...exited(world.exits.get(spec.command) ?? 0) });
				kept.set(spec.id, running);
			}
			const { signal } = options ?? {};
			if (signal?.aborted) throw signal.reason;
			return Promise.race([
				running,
				new Promise<never>((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
			]);
		},
		stop: async () => undefined,
		running: async () => [],
		forget: async () => undefined,
	};
}

const allSpools = new WeakMap<World, Map<string, Promise<CommandOutcome>>>();

function spools(world: World): Map<string, Promise<CommandOutcome>> {
	const kept = allSpools.get(world) ?? new Map<string, Promise<CommandOutcome>>();
	allSpools.set(world, kept);
	return kept;
}

function exited(exitCode: number): CommandOutcome {
	const output = { head: "out", tail: "", bytes: 3, sha256: "", path: "" };
	return { kind: "exited", exitCode, timedOut: false, durationMs: 1, output };
}

async function ended(ms: number, outcome: CommandOutcome): Promise<CommandOutcome> {
	if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
	return outcome;
}

function simulatedChanges(world: World): Changes {
	return {
		snapshot: async () => ({ tree: `tree-${world.tree}`, coverage: "none", at: Date.now(), skipped: [], ignored: [] }),
		between: async (before, after) =>
			before === after ? [] : [{ path: "file.txt", status: "modified", before: "b1", after: "b2" }],
		leftOut: async () => new Map(),
		leftOutBetween: async () => [],
		content: async () => Buffer.alloc(0),
		contentAt: async () => undefined,
		keep: async (contents) => contents.map(() => "kept"),
		diff: async () => "",
		pack: async () => undefined,
		close: async () => undefined,
	};
}

export interface StepSketch {
	readonly id: string;
	readonly needs?: readonly string[];
	readonly commands?: readonly string[];
	readonly checks?: readonly string[];
}

/** The events that launch a playbook with these steps, everything in it granted. */
export function launchPlaybook(
	steps: readonly StepSketch[],
	options: { readonly granted?: boolean; readonly checks?: readonly string[]; readonly reviewed?: boolean } = {},
): GoalEvent[] {
	const plan = steps.map(
		(step): PlanStep => ({
			stepId: step.id as StepId,
			title: step.id,
			instructions: "",
			kind: "work",
			role: "implementer",
			needs: (step.needs ?? []) as StepId[],
			checks: (step.checks ?? []).map((command, index) => ({ checkId: `${step.id}.${index + 1}` as CheckId, command })),
			confidence: "high",
			actions: (step.commands ?? []).map((command) => ({ kind: "command", command, line: 1 })),
		}),
	);
	return [
		{
			type: "goal.launched",
			goalId,
			title: "Test",
			prompt: "Test",
			workspace: process.cwd(),
			settings: { ...defaultSettings, assignments: options.reviewed ? [reviewer] : [] },
			playbook: { path: "test.md", text: "", sha256: "p" },
			by: person,
		},
		...(options.granted === false
			? []
			: [
					{
						type: "grant.added" as const,
						grantId: "r-1" as never,
						scope: "goal" as const,
						kind: "playbook" as const,
						subject: "p",
						files: {},
						by: person,
					},
				]),
		{
			type: "plan.proposed",
			revision: 1,
			summary: "",
			steps: plan,
			checks: (options.checks ?? []).map((command, index) => ({ checkId: `goal.${index + 1}` as CheckId, command })),
		},
	];
}

/** The events that launch a goal for a model to plan. */
export function launchPrompt(prompt = "Do it", options: { readonly reviewed?: boolean } = {}): GoalEvent[] {
	const agent = { provider: "local", model: "scripted", effort: "high" as const };
	return [
		{
			type: "goal.launched",
			goalId,
			title: prompt,
			prompt,
			workspace: process.cwd(),
			settings: { ...defaultSettings, agent, assignments: options.reviewed ? [reviewer] : [] },
			by: person,
		},
	];
}

/** Of another model than the one that works. */
const reviewer = { role: "reviewer", provider: "other", model: "critic", enabled: true, source: "launch" };

export function answered(text: string, calls: readonly { name: string; args: unknown }[] = []): TurnOutcome {
	return {
		kind: "answered",
		text,
		calls,
		answered: "scripted",
		usage: { inputTokens: 10, outputTokens: 5, costUsd: null },
		finish: calls.length > 0 ? "tool-calls" : "stop",
	};
}
