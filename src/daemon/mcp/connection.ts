import {
	type CallToolResult,
	Client,
	ProtocolError,
	SdkError,
	SdkErrorCode,
	SdkHttpError,
	StreamableHTTPClientTransport,
	type Tool,
	type Transport,
} from "@modelcontextprotocol/client";
import * as v from "valibot";
import { boundedFetch } from "./boundedFetch.ts";
import { toolChecker } from "./checkedTool.ts";
import type { McpAnswer, McpCallOptions, McpConnection, McpTool, ResolvedReach } from "./mcpConnection.ts";
import { isNotRead, type ProgramTransport, programTransport } from "./programTransport.ts";

/**
 * One connection to one server, in whichever of the two revisions it speaks: the stateless one is asked for first. Read
 * only when a server is used, because the protocol's package is large.
 */
export async function connect(reach: ResolvedReach, options: ConnectOptions): Promise<Connected> {
	const late = AbortSignal.timeout(options.timeoutMs);
	const connected = await connectOnce(reach, options, late, "auto");
	// A program of the older revision may end when it is asked for the newer one.
	const mayBeOlder = connected.kind === "failed" && connected.hasEnded && reach.kind === "program";
	return mayBeOlder && !options.signal.aborted ? connectOnce(reach, options, late, "legacy") : connected;
}

export type Connected =
	| { readonly kind: "connected"; readonly connection: McpConnection }
	/** `reason` goes on from the server's name: “it ended …”. */
	| { readonly kind: "failed"; readonly reason: string; readonly hasEnded: boolean };

export interface ConnectOptions {
	/** The name of the client, as servers see it, and its version. */
	readonly client: { readonly name: string; readonly version: string };
	readonly signal: AbortSignal;
	/** Until it is connected and its tools are listed. */
	readonly timeoutMs: number;
	readonly maxMessageBytes: number;
	/** A process was started. */
	onStarted(pid: number): void;
	onEnded(pid: number): void;
}

/** A server of the older revision may leave the question for the newer one unanswered. */
const probeMs = 5000;
const maxPages = 64;
const maxTools = 500;

const ToolPage = v.looseObject({ tools: v.array(v.unknown()), nextCursor: v.optional(v.string()) });

async function connectOnce(
	reach: ResolvedReach,
	{ client: clientInfo, signal, timeoutMs, maxMessageBytes, onStarted, onEnded }: ConnectOptions,
	late: AbortSignal,
	mode: "auto" | "legacy",
): Promise<Connected> {
	const listeners = new Set<() => void>();
	const onSign = () => {
		for (const listener of listeners) listener();
	};
	const program =
		reach.kind === "program"
			? programTransport({ ...reach, maxMessageBytes }, { onSign, onStarted, onEnded })
			: undefined;
	const transport = program ?? httpTransport(reach as ResolvedReach & { kind: "http" }, maxMessageBytes, onSign);
	let isStale = false;
	let isClosed = false;
	const client = new Client(clientInfo, {
		versionNegotiation: { mode, probe: { timeoutMs: Math.min(probeMs, timeoutMs) } },
		listChanged: {
			tools: {
				autoRefresh: false,
				onChanged() {
					isStale = true;
				},
			},
		},
	});
	client.onerror = () => undefined;
	client.setNotificationHandler("notifications/message", onSign);
	let tools: readonly McpTool[] = [];
	let problems: readonly string[] = [];
	program?.ended.then(() => {
		isClosed = true;
	});
	try {
		await client.connect(transport, { timeout: timeoutMs, signal: AbortSignal.any([signal, late]) });
		await list(late);
	} catch (cause) {
		await client.close().catch(() => undefined);
		await transport.close().catch(() => undefined);
		return connectFailure(cause, program, isClosed, late.aborted, timeoutMs);
	}
	const { name, version } = client.getServerVersion() ?? { name: "", version: "" };
	const connection: McpConnection = {
		server: { name: name.slice(0, 100), version: version.slice(0, 40) },
		revision: client.getNegotiatedProtocolVersion() ?? "",
		isOpen: () => !isClosed,
		async tools() {
			if (isStale) await listAnew();
			return { tools, problems };
		},
		call,
		async close() {
			isClosed = true;
			await client.close().catch(() => undefined);
			await transport.close();
		},
	};
	return { kind: "connected", connection };

	async function listAnew(): Promise<void> {
		try {
			await list(AbortSignal.timeout(timeoutMs));
		} catch (cause) {
			isStale = true;
			if (isGone(cause)) isClosed = true;
			throw cause;
		}
	}

	async function list(late: AbortSignal): Promise<void> {
		isStale = false;
		if (!client.getServerCapabilities()?.tools) {
			problems = [];
			tools = [];
			return;
		}
		const found: unknown[] = [];
		let cursor: string | undefined;
		for (let page = 0; page < maxPages && found.length < maxTools; page++) {
			const answer: v.InferOutput<typeof ToolPage> = await client.request(
				{ method: "tools/list", params: cursor === undefined ? {} : { cursor } },
				ToolPage,
				{ timeout: timeoutMs, signal: AbortSignal.any([signal, late]) },
			);
			found.push(...answer.tools);
			cursor = answer.nextCursor;
			if (cursor === undefined) break;
		}
		const checked = found.slice(0, maxTools).map(toolChecker());
		const names = new Set<string>();
		const said: string[] = [];
		tools = checked
			.filter((tool): tool is McpTool => {
				if (typeof tool === "string") said.push(tool);
				else if (names.has(tool.name)) said.push(`The tool ${tool.name} is listed twice: the first counts.`);
				else return Boolean(names.add(tool.name));
				return false;
			})
			.sort((a, b) => (a.name < b.name ? -1 : 1));
		if (cursor !== undefined || found.length > maxTools)
			said.push(`It lists more than ${maxTools} tools, or never comes to an end: the rest is left out.`);
		problems = said;
	}

	async function call(tool: McpTool, args: object, options: McpCallOptions): Promise<McpAnswer> {
		listeners.add(options.onSign);
		try {
			const result = await client.callTool(
				{ name: tool.name, arguments: { ...args } },
				{
					signal: options.signal,
					timeout: options.timeoutMs,
					onprogress: options.onSign,
					toolDefinition: { ...tool.definition, outputSchema: undefined } as Tool,
				},
			);
			return { kind: "answered", result: result as CallToolResult };
		} catch (cause) {
			const reason = callFailure(cause, options, program, isClosed);
			// It is begun anew when it is needed next.
			if (isGone(cause)) isClosed = true;
			return { kind: "failed", reason };
		} finally {
			listeners.delete(options.onSign);
		}
	}
}

function httpTransport(
	{ url, headers }: ResolvedReach & { kind: "http" },
	maxBytes: number,
	onSign: () => void,
): Transport {
	return new StreamableHTTPClientTransport(new URL(url), {
		requestInit: { headers: { ...headers } },
		fetch: boundedFetch(maxBytes, onSign),
	});
}

function connectFailure(
	cause: unknown,
	program: ProgramTransport | undefined,
	isClosed: boolean,
	isLate: boolean,
	timeoutMs: number,
): Connected & { kind: "failed" } {
	const words = program?.lastWords();
	const said = words ? ` It said: ${words.slice(-500)}` : "";
	const failed = (reason: string, hasEnded = false) => ({ kind: "failed" as const, reason, hasEnded });
	if (cause instanceof Error && "code" in cause && cause.code === "ENOENT")
		return failed("its program was not found: install it, or name it by its whole path.");
	if (isClosed) return failed(`it ended before it answered.${said}`, true);
	if (isLate || (cause instanceof SdkError && cause.code === SdkErrorCode.RequestTimeout))
		return failed(`it gave no answer within ${Math.round(timeoutMs / 1000)} seconds.${said}`);
	return failed(`it could not be spoken to: ${messageOf(cause)}${said}`);
}

function callFailure(
	cause: unknown,
	{ timeoutMs }: McpCallOptions,
	program: ProgramTransport | undefined,
	isClosed: boolean,
): string {
	if (isClosed || (cause instanceof SdkError && cause.code === SdkErrorCode.ConnectionClosed)) {
		const words = program?.lastWords();
		const said = words ? ` Its last words: ${words.slice(-500)}` : "";
		return `it ended while the call ran. ${unknown}${said}`;
	}
	if (cause instanceof SdkError && cause.code === SdkErrorCode.RequestTimeout)
		return `it gave no answer within ${Math.round(timeoutMs / 1000)} seconds. ${unknown}`;
	// Only the server itself can say that it did nothing.
	const isAnswer = cause instanceof ProtocolError && !isNotRead(cause.data);
	return isAnswer ? messageOf(cause) : `${messageOf(cause)} ${unknown}`;
}

/** A server that was started again knows no session from before, and one that has ended refuses connections. */
function isGone(cause: unknown): boolean {
	if (cause instanceof SdkHttpError && cause.status === 404) return true;
	const { code, cause: inner } = (cause ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
	return code === "ECONNREFUSED" || (inner !== undefined && isGone(inner));
}

const unknown = "Whether it had its effect is unknown: look before you repeat it.";

function messageOf(cause: unknown): string {
	if (!(cause instanceof Error)) return String(cause).slice(0, 1000);
	const inner = cause.cause instanceof Error ? ` (${cause.cause.message})` : "";
	const text = `${cause.message}${inner}`.slice(0, 1000);
	return /[.!?)]$/.test(text) ? text : `${text}.`;
}
