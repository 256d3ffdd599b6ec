import { setTimeout as sleep } from "node:timers/promises";
import { processLives, readDaemonFile } from "../../client/daemonFile.ts";
import { isRefusal } from "../../core/refusal.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { exitCodes, Failure } from "../terminal/failure.ts";
import { ago, count, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";
import { serviceStatus } from "./daemonInstall.ts";

/** How long a daemon that was told to stop may take until its process is gone. */
const stopTimeoutMs = 30_000;

/** Looks, and starts nothing. */
export async function status(context: Context): Promise<void> {
	const client = context.client("never");
	const service = serviceStatus(context);
	const atLogin = service.installed ? `begins when you log in (${service.place})` : "";
	try {
		const answer = await client.request("daemon/status", {});
		context.output.result({ running: true, ...answer, service }, () =>
			table(
				[
					[paint.dim("daemon"), `${paint.green("runs")}, version ${answer.version}, process ${answer.pid}`],
					[paint.dim("since"), ago(answer.startedAt, Date.now())],
					[paint.dim("folder"), answer.folder],
					[paint.dim("goals"), `${answer.goals}, ${answer.active} of them active`],
					[paint.dim("clients"), String(answer.clients)],
					[paint.dim("memory"), `${Math.round(answer.residentBytes / 1024 / 1024)} MB`],
					[paint.dim("draining"), answer.draining ? "yes" : ""],
					[paint.dim("service"), atLogin],
				].filter(([, value]) => value),
			),
		);
	} catch (cause) {
		if (!isRefusal(cause) || cause.code !== "noDaemon") throw cause;
		context.output.result(
			{ running: false, folder: context.home, service },
			`No daemon runs for ${context.home}.${atLogin ? ` It ${atLogin}.` : ""}`,
		);
	}
}

export async function start(context: Context): Promise<void> {
	const before = readDaemonFile(context.home);
	const { pid, version } = await context.ask("daemon/status", {});
	const started = before?.pid !== pid;
	context.output.result(
		{ pid, version, started },
		`The daemon ${started ? "runs" : "ran already"}: version ${version}, process ${pid}.`,
	);
}

export async function stop(context: Context, options: OptionValues): Promise<void> {
	const stopped = await stopDaemon(context, options.now === true);
	context.output.result({ stopped: stopped !== undefined, stillRunning: stopped?.stillRunning ?? [] }, () => {
		if (!stopped) return `No daemon runs for ${context.home}.`;
		const { stillRunning } = stopped;
		if (stillRunning.length === 0) return "The daemon stopped.";
		return `The daemon stopped. ${count(stillRunning.length, "command")} still under way:\n${stillRunning.map((command) => `  ${command}`).join("\n")}`;
	});
}

export async function restart(context: Context): Promise<void> {
	const stopped = await stopDaemon(context, false);
	context.close();
	const { pid, version } = await context.client("always").request("daemon/status", {});
	context.output.result(
		{ pid, version, started: true, stillRunning: stopped?.stillRunning ?? [] },
		`The daemon runs: version ${version}, process ${pid}.`,
	);
}

/** Resolves when its process is gone, with the commands that go on; undefined when there was no daemon. */
async function stopDaemon(
	context: Context,
	now: boolean,
): Promise<{ readonly stillRunning: readonly string[] } | undefined> {
	const file = readDaemonFile(context.home);
	const client = context.client("never");
	let stillRunning: readonly string[] = [];
	try {
		({ stillRunning } = await client.request("daemon/stop", { now }, { once: true }));
	} catch (cause) {
		if (!isRefusal(cause)) throw cause;
		if (cause.code === "noDaemon") return undefined;
		// It may be gone before its answer has left.
		if (cause.code !== "closed") throw cause;
	}
	client.close();
	const deadline = performance.now() + stopTimeoutMs;
	while (file && processLives(file.pid)) {
		if (performance.now() > deadline)
			throw new Failure(
				"notStopped",
				`The daemon (process ${file.pid}) was told to stop, but still runs.`,
				exitCodes.timedOut,
			);
		await sleep(10);
	}
	return { stillRunning };
}
