import { setTimeout as sleep } from "node:timers/promises";
import { agentsOwnModel } from "../../core/agentKinds.ts";
import type { TurnId } from "../../core/ids.ts";
import { priceIn } from "../../core/rules/budget.ts";
import type { ModelChoice, Price, Usage } from "../../core/values.ts";
import type { Turn, TurnOutcome } from "../agents/agent.ts";
import { lookAround } from "../agents/surroundings.ts";
import type { AgentCall } from "../agents/turnSession.ts";
import type { FileRules } from "../tools/tool.ts";
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
import { whyAnew } from "./agentWalls.ts";
import type { Conversation, Listening, Told } from "./conversation.ts";
import { type Fields, textOf } from "./fields.ts";
import { hearLater } from "./heard.ts";
import { Aborted, TooLate } from "./inTime.ts";
import { currentModel } from "./options.ts";
import { imageBlocks, type PromptParts, promptImages, promptText } from "./prompt.ts";
import { changedServers, givenServers } from "./sessionServers.ts";
import { applySettings } from "./sessionSettings.ts";
import { identityOf, type OpenedThread, openThread, processKey, type SessionParts } from "./threadSession.ts";
import { modelIn, turnUsage } from "./usage.ts";

/**
 * One turn of an agent that is a program: its prompt is sent once, by whichever daemon comes to it first, and followed
 * to its answer. It ends early when a person or a limit ends it: the agent is told so, and ended with all that it started
 * when it does not listen. When only the daemon goes, the agent is left as it is. Long, because a turn is told here from
 * its prompt to every way in which it ends.
 */
export interface TurnParts extends SessionParts {
	/** Threads with a process, as this daemon has them. */
	readonly lives: Map<string, OpenedThread>;
	/** For an agent that was told to stop, in milliseconds. */
	readonly graceMs: number;
	readonly denied: readonly string[];
	/** What rules say of files of a workspace. */
	fileRules?(workspace: string): FileRules;
	price(choice: Pick<ModelChoice, "provider" | "model">): Price | undefined;
}

export async function takeTurn(parts: TurnParts, turn: Turn, signal: AbortSignal): Promise<TurnOutcome> {
	const { lives, found } = parts;
	const { thread, goal } = turn;
	const { threadId } = thread;
	const refused = new AbortController();
	let unasked: AgentCall | undefined;
	let overspent: string | undefined;
	const listening: Omit<Listening, "readTo"> = {
		session: turn.session,
		files: {
			workspace: goal.workspace,
			denied: parts.denied,
			fileRules: parts.fileRules?.(goal.workspace),
			signal,
		},
		prompt: promptName(turn),
		isStopping: () => refused.signal.aborted || (signal.aborted && signal.reason !== "drain"),
		onTold(told) {
			if (found.refuseUnasked) unasked ??= told.unasked[0];
			overspent ??= whatIsOverspent(turn, told);
			if (unasked !== undefined || overspent !== undefined) refused.abort();
		},
	};
	const opened = await openWithServers(parts, turn, listening, signal);
	if ("kind" in opened) return opened;
	lives.set(threadId, opened);
	const { conversation } = opened;
	const ends = AbortSignal.any([signal, refused.signal]);
	try {
		const outcome = await prompted(parts, turn, opened, ends);
		// Its answer may have come with what it did, or while no daemon ran.
		if (outcome.kind === "answered" && found.refuseUnasked) unasked ??= conversation.before.unasked[0];
		if (unasked !== undefined && (outcome.kind === "aborted" || outcome.kind === "answered")) {
			const used = outcome.kind === "answered" ? outcome.usage : outcome.used;
			return { ...failure("unasked", refusedText(found.name, unasked), false), used };
		}
		if (overspent !== undefined && outcome.kind === "aborted")
			return { ...failure("overspent", overspent, true), used: outcome.used };
		return outcome;
	} finally {
		hearLater(parts, opened);
		conversation.detach();
		if (conversation.isOver) lives.delete(threadId);
	}
}

function refusedText(name: string, { summary }: AgentCall): string {
	return `${name} did something without asking (\`${summary}\`), and config.jsonc wants such a turn ended (“refuseUnasked”). Look at what it did; then resume the goal, or choose another agent.`;
}

function promptName({ thread }: Turn): string {
	return `session/prompt:${thread.turn?.turnId}`;
}

/** Where the thread may use other MCP servers than its session was given, that is opened anew before it is asked anything. */
async function openWithServers(
	parts: TurnParts,
	turn: Turn,
	listening: Omit<Listening, "readTo">,
	signal: AbortSignal,
): Promise<OpenedThread | TurnOutcome> {
	const { lives, found } = parts;
	const { thread, servers = [] } = turn;
	const { threadId, process } = thread;
	const opened = await open(parts, turn, listening, signal);
	if ("kind" in opened || !process || process.ended || signal.aborted) return opened;
	const { conversation } = opened;
	const { number, sessionId } = conversation;
	if (number !== process.number || conversation.wasSent(listening.prompt)) return opened;
	const changed = await changedServers(opened.servers, givenServers(servers, opened.reaches), found.environment);
	if (changed.length === 0) return opened;
	const toStart = turn.serversToStart ? await turn.serversToStart() : servers;
	if (!toStart) {
		lives.set(threadId, opened);
		conversation.detach();
		return { kind: "aborted" };
	}
	const reason = `The MCP servers that it may use are others now: ${changed.join(", ")}.`;
	if (await settleLast(parts, turn, conversation)) await stopped(turn, conversation, reason);
	lives.delete(threadId);
	const agent = process.agent ?? identityOf(parts);
	const last = { ...process, sessionId, agent, ended: true };
	const anew: Turn = { ...turn, thread: { ...thread, process: last }, serversToStart: async () => toStart };
	return openThread(parts, anew, listening, signal);
}

async function open(
	parts: TurnParts,
	turn: Turn,
	listening: Omit<Listening, "readTo">,
	signal: AbortSignal,
): Promise<OpenedThread | TurnOutcome> {
	const { lives } = parts;
	const { threadId, process } = turn.thread;
	const live = lives.get(threadId);
	const isSame = live && process?.number === live.conversation.number && !process.ended && process.agent !== undefined;
	if (live && isSame && !live.conversation.isOver && whyAnew(parts, turn, identityOf(parts)) === undefined) {
		await live.conversation.attach({ ...listening, readTo: process.readTo });
		return live;
	}
	if (live) live.conversation.letGo();
	lives.delete(threadId);
	if (signal.aborted && signal.reason === "drain") return { kind: "left" };
	// What was never begun needs no process to be ended.
	if (signal.aborted && process === undefined) return { kind: "aborted" };
	return openThread(parts, turn, listening, signal);
}

async function prompted(parts: TurnParts, turn: Turn, opened: OpenedThread, signal: AbortSignal): Promise<TurnOutcome> {
	const { found } = parts;
	const { conversation } = opened;
	const { sessionId } = conversation;
	const key = promptName(turn);
	let said = "";
	let images: readonly Fields[] = [];
	let answering: Promise<Fields>;
	try {
		if (!conversation.wasSent(key)) {
			if (signal.aborted) return signal.reason === "drain" ? left(conversation) : { kind: "aborted" };
			const isFree = await settleLast(parts, turn, conversation);
			if (!isFree) return failure("agentDied", `${found.name} did not end what it did before, so it was ended.`, true);
			const problem = await applySettings(parts, turn, conversation, signal);
			if (problem) return problem;
			const surroundings = await lookAround(turn.goal.workspace);
			const heard = heardBefore(turn, opened);
			const { seesImages } = conversation;
			said = promptText({ turn, surroundings, ...heard, seesImages });
			images = await imageBlocks(turn, promptImages(turn, heard.lastTurn), seesImages, found.name);
			if (signal.aborted) return signal.reason === "drain" ? left(conversation) : { kind: "aborted" };
		}
		answering = conversation.request(key, "session/prompt", {
			sessionId,
			prompt: [{ type: "text", text: said }, ...images],
		});
		answering.catch(() => undefined);
		const answer = await Promise.race([answering, aborted(signal)]);
		if (answer !== "aborted") return answered(parts, turn, conversation, answer, said);
	} catch (cause) {
		return failed(parts, turn, conversation, cause, signal);
	}
	if (signal.reason === "drain") return left(conversation);
	return cancelled(parts, turn, conversation, answering);
}

/** The agent goes on, and the next daemon reads on. */
function left(conversation: Conversation): TurnOutcome {
	conversation.letGo();
	return { kind: "left" };
}

function aborted(signal: AbortSignal): Promise<"aborted"> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve("aborted");
		else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
	});
}

/** What the session knows of the thread already, and what it is to hear of who was there before it. */
function heardBefore(turn: Turn, { conversation, before }: OpenedThread): Pick<PromptParts, "lastTurn" | "before"> {
	const lastTurn = lastPrompted(turn, conversation);
	if (lastTurn !== undefined) return { lastTurn, before: undefined };
	if (before === undefined || before === "other" || conversation.wasSent("session/new")) return { lastTurn, before };
	// Of the process before nobody knows what its session kept: what it answered, it has.
	const { provider } = turn.thread.assignment;
	const answered = turn.transcript.flatMap((event) =>
		event.type === "turn.completed" && event.asked.provider === provider ? [event.turnId] : [],
	);
	return { lastTurn: answered.at(-1) ?? turnsBefore(turn)[0], before };
}

/** The last turn whose prompt this process was sent. */
function lastPrompted(turn: Turn, conversation: Conversation): TurnId | undefined {
	return turnsBefore(turn).findLast((turnId) => conversation.wasSent(`session/prompt:${turnId}`));
}

function turnsBefore({ transcript, thread }: Turn): readonly TurnId[] {
	return transcript.flatMap((event) =>
		event.type === "turn.started" && event.turnId !== thread.turn?.turnId ? [event.turnId] : [],
	);
}

/** An earlier turn may have been ended without its agent: it is told so, before it is asked anything else. */
async function settleLast(parts: TurnParts, turn: Turn, conversation: Conversation): Promise<boolean> {
	const last = lastPrompted(turn, conversation);
	const key = `session/prompt:${last}`;
	if (last === undefined || conversation.isAnswered(key)) return true;
	const answer = conversation.request(key, "session/prompt", {}).then(
		() => true,
		(cause) => isFromAgent(cause),
	);
	if (await Promise.race([answer, sleep(200, false)])) return true;
	await conversation.notify("session/cancel", { sessionId: conversation.sessionId });
	if (await Promise.race([answer, sleep(parts.graceMs, false)])) return true;
	await stopped(turn, conversation, "It did not end what it was told to stop.");
	return false;
}

async function answered(
	parts: TurnParts,
	turn: Turn,
	conversation: Conversation,
	answer: Fields,
	prompt: string,
): Promise<TurnOutcome> {
	const { usage, price, answeredBy } = usedIn(parts, turn, conversation, answer, prompt);
	return {
		kind: "answered",
		text: "",
		calls: [],
		answered: answeredBy,
		usage,
		...(price && { price }),
		finish: finishOf(textOf(answer.stopReason) ?? "stop", turn),
	};
}

function usedIn({ choice, price }: TurnParts, turn: Turn, conversation: Conversation, answer: Fields, prompt: string) {
	const { before, usage, options } = conversation;
	const answeredBy = modelIn(answer) ?? currentModel(options) ?? choice.model;
	const model = choice.model === agentsOwnModel ? answeredBy : choice.model;
	const known = priceIn(turn.goal, choice, price({ provider: choice.provider, model }));
	const costs = { costBefore: before.usage.costUsd, costAfter: usage.costUsd };
	return { usage: turnUsage(answer, { prompt, spoken: before.spoken, ...costs }, known), price: known, answeredBy };
}

/** An agent that was denied something may end its turn as cancelled: nobody else cancelled it. */
function finishOf(stopReason: string, { transcript, thread }: Turn): string {
	const words: Readonly<Record<string, string>> = { end_turn: "stop", max_tokens: "length", refusal: "content-filter" };
	if (stopReason !== "cancelled") return words[stopReason] ?? stopReason;
	const own = new Set(
		transcript.flatMap((event) =>
			event.type === "tool.requested" && event.turnId === thread.turn?.turnId ? [event.toolCallId] : [],
		),
	);
	const wasDenied = transcript.some(
		(event) => event.type === "tool.completed" && event.refused !== undefined && own.has(event.toolCallId),
	);
	return wasDenied ? "stop" : stopReason;
}

/** A person or a limit ended the turn. The agent is told, and ended when it does not listen. */
async function cancelled(
	parts: TurnParts,
	turn: Turn,
	conversation: Conversation,
	answering: Promise<Fields>,
): Promise<TurnOutcome> {
	const over = answering.then(
		(answer) => ({ answer }),
		() => ({ answer: undefined }),
	);
	await conversation.notify("session/cancel", { sessionId: conversation.sessionId }).catch(() => undefined);
	const listened = await Promise.race([over, sleep(parts.graceMs, undefined, { ref: false })]);
	if (!listened) {
		for (const update of conversation.reader.unfinished()) await turn.session.update(update);
		await stopped(turn, conversation, "It went on after it was told to stop, so it was ended.");
	}
	const counted = listened?.answer && usedIn(parts, turn, conversation, listened.answer, "").usage;
	const used = counted && !counted.estimated ? counted : usedSoFar(turn, conversation);
	return used ? { kind: "aborted", used } : { kind: "aborted" };
}

/** As far as the agent told. */
function usedSoFar(turn: Turn, { usage, before, startedAt, isAnswered }: Conversation): Usage | undefined {
	const { used, costUsd } = usage;
	if (used === undefined && costUsd === undefined) return undefined;
	const from = isAnswered(promptName(turn)) ? before.usage : startedAt;
	const cost = costUsd === undefined ? null : Math.max(0, costUsd - (from.costUsd ?? 0));
	return { inputTokens: used ?? 0, outputTokens: 0, costUsd: cost };
}

async function failed(
	parts: TurnParts,
	turn: Turn,
	conversation: Conversation,
	cause: unknown,
	signal: AbortSignal,
): Promise<TurnOutcome> {
	const { found } = parts;
	if (signal.aborted && signal.reason === "drain") return left(conversation);
	if (cause instanceof TooLate) return noAnswer(turn, conversation, found, parts.initMs);
	if (cause instanceof Aborted) {
		await stopped(turn, conversation, "Its turn was ended before it was ready.");
		return { kind: "aborted" };
	}
	if (isFromAgent(cause)) {
		const code = needsLogin(cause) ? "notSignedIn" : "agentError";
		const how = code === "notSignedIn" ? ` ${found.signIn ?? `Sign in with ${found.name} itself in a terminal.`}` : "";
		const answered = failure(code, `${found.name}: ${messageOf(cause)}${how}`, code === "agentError");
		return { ...answered, used: usedSoFar(turn, conversation) };
	}
	for (const update of conversation.reader.unfinished()) await turn.session.update(update);
	const end = await endOf(conversation.process);
	// It is alive: what it told could not be recorded. The turn is taken up again from the log.
	if (!end) throw cause;
	const here = parts.endedHere(processKey(turn.thread.threadId, conversation.number));
	conversation.letGo();
	await ended(turn, conversation.number, here ?? end.reason, here === undefined && !end.wasStopped, end.exitCode);
	const died: Failed = failure("agentDied", diedText(found.name, end), true);
	return signal.aborted
		? { kind: "aborted", used: usedSoFar(turn, conversation) }
		: { ...died, used: usedSoFar(turn, conversation) };
}

/** A limit of the goal's that the turn has passed, as far as its agent tells. Minutes end what runs by themselves. */
function whatIsOverspent({ goal, thread }: Turn, { usage, startedAt }: Told): string | undefined {
	const { tokens, usd } = goal.budget;
	const usedTokens = goal.usage.inputTokens + goal.usage.outputTokens;
	if (tokens !== undefined && usage.used !== undefined && usedTokens + usage.used > tokens)
		return `${usedTokens + usage.used} of ${tokens} tokens are used, the turn of the ${thread.role} included: it was ended.`;
	if (usd !== undefined && usage.costUsd !== undefined) {
		const used = (goal.usage.costUsd ?? 0) + usage.costUsd - (startedAt.costUsd ?? 0);
		if (used > usd)
			return `${used.toFixed(4)} of ${usd} USD are used, the turn of the ${thread.role} included: it was ended.`;
	}
	return undefined;
}
