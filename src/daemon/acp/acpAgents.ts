import { agentKind } from "../../core/agentKinds.ts";
import type { GuidanceKind } from "../../core/guidance.ts";
import type { ThreadId } from "../../core/ids.ts";
import type { ModelChoice } from "../../core/values.ts";
import type { Turn } from "../agents/agent.ts";
import { nobody, type ProgramAgents } from "../agents/agentKinds.ts";
import type { AgentProcesses } from "../agents/process/agentProcess.ts";
import type { Config } from "../config/config.ts";
import { findAcpAgent } from "../discovery/acpAgents.ts";
import type { AgentOffers } from "../discovery/agentOffers.ts";
import type { Env, Log } from "../platform/ports.ts";
import type { FileRules } from "../tools/tool.ts";
import { takeTurn } from "./acpTurn.ts";
import { agentPrice } from "./agentPrice.ts";
import type { AgentWalls } from "./agentWalls.ts";
import { type Redact, redactionOf } from "./secrets.ts";
import { type OpenedThread, processKey } from "./threadSession.ts";

/**
 * Agents that are programs of their own and speak the Agent Client Protocol: one process a thread, which outlives the
 * daemon, is ended when its thread is done, and when it has had nothing to do for long.
 */
export interface AcpAgentsOptions {
	readonly config: Pick<Config, "acpAgents" | "folder" | "known">;
	readonly env: Env;
	readonly log: Pick<Log, "warn" | "debug">;
	readonly processes: AgentProcesses;
	/** Of this product. */
	readonly version: string;
	/** Takes out of a text the secrets of this daemon: an agent is given those of the MCP servers that it may use. */
	redact(text: string): string;
	/** What an agent offers, as its session tells. */
	hearAgent(id: string, offers: AgentOffers): void;
	/** Without them agents run as the person. */
	readonly walls?: AgentWalls;
	/** What rules say of files of a workspace. */
	fileRules?(workspace: string): FileRules;
	/** For an agent's first answer; default two minutes. */
	readonly initMs?: number;
	/** For an agent that was told to stop; default ten seconds. */
	readonly graceMs?: number;
	/** After this long without a turn a process is ended; default ten minutes. */
	readonly idleMs?: number;
}

/** Of a workspace's instructions, what these agents read by themselves. */
const readsItself: Readonly<Record<string, readonly GuidanceKind[]>> = {
	"claude-code": ["claude"],
	codex: ["agents"],
	opencode: ["agents"],
};

export function acpAgents(options: AcpAgentsOptions): ProgramAgents {
	const { config, env, log, processes, version } = options;
	const { initMs = 120_000, graceMs = 10_000, idleMs = 10 * 60_000 } = options;
	const lives = new Map<string, OpenedThread>();
	const resting = new Map<string, NodeJS.Timeout>();
	/** Why processes were ended from here. */
	const endedHere = new Map<string, string>();
	let isClosed = false;

	function rest({ thread: { threadId } }: Turn): void {
		const live = lives.get(threadId);
		if (!live || isClosed) return;
		const timer = setTimeout(() => {
			resting.delete(threadId);
			lives.delete(threadId);
			const { conversation } = live;
			endedHere.set(processKey(threadId, conversation.number), "It had nothing to do for long.");
			conversation.letGo();
			conversation.process.stop().catch((cause) => log.warn(`${threadId}: its agent could not be ended: ${cause}`));
		}, idleMs);
		timer.unref();
		resting.set(threadId, timer);
	}

	function wake(threadId: string): void {
		clearTimeout(resting.get(threadId));
		resting.delete(threadId);
	}

	function take(choice: ModelChoice) {
		return async (turn: Turn, signal: AbortSignal) => {
			// Looked up anew each time: it may have been installed, or its key given, meanwhile.
			const found = findAcpAgent(choice.provider, config, env);
			if ("problem" in found)
				return { kind: "failed" as const, code: "noAgent", reason: found.problem, retryable: false };
			wake(turn.thread.threadId);
			const programs = (turn.servers ?? []).flatMap(({ reach }) => (reach.kind === "program" ? [reach.env] : []));
			const given = [found.environment, ...programs].map(redactionOf);
			const redact: Redact = (text) => given.reduce((clean, one) => one(clean), options.redact(text));
			const parts = {
				processes,
				found,
				choice,
				initMs,
				graceMs,
				version,
				lives,
				denied: [config.folder],
				fileRules: options.fileRules,
				walls: options.walls,
				price: (one: Pick<ModelChoice, "provider" | "model">) => agentPrice(one, config, env),
				redact,
				onProblem: (text: string) => log.warn(redact(text)),
				endedHere: (key: string) => endedHere.get(key),
				hearAgent: options.hearAgent,
			};
			try {
				const outcome = await takeTurn(parts, turn, signal);
				return outcome.kind === "failed" ? { ...outcome, reason: redact(outcome.reason) } : outcome;
			} finally {
				rest(turn);
			}
		};
	}

	return {
		create: (choice) =>
			agentKind(choice).runsTools === "agent"
				? { readsItself: readsItself[choice.provider], takeTurn: take(choice) }
				: nobody(`“${choice.provider}” is no agent that is a program.`),
		isThere: (id) => "program" in findAcpAgent(id, config, env),
		priceOf: (choice) => agentPrice(choice, config, env),
		windowOf: () => undefined,
		sees: () => undefined,
		effortProblem: () => undefined,
		builtIn: [],
		async endAgent(threadId: ThreadId, process: number) {
			wake(threadId);
			lives.get(threadId)?.conversation.letGo();
			lives.delete(threadId);
			const numbers = Array.from({ length: process }, (_, index) => index + 1);
			await processes.forget(numbers.map((number) => processKey(threadId, number)));
		},
		close() {
			isClosed = true;
			for (const threadId of [...resting.keys()]) wake(threadId);
			for (const { conversation } of lives.values()) conversation.letGo();
			lives.clear();
		},
	};
}
