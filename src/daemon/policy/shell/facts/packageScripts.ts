import path from "node:path";
import { parse } from "jsonc-parser";
import type { Word } from "../parse/simpleCommands.ts";
import { both, type Invocation, type Program, plainWord, type Reading, type Runs, readOptions } from "./program.ts";

/** Package managers, which run what a manifest names: its scripts, what stands before and after them, local programs. */
export const packageManagers: readonly Program[] = [
	{ names: ["npm", "pnpm", "yarn", "bun", "cnpm"], read: manager },
	{ names: ["npx", "pnpx", "bunx"], read: ({ args, folder }, reading) => localProgram(args, folder, reading) },
	{ names: ["corepack"], read: ({ args }) => ({ calls: args.length > 0 ? [{ words: args }] : [] }) },
	{
		names: ["ni", "nr", "na", "nlx"],
		read: ({ args, folder }, reading) => packageRuns("npm", args[0]?.text ?? "start", folder, reading),
	},
];

type Manager = "npm" | "pnpm" | "yarn" | "bun" | "deno" | "node";

const settings = [
	..."package.json .npmrc pnpm-workspace.yaml .pnpmfile.cjs .yarnrc .yarnrc.yml .pnp.cjs .pnp.loader.mjs bunfig.toml".split(
		" ",
	),
	..."lerna.json".split(" "),
];
const locks = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];
const valued = [
	..."-w --workspace --prefix -C --dir --cwd --filter -F --registry --loglevel --userconfig --script-shell".split(" "),
	"-p",
	"--package",
	"-c",
	"--call",
];
const scriptWords: Readonly<Record<string, string>> = {
	t: "test",
	tst: "test",
	test: "test",
	start: "start",
	stop: "stop",
	restart: "restart",
};
const runWords: ReadonlySet<string> = new Set(["run", "run-script", "rum", "urn"]);
const execWords: ReadonlySet<string> = new Set(["exec", "x", "dlx", "create", "init"]);
/** They install packages, whose own scripts run. */
const installs: ReadonlySet<string> = new Set(
	"install i ci add update up upgrade rebuild rb link ln dedupe clean-install install-test it pack publish version prune remove uninstall rm un".split(
		" ",
	),
);
const looks: ReadonlySet<string> = new Set(
	"ls list ll la view info show outdated why explain search help whoami ping root bin prefix audit fund config get set pkg doctor".split(
		" ",
	),
);
const lifecycles: Readonly<Record<string, readonly string[]>> = {
	pack: ["prepack", "prepare", "postpack"],
	publish: ["prepublishOnly", "prepack", "prepare", "postpack", "publish", "postpublish"],
	version: ["preversion", "version", "postversion"],
};
const installLifecycle = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

async function manager({ program, args, folder: from }: Invocation, reading: Reading): Promise<Runs> {
	const kind = (program === "cnpm" ? "npm" : program) as Manager;
	const { rest, values, has } = readOptions(args, valued, false);
	const place = values("--prefix", "-C", "--dir", "--cwd")[0];
	if (place?.isOpen) return { unknown: "the folder in which it runs is only known when it runs" };
	const folder = path.resolve(from, place?.text ?? ".");
	const folders = await workspaceFolders(folder, values("-w", "--workspace", "-F", "--filter"), has, reading);
	const [verb, name] = rest;
	const configured: Runs = {
		files: [folder, ...folders].flatMap((each) => settings.map((file) => path.join(each, file))),
	};
	if (verb?.isOpen || (name?.isOpen && runWords.has(verb?.text ?? "")))
		return both(configured, { unknown: "which script it runs is only known when it runs" });
	const each = async (script: string) =>
		both(configured, ...(await Promise.all(folders.map((one) => packageRuns(kind, script, one, reading)))));
	const word = verb?.text;
	if (word === undefined)
		return kind === "yarn" ? both(configured, await installed("install", folder, reading)) : configured;
	if (runWords.has(word)) return name ? each(name.text) : configured;
	if (kind === "bun" && word === "test")
		return both(configured, { loads: "`bun test` loads the tests that it finds, and what they load" });
	if (scriptWords[word]) return each(scriptWords[word]);
	if (execWords.has(word)) {
		const text = values("-c", "--call").map((value) => ({ text: value.text, folder }));
		const at = args.findIndex((arg) => arg.text === word);
		return both(configured, { texts: text }, await localProgram(args.slice(at + 1), folder, reading));
	}
	if (installs.has(word)) return both(configured, await installed(word, folder, reading));
	if (kind === "npm" || looks.has(word))
		return looks.has(word) ? configured : both(configured, { loads: `\`npm ${word}\` loads packages` });
	if (kind === "bun" && /\.[cm]?[jt]sx?$|\//.test(word))
		return both(configured, { calls: [{ words: [plainWord("tsx"), ...rest], folder }] });
	// yarn, pnpm and bun run a script, or a local program, by its name alone.
	const hasScript = (await scriptsOf(folder, reading)).has(word);
	return both(configured, hasScript ? await each(word) : await localProgram(rest, folder, reading));
}

/** The packages that are meant; where a manager would look for them by name, all of them. */
async function workspaceFolders(
	folder: string,
	named: readonly Word[],
	has: (...names: readonly string[]) => boolean,
	reading: Reading,
): Promise<readonly string[]> {
	const isAll = has("--workspaces", "-ws", "-r", "--recursive");
	if (named.length === 0 && !isAll) return [folder];
	const found: string[] = [];
	for (const { text } of named)
		if (await reading.contents.text(path.join(folder, text, "package.json"))) found.push(path.join(folder, text));
	return found.length === named.length && !isAll ? found : [folder, ...(await packagesOf(folder, reading))];
}

const maxPackages = 60;

async function packagesOf(folder: string, { contents }: Reading): Promise<readonly string[]> {
	const manifest = readJson(await contents.text(path.join(folder, "package.json")));
	const declared = (manifest.workspaces as { packages?: unknown } | undefined)?.packages ?? manifest.workspaces;
	const listed = /^\s*-\s*['"]?([^'"\n#]+?)['"]?\s*$/gm;
	const yaml = (await contents.text(path.join(folder, "pnpm-workspace.yaml"))) ?? "";
	const patterns = [
		...(Array.isArray(declared) ? declared.filter((one) => typeof one === "string") : []),
		...[...yaml.matchAll(listed)].map((match) => match[1]!),
	];
	const found = await Promise.all(
		patterns.map(async (pattern) => {
			const base = pattern.replace(/\/\*+.*$/, "");
			if (base === pattern) return [path.join(folder, base)];
			return (await contents.names(path.join(folder, base))).map((name) => path.join(folder, base, name));
		}),
	);
	return found.flat().slice(0, maxPackages);
}

/** A script of a manifest with those before and after it; of deno its tasks too. */
export async function packageRuns(kind: Manager, name: string, folder: string, reading: Reading): Promise<Runs> {
	const files = settings.map((file) => path.join(folder, file));
	const scripts = await scriptsOf(folder, reading);
	const wanted = name === "restart" && !scripts.has("restart") ? ["stop", "start"] : [name];
	const wild = [...scripts.keys()].filter((script) => name.includes("*") && script.startsWith(name.split("*")[0]!));
	const found = [...wanted, ...wild].flatMap((each) => [`pre${each}`, each, `post${each}`]);
	const texts = found.flatMap((each) => {
		const text = scripts.get(each);
		return text === undefined ? [] : [{ text, folder }];
	});
	const starts = name === "start" && !scripts.has("start") && kind === "npm";
	return both(
		{ files, texts },
		starts ? { calls: [{ words: [plainWord("node"), plainWord("server.js")], folder }] } : {},
		texts.length === 0 && !starts ? { loads: `it is not told what the script \`${name}\` runs` } : {},
	);
}

async function scriptsOf(folder: string, { contents }: Reading): Promise<ReadonlyMap<string, string>> {
	const found = new Map<string, string>();
	const add = (from: unknown) => {
		for (const [name, value] of Object.entries((from ?? {}) as Record<string, unknown>)) {
			const text = typeof value === "string" ? value : (value as { command?: unknown } | null)?.command;
			if (typeof text === "string") found.set(name, text);
		}
	};
	add(readJson(await contents.text(path.join(folder, "package.json"))).scripts);
	for (const name of ["deno.json", "deno.jsonc"]) add(readJson(await contents.text(path.join(folder, name))).tasks);
	return found;
}

async function installed(verb: string, folder: string, reading: Reading): Promise<Runs> {
	const scripts = await scriptsOf(folder, reading);
	const texts = [...installLifecycle, ...(lifecycles[verb] ?? [])].flatMap((name) => {
		const text = scripts.get(name);
		return text === undefined ? [] : [{ text, folder }];
	});
	return {
		files: locks.map((file) => path.join(folder, file)),
		texts,
		loads: "packages that are installed may run scripts of their own",
	};
}

/** A program of `node_modules/.bin`, or of the package that is named, as the project's settings say. */
async function localProgram(args: readonly Word[], folder: string, _reading: Reading): Promise<Runs> {
	const { rest, values } = readOptions(args, ["-p", "--package", "-c", "--call"], true);
	const texts = values("-c", "--call").map(({ text }) => ({ text, folder }));
	const configured = settings.map((file) => path.join(folder, file));
	const [program] = rest;
	if (!program) return { texts, files: configured };
	const name = program.text.replace(/(?<=.)@[^/@]*$/, "");
	return {
		texts,
		files: [...configured, path.join(folder, "node_modules", ".bin", path.basename(name))],
		calls: [{ words: [{ ...program, text: path.basename(name) }, ...rest.slice(1)], folder }],
		loads: `\`${path.basename(name)}\` is a package that loads what it finds`,
	};
}

/** Comments and commas too many are read over, as those who read these files do; what is no object holds no scripts. */
function readJson(text: string | undefined): Record<string, unknown> {
	const value: unknown = text === undefined ? undefined : parse(text, [], { allowTrailingComma: true });
	return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}
