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
 * Both ends of the wire: JSON-RPC 2.0 over any pair of reader and writer, validated on arrival at either end. What is
 * not in the table does not exist.
 */

/** JSON-RPC wants a number; ours are words, in `data.code`. */
const refused = -32000;

export interface Pipe {
	readonly reader: MessageReader;
	readonly writer: MessageWriter;
}

/** The side that answers. `report` gets what was not meant to happen. */
export function serve<T extends Table, N extends NoticeTable, Context>(
	pipe: Pipe,
	table: T,
	handlers: Handlers<T, Context>,
	context: Context,
	report: (cause: unknown, method: string) => void,
): { readonly connection: MessageConnection; notify<K extends keyof N & string>(name: K, params: Notice<N, K>): void } {
	const connection = createMessageConnection(pipe.reader, pipe.writer);
	connection.onRequest(async (method: string, given: unknown) => {
		const row = Object.hasOwn(table, method) ? table[method] : undefined;
		if (!row)
			return new ResponseError(ErrorCodes.MethodNotFound, `This daemon does not know the request ${method}.`, {
				code: "unknownMethod",
			});
		const params = v.safeParse(row.params, given ?? {});
		if (!params.success) {
			return new ResponseError(ErrorCodes.InvalidParams, `${method}: ${describe(params.issues)}.`, {
				code: "badRequest",
			});
		}
		try {
			return await handlers[method as keyof T](params.output as Params<T, keyof T>, context);
		} catch (cause) {
			if (isRefusal(cause)) return new ResponseError(refused, cause.message, { code: cause.code });
			report(cause, method);
			return new ResponseError(
				ErrorCodes.InternalError,
				"Something went wrong inside; the daemon's log has the details.",
				{ code: "internal" },
			);
		}
	});
	connection.listen();
	return {
		connection,
		notify: (name, params) => void connection.sendNotification(name, params).catch(() => undefined),
	};
}

export interface Requester<T extends Table> {
	request<M extends keyof T & string>(method: M, params: Input<T, M>): Promise<Result<T, M>>;
}

/** The side that asks. Requests that are open when the connection closes reject with the code `closed`. */
export function connect<T extends Table, N extends NoticeTable>(
	pipe: Pipe,
	table: T,
	noticeTable: N,
	onNotice: <K extends keyof N & string>(name: K, params: Notice<N, K>) => void,
	report: (cause: unknown) => void,
): Requester<T> & { readonly connection: MessageConnection; readonly closed: Promise<void> } {
	const connection = createMessageConnection(pipe.reader, pipe.writer);
	const closed = new Promise<void>((resolve) => connection.onClose(() => resolve()));
	connection.onNotification((name: string, given: unknown) => {
		const schema = Object.hasOwn(noticeTable, name) ? noticeTable[name] : undefined;
		if (!schema) return;
		const params = v.safeParse(schema, given);
		if (params.success) onNotice(name as keyof N & string, params.output as Notice<N, keyof N & string>);
		else report(new Error(`notice ${name}: ${describe(params.issues)}`));
	});
	connection.onError(([cause]) => report(cause));
	connection.listen();
	const gone = closed.then(() => {
		throw new Refusal("closed", "The connection to the daemon closed.");
	});
	gone.catch(() => undefined);
	return {
		connection,
		closed,
		async request(method, params) {
			const row = table[method];
			if (!row) throw new Refusal("unknownMethod", `There is no request ${method}.`);
			try {
				const answer = await Promise.race([connection.sendRequest(method, params), gone]);
				const result = v.safeParse(row.result, answer);
				if (!result.success)
					throw new Refusal(
						"unexpectedAnswer",
						`The answer to ${method} is not what was expected: ${describe(result.issues)}.`,
					);
				return result.output as Result<T, typeof method>;
			} catch (cause) {
				throw asProtocolError(cause);
			}
		},
	};
}

function asProtocolError(cause: unknown): unknown {
	if (!(cause instanceof ResponseError)) {
		return isRefusal(cause) ? cause : new Refusal("closed", cause instanceof Error ? cause.message : String(cause));
	}
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
