import { closeSync, constants, existsSync, type FSWatcher, openSync, statSync, watch, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { signalGroup } from "../../commands/endLeftovers.ts";
import { endRunner } from "../../commands/endRunner.ts";
import { groupsLeftBy, isRunning, isTaken, ticksNow } from "../../commands/processIdentity.ts";
import { agentEnd } from "./agentEnd.ts";
import { followLines, type LineInput, openInput, wholeLinesOf } from "./agentLines.ts";
import type { AgentEnd, AgentLine, AgentProcess } from "./agentProcess.ts";
import { type AgentMarks, mark, type RelayLimits, readMarks } from "./agentSpool.ts";

/** A process as this daemon sees it, until it lets go. */
export interface AttendedProcess extends AgentProcess {
	/** Stops looking; the process goes on. Who reads its lines comes to their end. */
	release(): void;
}

/** Where the system tells of changes, looking is for what it forgot to tell. */
const toldPollMs = 1000;
const untoldPollMs = 100;
const graceMs = 3000;
/** Elsewhere than on Linux it takes a program of its own to see whether a process runs. */
const lookEvery = process.platform === "linux" ? 1 : 5;

/** Watching tells soon, and may miss; looking is the truth. */
export async function attendProcess(
	path: string,
	limits: RelayLimits,
	isOfEarlierBoot: boolean,
): Promise<AttendedProcess> {
	let end: AgentEnd | undefined;
	let isReleased = false;
	let tellEnd = (_end: AgentEnd) => {};
	const ended = new Promise<AgentEnd>((resolve) => {
		tellEnd = resolve;
	});
	let input: LineInput | undefined;
	let looking: Promise<void> | undefined;
	let looks = 0;
	/** When the relay was seen alive last. */
	let aliveTicks = 0;
	const waiting = new Set<() => void>();
	const wake = () => {
		for (const go of waiting) go();
		waiting.clear();
	};

	const watcher = watchFile(join(path, "out"), () => {
		if (waiting.size > 0) wake();
		else void look(false).catch(() => undefined);
	});
	const pollMs = watcher ? toldPollMs : untoldPollMs;
	const timer = setInterval(() => {
		void look(++looks % lookEvery === 0).catch(() => undefined);
		wake();
	}, pollMs).unref();
	await look(true);

	return {
		ended,
		get isAlive() {
			return end === undefined;
		},
		written: () => wholeLinesOf(join(path, "in")).catch(noneIfMissing),
		async write(line) {
			if (line.includes("\n")) throw new RangeError("A line that is written to an agent has no line break in it.");
			if (end) throw new Error(`Nothing can be sent to the agent. ${end.reason}`);
			input ??= openInput(path);
			input.write(line);
		},
		lines,
		async stop(ms = graceMs) {
			if (end) return;
			mark(path, "stopped");
			const relay = readMarks(path)?.relay;
			if (relay) await endRunner(relay, ms);
			await look(true);
			await ended;
		},
		release,
	};

	async function* lines(from: number, signal: AbortSignal): AsyncGenerator<AgentLine> {
		// A power cut may have left the spool's name, and nothing in it.
		if (!existsSync(join(path, "out"))) return;
		const read = openSync(join(path, "read"), constants.O_RDWR | constants.O_CREAT, 0o600);
		try {
			yield* followLines(join(path, "out"), from, {
				signal,
				isOver: () => end !== undefined || isReleased,
				more: () => untilMore(signal),
				onRead: (offset) => writeSync(read, String(offset).padStart(16, "0"), 0),
			});
		} finally {
			closeSync(read);
		}
	}

	function release(): void {
		isReleased = true;
		clearInterval(timer);
		watcher?.close();
		input?.close();
		input = undefined;
		wake();
	}

	/** One look at a time, and whoever asks while there is one is content with it, unless it is not thorough enough. */
	function look(isThorough: boolean): Promise<void> {
		if (looking && !isThorough) return looking;
		const mine = (looking ?? Promise.resolve()).then(() => lookNow(isThorough));
		looking = mine;
		return mine.finally(() => {
			if (looking === mine) looking = undefined;
		});
	}

	async function lookNow(isThorough: boolean): Promise<void> {
		if (end) return;
		// Whether it runs is asked before its marks are read: what ends in between has then left its record.
		const relay = isThorough ? readMarks(path)?.relay : undefined;
		const now = ticksNow();
		const runs = !isThorough || (!isOfEarlierBoot && relay !== undefined && (await isRunning(relay)));
		if (isThorough && runs) aliveTicks = now;
		const marks = readMarks(path);
		if (marks && marks.exit === undefined && runs) return;
		if (marks && marks.exit === undefined && !isOfEarlierBoot)
			await endOrphan(marks, Math.max(aliveTicks, wroteTicks(path)));
		end = agentEnd(path, readMarks(path) ?? { gate: "begun", stopped: true }, limits, isOfEarlierBoot);
		watcher?.close();
		clearInterval(timer);
		wake();
		tellEnd(end);
	}

	async function untilMore(signal: AbortSignal): Promise<void> {
		let go = () => {};
		const woken = new Promise<void>((resolve) => {
			go = resolve;
		});
		waiting.add(go);
		signal.addEventListener("abort", go);
		// What is printed, noted and read in one moment must not be missed, and a waiting reader keeps its process alive.
		const timeout = setTimeout(() => void look(false).finally(go), pollMs);
		await woken;
		clearTimeout(timeout);
		waiting.delete(go);
		signal.removeEventListener("abort", go);
		await look(false);
	}
}

/**
 * Its relay was killed, and the program or what that started may go on with nobody hearing it. Their groups are known by
 * the relay's session: while the program lives itself, the number of that session is nobody else's, and what was in it
 * when the relay lived is its own for ever. What left that session is not seen.
 */
async function endOrphan({ agent, relay }: AgentMarks, aliveTicks: number): Promise<void> {
	if (!relay || process.platform === "win32") return;
	let isProven = false;
	const left = async () => {
		if (agent && (await isRunning(agent))) {
			isProven = true;
			return groupsLeftBy(relay.pid, ticksNow());
		}
		const isOwn = isProven || (process.platform === "linux" && !isTaken(relay));
		return isOwn ? groupsLeftBy(relay.pid, aliveTicks) : [];
	};
	for (const signal of ["SIGTERM", "SIGKILL"] as const) {
		for (const group of await left()) signalGroup(group, signal);
		for (let waited = 0; waited < graceMs && (await left()).length > 0; waited += 50) await delay(50);
	}
}

/** Times of files are behind the clock by as much. */
const coarseTicks = 2;

/** The relay wrote last, as ticks since boot: it lived then. */
function wroteTicks(path: string): number {
	const written = ["begun", "out", "err"].map((name) => statSync(join(path, name), { throwIfNoEntry: false })?.mtimeMs);
	const last = Math.max(...written.map((ms) => ms ?? 0));
	return Math.ceil(ticksNow() - (Date.now() - last) / 10) + coarseTicks;
}

function watchFile(file: string, act: () => void): FSWatcher | undefined {
	try {
		return watch(file, { persistent: false }, act).on("error", () => {});
	} catch {
		// The system watches no more files; looking is enough.
		return undefined;
	}
}

function noneIfMissing(error: NodeJS.ErrnoException): readonly string[] {
	if (error.code === "ENOENT") return [];
	throw error;
}
