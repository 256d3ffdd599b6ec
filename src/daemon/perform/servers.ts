import { agentKind } from "../../core/agentKinds.ts";
import type { EventOf, GoalEvent } from "../../core/events.ts";
import type { Goal, Thread } from "../../core/goal.ts";
import type { ThreadId, TurnId } from "../../core/ids.ts";
import { onlyLooks } from "../../core/rules/delegations.ts";
import type { McpServer } from "../config/mcpServer.ts";
import { askAboutServer, askForInputs } from "../engine/questions/mcpServer.ts";
import { nothingUsed } from "../engine/turnUsage.ts";
import type { OpenServer } from "../mcp/externalTools.ts";
import type { ResolvedReach } from "../mcp/mcpConnection.ts";
import { boundServer, givenWords, serverWords } from "../mcp/serverBinding.ts";
import { startedFrom } from "../mcp/startedFrom.ts";
import { whenAborted } from "../platform/whenAborted.ts";
import { isServerAllowed } from "../policy/serverGrant.ts";
import type { Tool } from "../tools/tool.ts";
import type { ActivityContext } from "./parts.ts";
import { readIn } from "./proposing.ts";

/**
 * The MCP servers that a thread may use, as they stand now: opened, or handed on to an agent that speaks to servers
 * itself; and what has to be asked or told first. A file of the workspace only proposes: without a person's yes to
 * exactly this server nothing is started and nothing is reached.
 */
export interface ThreadServers {
	/** Of an agent whose calls the engine carries out. */
	readonly tools: readonly Tool[];
	/** Of an agent that runs its own. */
	readonly reaches: readonly NamedReach[];
	/** Questions without whose answers the thread does not begin its turn. */
	readonly asks: readonly GoalEvent[];
	/** What was learned of servers, told once. */
	readonly facts: readonly GoalEvent[];
}

export interface NamedReach {
	readonly name: string;
	readonly reach: ResolvedReach;
}

export const noServers: ThreadServers = { tools: [], reaches: [], asks: [], facts: [] };

/**
 * Once the signal aborts no server is waited for: those that are not there yet are left out. `startsAnew`: the agent's
 * program is begun, and starts all of them, also those that the one before it had.
 */
export async function serversOf(
	context: ActivityContext,
	thread: Thread,
	startsAnew = !isRunning(thread),
): Promise<ThreadServers> {
	const { mcp } = context.parts;
	const goal = context.driver.goal();
	const { readsMessages, runsTools } = agentKind(thread.assignment);
	if (!mcp || !readsMessages || onlyLooks(goal, thread)) return noServers;
	const { servers } = await mcp.servers(goal.workspace);
	const isLeftOut = ({ source }: McpServer) => source === "workspace" && goal.settings.proposedServers === "leaveOut";
	const wanted = servers.filter(
		(server) => !isLeftOut(server) && goal.servers?.[server.name]?.declined !== server.digest,
	);
	const over = whenAborted(context.signal);
	const runs: Runs = runsTools === "engine" ? "here" : startsAnew ? "not" : "handedOn";
	const looked = await Promise.all(wanted.map((server) => look(context, thread, server, runs, over)));
	const open = looked.flatMap((one) => one.open ?? []);
	return {
		tools: mcp.tools(open),
		reaches: looked.flatMap((one) => one.reach ?? []),
		asks: looked.flatMap((one) => one.ask ?? []),
		facts: looked.flatMap((one) => one.facts ?? []),
	};
}

/** What was learned of servers; where a person has to decide about one, the turn ends before its agent is asked. */
export function askedFirst(
	goal: Goal,
	threadId: ThreadId,
	turnId: TurnId,
	{ asks, facts }: ThreadServers,
): GoalEvent[] {
	const thread = goal.threads[threadId];
	if (thread?.turn?.turnId !== turnId) return [];
	if (asks.length === 0) return [...facts];
	const isAsked = ({ server, question }: EventOf<"approval.requested">) =>
		Object.values(goal.approvals).some((one) => one.question === question && one.server?.digest === server?.digest);
	const news = asks.filter((ask) => ask.type === "approval.requested" && !isAsked(ask));
	const reason = "Which MCP servers it may use is asked first, so its agent was not asked yet.";
	return [...facts, ...news, { type: "turn.interrupted", turnId, threadId, reason, charged: nothingUsed }];
}

/** Where a server runs, if it does: opened by this daemon, or by the agent's program, which did so when its session began. */
type Runs = "here" | "handedOn" | "not";

interface Looked {
	readonly open?: OpenServer;
	readonly reach?: NamedReach;
	readonly ask?: GoalEvent;
	readonly facts?: readonly GoalEvent[];
}

async function look(
	context: ActivityContext,
	thread: Thread,
	server: McpServer,
	by: Runs,
	over: Promise<undefined>,
): Promise<Looked> {
	const { parts, driver } = context;
	const mcp = parts.mcp!;
	const goal = driver.goal();
	const walls = await parts.sandboxOf?.(goal);
	const { name, digest } = server;
	const place = server.line > 0 ? `${server.file}:${server.line}` : server.file;
	if (server.source === "workspace") {
		const bound = await boundServer(server, { ...readIn(context), env: process.env });
		const runs = by === "here" ? await mcp.isOpen(goal.goalId, goal.workspace, server, walls) : by === "handedOn";
		if (!isServerAllowed(goal, name, runs ? { ...bound, covers: "files" } : bound, parts.standingGrants?.(goal))) {
			const asked = { name, digest, place, what: serverWords(server), given: givenWords(server) };
			return { ask: askAboutServer(thread, asked, bound, parts.newId, parts.clock.now()) };
		}
	}
	// A start that nobody waits for any more goes on: the next turn finds it, or the goal's end ends it.
	const opened =
		by === "here"
			? await Promise.race([mcp.open(goal.goalId, goal.workspace, server, walls), over])
			: await mcp.reach(goal.workspace, server);
	if (!opened) return {};
	switch (opened.kind) {
		case "needs": {
			const asked = { name, digest, place };
			return { ask: askForInputs(goal, thread, asked, opened.inputs, parts.newId, parts.clock.now()) };
		}
		case "failed":
			return { facts: failedFacts(goal, name, opened.reason) };
		case "resolved": {
			const reach = startedFrom(goal.workspace, opened.reach);
			if (typeof reach === "string") return { facts: failedFacts(goal, name, reach) };
			return { reach: { name, reach } };
		}
		case "open":
			return { open: opened, facts: startedFacts(goal, name, opened) };
	}
}

/** The agent's program, with a session. */
export function isRunning({ process }: Thread): boolean {
	return process?.sessionId !== undefined && !process.ended;
}

function failedFacts(goal: Goal, server: string, reason: string): GoalEvent[] {
	return goal.servers?.[server]?.failed === reason ? [] : [{ type: "server.failed", server, reason }];
}

function startedFacts(
	goal: Goal,
	server: string,
	{ revision, tools, problems }: { revision: string; tools: readonly unknown[]; problems: readonly string[] },
): GoalEvent[] {
	const leftOut = problems.length > 0 ? problems.slice(0, maxLeftOut) : undefined;
	const told = goal.servers?.[server]?.started;
	const isTold =
		told?.revision === revision &&
		told.tools === tools.length &&
		JSON.stringify(told.leftOut ?? []) === JSON.stringify(leftOut ?? []);
	return isTold ? [] : [{ type: "server.started", server, revision, tools: tools.length, leftOut }];
}

const maxLeftOut = 20;
