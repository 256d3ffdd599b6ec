/* Finds processes that outlived the run which started them, by a variable that the run put into their environment. */
import fs from "node:fs";

const graceMs = 5000;

/**
 * Ends processes whose environment still holds `name=value` after a moment's grace, and returns how each was called.
 * Only Linux shows the environment of a process; elsewhere the answer is empty.
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
	return left.map(({ pid, command }) => `${pid} ${command}`);
}

function alive(entry) {
	return fs.readdirSync("/proc").flatMap((name) => {
		if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
		try {
			if (!fs.readFileSync(`/proc/${name}/environ`, "utf8").split("\0").includes(entry)) return [];
			return [
				{
					pid: Number(name),
					command: fs.readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 300),
				},
			];
		} catch {
			return []; // Ended meanwhile, or another user's.
		}
	});
}
