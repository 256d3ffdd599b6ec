import type * as acp from "@agentclientprotocol/sdk";
import type { AgentProcess } from "../agents/process/agentProcess.ts";
import type { AgentCall, SessionUpdate, TurnSession } from "../agents/turnSession.ts";
import { elicited, NotAskable } from "../mcp/elicited.ts";
import { type ToolContext, ToolError } from "../tools/tool.ts";
import { NoSuchFile, readText, writeText } from "./clientFiles.ts";
import { type Fields, fieldsOf, textOf } from "./fields.ts";
import { afterAnswer, noOptions, type SessionOptions, withChange } from "./options.ts";
import { permissionAnswer } from "./permission.ts";
import type { Redact } from "./secrets.ts";
import { openSpooledStream, type Place, type SpooledStream } from "./spooledStream.ts";
import { openTurnReader, type ToldUsage, type TurnReader, usageTold } from "./turnReader.ts";

/**
 * One process of an agent, spoken with: the protocol's own package carries requests both ways over the spool, and what
 * the agent tells goes to the session of the turn that is under way, in its order. Long, because all of it is one state:
 * who listens now, what was told of the turn's calls, and what the session is set to.
 */
export interface Conversation {
	readonly number: number;
	readonly process: AgentProcess;
	/** Asks under a name that every daemon gives this request. Rejects with the agent's error, or when the process is gone. */
	request(key: string, method: string, params: Record<string, unknown>): Promise<Fields>;
	wasSent(key: string): boolean;
	/** What it was asked with. */
	sentWith(key: string): Fields;
	notify(method: string, params: Record<string, unknown>): Promise<void>;
	/** The session that it is about; what is told of others is passed over. */
	sessionId: string | undefined;
	/** What it is set to, and can be, as far as was read. */
	readonly options: SessionOptions;
	/** It takes images in a prompt. */
	seesImages: boolean;
	readonly usage: ToldUsage;
	/** What it had used when the turn under way began. */
	readonly startedAt: ToldUsage;
	/** Of the turn that was answered last: what had been used when it began, how many tokens it said, and what it did unasked. */
	readonly before: { readonly usage: ToldUsage; readonly spoken: number; readonly unasked: readonly AgentCall[] };
	/** The next turn listens. What was told since the last one is told to it first. */
	attach(turn: Listening): Promise<void>;
	detach(): void;
	/** Of the turn under way. */
	readonly reader: TurnReader;
	/** Its answer was read. */
	isAnswered(key: string): boolean;
	/** Lets go of the process, which goes on. Nothing is written to it after this. */
	letGo(): void;
	readonly isOver: boolean;
}

/** Who listens while a turn is under way. */
export interface Listening {
	readonly session: TurnSession;
	readonly files: ToolContext;
	/** What was in the log before: it is read again for what it says of later things, and told to nobody. */
	readonly readTo: number;
	/** The name of its prompt. */
	readonly prompt: string;
	/** A person or a limit has ended the turn. */
	isStopping(): boolean;
	/** After each thing that was told in the turn, also of what an earlier daemon has recorded. */
	onTold(told: Told): void;
}

/** Of a turn, so far. */
export interface Told {
	readonly usage: ToldUsage;
	/** What had been used when it began. */
	readonly startedAt: ToldUsage;
	/** What ran and was not asked about. */
	readonly unasked: readonly AgentCall[];
}

export interface ConversationParts {
	readonly number: number;
	readonly process: AgentProcess;
	readonly workspace: string;
	/** Of the spool: what an earlier daemon wrote into the log. */
	readonly turn: Listening;
	readonly redact: Redact;
	onProblem(text: string): void;
}

/** Updates between two turns that are kept for the next one; an agent has little to say then. */
const maxKept = 1000;
/** A stranger's line in a log. */
const shownChars = 200;
const promptKey = "session/prompt:";

export async function openConversation(parts: ConversationParts): Promise<Conversation> {
	const { number, process, workspace, onProblem } = parts;
	const sdk = await import("@agentclientprotocol/sdk");
	const gone = new AbortController();
	let reader = openTurnReader(workspace);
	let turn: Listening | undefined = parts.turn;
	let readTo = parts.turn.readTo;
	let usage: ToldUsage = {};
	let before: Conversation["before"] = { usage, spoken: 0, unasked: [] };
	/** Of what ran unasked, how much did before the turn under way. */
	let unaskedBefore = 0;
	let answeredUsage: ToldUsage = {};
	let options = noOptions;
	let kept: { readonly update: Fields; readonly end: number }[] = [];
	let isLoaded = false;
	const answered = new Set<string>();
	/** What the agent asked for and was not answered, by its number, as it was to be understood when it was read. */
	const requests = new Map<string, Asked>();
	/** What it asked leave for in the turn, by the number of the request. */
	const asking = new Map<string, AgentCall>();
	let isOver = false;
	let strange = 0;

	async function onUpdate(params: unknown, { end }: Place): Promise<void> {
		const { sessionId, update: told } = fieldsOf(params);
		const update = fieldsOf(told);
		// What is said while an old session is loaded was said before.
		if (spooled.wasSent("session/load") && !isLoaded) return;
		if (!isOurs(sessionId)) return;
		options = withChange(options, update);
		if (update.sessionUpdate === "usage_update") usage = { ...usage, ...known(usageTold(update)) };
		if (end <= readTo) {
			reader.update(update);
			if (turn && isUnderWay(turn)) turn.onTold(toldSoFar());
			else unaskedBefore = reader.unasked.length;
			return;
		}
		if (turn) return tell(update, end);
		kept.push({ update, end });
		if (kept.length > maxKept) kept.shift();
	}

	/** The place counts with the last thing that the line comes to, so that a line is never half told. */
	async function tell(update: Fields, end: number): Promise<void> {
		const listening = turn!;
		const told: SessionUpdate[] = [...reader.update(update, listening.isStopping())];
		if (update.sessionUpdate === "usage_update")
			told.push({ kind: "usage", inputTokens: usage.used ?? 0, outputTokens: 0, costUsd: costSince(answeredUsage) });
		const last = told.pop();
		for (const one of told) await listening.session.update(one);
		listening.session.readTo({ process: number, offset: end });
		readTo = end;
		if (last) await listening.session.update(last);
		listening.onTold(toldSoFar());
	}

	function costSince(begin: ToldUsage): number | null {
		return usage.costUsd === undefined ? null : Math.max(0, usage.costUsd - (begin.costUsd ?? 0));
	}

	function toldSoFar(): Told {
		return { usage, startedAt: answeredUsage, unasked: reader.unasked.slice(unaskedBefore) };
	}

	/** All prompts before its own were answered, as far as was read. */
	function isUnderWay({ prompt }: Listening): boolean {
		const isOver = (key: string) => !key.startsWith(promptKey) || answered.has(key);
		return spooled.wasSent(prompt) && spooled.sentBefore(prompt).every(isOver);
	}

	/** Also what it says before its session is known. */
	function isOurs(sessionId: unknown): boolean {
		if (conversation.sessionId === undefined || sessionId === conversation.sessionId) return true;
		stranger(sessionId);
		return false;
	}

	/** The session that an answer opened; an old one only where no new one was asked for since. */
	function sessionIn(key: string, { sessionId }: Fields, result: unknown): string | undefined {
		if (key === "session/new") return textOf(fieldsOf(result).sessionId);
		const isOld = key === "session/load" || key === "session/resume";
		return isOld && result !== undefined && !spooled.wasSent("session/new") ? textOf(sessionId) : undefined;
	}

	/** Nothing is read, written, asked or allowed for a session that was not opened here. */
	function refuseStranger(sessionId: unknown): void {
		if (isOurs(sessionId)) return;
		const known = `this client opened ${conversation.sessionId}`;
		throw new sdk.RequestError(
			invalidParams,
			`There is no session “${String(sessionId).slice(0, shownChars)}” here: ${known}. Nothing was done.`,
		);
	}

	function stranger(sessionId: unknown): void {
		if (strange++ === 0)
			onProblem(`it speaks of another session (${String(sessionId).slice(0, shownChars)}), which is passed over`);
	}

	const spooled: SpooledStream = await openSpooledStream(
		process,
		{
			onUpdate,
			onRequest({ id, method, params }, isAnswered, { end }) {
				if (!isOurs(fieldsOf(params).sessionId ?? conversation.sessionId)) return;
				const call = method === "session/request_permission" && reader.asks(fieldsOf(fieldsOf(params).toolCall));
				if (call) asking.set(JSON.stringify(id), call);
				if (isAnswered) return;
				const write = method === "fs/write_text_file" && writing(fieldsOf(params), end);
				requests.set(JSON.stringify(id), { end, ...(call && { call }), ...(write && { write }) });
			},
			onWithdrawn(id) {
				const name = JSON.stringify(id);
				const call = asking.get(name);
				asking.delete(name);
				if (call && ![...asking.values()].some((other) => other.id === call.id)) reader.withdraws(call);
			},
			async onAnswer({ key, params, result }, { end }) {
				answered.add(key);
				conversation.sessionId = sessionIn(key, fieldsOf(params), result) ?? conversation.sessionId;
				if (result !== undefined) options = afterAnswer(options, key, fieldsOf(params), fieldsOf(result));
				// It may never answer the first; then it is asked for another session.
				if (key === "session/load" || key === "session/new") isLoaded = true;
				if (!key.startsWith(promptKey)) return;
				if (end > readTo && turn) {
					turn.session.readTo({ process: number, offset: end });
					readTo = end;
				}
				before = { usage: answeredUsage, spoken: reader.spoken, unasked: toldSoFar().unasked };
				answeredUsage = usage;
				unaskedBefore = 0;
				asking.clear();
				reader = openTurnReader(workspace);
			},
			redact: parts.redact,
			onGarbage(line) {
				if (strange++ < 5) onProblem(`it printed what is no message: ${line.slice(0, shownChars)}`);
			},
		},
		gone.signal,
	);

	const connection = sdk
		.client({ name: "mission-control" })
		.onRequest(sdk.methods.client.session.requestPermission, ({ params, requestId, signal }) =>
			permission(params, take(requestId)?.call, signal),
		)
		.onRequest(sdk.methods.client.fs.readTextFile, async ({ params }) => {
			refuseStranger(params.sessionId);
			const files = turn?.files;
			if (!files) throw sdk.RequestError.internalError({ details: "No turn is under way." });
			return guarded(async () => ({ content: await readText(files, params) }));
		})
		.onRequest(sdk.methods.client.fs.writeTextFile, async ({ params, requestId, signal }) => {
			refuseStranger(params.sessionId);
			return guarded(() => write(params, take(requestId), signal));
		})
		// As it was sent: the package would leave out what only older forms have.
		.onRequest(sdk.methods.client.elicitation.create, fieldsOf, async ({ params, requestId, signal }) => {
			const session = turn?.session;
			const asked = take(requestId);
			refuseStranger(params.sessionId ?? conversation.sessionId);
			if (!session) return { action: "cancel" } as const;
			try {
				return await elicited(`${number} ${asked?.end}`, params, (question) => session.ask(question, signal));
			} catch (cause) {
				if (cause instanceof NotAskable) throw new sdk.RequestError(invalidParams, cause.message);
				throw cause;
			}
		})
		.connect(spooled.stream);
	const conversation: Conversation = {
		number,
		process,
		sessionId: undefined,
		get options() {
			return options;
		},
		seesImages: false,
		async request(key, method, params) {
			spooled.name(params, key);
			return fieldsOf(await connection.agent.request<unknown, Record<string, unknown>>(method, params));
		},
		wasSent: spooled.wasSent,
		sentWith: (key) => fieldsOf(spooled.sentWith(key)),
		isAnswered: (key) => answered.has(key),
		notify: (method, params) => connection.agent.notify(method, params),
		get usage() {
			return usage;
		},
		get before() {
			return before;
		},
		get startedAt() {
			return answeredUsage;
		},
		async attach(next) {
			turn = next;
			unaskedBefore = reader.unasked.length;
			const waiting = kept;
			kept = [];
			for (const { update, end } of waiting) await tell(update, end);
		},
		detach() {
			turn = undefined;
		},
		get reader() {
			return reader;
		},
		letGo() {
			gone.abort();
			connection.close(new Error("The daemon lets go of the agent."));
		},
		get isOver() {
			return isOver;
		},
	};
	spooled
		.read()
		.catch((cause) => onProblem(`what it says cannot be recorded: ${String(cause)}`))
		.finally(() => {
			isOver = true;
			connection.close(new Error("The agent's process has ended."));
		});

	async function permission(
		{ sessionId, options }: acp.RequestPermissionRequest,
		call: AgentCall | undefined,
		signal: AbortSignal,
	): Promise<acp.RequestPermissionResponse> {
		refuseStranger(sessionId);
		if (!call || !turn) return { outcome: { outcome: "cancelled" } };
		const given = await Promise.race([turn.session.permission(call, signal), withdrawn(signal)]);
		return { outcome: permissionAnswer(given, options) };
	}

	function take(requestId: unknown): Asked | undefined {
		const name = JSON.stringify(requestId);
		const asked = requests.get(name);
		requests.delete(name);
		return asked;
	}

	/** The agent does not wait for its answer any more. */
	function withdrawn(signal: AbortSignal): Promise<{ readonly kind: "over" }> {
		return new Promise((resolve) => signal.addEventListener("abort", () => resolve({ kind: "over" }), { once: true }));
	}

	/** What it was allowed to change it may write; anything else, also what it may only read, is a call of its own. */
	function writing(params: Fields, end: number): Writing {
		const path = textOf(params.path) ?? "";
		const diff = { type: "diff", path, newText: params.content };
		// Two of one number are two.
		const call = { toolCallId: `write ${end}`, kind: "edit", title: path, content: [diff] };
		const own = openTurnReader(workspace).asks(call);
		const covering = reader
			.openCalls()
			.find(({ effect, args }) => effect === "workspace" && pathsOf(args).includes(String(own.args.path)));
		return { path, call: covering ?? own, isOwn: !covering };
	}

	/** `asked` has no secrets in it, and goes into the log; `params` are as the agent has them. */
	async function write(
		params: acp.WriteTextFileRequest,
		asked: Asked | undefined,
		signal: AbortSignal,
	): Promise<Record<string, never>> {
		const listening = turn;
		if (!listening || !asked?.write) throw new ToolError("No turn is under way, so that nothing may be written.");
		const { session, files } = listening;
		const { path, call, isOwn } = asked.write;
		if (path !== params.path)
			throw new ToolError(
				"Its path holds a secret, which may stand in no log: nothing was written. Name it otherwise.",
			);
		const given = await session.permission(call, signal);
		if (given.kind === "deny") throw new ToolError(given.reason);
		if (given.kind === "over") throw new ToolError("The turn is over: nothing was written.");
		try {
			await writeText(files, params, async (hashes) => {
				const request = `${number} ${asked.end}`;
				const intended = await session.intend({ request, callId: call.id, path, ...hashes });
				// What covers it may be over without it.
				return intended.kind === "known" && !isOwn ? { ...intended, outcome: undefined } : intended;
			});
			if (isOwn) await session.update({ kind: "callEnded", id: call.id, ok: true, output: `Wrote ${path}.` });
		} catch (cause) {
			if (isOwn && cause instanceof ToolError)
				await session.update({ kind: "callEnded", id: call.id, ok: false, output: cause.message });
			throw cause;
		}
		return {};
	}

	async function guarded<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (cause) {
			if (cause instanceof NoSuchFile) throw new sdk.RequestError(noResource, cause.message);
			if (cause instanceof ToolError) throw new sdk.RequestError(-32603, cause.message);
			throw cause;
		}
	}

	return conversation;
}

/** The protocol's codes: for what is not there, and for what cannot be meant. */
const noResource = -32002;
const invalidParams = -32602;

interface Asked {
	/** Where its line ends in what the process printed: so it is known from every other. */
	readonly end: number;
	readonly call?: AgentCall;
	readonly write?: Writing;
}

interface Writing {
	readonly path: string;
	/** By which it may be. */
	readonly call: AgentCall;
	/** It is its own call, and covered by no other. */
	readonly isOwn: boolean;
}

function known(told: ToldUsage): ToldUsage {
	return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

function pathsOf(args: Fields): readonly string[] {
	const several = Array.isArray(args.paths) ? args.paths : [];
	return [args.path, ...several].map(textOf).filter((one) => one !== undefined);
}
