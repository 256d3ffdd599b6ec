import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { formatModelRef } from "../../core/modelRef.ts";
import { Refusal } from "../../core/refusal.ts";
import type { PartialLaunchSettings } from "../../core/settings.ts";
import { bothWays, ways } from "../../core/ways.ts";
import { readSettings } from "../config/writtenSettings.ts";
import { writeDurably } from "../platform/durableFile.ts";
import { makeDurableFolder, syncFolder } from "../platform/durableFolder.ts";

/**
 * Named launch settings: the person's own lie in the data folder, those of a repository in `.mission/presets` where git
 * shares them. Each is a file of YAML, written as in the head of a playbook. What cannot be read is told with its line,
 * and the rest still counts.
 */
export interface Preset {
	readonly name: string;
	readonly source: "user" | "repository";
	readonly settings: PartialLaunchSettings;
	/** Taken when a launch names no preset. */
	readonly isDefault: boolean;
	readonly path: string;
	/** The file of a preset of the repository with the same name, which does not count beside it. */
	readonly hides?: string;
}

export interface PresetProblem {
	readonly path: string;
	readonly line: number;
	/** What is wrong, and what to do. */
	readonly message: string;
}

export interface Presets {
	/** Of the person, and of the repository in `workspace`. Where both have a name, the person's own counts. */
	list(
		workspace?: string,
	): Promise<{ readonly presets: readonly Preset[]; readonly problems: readonly PresetProblem[] }>;
	save(name: string, settings: PartialLaunchSettings, workspace?: string): Promise<void>;
	/** The default stays the default under its new name. */
	rename(name: string, to: string, workspace?: string): Promise<void>;
	remove(name: string, workspace?: string): Promise<void>;
	/** Undefined for none. */
	setDefault(name: string | undefined, workspace?: string): Promise<void>;
}

const inRepository = path.join(".mission", "presets");
const extension = ".yaml";
const maxFiles = 200;
const maxBytes = 64 * 1024;

export function openPresets(dataFolder: string): Presets {
	const own = path.join(dataFolder, "presets");
	const defaultFile = path.join(own, "default");

	async function list(workspace?: string) {
		const problems: PresetProblem[] = [];
		const defaultName = (await readFile(defaultFile, "utf8").catch(() => "")).trim();
		const found = new Map<string, Preset>();
		const folders = [
			...(workspace ? [{ folder: path.join(workspace, inRepository), source: "repository" as const }] : []),
			{ folder: own, source: "user" as const },
		];
		for (const { folder, source } of folders) {
			for (const file of await filesIn(folder)) {
				const name = path.basename(file, extension);
				const read = await readPreset(path.join(folder, file));
				if ("problems" in read) problems.push(...read.problems);
				else {
					const settings = source === "repository" ? notLooser(read.settings) : read.settings;
					const hidden = found.get(name);
					found.set(name, {
						name,
						source,
						settings,
						isDefault: source === "user" && name === defaultName,
						path: path.join(folder, file),
						...(hidden && { hides: hidden.path }),
					});
				}
			}
		}
		const presets = [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
		return { presets, problems };
	}

	const folderOf = (workspace?: string) => (workspace ? path.join(workspace, inRepository) : own);

	async function known(name: string, workspace?: string): Promise<Preset> {
		const preset = (await list(workspace)).presets.find((one) => one.name === name);
		if (!preset) throw unknownPreset(name);
		return preset;
	}

	/** Also of one that cannot be read. */
	async function fileOf(name: string, workspace?: string): Promise<string> {
		const folder = folderOf(workspace);
		if (!(await filesIn(folder)).includes(`${name}${extension}`)) throw unknownPreset(name);
		return path.join(folder, `${name}${extension}`);
	}

	async function writeDefault(name: string): Promise<void> {
		makeDurableFolder(own);
		writeDurably(defaultFile, `${name}\n`);
	}

	return {
		list,
		async save(name, settings, workspace) {
			requireName(name);
			const text = presetText(settings);
			const [problem] = readSettings(text, maxBytes).problems;
			if (problem)
				throw new Refusal("badPreset", `The preset could not be read back: ${problem.message}. ${problem.fix}`);
			const folder = folderOf(workspace);
			makeDurableFolder(folder, { mode: workspace ? 0o777 : 0o700 });
			writeDurably(path.join(folder, `${name}${extension}`), text, 0o644);
		},
		async rename(name, to, workspace) {
			requireName(to);
			const file = await fileOf(name, workspace);
			if (name === to) return;
			const taken = await fileOf(to, workspace).catch(() => undefined);
			if (taken)
				throw new Refusal("taken", `There is a preset “${to}” already. Delete it first, or take another name.`);
			await rename(file, path.join(path.dirname(file), `${to}${extension}`));
			syncFolder(path.dirname(file));
			if (!workspace && (await readFile(defaultFile, "utf8").catch(() => "")).trim() === name) await writeDefault(to);
		},
		async remove(name, workspace) {
			const file = await fileOf(name, workspace);
			await rm(file);
			syncFolder(path.dirname(file));
		},
		async setDefault(name, workspace) {
			if (name === undefined) {
				makeDurableFolder(own);
				await rm(defaultFile, { force: true });
				return syncFolder(own);
			}
			// What lies in a workspace can be rewritten by whoever works there.
			if ((await known(name, workspace)).source === "repository") {
				throw new Refusal(
					"notYours",
					`“${name}” belongs to the repository. Save it among your own presets first, then make it the default.`,
				);
			}
			await writeDefault(name);
		},
	};
}

function unknownPreset(name: string): Refusal {
	return new Refusal("unknownPreset", `There is no preset “${name}”. ${bothWays(ways.presets)} list them.`);
}

function requireName(name: string): void {
	if (/^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,59}$/u.test(name) && name !== "default") return;
	throw new Refusal(
		"badName",
		`“${name}” cannot name a preset. Use at most 60 letters, digits, spaces, dots, dashes and underscores.`,
	);
}

/** A file of the repository may ask for more care than the person is used to, never for less. */
export function notLooser({
	autonomy,
	planApproval,
	proposedServers,
	sandbox,
	...settings
}: PartialLaunchSettings): PartialLaunchSettings {
	return {
		...settings,
		autonomy: autonomy === "supervised" ? autonomy : undefined,
		planApproval: planApproval === "always" ? planApproval : undefined,
		proposedServers: proposedServers === "leaveOut" ? proposedServers : undefined,
		sandbox: sandbox === "required" ? sandbox : undefined,
	};
}

async function filesIn(folder: string): Promise<readonly string[]> {
	const names = await readdir(folder).catch(() => []);
	return names
		.filter((name) => name.endsWith(extension))
		.sort()
		.slice(0, maxFiles);
}

async function readPreset(
	file: string,
): Promise<{ readonly settings: PartialLaunchSettings } | { readonly problems: readonly PresetProblem[] }> {
	try {
		if ((await stat(file)).size > maxBytes)
			return { problems: [{ path: file, line: 1, message: "The file is too large for a preset. Make it shorter." }] };
		const { settings, checks, problems } = readSettings(await readFile(file, "utf8"), maxBytes);
		if (problems.length > 0)
			return {
				problems: problems.map(({ line, message, fix }) => ({ path: file, line, message: `${message}. ${fix}` })),
			};
		return { settings: checks.length > 0 ? { ...settings, checks: [...checks] } : settings };
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		return { problems: [{ path: file, line: 1, message: `It cannot be read: ${why}` }] };
	}
}

/** Where an assignment came from is no part of what is kept: next time it comes from this preset. */
function presetText({ agent, assignments, ...settings }: PartialLaunchSettings): string {
	const named = assignments?.map(({ source: _source, from: _from, ...one }) => one);
	const written = { ...(agent ? { agent: formatModelRef(agent) } : {}), ...settings, assignments: named };
	return stringify(JSON.parse(JSON.stringify(written)));
}
