import path from "node:path";
import { both, type Invocation, type Program, type Reading, type Runs, readOptions } from "./program.ts";

/** Programs that carry out the recipes of a file. */
export const recipes: readonly Program[] = [
	{ names: ["make", "gmake", "bmake", "remake"], read: make },
	{
		names: ["just"],
		read: (call, reading) => recipeFile(call, reading, ["justfile", "Justfile", ".justfile"], ["-f", "--justfile"]),
	},
	{
		names: ["task", "go-task"],
		read: async ({ args, folder }) => {
			const { values } = readOptions(args, ["-t", "--taskfile", "-d", "--dir"]);
			const place = path.resolve(folder, values("-d", "--dir")[0]?.text ?? ".");
			const names = [
				"Taskfile.yml",
				"taskfile.yml",
				"Taskfile.yaml",
				"taskfile.yaml",
				"Taskfile.dist.yml",
				"Taskfile.dist.yaml",
			];
			const files = [
				...names.map((name) => path.join(place, name)),
				...values("-t", "--taskfile").map(({ text }) => text),
			];
			return { files, loads: "a Taskfile may include others and run what it names" };
		},
	},
];

const makeValued = [
	"-f",
	"--file",
	"--makefile",
	"-C",
	"--directory",
	"-I",
	"--include-dir",
	"-j",
	"-l",
	"-o",
	"-W",
	"--eval",
];
const maxIncludes = 50;

async function make({ args, folder: from }: Invocation, reading: Reading): Promise<Runs> {
	const { values, rest } = readOptions(args, makeValued);
	const folder = values("-C", "--directory").reduce((at, { text }) => path.resolve(at, text), from);
	const named = values("-f", "--file", "--makefile");
	if ([...named, ...values("-C", "--directory")].some((word) => word.isOpen))
		return { unknown: "which Makefile it reads is only known when it runs" };
	const first = (
		named.length > 0 ? named.map(({ text }) => text) : ["GNUmakefile", "makefile", "Makefile", "BSDmakefile"]
	).map((name) => path.resolve(folder, name));
	const set = rest.flatMap(({ text }) => (/^\w+[:+?]?=/.test(text) ? [text.replace(/[:+?]?=/, "=")] : []));
	return recipesOf(first, folder, reading, { prefix: /^\t[@+-]*\s*/, variables: new Map(set.map(pair)) });
}

async function recipeFile(
	{ args, folder }: Invocation,
	reading: Reading,
	names: readonly string[],
	options: readonly string[],
): Promise<Runs> {
	const { values } = readOptions(args, [...options, "-d", "--working-directory", "--set"]);
	const named = values(...options).map(({ text }) => text);
	const place = path.resolve(folder, values("-d", "--working-directory")[0]?.text ?? ".");
	const first = (named.length > 0 ? named : names).map((name) => path.resolve(place, name));
	const runs = await recipesOf(first, place, reading, { prefix: /^[ \t]+[@-]*\s*/, variables: new Map() });
	return both(runs, { files: [path.join(place, ".env")] });
}

interface Dialect {
	/** What begins a line of a recipe. */
	readonly prefix: RegExp;
	/** Set from outside. */
	readonly variables: ReadonlyMap<string, string>;
}

/** Every line of every recipe: which of them runs depends on times and targets, and all of them are the file's. */
async function recipesOf(
	first: readonly string[],
	folder: string,
	{ contents }: Reading,
	dialect: Dialect,
): Promise<Runs> {
	const files = [...first];
	const texts: { text: string; folder: string }[] = [];
	let loads: string | undefined;
	for (let at = 0; at < files.length; at++) {
		if (at > maxIncludes) {
			loads = "it includes too many files";
			break;
		}
		const text = await contents.text(files[at]!);
		if (text === undefined) continue;
		const lines = text.replace(/\\\r?\n[ \t]*/g, " ").split(/\r?\n/);
		const variables = new Map([...definitions(lines), ...dialect.variables]);
		for (const line of lines) {
			const include = /^\s*(?:-?include|sinclude|import|mod)\s+(.+?)\s*(?:#.*)?$/.exec(line);
			if (include && !dialect.prefix.test(line)) {
				for (const name of substituted(include[1]!, variables)
					.split(/\s+/)
					.map((one) => one.replace(/^['"]|['"]$/g, ""))) {
					if (/[$*?[]/.test(name)) loads = "it includes files whose names are only known when it runs";
					else if (name !== "?") files.push(path.resolve(folder, name));
				}
			}
			if (/\$\((shell|eval|file|wildcard|call)\b|^\s*define\b|!=|^\s*load\b/.test(line))
				loads = "it works out what it runs";
			const recipe = dialect.prefix.test(line)
				? line.replace(dialect.prefix, "")
				: /^[^\t#=]+:[^=]*;(.*)$/.exec(line)?.[1];
			if (recipe === undefined || recipe.trim() === "") continue;
			const command = substituted(recipe, variables)
				.replaceAll("$$", "$")
				.replace(/\{\{[^}]*\}\}/g, "$UNKNOWN");
			texts.push({ text: command, folder });
		}
	}
	return { files, texts, loads };
}

function definitions(lines: readonly string[]): ReadonlyMap<string, string> {
	return new Map(
		lines.flatMap((line): (readonly [string, string])[] => {
			const [, name, value] =
				/^(?:export\s+|override\s+)*([\w.-]+)\s*(?:\?|:{0,3})=\s*(.*?)\s*(?:#.*)?$/.exec(line) ?? [];
			return name === undefined || line.startsWith("\t") ? [] : [[name, value!]];
		}),
	);
}

function substituted(text: string, variables: ReadonlyMap<string, string>, depth = 0): string {
	if (depth > 5) return text;
	return text.replace(/\$[({]([\w.-]+)[)}]|\$([@<^*?+%])/g, (all, name?: string) => {
		if (name === "MAKE") return "make";
		if (name === "CURDIR") return ".";
		const value = name === undefined ? undefined : variables.get(name);
		if (value !== undefined) return substituted(value, variables, depth + 1);
		// A target's own name is written or read, and seldom run; a variable from outside is not known.
		return name === undefined ? "$TARGET" : all.replace(/^\$[({]([\w.-]+)[)}]$/, "$${UNKNOWN}");
	});
}

function pair(text: string): [string, string] {
	const at = text.indexOf("=");
	return [text.slice(0, at), text.slice(at + 1)];
}
