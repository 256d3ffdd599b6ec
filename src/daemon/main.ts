import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import envPaths from "env-paths";
import type { Daemon } from "./compose.ts";
import { type Begun, begin } from "./process/begin.ts";
import { runNewerCopy } from "./process/newerCopy.ts";

/**
 * The daemon's process: `daemon.js run [--home FOLDER] [--idle-seconds N] [--newest]`; with `--newest`, as login services
 * say, a newer copy under the data folder runs in its place. Ends with code 0 when it was stopped, when
 * nothing was left to do, or when another daemon holds the folder; with code 1 and one sentence when it cannot run.
 */
const defaultIdleSeconds = 60;

async function main(): Promise<number> {
	const { values } = parseArgs({
		args: process.argv.slice(3),
		options: { home: { type: "string" }, "idle-seconds": { type: "string" }, newest: { type: "boolean" } },
	});
	const home = path.resolve(
		values.home ?? process.env.MISSION_HOME ?? envPaths("mission-control", { suffix: "" }).data,
	);
	// It ends the process itself.
	if (values.newest && runNewerCopy(home, __filename)) return new Promise(() => undefined);
	const idleSeconds = Number(values["idle-seconds"] ?? process.env.MISSION_IDLE_SECONDS ?? defaultIdleSeconds);
	const begun = await begin(home, process.env.MISSION_STORE);
	const daemon = begun && (await open(begun, idleSeconds * 1000));
	if (!daemon) {
		console.error(`Another daemon already holds ${home}.`);
		return 0;
	}
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void daemon.stop(false));
	process.on("uncaughtException", (cause) => daemon.fail("Something went wrong inside.", cause));
	await daemon.stopped;
	return 0;
}

async function open(begun: Begun, idleMs: number): Promise<Daemon | undefined> {
	const { openDaemon } = await import("./compose.ts");
	return openDaemon({ begun, version: version(), env: process.env, idleMs });
}

/** The version of the package beside which this file lies. */
function version(): string {
	for (const file of [path.join(__dirname, "package.json"), path.join(__dirname, "..", "package.json")]) {
		try {
			return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
		} catch {}
	}
	return "0.0.0";
}

main().then(
	(code) => process.exit(code),
	(cause) => {
		console.error(cause instanceof Error ? cause.message : String(cause));
		process.exit(1);
	},
);
