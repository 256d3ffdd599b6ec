import { execFileSync } from "node:child_process";
import { readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import type { Env } from "../platform/ports.ts";
import { findProgram, findPrograms } from "./findProgram.ts";

/** A Node that is new enough, or the newest that is not. */
export type FoundNode = { readonly node: string } | { readonly tooOld?: NodeVersion };

interface NodeVersion {
	readonly node: string;
	readonly version: string;
}

/**
 * The Node for a program that needs at least this major version: the one that a person named, which is not doubted; the
 * first on the path that fits, or the daemon's own; else the newest of those that managers of versions keep in their folders, where no path
 * of a daemon ever leads.
 */
export function findNode(least: number, env: Env, named?: string): FoundNode {
	const chosen = named === undefined ? undefined : findProgram(named, env);
	if (chosen) return { node: chosen };
	let tooOld: NodeVersion | undefined;
	for (const node of [...findPrograms("node", env), process.execPath]) {
		const version = versionOf(node);
		if (version === undefined) continue;
		if (majorOf(version) >= least) return { node };
		tooOld ??= { node, version };
	}
	const kept = managed(env)
		.filter(({ version }) => majorOf(version) >= least)
		.toSorted((a, b) => b.version.localeCompare(a.version, "en", { numeric: true }))
		.find(({ node }) => findProgram(node, env));
	return kept ? { node: kept.node } : { tooOld };
}

/** Where managers of versions keep them, with the version as the name of a folder. */
const managers: readonly {
	readonly root: (env: Env, home: string) => string | undefined;
	readonly below: string;
	readonly program: string;
}[] = [
	{ root: (env, home) => env.NVM_DIR ?? path.join(home, ".nvm"), below: "versions/node", program: "bin/node" },
	{ root: (env, home) => env.VOLTA_HOME ?? path.join(home, ".volta"), below: "tools/image/node", program: "bin/node" },
	{ root: (env) => env.FNM_DIR, below: "node-versions", program: "installation/bin/node" },
	{ root: (_, home) => home, below: ".local/share/fnm/node-versions", program: "installation/bin/node" },
	{ root: (_, home) => home, below: ".fnm/node-versions", program: "installation/bin/node" },
	{ root: (_, home) => home, below: "Library/Application Support/fnm/node-versions", program: "installation/bin/node" },
	{ root: (env, home) => env.ASDF_DATA_DIR ?? path.join(home, ".asdf"), below: "installs/nodejs", program: "bin/node" },
	{ root: (_, home) => home, below: ".local/share/mise/installs/node", program: "bin/node" },
	{ root: (_, home) => home, below: ".nodenv/versions", program: "bin/node" },
	{ root: (env) => env.N_PREFIX ?? "/usr/local", below: "n/versions/node", program: "bin/node" },
	{ root: () => "/opt/homebrew", below: "Cellar/node", program: "bin/node" },
	{ root: (env) => env.NVM_HOME, below: ".", program: "node.exe" },
];

function managed(env: Env): readonly NodeVersion[] {
	const home = env.HOME ?? env.USERPROFILE ?? "";
	return managers.flatMap(({ root, below, program }) => {
		const at = root(env, home);
		if (!at || !path.isAbsolute(at)) return [];
		const folder = path.join(at, below);
		return namesIn(folder).flatMap((name) => {
			const version = /^v?(\d+\.\d+\.\d+)/.exec(name)?.[1];
			return version ? [{ node: path.join(folder, name, program), version }] : [];
		});
	});
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

const versions = new Map<string, string | undefined>();

/** Asked once a file: it takes some 30 ms. */
function versionOf(node: string): string | undefined {
	try {
		const file = realpathSync(node);
		// The daemon's own is known without asking, and may be an editor that only behaves like Node.
		if (file === realpathSync(process.execPath)) return isNode(file) ? process.versions.node : undefined;
		const key = `${file} ${statSync(file).mtimeMs}`;
		if (!versions.has(key)) versions.set(key, ask(file));
		return versions.get(key);
	} catch {
		return undefined;
	}
}

function isNode(file: string): boolean {
	return /^node(\.exe)?$/.test(path.basename(file));
}

function ask(file: string): string | undefined {
	try {
		const said = execFileSync(file, ["--version"], {
			timeout: 3000,
			encoding: "utf8",
			stdio: ["ignore", "pipe", "ignore"],
			env: {},
		});
		return /^v(\d+\.\d+\.\d+)/.exec(said)?.[1];
	} catch {
		return undefined;
	}
}

function majorOf(version: string): number {
	return Number(version.split(".")[0]);
}
