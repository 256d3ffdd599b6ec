import { AsyncLocalStorage } from "node:async_hooks";
import {
	type CallToolResult,
	Client,
	ProtocolError,
	ProtocolErrorCode,
	StreamableHTTPClientTransport,
	type Tool,
	type Transport,
	UrlElicitationRequiredError,
} from "@modelcontextprotocol/client";
import * as v from "valibot";
import { boundedFetch } from "./boundedFetch.ts";
import { type CallLimit, openCallLimit } from "./callLimit.ts";
import { toolChecker } from "./checkedTool.ts";
import { type Elicited, NotAskable } from "./elicited.ts";
import type { McpAnswer, McpCallOptions, McpConnection, McpTool, ResolvedReach } from "./mcpConnection.ts";
import { ours, programTransport } from "./programTransport.ts";
import { type ConnectFailed, callFailure, connectFailure, isGone, refusals } from "./serverFailures.ts";

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

export type Connected = { readonly kind: "connected"; readonly connection: McpConnection } | ConnectFailed;

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
		capabilities: { elicitation: { form: {}, url: {} } },
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
	client.setRequestHandler("elicitation/create", async ({ params }, { mcpReq }) => {
		// A server of the older revision over standard input and output does not say in which call it asks.
		const asking = within.getStore() ?? [...underWay][0];
		return asking ? elicit(asking, params, mcpReq.signal) : { action: "cancel" };
	});
	client.fallbackRequestHandler = async ({ method }) => {
		throw new ProtocolError(ProtocolErrorCode.MethodNotFound, refusals[method] ?? `${method} is not offered here.`);
	};
	const underWay = new Set<CallUnderWay>();
	const within = new AsyncLocalStorage<CallUnderWay>();
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
		isOpen: () => !isClosed && program?.runs() !== false,
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
		const one: CallUnderWay = { options, limit: openCallLimit(options.timeoutMs) };
		listeners.add(options.onSign);
		underWay.add(one);
		try {
			return { kind: "answered", result: await within.run(one, () => callOnce(one, tool, args)) };
		} catch (cause) {
			const reason = callFailure(cause, options.timeoutMs, one.limit.isUsedUp(), program, isClosed);
			// It is begun anew when it is needed next.
			if (isGone(cause)) isClosed = true;
			return { kind: "failed", reason };
		} finally {
			one.limit.end();
			underWay.delete(one);
			listeners.delete(options.onSign);
		}
	}

	/** A server may refuse a call until the person has opened addresses: then it is made again. */
	async function callOnce(one: CallUnderWay, tool: McpTool, args: object, tries = 1): Promise<CallToolResult> {
		const { options, limit } = one;
		const signal = AbortSignal.any([options.signal, limit.signal]);
		try {
			const result = await client.callTool(
				{ name: tool.name, arguments: { ...args } },
				{
					signal,
					timeout: maxTimerMs,
					onprogress: options.onSign,
					toolDefinition: { ...tool.definition, outputSchema: undefined } as Tool,
				},
			);
			return result as CallToolResult;
		} catch (cause) {
			if (!(cause instanceof UrlElicitationRequiredError) || tries > maxTries) throw cause;
			for (const asked of cause.elicitations.slice(0, maxAddresses)) {
				const { action } = await elicit(one, { ...asked, mode: "url" }, signal);
				if (action !== "accept") throw cause;
			}
			return callOnce(one, tool, args, tries + 1);
		}
	}

	/** A person takes the time that it takes: none of it is the call's. */
	async function elicit({ options, limit }: CallUnderWay, request: unknown, withdrawn: AbortSignal): Promise<Elicited> {
		limit.pause();
		try {
			return await options.elicit(request, withdrawn);
		} catch (cause) {
			if (cause instanceof NotAskable) throw new ProtocolError(ProtocolErrorCode.InvalidParams, cause.message, ours);
			throw cause;
		} finally {
			limit.resume();
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

interface CallUnderWay {
	readonly options: McpCallOptions;
	readonly limit: CallLimit;
}

/** How often a call is made whose server wants addresses opened first, and how many of them at once. */
const maxTries = 3;
const maxAddresses = 5;
/** Longer timers fire at once. */
const maxTimerMs = 2 ** 31 - 1;
