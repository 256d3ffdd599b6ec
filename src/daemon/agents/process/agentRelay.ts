import { spawn } from "node:child_process";
import {
	closeSync,
	existsSync,
	openSync,
	readFileSync,
	readSync,
	renameSync,
	statSync,
	utimesSync,
	watch,
	writeSync,
} from "node:fs";
import { groupsLeftBy, identify, ticksNow } from "../../commands/processIdentity.ts";
import { mark, type RelayOrder, type RelayReason, sizeOf } from "./agentSpool.ts";

/**
 * The relay: a process between the daemon and an agent's program. It leads a session of its own, works in the spool
 * (agentSpool.ts), and needs no daemon: it passes on what lies in `in`, with what may lie on no disk filled in, keeps what
 * is printed, guards the disk, notes the end, and ends what the program leaves running in its group.
 *
 * Only whole lines are passed on. So a line in the middle of which a daemon was killed never reaches the program, and
 * the next daemon takes it away.
 *
 * It is Node, and not `tail -f in | program >> out`, which would be smaller: `tail` hands on half lines, of busybox it
 * looks once a second, nothing holds back a flood, and Windows has neither.
 */
void main();

const pollMs = 500;
const unreadPollMs = 20;
/** Time for what the program started to finish by itself, then to obey. */
const leftMs = 250;
const obeyMs = 1000;
const killMs = 3000;
const errBytes = 64 * 1024;

async function main(): Promise<void> {
	const order = await readOrder();
	if (order === undefined) process.exit(1);
	try {
		closeSync(openSync("begun", "wx", 0o600));
	} catch {
		process.exit(1);
	}
	// Signals to the group are for the program.
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
	relay(order);
}

/** Undefined when the daemon died before it had said everything. */
async function readOrder(): Promise<RelayOrder | undefined> {
	const parts: Buffer[] = [];
	for await (const part of process.stdin) parts.push(part as Buffer);
	const text = Buffer.concat(parts).toString();
	return text.endsWith("\n") ? (JSON.parse(text) as RelayOrder) : undefined;
}

function relay({ program, args, folder, environment, withheld, attended, limits }: RelayOrder): void {
	const child = started(() =>
		spawn(program, args, { cwd: folder, env: environment, stdio: "pipe", windowsHide: true }),
	);
	const { stdin, stdout, stderr } = child;
	let isEnding = false;

	child.once("error", (error: NodeJS.ErrnoException) => {
		if (child.pid === undefined) fail(error);
	});
	child.once("spawn", () => {
		mark(".", `agent.${child.pid}.${identify(child.pid!).start}`);
	});

	passOn();
	keepOutput();
	keepErrors();
	const alone = aloneTimer(attended, limits.aloneMs, () => end("alone"));
	const poll = setInterval(() => {
		// The spool was taken away, so nobody wants this any more.
		if (!existsSync("begun")) endGroup();
		if (process.platform === "win32" && existsSync("stopped")) endTree();
	}, pollMs);

	child.once("exit", (code, signal) => {
		isEnding = true;
		stdout.resume();
		const ask = setTimeout(() => signalGroup("SIGTERM"), leftMs);
		const over = setTimeout(finish, leftMs + obeyMs);
		child.once("close", finish);

		function finish(): void {
			clearTimeout(over);
			child.off("close", finish);
			clearInterval(poll);
			alone.stop();
			noteExit(signal ?? String(code));
			clearTimeout(ask);
			signalGroup("SIGTERM");
			setTimeout(endGroup, leftMs);
		}
	});

	/** From `in` to the program. */
	function passOn(): void {
		const handle = openSync("in", "r");
		let passed = 0;
		let waits = false;
		stdin.on("error", () => {}); // It has closed its standard input, or is gone: its exit tells.
		stdin.on("drain", () => {
			waits = false;
			pump();
		});
		const watched = watchFile("in", pump);
		setInterval(pump, watched ? pollMs : unreadPollMs);
		// Asked to end, by a signal to the group: it gets no more input, and many end by that alone.
		process.on("SIGTERM", () => stdin.end());
		pump();

		function pump(): void {
			while (!waits && stdin.writable) {
				const whole = wholeLines(handle, passed);
				if (whole === undefined) return;
				passed += whole.length;
				waits = !stdin.write(filledIn(whole, withheld));
			}
		}
	}

	/** From the program to `out`. */
	function keepOutput(): void {
		const handle = openSync("out", "a", 0o600);
		let kept = 0;
		let lineStart = 0;
		let read = 0;
		stdout.on("data", (bytes: Buffer) => {
			const last = bytes.lastIndexOf(10);
			keep(handle, bytes, () => {
				kept += bytes.length;
				if (last >= 0) lineStart = kept - bytes.length + last + 1;
				if (kept - lineStart > limits.maxLineBytes) end("line");
				else if (kept > limits.maxOutputBytes) end("output");
				else untilRead();
			});
		});

		function untilRead(): void {
			if (kept - read > limits.maxUnreadBytes) read = readSoFar();
			if (isEnding || kept - read <= limits.maxUnreadBytes) return void stdout.resume();
			stdout.pause();
			setTimeout(untilRead, unreadPollMs);
		}

		/** On a full disk the program waits until there is space again. */
		function keep(to: number, bytes: Buffer, then: () => void): void {
			let done = 0;
			try {
				while (done < bytes.length) done += writeSync(to, bytes, done);
			} catch {
				stdout.pause();
				setTimeout(() => keep(to, bytes.subarray(done), then), pollMs);
				return;
			}
			then();
		}
	}

	/** Of standard error only the end, in two files that take turns. */
	function keepErrors(): void {
		let handle = openSync("err", "a", 0o600);
		let kept = 0;
		stderr.on("data", (bytes: Buffer) => {
			try {
				writeSync(handle, bytes);
				kept += bytes.length;
				if (kept < errBytes) return;
				closeSync(handle);
				renameSync("err", "err.before");
				handle = openSync("err", "a", 0o600);
				kept = 0;
			} catch {
				// A full disk costs words that explain, and nothing else.
			}
		});
	}

	function end(why: RelayReason): void {
		if (isEnding) return;
		isEnding = true;
		mark(".", `ended.${why}`);
		stdout.removeAllListeners("data");
		stdout.resume();
		stdin.end();
		if (process.platform === "win32") endTree();
		else signalGroup("SIGTERM");
		setTimeout(() => child.kill("SIGKILL"), killMs);
	}

	function endTree(): void {
		spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { windowsHide: true, stdio: "ignore" });
	}
}

/** What the system refuses is thrown for some reasons, and told as an event for others. */
function started<T>(start: () => T): T {
	try {
		return start();
	} catch (error) {
		return fail(error as NodeJS.ErrnoException);
	}
}

function fail({ code = "UNKNOWN" }: NodeJS.ErrnoException): never {
	mark(".", `failed.${code}`);
	process.exit(0);
}

/** Those that begin at the offset, at most as many as are read at once; undefined when none is whole. */
function wholeLines(handle: number, from: number): Buffer | undefined {
	for (let size = 65536; ; size *= 4) {
		const bytes = Buffer.allocUnsafe(size);
		const count = readSync(handle, bytes, 0, size, from);
		const last = count === 0 ? -1 : bytes.subarray(0, count).lastIndexOf(10);
		if (last >= 0) return bytes.subarray(0, last + 1);
		if (count < size) return undefined;
	}
}

function filledIn(lines: Buffer, withheld: RelayOrder["withheld"]): Buffer | string {
	const needed = Object.entries(withheld).filter(([stands]) => lines.includes(stands));
	if (needed.length === 0) return lines;
	return needed.reduce((text, [stands, value]) => text.replaceAll(stands, () => value), lines.toString());
}

function readSoFar(): number {
	try {
		return Number(readFileSync("read", "latin1"));
	} catch {
		return 0;
	}
}

/** Counts the time in which no daemon touched the file, while the machine was awake. */
function aloneTimer(attended: string, aloneMs: number, act: () => void) {
	const stepMs = Math.min(60_000, Math.ceil(aloneMs / 4));
	let touched = touchedMs();
	let aloneSoFarMs = 0;
	let lookedAt = performance.now();
	const timer = setInterval(() => {
		const now = touchedMs();
		const passedMs = Math.min(performance.now() - lookedAt, 2 * stepMs);
		lookedAt = performance.now();
		aloneSoFarMs = now === touched ? aloneSoFarMs + passedMs : 0;
		touched = now;
		if (aloneSoFarMs >= aloneMs) act();
	}, stepMs);
	return { stop: () => clearInterval(timer) };

	function touchedMs(): number {
		return statSync(attended, { throwIfNoEntry: false })?.mtimeMs ?? 0;
	}
}

function noteExit(how: string): void {
	try {
		mark(".", `exit.${how}`);
		// Whoever watches the output looks now.
		if (sizeOf("out") >= 0) utimesSync("out", new Date(), new Date());
	} catch {
		// The spool was taken away.
	}
}

function watchFile(name: string, act: () => void): boolean {
	try {
		watch(name, act).on("error", () => {});
		return true;
	} catch {
		return false;
	}
}

/** What the program started may have put itself into groups of its own, as shells do it; they are in this session. */
function signalGroup(signal: NodeJS.Signals): void {
	if (process.platform === "win32") return;
	// This process is in its own group, and comes last.
	const others = groupsLeftBy(process.pid, ticksNow()).filter((group) => group !== process.pid);
	for (const group of [...others, process.pid]) {
		try {
			process.kill(-group, signal);
		} catch {
			// Nobody is left.
		}
	}
}

/** All that is left of the session, and this process with it. */
function endGroup(): void {
	signalGroup("SIGKILL");
	process.exit(0);
}
