import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { createLineReader } from "./lineReader.ts";

/**
 * A server as a program: one message a line over its standard input and output. It leads a process group of its own, so
 * that its end is the end of all that it started. Whatever it writes is bounded: what it says on its standard error is
 * kept to the last words, and a message that is too long becomes an error of its own call.
 */
export interface ProgramTransport extends Transport {
	readonly pid: number | undefined;
	/** Resolves when the program has ended and what it wrote is read, with how. */
	readonly ended: Promise<string>;
	/** It has not ended, though what it wrote last may still be read. */
	runs(): boolean;
	/** The last of its standard error, and of what is no message on its standard output. */
	lastWords(): string;
}

export interface ProgramSpec {
	readonly command: string;
	readonly args: readonly string[];
	/** All of it: nothing is inherited. */
	readonly env: Readonly<Record<string, string>>;
	readonly cwd: string;
	/** Longer messages are not read, in bytes. */
	readonly maxMessageBytes: number;
}

const lastWordsChars = 2000;
/** Time to end by itself once its input is closed, and then when it was asked. */
const graceMs = 2000;
const askedMs = 1000;
/** What it had written before it ended is read for so long. */
const drainMs = 200;

export interface HearsProgram {
	/** Something came from it. */
	onSign(): void;
	onStarted(pid: number): void;
	/** It and all that it started. */
	onEnded(pid: number): void;
}

export function programTransport(spec: ProgramSpec, { onSign, onStarted, onEnded }: HearsProgram): ProgramTransport {
	let child: ChildProcess | undefined;
	let words = "";
	let tellEnded = (_how: string) => {};
	const ended = new Promise<string>((resolve) => {
		tellEnded = resolve;
	});
	const keep = (text: string) => {
		words = (words + text).slice(-lastWordsChars);
	};
	let isClosing = false;
	let hasExited = false;

	const transport: ProgramTransport = {
		ended,
		runs: () => !hasExited,
		lastWords: () => words.trim(),
		get pid() {
			return child?.pid;
		},
		start() {
			return new Promise((resolve, reject) => {
				const started = spawn(spec.command, spec.args, {
					cwd: spec.cwd,
					env: { ...spec.env },
					stdio: ["pipe", "pipe", "pipe"],
					detached: process.platform !== "win32",
					windowsHide: true,
				});
				child = started;
				const reader = createLineReader(spec.maxMessageBytes, {
					onLine(line) {
						onSign();
						const message = messageOf(line);
						if (message) transport.onmessage?.(message);
						else if (line.trim() !== "") keep(`${line.slice(0, lastWordsChars)}\n`);
					},
					onTooLong({ id, bytes }) {
						onSign();
						const why = `The answer has ${bytes} bytes, more than the ${spec.maxMessageBytes} that are read.`;
						if (id === undefined) transport.onerror?.(new Error(why));
						else transport.onmessage?.({ jsonrpc: "2.0", id, error: { code: tooLongCode, message: why, data: ours } });
					},
				});
				started.once("error", (cause) => {
					reject(cause);
					tellEnded(`could not be started: ${cause.message}`);
				});
				started.once("spawn", () => {
					onStarted(started.pid!);
					resolve();
				});
				started.stdout.on("data", reader.read);
				started.stderr.on("data", (chunk: Buffer) => {
					onSign();
					keep(chunk.subarray(-lastWordsChars).toString("utf8"));
				});
				for (const stream of [started.stdin, started.stdout, started.stderr]) stream.on("error", () => undefined);
				started.once("exit", (code, signal) => void over(code, signal));
			});
		},
		async send(message) {
			const input = child?.stdin;
			if (!input?.writable || child?.exitCode !== null) throw new Error("it has ended");
			if (!input.write(`${JSON.stringify(message)}\n`))
				await Promise.race([new Promise<void>((resolve) => input.once("drain", resolve)), ended]);
		},
		async close() {
			if (isClosing || hasExited || !child?.pid) return;
			isClosing = true;
			child.stdin?.end();
			for (const [signal, waitMs] of [
				[undefined, graceMs],
				["SIGTERM", askedMs],
				["SIGKILL", askedMs],
			] as const) {
				if (signal && !hasExited) endTree(child, signal);
				if (await isOver(ended, waitMs)) return;
			}
		},
	};
	return transport;

	/** From here on its id may be another process's: what it had started ends now, and nothing is signalled any more. */
	async function over(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
		hasExited = true;
		if (process.platform !== "win32") signalGroup(child!.pid!);
		onEnded(child!.pid!);
		const drained = new Promise<void>((resolve) => child?.once("close", () => resolve()));
		await Promise.race([drained, delay(drainMs, undefined, { ref: false })]);
		child?.stdout?.destroy();
		child?.stderr?.destroy();
		tellEnded(signal ? `was ended by ${signal}` : `ended with exit code ${code ?? "unknown"}`);
		transport.onclose?.();
	}
}

/** The code of an error that stands for a message that was not read. */
const tooLongCode = -32_000;
/** The data of an error that comes from here and not from the server: its answer was not read, or what it asks not asked. */
export const ours = { from: "mission-control" };

export function isOurs(data: unknown): boolean {
	return typeof data === "object" && data !== null && "from" in data && data.from === ours.from;
}

function messageOf(line: string): JSONRPCMessage | undefined {
	try {
		const value: unknown = JSON.parse(line);
		const isMessage = typeof value === "object" && value !== null && "jsonrpc" in value && value.jsonrpc === "2.0";
		return isMessage ? (value as JSONRPCMessage) : undefined;
	} catch {
		return undefined;
	}
}

async function isOver(ended: Promise<unknown>, ms: number): Promise<boolean> {
	const late = new AbortController();
	const result = await Promise.race([
		ended.then(() => true),
		delay(ms, false, { signal: late.signal }).catch(() => false),
	]);
	late.abort();
	return result;
}

function endTree(child: ChildProcess, signal: NodeJS.Signals): void {
	if (process.platform !== "win32") {
		signalGroup(child.pid!, signal);
		return;
	}
	// There is no group, and nobody can be asked to end.
	const taskkill = spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { windowsHide: true, stdio: "ignore" });
	taskkill.once("error", () => child.kill("SIGKILL"));
}

function signalGroup(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
	try {
		process.kill(-pid, signal);
	} catch {
		// It is gone already.
	}
}
