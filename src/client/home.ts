import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import envPaths from "env-paths";
import { Refusal } from "../core/refusal.ts";
import type { Actor } from "../core/values.ts";

/** The data folder: `MISSION_HOME`, or the platform's folder for a user's data. Two folders are two daemons. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
	const named = env.MISSION_HOME;
	return path.resolve(named ? named : envPaths("mission-control", { suffix: "" }).data);
}

/** Makes the folder where it is missing, or says why it cannot be used. */
export function makeHome(home: string): void {
	try {
		makeFolder(home);
		accessSync(home, constants.W_OK);
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new Refusal(
			"startFailed",
			`The data folder ${home} cannot be used (${why}). Make it writable, or name another one in MISSION_HOME.`,
		);
	}
}

/** One folder at a time: making several at once never returns on file systems where none can be made, such as /proc. */
function makeFolder(folder: string): void {
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
	if (path.dirname(folder) !== folder) makeFolder(path.dirname(folder));
	try {
		mkdirSync(folder, { mode: 0o700 });
	} catch (cause) {
		// Another client may have been faster.
		if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw cause;
	}
}

/** Who this process is, as the record will name it. */
export function thisActor(client: string): Actor {
	return { client, pid: process.pid, user: userName() };
}

/** A user without an entry in the system's list (some containers) has no name. */
function userName(): string | undefined {
	try {
		return os.userInfo().username;
	} catch {
		return undefined;
	}
}
