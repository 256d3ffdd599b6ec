import os from "node:os";
import path from "node:path";
import envPaths from "env-paths";
import type { Actor } from "../protocol/values.ts";

/** The data folder: `MISSION_HOME`, or the platform's folder for a user's data. Two folders are two daemons. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
	const named = env.MISSION_HOME;
	return path.resolve(named ? named : envPaths("mission-control", { suffix: "" }).data);
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
