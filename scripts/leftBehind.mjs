/* Finds processes that outlived the run which started them, by a variable that the run put into their environment. */
import fs from "node:fs";

const graceMs = 5000;

/**
 * Ends processes in whose environment `name` still begins with `value` after a moment's grace. Returns a line for each:
 * the rest of the variable, and how the process was called. Only Linux shows the environment of a process; elsewhere the
 * answer is empty.
 */
export async function endLeftBehind(name, value) {
	if (process.platform !== "linux") return [];
	const deadline = Date.now() + graceMs;
	let left = alive(`${name}=${value}`);
	while (left.length > 0 && Date.now() < deadline) {
		await new Promise((resolve) => setTimeout(resolve, 250));
		left = alive(`${name}=${value}`);
	}
	for (const { pid } of left)
		try {
			process.kill(pid, "SIGKILL");
		} catch {
			// It ended by itself just now.
		}
	return left.map(({ pid, rest, command }) => `${rest}: ${command} (process ${pid})`);
}

function alive(beginning) {
	return fs.readdirSync("/proc").flatMap((name) => {
		if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
		try {
			const variables = fs.readFileSync(`/proc/${name}/environ`, "utf8").split("\0");
			const found = variables.find((variable) => variable.startsWith(beginning));
			if (found === undefined) return [];
			const command = fs.readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim().slice(0, 300);
			return [{ pid: Number(name), rest: found.slice(beginning.length), command }];
		} catch {
			return []; // Ended meanwhile, or another user's.
		}
	});
}
