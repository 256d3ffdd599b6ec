import * as v from "valibot";
import {
	createMessageConnection,
	ErrorCodes,
	type MessageConnection,
	type MessageReader,
	type MessageWriter,
	ResponseError,
} from "vscode-jsonrpc";
import { isRefusal, Refusal, type RefusalCode, refusalCodes } from "../core/refusal.ts";
import type { Handlers, Input, Notice, NoticeTable, Params, Result, Table } from "./methods.ts";

/**
 * One end of the wire: JSON-RPC 2.0 over any pair of reader and writer, validated on arrival at either end. What is not in
 * a table does not exist. Both ends are made alike: each may answer requests, ask them, tell and hear.
 */

export interface Pipe {
	readonly reader: MessageReader;
	readonly writer: MessageWriter;
}

/** What one end does; what is left out it does not do. */
export interface End<Asks extends Table> {
	/** Requests of the other end (`answering`). */
	readonly answers?: Answering;
	/** Requests that the other end answers. */
	readonly asks?: Asks;
	/** What the other end tells unasked (`hearing`). */
	readonly hears?: Hearing;
	/** Gets what was not meant to happen: of a request with its name. */
	report(cause: unknown, method?: string): void;
}

export interface Requester<Asks extends Table> {
	request<M extends keyof Asks & string>(method: M, params: Input<Asks, M>): Promise<Result<Asks, M>>;
}

export interface Peer<Asks extends Table, Tells extends NoticeTable> extends Requester<Asks> {
	readonly connection: MessageConnection;
	/** Resolves when the connection has ended. Requests that are open then reject with the code `closed`. */
	readonly closed: Promise<void>;
	notify<K extends keyof Tells & string>(name: K, params: Notice<Tells, K>): void;
}

export function openPeer<Asks extends Table = Record<never, never>, Tells extends NoticeTable = Record<never, never>>(
	pipe: Pipe,
	{ answers, asks, hears, report }: End<Asks>,
): Peer<Asks, Tells> {
	const connection = createMessageConnection(pipe.reader, pipe.writer);
	const closed = new Promise<void>((resolve) => connection.onClose(() => resolve()));
	connection.onRequest((method: string, given: unknown) => answer(answers, method, given, report));
	connection.onNotification((name: string, given: unknown) => hears?.(name, given, report));
	connection.onError(([cause]) => report(cause));
	connection.listen();
	const gone = closed.then(() => {
		throw new Refusal("closed", "The connection to the daemon closed.");
	});
	gone.catch(() => undefined);
	return {
		connection,
		closed,
		notify: (name, params) => void connection.sendNotification(name, params).catch(() => undefined),
		async request(method, params) {
			const row = asks?.[method];
			if (!row) throw new Refusal("unknownMethod", `There is no request ${method}.`);
			const given = await Promise.race([connection.sendRequest(method, params), gone]).catch((cause) => {
				throw asRefusal(cause);
			});
			const result = v.safeParse(row.result, given);
			if (result.success) return result.output as Result<Asks, typeof method>;
			const what = describe(result.issues);
			throw new Refusal("unexpectedAnswer", `The answer to ${method} is not what was expected: ${what}.`);
		},
	};
}

/** A table of requests with what answers them. */
export interface Answering {
	readonly table: Table;
	answer(method: string, params: unknown): unknown;
}

export function answering<T extends Table, Context>(
	table: T,
	handlers: Handlers<T, Context>,
	context: Context,
): Answering {
	return {
		table,
		answer: (method, params) => handlers[method as keyof T](params as Params<T, keyof T>, context),
	};
}

type Hearing = (name: string, given: unknown, report: (cause: unknown) => void) => void;

/** A table of notices with what listens to them; one of another version is passed over. */
export function hearing<N extends NoticeTable>(
	table: N,
	listen: <K extends keyof N & string>(name: K, params: Notice<N, K>) => void,
): Hearing {
	return (name, given, report) => {
		const schema = Object.hasOwn(table, name) ? table[name] : undefined;
		if (!schema) return;
		const params = v.safeParse(schema, given);
		if (params.success) listen(name as keyof N & string, params.output as Notice<N, keyof N & string>);
		else report(new Error(`notice ${name}: ${describe(params.issues)}`));
	};
}

/** JSON-RPC wants a number; ours are words, in `data.code`. */
const refused = -32000;

async function answer(
	answers: Answering | undefined,
	method: string,
	given: unknown,
	report: (cause: unknown, method: string) => void,
): Promise<unknown> {
	const row = answers && Object.hasOwn(answers.table, method) ? answers.table[method] : undefined;
	if (!answers || !row) {
		const code: RefusalCode = "unknownMethod";
		return new ResponseError(ErrorCodes.MethodNotFound, `The request ${method} is not known here.`, { code });
	}
	const params = v.safeParse(row.params, given ?? {});
	if (!params.success) {
		const code: RefusalCode = "badRequest";
		return new ResponseError(ErrorCodes.InvalidParams, `${method}: ${describe(params.issues)}.`, { code });
	}
	try {
		return await answers.answer(method, params.output);
	} catch (cause) {
		if (isRefusal(cause)) return new ResponseError(refused, cause.message, { code: cause.code });
		report(cause, method);
		const code: RefusalCode = "internal";
		const sentence = "Something went wrong inside; the daemon's log has the details.";
		return new ResponseError(ErrorCodes.InternalError, sentence, { code });
	}
}

/** Any other error than a refusal is a bug of the other end, of which this one learns only that there was one. */
function asRefusal(cause: unknown): Refusal {
	if (isRefusal(cause)) return cause;
	if (!(cause instanceof ResponseError))
		return new Refusal("closed", cause instanceof Error ? cause.message : String(cause));
	const code = (cause.data as { code?: unknown } | undefined)?.code;
	return new Refusal(isCode(code) ? code : "internal", cause.message);
}

/** A newer daemon may know more of them. */
function isCode(code: unknown): code is RefusalCode {
	return typeof code === "string" && Object.hasOwn(refusalCodes, code);
}

/** The first thing that is wrong, with its place. */
function describe(issues: readonly v.BaseIssue<unknown>[]): string {
	const [issue] = issues;
	if (!issue) return "not as expected";
	const path = v.getDotPath(issue as never);
	return path ? `${path}: ${issue.message}` : issue.message;
}
