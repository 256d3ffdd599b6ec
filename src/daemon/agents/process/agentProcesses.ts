import { accessSync, constants, existsSync, statSync, utimesSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning } from "../../commands/processIdentity.ts";
import {
	claim,
	dropSpool,
	openSpoolFolders,
	type SpoolFolders,
	spoolName,
	writeRunner,
} from "../../commands/spoolFolders.ts";
import { folderMissing, notStarted, programMissing } from "./agentEnd.ts";
import type { AgentLaunch, AgentProcess, AgentProcesses } from "./agentProcess.ts";
import { mark, type RelayLimits, readMarks } from "./agentSpool.ts";
import { type AttendedProcess, attendProcess } from "./attendProcess.ts";
import { startRelay } from "./startRelay.ts";

/** The processes of a daemon, which the next one finds again. */
export interface OwnAgentProcesses extends AgentProcesses {
	/** Keys of the processes that run now, also those that an earlier daemon started. */
	running(): Promise<readonly string[]>;
	/** Keys of all that have a spool, also those that have ended. */
	kept(): Promise<readonly string[]>;
	/** Ends all that run; their spools stay. */
	stopAll(): Promise<void>;
	/** Lets go of all of them; they go on. */
	close(): void;
}

export interface AgentProcessesOptions {
	/** Where they are kept; created when missing. */
	readonly folder: string;
	/** The bundled agentRelay.ts, as text: a copy of it is kept with the spools, since an update may replace the daemon's own files. */
	readonly relay: string;
	/** Asked for at each start. */
	limits?(): Partial<RelayLimits>;
}

const usualLimits: RelayLimits = {
	maxLineBytes: 16 * 1024 * 1024,
	maxUnreadBytes: 64 * 1024 * 1024,
	maxOutputBytes: 1024 * 1024 * 1024,
	aloneMs: 24 * 60 * 60 * 1000,
};

/** How long a relay may take to begin. It is a Node process, and a busy machine is slow. */
const beginMs = 20_000;

export function openAgentProcesses({
	folder,
	relay,
	limits: given = () => ({}),
}: AgentProcessesOptions): OwnAgentProcesses {
	const limits = (): RelayLimits => ({ ...usualLimits, ...given() });
	const attended = join(folder, "attended");
	let beat: NodeJS.Timeout | undefined;
	let opened: { readonly folders: SpoolFolders; readonly relayFile: string } | undefined;
	const known = new Map<string, Promise<AttendedProcess | undefined>>();

	/** Opened when it is needed: most daemons have no such agents, and syncing folders takes time. */
	function use() {
		if (opened) return opened;
		opened = { folders: openSpoolFolders(folder), relayFile: writeRunner(folder, "relay.cjs", relay) };
		mark(folder, "attended");
		attend();
		beat = setInterval(attend, Math.min(60_000, limits().aloneMs / 8)).unref();
		return opened;
	}

	function attend(): void {
		try {
			utimesSync(attended, new Date(), new Date());
		} catch {
			// The data folder has vanished, and others say so.
		}
	}

	/** Calls for one key come one after the other. */
	function ofKey(
		key: string,
		make: (found: AttendedProcess | undefined) => Promise<AttendedProcess | undefined>,
	): Promise<AttendedProcess | undefined> {
		const before = known.get(key)?.catch(() => foundOf(key)) ?? foundOf(key);
		const process = before.then(make);
		known.set(key, process);
		process.then(
			(made) => made === undefined && drop(),
			() => drop(),
		);
		return process;

		function drop(): void {
			if (known.get(key) === process) known.delete(key);
		}
	}

	async function foundOf(key: string): Promise<AttendedProcess | undefined> {
		const name = spoolName(key);
		const { folders } = use();
		const path = join(folders.current, name);
		const state = await untilBegun(path);
		if (state === "begun") return attendProcess(path, limits(), false);
		if (state !== "none") await dropSpool(folders, path);
		// Also when no "begun" is to be seen: it may not have reached the disk before the power went.
		const earlier = folders.earlier.map((boot) => join(boot, name)).find((each) => readMarks(each) !== undefined);
		return earlier === undefined ? undefined : attendProcess(earlier, limits(), true);
	}

	async function start(key: string, launch: AgentLaunch): Promise<AttendedProcess> {
		const { folders, relayFile } = use();
		const path = join(folders.current, spoolName(key));
		try {
			if (!isFolder(launch.folder)) throw new Error(folderMissing(launch.folder));
			if (!isProgram(launch.program)) throw new Error(programMissing(launch.program));
			const { environment, withheld = {} } = launch;
			const [program, ...args] = [...(launch.before ?? []), launch.program, ...launch.args] as [string, ...string[]];
			const order = { program, args, folder: launch.folder, environment, withheld, attended, limits: limits() };
			await startRelay(path, relayFile, order).catch(({ code }: NodeJS.ErrnoException) => {
				throw new Error(notStarted(code, program));
			});
			const state = await untilBegun(path);
			if (state === "begun") return await attendProcess(path, limits(), false);
			throw new Error(notStarted(typeof state === "object" ? state.failed : undefined, program));
		} catch (cause) {
			await dropSpool(folders, path);
			throw cause;
		}
	}

	async function forget(key: string): Promise<void> {
		const { folders } = use();
		await ofKey(key, async (process) => {
			await process?.stop();
			process?.release();
			for (const boot of [folders.current, ...folders.earlier]) await dropSpool(folders, join(boot, spoolName(key)));
			return undefined;
		});
	}

	async function kept(): Promise<readonly string[]> {
		if (!opened && !existsSync(folder)) return [];
		const { folders } = use();
		const names = await Promise.all([folders.current, ...folders.earlier].map((boot) => readdir(boot).catch(() => [])));
		return [...new Set(names.flat())].map(decodeURIComponent);
	}

	async function running(): Promise<readonly string[]> {
		const keys = await kept();
		const all = keys.map((key) => ({ key, marks: readMarks(join(use().folders.current, spoolName(key))) }));
		const alive = await Promise.all(
			all.map(async ({ marks }) => marks?.relay && marks.exit === undefined && (await isRunning(marks.relay))),
		);
		return all.flatMap(({ key }, at) => (alive[at] ? [key] : []));
	}

	return {
		open: async (key, launch): Promise<AgentProcess> =>
			(await ofKey(key, async (found) => found ?? (await start(key, launch))))!,
		find: (key) => ofKey(key, async (found) => found),
		async forget(forgotten) {
			await Promise.all(forgotten.map(forget));
		},
		running,
		kept,
		async stopAll() {
			await Promise.all(
				(await running()).map((key) =>
					ofKey(key, async (process) => {
						await process?.stop();
						return process;
					}),
				),
			);
		},
		close() {
			clearInterval(beat);
			for (const process of known.values())
				process.then(
					(each) => each?.release(),
					() => {},
				);
			known.clear();
		},
	};
}

type Begin = "none" | "begun" | "never" | { readonly failed: string };

/** Waits for a relay that was told, and shuts the gate before one that was not. */
async function untilBegun(path: string): Promise<Begin> {
	const until = performance.now() + beginMs;
	for (;;) {
		// Whether it runs is asked before its marks are read: what ends in between has then left its record.
		const relay = readMarks(path)?.relay;
		const runs = relay !== undefined && (await isRunning(relay));
		const marks = readMarks(path);
		if (marks === undefined) return "none";
		if (marks.gate === "claimed") return "never";
		if (marks.failed !== undefined) return { failed: marks.failed };
		if (marks.agent || marks.exit !== undefined) return "begun";
		// It died in between, and whether there is a program is not known.
		if (marks.gate === "begun" && !runs) return "begun";
		if (marks.gate === "open" && (!runs || performance.now() > until)) claim(path);
		await delay(5);
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}
