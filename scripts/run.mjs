/*
 * Runs programs. Every one gets a time limit and its own process group, so that a test that hangs is ended with all
 * that it started, and so is everything when the person presses Ctrl+C.
 */
import { spawn } from "node:child_process";
import { root } from "./paths.mjs";

const alive = new Set();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, endAll);
process.on("exit", () => {
	for (const child of alive) end(child, "SIGKILL");
});

/** A sentence for the person at the terminal: printed without a stack. */
export class Sentence extends Error {}

/**
 * Runs a program to its end and returns its exit code; 124 when `timeoutMs` passed.
 * Its output goes to the terminal; with `quiet` only when it fails; with `write` it is handed over there.
 */
export async function run(command, args, { cwd = root, env, quiet = false, write, timeoutMs } = {}) {
	const to = quiet || write ? "pipe" : "inherit";
	const child = start(command, args, { cwd, env, stdio: ["ignore", to, to] });
	let output = "";
	const take = write ?? ((text) => (output += text));
	for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", take);
	const code = await ended(child, timeoutMs);
	if (code !== 0 && quiet) process.stderr.write(output);
	return code;
}

/** Runs a program and returns its exit code, its standard output and its standard error. */
export async function capture(command, args, { cwd = root, env, timeoutMs } = {}) {
	const child = start(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
	let output = "";
	let errors = "";
	child.stdout.on("data", (chunk) => (output += chunk));
	child.stderr.on("data", (chunk) => (errors += chunk));
	return { code: await ended(child, timeoutMs), output, errors };
}

/** Starts a program that is ended with this process at the latest. */
export function start(command, args, { cwd = root, env, stdio = "inherit" } = {}) {
	const windows = process.platform === "win32";
	const child = spawn(windows ? `"${command}"` : command, windows ? args.map((arg) => `"${arg}"`) : args, {
		cwd,
		env: { ...process.env, ...env },
		stdio,
		detached: !windows,
		shell: windows,
	});
	alive.add(child);
	child.once("close", () => alive.delete(child));
	child.once("error", () => alive.delete(child));
	return child;
}

/** Ends a program and what it started. */
export function end(child, signal = "SIGTERM") {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	try {
		if (process.platform === "win32") child.kill(signal);
		else process.kill(-child.pid, signal);
	} catch {
		// It ended by itself between the look and the signal.
	}
}

/** Runs npm in `cwd`; npm's own warnings are shown only when it fails. */
export async function npm(args, { cwd = root, env, timeoutMs = 900_000 } = {}) {
	const flags = ["--no-audit", "--no-fund", "--no-update-notifier", "--engine-strict=false"];
	const code = await run("npm", [...args, ...flags], { cwd, env, quiet: true, timeoutMs });
	if (code !== 0) throw new Sentence(`npm ${args.join(" ")} failed in ${cwd}. What it said stands above.`);
}

/** An editor needs a few seconds to let its extensions go in order; whatever takes longer is killed on exit. */
function endAll() {
	for (const child of alive) end(child, "SIGTERM");
	const deadline = Date.now() + 8000;
	setInterval(() => {
		if (alive.size === 0 || Date.now() > deadline) process.exit(130);
	}, 50);
}

function ended(child, timeoutMs) {
	return new Promise((resolve) => {
		const timer =
			timeoutMs &&
			setTimeout(() => {
				console.error(`Ended after ${Math.round(timeoutMs / 1000)} s: ${child.spawnargs.join(" ")}`);
				end(child, "SIGTERM");
				setTimeout(() => end(child, "SIGKILL"), 5000).unref();
				child.timedOut = true;
			}, timeoutMs);
		child.once("error", (error) => {
			clearTimeout(timer);
			console.error(`${child.spawnargs[0] ?? "A program"} could not be started: ${error.message}`);
			resolve(127);
		});
		child.once("close", (code) => {
			clearTimeout(timer);
			resolve(child.timedOut ? 124 : (code ?? 1));
		});
	});
}
