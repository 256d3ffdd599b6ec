import path from "node:path";
import type { Word } from "../parse/simpleCommands.ts";
import { packageRuns } from "./packageScripts.ts";
import { both, type Invocation, type Program, type Reading, type Runs, readOptions } from "./program.ts";

/** What runs JavaScript and TypeScript: a file, a folder with a package, a text, tests. */
export const javascript: readonly Program[] = [
	{ names: ["node", "nodejs"], read: (call, reading) => node(call, reading) },
	{
		names: [
			"tsx",
			"ts-node",
			"ts-node-esm",
			"esno",
			"esmo",
			"jiti",
			"babel-node",
			"swc-node",
			"electron",
			"zx",
			"vite-node",
		],
		read: async (call, reading) => both({ files: typescriptConfig }, await node(call, reading)),
	},
	{ names: ["deno"], read: deno },
];

export const typescriptConfig = ["tsconfig.json", "package.json"];
const nodeValued = [
	..."-r --require --import --loader --experimental-loader -C --conditions --env-file --env-file-if-exists".split(" "),
	..."-e --eval -p --print --run --test-name-pattern --test-reporter --test-reporter-destination --tsconfig".split(" "),
	..."--test-concurrency --test-timeout --test-shard --input-type --watch-path --stack-trace-limit -P --project".split(
		" ",
	),
	"--test-global-setup",
];

export async function node(call: Invocation, reading: Reading): Promise<Runs> {
	const { args, folder, input } = call;
	// tsx watch, bun run and the like say first what they do.
	const given = /^(watch|run)$/.test(args[0]?.text ?? "") && call.program !== "node" ? args.slice(1) : args;
	const { values, has, rest } = readOptions(given, nodeValued, !given.some(({ text }) => text === "--test"));
	const loaded = values("-r", "--require", "--import", "--loader", "--experimental-loader", "--test-global-setup");
	const preloaded: Runs = both(
		{ files: values("--env-file", "--env-file-if-exists").map(({ text }) => text) },
		...(await Promise.all(loaded.map((word) => moduleRuns(word, folder, reading, true)))),
	);
	const texts = values("-e", "--eval", "-p", "--print", "-pe");
	if (texts.length > 0) return both(preloaded, ...texts.map((word) => codeText(word, folder)));
	const [scriptName] = values("--run");
	if (scriptName) return both(preloaded, await packageRuns("node", scriptName.text, folder, reading));
	if (has("--test")) {
		const tests = await Promise.all(rest.map((word) => moduleRuns(word, folder, reading)));
		return both(preloaded, { files: ["package.json"] }, ...tests, {
			loads: "`node --test` loads the tests that it finds, and what they load",
		});
	}
	const [script] = rest;
	if (has("--version", "-v", "--help", "-h") && !script) return {};
	if (!script || script.text === "-") {
		if (
			has("--check", "-c") ||
			(call.program !== "node" && call.program !== "nodejs" && !script && input === undefined)
		)
			return preloaded;
		return input === undefined
			? both(preloaded, { unknown: "it runs the program that it is given to read" })
			: both(preloaded, { inline: [{ text: input, language: "javascript" }] });
	}
	return both(preloaded, { files: ["package.json"] }, await moduleRuns(script, folder, reading));
}

function codeText(word: Word, _folder: string): Runs {
	return both(
		{ inline: [{ text: word.text, language: "javascript" }] },
		word.isOpen ? { unknown: "it runs text that is only known when it runs" } : {},
	);
}

/** A module by its path, as node finds it: with the ending left out, or by the folder of its package. */
async function moduleRuns(word: Word, folder: string, { contents }: Reading, mayBePackage = false): Promise<Runs> {
	if (word.isOpen) return { unknown: "which program it runs is only known when it runs" };
	if (mayBePackage && !/^[./]/.test(word.text)) return { loads: `it loads the package \`${word.text}\`` };
	const place = path.resolve(folder, word.text);
	if (word.isGlob) return { files: [word.text], loads: `\`${word.text}\` stands for files that may be added` };
	if ((await contents.kind(place)) === "folder") {
		const manifest = path.join(place, "package.json");
		const main = readMain(await contents.text(manifest));
		const entries = main ? [main, `${main}.js`, path.join(main, "index.js")] : [];
		return {
			files: [manifest],
			code: [...entries, "index.js", "index.mjs", "index.cjs", "index.json", "index.node", "index.ts", "index.tsx"].map(
				(name) => ({
					path: path.join(place, name),
					language: "javascript" as const,
				}),
			),
		};
	}
	const spellings = ["", ".js", ".json", ".node", ".mjs", ".cjs", ".ts", ".tsx"].map((ending) => place + ending);
	return { code: spellings.map((spelling) => ({ path: spelling, language: "javascript" as const })) };
}

function readMain(manifest: string | undefined): string | undefined {
	try {
		const { main } = JSON.parse(manifest ?? "{}") as { main?: unknown };
		return typeof main === "string" ? main : undefined;
	} catch {
		return undefined;
	}
}

const denoConfig = ["deno.json", "deno.jsonc", "deno.lock", "import_map.json", "package.json"];

async function deno(call: Invocation, reading: Reading): Promise<Runs> {
	const { args, folder } = call;
	const [word, ...more] = args;
	const valued = ["-c", "--config", "--import-map", "--env-file", "--cwd", "-L", "--preload", "--lock"];
	const { rest, values } = readOptions(more, valued, true);
	const config: Runs = {
		files: [...denoConfig, ...values("-c", "--config", "--import-map", "--preload", "--lock").map(({ text }) => text)],
	};
	if (!word) return config;
	switch (word.text) {
		case "task":
			return both(config, await packageRuns("deno", rest[0]?.text ?? "", folder, reading));
		case "run":
		case "serve":
			return both(config, rest[0] ? await moduleRuns(rest[0], folder, reading) : {});
		case "eval":
			return both(config, rest[0] ? codeText(rest[0], folder) : {});
		case "test":
		case "bench":
			return both(config, ...(await Promise.all(rest.map((each) => moduleRuns(each, folder, reading)))), {
				loads: `\`deno ${word.text}\` loads the files that it finds, and what they load`,
			});
		default:
			return /\.[cm]?[jt]sx?$/.test(word.text)
				? both(config, await moduleRuns(word, folder, reading))
				: both(config, { loads: "`deno` loads modules of the workspace" });
	}
}
