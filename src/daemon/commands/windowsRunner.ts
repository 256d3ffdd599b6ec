/**
 * The runner on Windows: a detached Node process with the same spool as posixRunner.ts. It has not been run on Windows
 * yet, and its guarantee is weaker, on purpose and in three ways:
 *
 * - a process is known by its pid alone, since Windows shows no start time without a tool that takes a second to start;
 *   so only the runner ever kills: it looks for the mark `stopped` five times a second and ends its own child;
 * - there is no group: `taskkill /T` ends the tree of the child, which misses what has left the tree;
 * - if the runner itself is killed, its command runs on without a time limit, and its outcome is "unknown".
 *
 * It is text because it must run without the daemon's own files, which an update may replace meanwhile.
 */
export const windowsRunner = `
const fs = require("node:fs");
const { spawn, spawnSync } = require("node:child_process");
const { command, cwd, env, timeoutMs, maxBytes } = JSON.parse(fs.readFileSync("command.json", "utf8"));
const mark = (name) => fs.writeFileSync(name, "");
mark("runner." + process.pid + ".0");
try {
	fs.writeFileSync("begun", "", { flag: "wx" });
} catch {
	process.exit(1);
}
const out = fs.openSync("out", "a");
const tailBytes = 65536;
let bytes = 0;
let stored = 0;
let tail = Buffer.alloc(0);
const take = (chunk) => {
	bytes += chunk.length;
	const fits = chunk.subarray(0, Math.max(0, maxBytes - stored));
	try {
		fs.writeSync(out, fits);
		stored += fits.length;
	} catch {}
	tail = Buffer.concat([tail, chunk.subarray(fits.length)]);
	if (tail.length > 4 * tailBytes) tail = Buffer.from(tail.subarray(-tailBytes));
};
const finish = (code) => {
	if (tail.length > 0) fs.writeFileSync("tail.0", tail);
	mark("drained." + bytes + ".0");
	mark("exit." + code);
	process.exit(0);
};
if (!fs.existsSync(cwd)) {
	mark("noFolder");
	finish(1);
}
const windows = process.platform === "win32";
const shell = windows ? env.ComSpec || env.COMSPEC || "cmd.exe" : "/bin/sh";
const args = windows ? ["/d", "/s", "/c", '"' + command + '"'] : ["-c", command];
const child = spawn(shell, args, {
	cwd,
	env,
	windowsHide: true,
	windowsVerbatimArguments: true,
	stdio: ["ignore", "pipe", "pipe"],
});
const end = () => {
	if (windows) spawnSync("taskkill", ["/pid", String(child.pid), "/T", "/F"], { windowsHide: true });
	else child.kill("SIGKILL");
};
child.stdout.on("data", take);
child.stderr.on("data", take);
if (timeoutMs > 0) {
	setTimeout(() => {
		mark("timedOut");
		end();
	}, Math.min(timeoutMs, 2 ** 31 - 1));
}
setInterval(() => fs.existsSync("stopped") && end(), 200);
let code;
child.on("error", () => finish(127));
child.on("exit", (exitCode) => {
	code = exitCode === null ? 137 : exitCode;
	setTimeout(() => finish(code), 250);
});
child.on("close", () => finish(code));
`;
