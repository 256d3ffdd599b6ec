import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { FoundAcpAgent } from "./acpAgents.ts";
import { type AgentOffers, offersOf } from "./agentOffers.ts";

export type Trial = Result<Methods, "provider/try"> & { readonly offers?: AgentOffers };

interface TrialOptions {
	readonly timeoutMs?: number;
	/** What a person does to sign in, where that is known. */
	readonly howToSignIn?: string;
	/** Takes keys out of what the program says. */
	readonly redact: (text: string) => string;
}

const maxOutputBytes = 4 * 1024 * 1024;
/** What it had written before it ended is read for so long. */
const drainMs = 200;
const protocolVersion = 1;
/** What the protocol answers where somebody has to sign in first. */
const authRequired = -32_000;

/**
 * Whether an agent's program starts and speaks the protocol: it is begun in an empty folder, greeted, asked for a
 * session, and ended with all that it started. No prompt is sent. Never fails: what went wrong is the answer.
 */
export async function tryAcpAgent(found: FoundAcpAgent, options: TrialOptions): Promise<Trial> {
	const startedAt = performance.now();
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-try-"));
	const speaker = speakWith(found, folder, options.timeoutMs ?? 20_000);
	const tookMs = () => Math.round(performance.now() - startedAt);
	try {
		const hello = await speaker.ask("initialize", {
			protocolVersion,
			clientInfo: { name: "mission-control", version: "0" },
			clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
		});
		const spoken = hello.protocolVersion;
		if (spoken !== protocolVersion)
			return {
				ok: false,
				tookMs: tookMs(),
				models: [],
				reason: `${found.name} speaks version ${String(spoken)} of the Agent Client Protocol, and this one speaks version ${protocolVersion}. Update whichever is older.`,
			};
		const version = textOf((hello.agentInfo as { version?: unknown } | undefined)?.version) ?? found.version;
		const offers = offersOf(await speaker.ask("session/new", { cwd: folder, mcpServers: [] }), found);
		return { ok: true, tookMs: tookMs(), version, models: [...offers.models], offers };
	} catch (cause) {
		const problem = cause instanceof TrialProblem ? cause : new TrialProblem(String(cause));
		const needsLogin = problem.code === authRequired;
		const how = options.howToSignIn ?? "sign in with its own tool";
		const reason = needsLogin
			? `${found.name} has to be signed in first: ${how}.`
			: options.redact(`${found.name} ${problem.message}`);
		return { ok: false, tookMs: tookMs(), models: [], reason, ...(needsLogin && { needsLogin }) };
	} finally {
		await speaker.end();
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	}
}

/** What the agent did instead, so that a sentence begins with its name. */
class TrialProblem extends Error {
	constructor(
		message: string,
		readonly code?: number,
	) {
		super(message);
	}
}

type Answer = Readonly<Record<string, unknown>>;

interface Speaker {
	ask(method: string, params: object): Promise<Answer>;
	end(): Promise<void>;
}

function speakWith({ program, args, environment }: FoundAcpAgent, folder: string, timeoutMs: number): Speaker {
	const child: ChildProcessWithoutNullStreams = spawn(program, [...args], {
		cwd: folder,
		env: environment,
		windowsHide: true,
		// A group of its own, so that what it starts ends with it.
		detached: process.platform !== "win32",
	});
	const waiting = new Map<number, { resolve(answer: Answer): void; reject(problem: TrialProblem): void }>();
	let over: TrialProblem | undefined;
	let errors = "";
	let bytes = 0;
	let unread = "";
	let spoke = false;
	const fail = (problem: TrialProblem) => {
		over ??= problem;
		for (const { reject } of waiting.values()) reject(over);
		waiting.clear();
	};
	const gone = new Promise<void>((resolve) => {
		child.once("close", (code, signal) => {
			const last = errors.trim().split("\n").at(-1)?.slice(0, 300);
			const how = code === null ? `by ${signal}` : `with exit code ${code}`;
			fail(new TrialProblem(`ended ${how}${last ? `: ${last}` : ""}. Start it in a terminal to see why.`));
			resolve();
		});
		child.once("error", (cause) => {
			fail(new TrialProblem(`cannot be started: ${cause.message}.`));
			resolve();
		});
	});
	let hasExited = false;
	child.once("exit", () => {
		// What it had started ends now: later its id may be another process's.
		signal("SIGKILL");
		hasExited = true;
		// What left its group may hold its output open for ever.
		setTimeout(() => {
			child.stdout.destroy();
			child.stderr.destroy();
		}, drainMs).unref();
	});
	child.stdin.on("error", () => {});
	child.stderr.on("data", (chunk: Buffer) => {
		errors = `${errors}${chunk.toString("utf8")}`.slice(-4000);
	});
	child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
		bytes += chunk.length;
		if (bytes > maxOutputBytes) {
			fail(new TrialProblem("writes without end instead of answering."));
			signal("SIGKILL");
			return;
		}
		const lines = `${unread}${chunk}`.split("\n");
		unread = lines.pop() ?? "";
		for (const line of lines) read(line);
	});

	function read(line: string): void {
		let message: { id?: unknown; method?: unknown; result?: unknown; error?: { code?: unknown; message?: unknown } };
		try {
			message = JSON.parse(line) as typeof message;
		} catch {
			return;
		}
		if (typeof message !== "object" || message === null) return;
		spoke = true;
		if (message.method !== undefined) {
			if (message.id !== undefined)
				send({ id: message.id, error: { code: -32_601, message: "Nothing is answered in a trial." } });
			return;
		}
		const asked = waiting.get(Number(message.id));
		waiting.delete(Number(message.id));
		const { error } = message;
		if (error) {
			const code = typeof error.code === "number" ? error.code : undefined;
			asked?.reject(new TrialProblem(`answered: ${textOf(error.message) ?? "an error"}.`, code));
		} else asked?.resolve((message.result ?? {}) as Answer);
	}

	function send(message: object): void {
		child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
	}

	function signal(name: NodeJS.Signals): void {
		if (hasExited) return;
		try {
			if (process.platform === "win32" || child.pid === undefined) child.kill(name);
			else process.kill(-child.pid, name);
		} catch {
			// It has ended.
		}
	}

	const timer = setTimeout(() => {
		const why = spoke || bytes === 0 ? "did not answer" : "wrote nothing of the Agent Client Protocol";
		fail(
			new TrialProblem(
				`${why} within ${Math.round(timeoutMs / 1000)} s. Start it in a terminal to see what it waits for.`,
			),
		);
	}, timeoutMs);
	let asked = 0;
	return {
		ask(method, params) {
			if (over) return Promise.reject(over);
			asked += 1;
			const id = asked;
			return new Promise((resolve, reject) => {
				waiting.set(id, { resolve, reject });
				send({ id, method, params });
			});
		},
		async end() {
			clearTimeout(timer);
			signal("SIGKILL");
			if (child.pid !== undefined) await gone;
		},
	};
}

function textOf(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value.slice(0, 300) : undefined;
}
