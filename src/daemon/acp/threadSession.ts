import { sessionBefore } from "../../core/folds/agent.ts";
import type { RanInside } from "../../core/sandbox.ts";
import type { ModelChoice } from "../../core/values.ts";
import type { Turn, TurnOutcome } from "../agents/agent.ts";
import type { AgentProcess, AgentProcesses } from "../agents/process/agentProcess.ts";
import type { FoundAcpAgent } from "../discovery/acpAgents.ts";
import type { AgentOffers } from "../discovery/agentOffers.ts";
import {
	diedText,
	ended,
	endOf,
	type Failed,
	failure,
	isFromAgent,
	messageOf,
	needsLogin,
	noAnswer,
	stopped,
} from "./agentEnds.ts";
import { type AgentWalls, placeOf, whyAnew } from "./agentWalls.ts";
import { type Conversation, type Listening, openConversation } from "./conversation.ts";
import { type Fields, fieldsOf, textOf } from "./fields.ts";
import { heard } from "./heard.ts";
import { Aborted, inTime, TooLate } from "./inTime.ts";
import { currentEffort, currentMode, currentModel } from "./options.ts";
import type { Redact } from "./secrets.ts";
import { openingOf, serversIn, type Withheld, withheldText, withhold } from "./sessionServers.ts";
import { applySettings } from "./sessionSettings.ts";

/**
 * A thread's agent, from its program to a session that can be prompted: started, or taken up as an earlier daemon left it;
 * its old session opened again where its process died and it can do that; mode, model and effort set.
 */
export interface SessionParts {
	readonly processes: AgentProcesses;
	readonly found: FoundAcpAgent;
	readonly choice: ModelChoice;
	/** For an agent's first answer, in milliseconds. */
	readonly initMs: number;
	readonly version: string;
	readonly redact: Redact;
	onProblem(text: string): void;
	/** Without them it runs as the person. */
	readonly walls?: AgentWalls;
	/** What the agent lets one choose. */
	hearAgent(id: string, offers: AgentOffers): void;
	/** Why a process was ended from here; undefined where it died. */
	endedHere(key: string): string | undefined;
}

export interface OpenedThread {
	readonly conversation: Conversation;
	/** What had a session in the thread before this process; undefined where nothing had. */
	readonly before: Before | undefined;
	/** What it offered when this daemon opened its session. */
	readonly offers?: AgentOffers;
	/** The MCP servers that its session was given. */
	readonly servers: readonly Fields[];
	/** Which servers it can reach beside programs, as it says. */
	readonly reaches: Fields;
}

/** `died`: the agent's own process, which nobody ended. `ended`: its own process. `other`: another agent's. */
export type Before = "died" | "ended" | "other";

export function processKey(threadId: string, number: number): string {
	return `${threadId}.${number}`;
}

/** The program that a choice starts: a model that it takes as an argument makes it another. */
export function identityOf({ found, choice }: Pick<SessionParts, "found" | "choice">): string {
	return found.modelFlag !== undefined && choice.model !== "default" ? `${found.id}/${choice.model}` : found.id;
}

export async function openThread(
	parts: SessionParts,
	turn: Turn,
	listening: Omit<Listening, "readTo">,
	signal: AbortSignal,
): Promise<OpenedThread | TurnOutcome> {
	const { processes, found, choice } = parts;
	const { thread, goal } = turn;
	const known = thread.process;
	const identity = identityOf(parts);
	const launch = {
		program: found.program,
		args: identity === found.id ? found.args : [...found.args, found.modelFlag!, choice.model],
		folder: goal.workspace,
		environment: found.environment,
	};
	let last = known?.ended ? sessionBefore(known) : known?.before;
	let number = known === undefined ? 1 : known.ended ? known.number + 1 : known.number;
	const unwanted = known && !known.ended ? whyAnew(parts, turn, identity) : undefined;
	if (known && unwanted !== undefined) {
		await processes.find(processKey(thread.threadId, number)).then((process) => process?.stop());
		await ended(turn, number, unwanted);
		last = sessionBefore(known);
		number++;
	}
	for (let tries = 0; ; tries++) {
		const key = processKey(thread.threadId, number);
		const isTakenUp = known?.number === number && !known.ended;
		const servers = isTakenUp ? turn.servers : await (turn.serversToStart ?? (async () => turn.servers ?? []))();
		if (!isTakenUp && servers === undefined) return { kind: "aborted" };
		let process: AgentProcess;
		const left = isTakenUp ? await processes.find(key) : undefined;
		const placed = left ? { inside: known?.sandbox } : await placeOf(parts, turn, isTakenUp);
		if ("kind" in placed) return placed;
		const { inside } = placed;
		const intent = { type: "agent.read", process: number, readTo: 0, ...(inside && { sandbox: inside }) } as const;
		if (!isTakenUp) await turn.session.process(intent);
		const withheld = left ? [] : await withhold(servers ?? [], found.environment);
		try {
			const enclosed = left || !inside ? launch : await parts.walls!.enclose(turn, inside, launch, found.id);
			process = left ?? (await processes.open(key, { ...enclosed, withheld: withheldText(withheld) }));
		} catch (cause) {
			const reason = `${found.name} cannot be started: ${messageOf(cause)}`;
			await ended(turn, number, reason);
			return failure("noAgent", reason, false);
		}
		const conversation = await openConversation({
			number,
			process,
			workspace: goal.workspace,
			turn: { ...listening, readTo: isTakenUp ? known.readTo : 0 },
			redact: parts.redact,
			onProblem: (text) => parts.onProblem(`${found.name} (${key}): ${text}`),
		});
		// One that has ended since its last turn is followed by another; what it said in this one is read first.
		if (!process.isAlive && !conversation.wasSent(`session/prompt:${thread.turn?.turnId}`) && tries === 0) {
			const here = parts.endedHere(key);
			const end = await process.ended;
			conversation.letGo();
			if (conversation.wasSent("initialize")) {
				const died = here === undefined && !end.wasStopped;
				await ended(turn, number, here ?? end.reason, died, end.exitCode);
				if (isTakenUp) last = sessionBefore({ ...known, ...(died && { died }) });
				number++;
				continue;
			}
		}
		const own = isTakenUp ? known.sessionId : undefined;
		// Only the daemon that starts a relay tells it what is withheld.
		if (left?.isAlive && own === undefined && servers?.length && !conversation.wasSent("session/new")) {
			await stopped(turn, conversation, "It was started by an earlier daemon, and had no session yet.");
			number++;
			continue;
		}
		try {
			const opened = await openSession(parts, turn, conversation, { identity, own, last, withheld, inside, signal });
			if ("kind" in opened) await stopped(turn, conversation, "It opened no session that can be used.");
			return opened;
		} catch (cause) {
			return await failedToOpen(parts, turn, conversation, cause, signal);
		}
	}
}

interface Opening {
	readonly identity: string;
	readonly inside?: RanInside;
	/** Its session, as an earlier daemon left it. */
	readonly own?: string;
	readonly last: LastSession;
	readonly withheld: readonly Withheld[];
	readonly signal: AbortSignal;
}

type LastSession = NonNullable<Turn["thread"]["process"]>["before"];

async function openSession(
	parts: SessionParts,
	turn: Turn,
	conversation: Conversation,
	{ identity, own, last, withheld, inside, signal }: Opening,
): Promise<OpenedThread | Failed> {
	const { found, initMs, version } = parts;
	const { goal } = turn;
	const initialize = conversation.request("initialize", "initialize", {
		protocolVersion: 1,
		clientInfo: { name: "mission-control", title: "Mission Control", version },
		clientCapabilities: {
			fs: { readTextFile: true, writeTextFile: true },
			terminal: false,
			elicitation: { form: {}, url: {} },
		},
	});
	const first = await inTime(initialize, initMs, signal);
	if (first.protocolVersion !== 1)
		return failure(
			"badRequest",
			`${found.name} speaks version ${String(first.protocolVersion)} of the Agent Client Protocol, and only version 1 is spoken here. Install another version of it.`,
			false,
		);
	const can = fieldsOf(first.agentCapabilities);
	const resumes = fieldsOf(can.sessionCapabilities).resume;
	conversation.seesImages = fieldsOf(can.promptCapabilities).image === true;
	const reaches = fieldsOf(can.mcpCapabilities);
	const reached = withheld.filter(({ told }) => told.type !== "http" || reaches.http === true);
	const place = { cwd: goal.workspace, mcpServers: reached.map(({ stands }) => stands) };
	const isOwn = last !== undefined && (last.agent === found.id || last.agent.startsWith(`${found.id}/`));
	const before: Before | undefined = last && (isOwn ? (last.died ? "died" : "ended") : "other");
	/** A session of another agent's is nobody else's to open. */
	const earlier = isOwn ? last.sessionId : undefined;
	let took: "new" | "resumed" | "loaded" | "told" = "new";
	if (own !== undefined) {
		const method = openingOf(conversation) ?? "session/new";
		conversation.sessionId = own;
		await inTime(conversation.request(method, method, {}), initMs, signal);
		return { conversation, before, servers: serversIn(conversation, withheld), reaches };
	}
	/** Opportunistic: agents that say they can do it may not be able to, or never answer. */
	const tried = (method: string, params: Record<string, unknown>): Promise<Fields | undefined> =>
		inTime(conversation.request(method, method, params), initMs, signal).catch((cause) => {
			if (isFromAgent(cause) || cause instanceof TooLate) return undefined;
			throw cause;
		});
	let answer: Fields | undefined;
	if (earlier !== undefined && resumes !== undefined && resumes !== null) {
		answer = await tried("session/resume", { sessionId: earlier, ...place });
		took = "resumed";
	}
	if (!answer && earlier !== undefined && can.loadSession === true) {
		answer = await tried("session/load", { sessionId: earlier, ...place });
		took = "loaded";
	}
	if (answer) conversation.sessionId = earlier;
	else {
		answer = await inTime(conversation.request("session/new", "session/new", place), initMs, signal);
		const sessionId = textOf(answer.sessionId);
		if (sessionId === undefined)
			return failure("badRequest", `${found.name} opened a session without an id: it cannot be used.`, false);
		conversation.sessionId = sessionId;
		took = earlier === undefined ? "new" : "told";
	}
	const offers = heard(parts, answer);
	const problem = await applySettings(parts, turn, conversation, signal);
	if (problem) return problem;
	const info = fieldsOf(first.agentInfo);
	const settings = {
		mode: currentMode(conversation.options),
		model: currentModel(conversation.options),
		effort: currentEffort(conversation.options),
	};
	await turn.session.process({
		type: "agent.started",
		process: conversation.number,
		agent: identity,
		name: textOf(info.title) ?? textOf(info.name) ?? found.name,
		version: textOf(info.version) ?? found.version,
		sessionId: conversation.sessionId!,
		took,
		settings: Object.fromEntries(
			Object.entries(settings).filter((one): one is [string, string] => one[1] !== undefined),
		),
		...(inside && { sandbox: inside }),
	});
	return { conversation, before, offers, servers: serversIn(conversation, withheld), reaches };
}

async function failedToOpen(
	{ found, initMs, endedHere }: SessionParts,
	turn: Turn,
	conversation: Conversation,
	cause: unknown,
	signal: AbortSignal,
): Promise<TurnOutcome> {
	const { process, number } = conversation;
	if (cause instanceof Aborted) {
		if (signal.reason === "drain") {
			conversation.letGo();
			return { kind: "left" };
		}
		await stopped(turn, conversation, "Its turn was ended before it was ready.");
		return { kind: "aborted" };
	}
	if (needsLogin(cause)) {
		await stopped(turn, conversation, "It is not signed in.");
		const how = found.signIn ?? `Sign in with ${found.name} itself in a terminal, then try again.`;
		return failure("notSignedIn", `${found.name} is not signed in. ${how}`, false);
	}
	if (cause instanceof TooLate) return noAnswer(turn, conversation, found, initMs);
	if (isFromAgent(cause)) {
		await stopped(turn, conversation, "It opened no session.");
		return failure("badRequest", `${found.name} opened no session: ${messageOf(cause)}`, false);
	}
	const end = await endOf(process);
	if (!end) throw cause;
	const key = processKey(turn.thread.threadId, number);
	conversation.letGo();
	const here = endedHere(key);
	await ended(turn, number, here ?? end.reason, here === undefined && !end.wasStopped, end.exitCode);
	return failure("agentDied", diedText(found.name, end), true);
}
