import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandSpec } from "../../../src/daemon/commands/command.ts";
import { commandEnvironment } from "../../../src/daemon/commands/commandEnvironment.ts";
import { type Commands, openCommands } from "../../../src/daemon/commands/commands.ts";
import { openSandbox } from "../../../src/daemon/policy/sandbox/openSandbox.ts";
import type { Sandbox, SandboxSettings } from "../../../src/daemon/policy/sandbox/sandbox.ts";

/** A folder for commands to work in, one for what is kept of them, and a way to say only what a test is about. */
export interface Workbench {
	readonly workspace: string;
	readonly folder: string;
	readonly commands: Commands;
	spec(command: string, more?: Partial<CommandSpec>): CommandSpec;
	/** Commands of the same folder as a daemon that starts now sees them. */
	restarted(): Commands;
	/** The folder of this boot, in which the spools lie. */
	bootFolder(): string;
	/** Writes a file of the workspace, and returns its path. */
	file(content: Uint8Array): string;
	/** A file of the workspace; empty when it is not there. */
	text(name: string): string;
	remove(): void;
}

/** Where commands run: as themselves, or inside the walls of this machine. */
export const places = ["outside", "inside a sandbox"] as const;

/** Where there are no walls, tests of them are skipped, and say why. */
export async function skipWithoutSandbox(test: Mocha.Context): Promise<void> {
	const state = await openWalls(tmpdir()).of(join(tmpdir(), "workspace"));
	if (!("unavailable" in state)) return;
	console.log(`      skipped: ${state.unavailable}`);
	test.skip();
}

export function openWalls(dataFolder: string, settings: Partial<SandboxSettings> = {}, home?: string): Sandbox {
	return openSandbox({
		dataFolder,
		env: { ...process.env, ...(home !== undefined && { HOME: home }) },
		settings: () => ({ writable: [], readable: [], processes: 4096, ...settings }),
	});
}

export function openWorkbench(place: (typeof places)[number] = "outside"): Workbench {
	const base = mkdtempSync(join(tmpdir(), "commands-"));
	const workspace = join(base, "workspace");
	const folder = join(base, "data");
	mkdirSync(workspace);
	let count = 0;
	const open = () => openCommands({ folder, ...(place !== "outside" && { sandbox: openWalls(folder) }) });
	const walls = place === "outside" ? undefined : { workspace, network: false };
	return {
		workspace,
		folder,
		commands: open(),
		spec: (command, more) => {
			count++;
			const env = commandEnvironment(process.env);
			return {
				id: `run-${count}`,
				command,
				cwd: workspace,
				env,
				timeoutMs: 20_000,
				maxBytes: 1_000_000,
				sandbox: walls,
				...more,
			};
		},
		restarted: open,
		bootFolder: () => {
			const name = readdirSync(folder).find((entry) => /^[0-9a-f-]{36}$/.test(entry));
			return join(folder, name ?? "boot");
		},
		file: (content) => {
			writeFileSync(join(workspace, "written"), content);
			return join(workspace, "written");
		},
		text: (name) => {
			try {
				return readFileSync(join(workspace, name), "utf8");
			} catch {
				return "";
			}
		},
		remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }),
	};
}

/** True while the process runs; a zombie does not. */
export function runs(pid: number): boolean {
	try {
		process.kill(pid, 0);
	} catch {
		return false;
	}
	if (process.platform !== "linux") return true;
	try {
		return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
	} catch {
		return false;
	}
}

export function bytesOnDisk(folder: string): number {
	let bytes = 0;
	for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
		if (entry.isFile())
			bytes += statSync(join(entry.parentPath ?? entry.path, entry.name), { throwIfNoEntry: false })?.size ?? 0;
	}
	return bytes;
}

export function numbersIn(text: string): readonly number[] {
	return text.split(/\s+/).filter(Boolean).map(Number);
}
