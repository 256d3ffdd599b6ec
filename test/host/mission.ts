import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { root } from "../../scripts/paths.mjs";

/** The command line against the daemon of one data folder: what a story asks beside the editor. */
export function missionFor(home: string): Mission {
	const call = (args: readonly string[]) => {
		const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, "dist/cli.js"), ...args], {
			env: { ...process.env, MISSION_HOME: home },
			encoding: "utf8",
			timeout: 60_000,
		});
		return { code: status ?? 1, text: stdout, error: stderr.trim() };
	};
	return {
		call,
		ask(...args) {
			const { code, text, error } = call([...args, "--json"]);
			if (code !== 0) throw new Error(`mission ${args.join(" ")}: exit code ${code}. ${error}`);
			return JSON.parse(text);
		},
		stop() {
			if (fs.existsSync(path.join(home, "daemon.json"))) call(["daemon", "stop"]);
		},
	};
}

export interface Mission {
	call(args: readonly string[]): { readonly code: number; readonly text: string; readonly error: string };
	/** Runs a command with --json and returns its document; throws when it fails. */
	// biome-ignore lint/suspicious/noExplicitAny: the shapes are the command line's own, and tests look into them
	ask(...args: readonly string[]): any;
	/** Ends the daemon, if one runs. */
	stop(): void;
}
