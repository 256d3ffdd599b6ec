import path from "node:path";
import { both, namesLike, type Program, plainWord, type Reading, type Runs, readOptions } from "./program.ts";

/** Git runs hooks at some of its commands, and where it is told to, other programs. */
export const git: readonly Program[] = [
	{
		names: ["git"],
		async read({ args, folder: from }, reading) {
			const { rest, values } = readOptions(args, ["-C", "-c", "--git-dir", "--work-tree", "--namespace"], true);
			const folder = values("-C").reduce((at, { text }) => path.resolve(at, text), from);
			const [verb, ...more] = rest;
			const set = values("-c").length > 0 ? { loads: "git is told to work in another way" } : {};
			if (!verb) return set;
			const told = runText(
				verb.text,
				more.map(({ text }) => text),
			);
			const runs = told === undefined ? {} : { texts: [{ text: told, folder }] };
			return both(set, runs, hooking.has(verb.text) ? await hooks(folder, reading) : {});
		},
	},
];

const hooking: ReadonlySet<string> = new Set(
	"commit merge rebase push pull am cherry-pick revert checkout switch worktree clone stash bisect submodule gc notes".split(
		" ",
	),
);

/** `git bisect run …`, `git submodule foreach …`, `git rebase --exec …` */
function runText(verb: string, args: readonly string[]): string | undefined {
	if (verb === "bisect" && args[0] === "run") return args.slice(1).join(" ");
	if (verb === "submodule" && args[0] === "foreach") return args.slice(1).join(" ");
	const { values } = readOptions(args.map(plainWord), ["-x", "--exec"]);
	return verb === "rebase" ? values("-x", "--exec")[0]?.text : undefined;
}

/** Hooks that a repository brings along, and those that are installed. */
async function hooks(folder: string, reading: Reading): Promise<Runs> {
	const { contents } = reading;
	const own = await namesLike(reading, path.join(folder, ".husky"), [/^[a-z-]+$/]);
	const files = [
		...[".pre-commit-config.yaml", "lefthook.yml", "lefthook.yaml", ".lintstagedrc", ".lintstagedrc.json"],
		...own.map((name) => path.join(".husky", name)),
	];
	const installed = (await contents.names(path.join(folder, ".git", "hooks"))).filter(
		(name) => !name.endsWith(".sample"),
	);
	const isHooked =
		own.length > 0 || installed.length > 0 || (await contents.kind(path.join(folder, ".git"))) === "file";
	return {
		files: [...files, ...installed.map((name) => path.join(".git", "hooks", name))].map((file) =>
			path.join(folder, file),
		),
		texts: await texts(folder, own, reading),
		loads: isHooked ? "git runs the hooks of this repository" : undefined,
	};
}

async function texts(
	folder: string,
	names: readonly string[],
	{ contents }: Reading,
): Promise<{ text: string; folder: string }[]> {
	const found = await Promise.all(names.map((name) => contents.text(path.join(folder, ".husky", name))));
	return found.flatMap((text) => (text === undefined ? [] : [{ text, folder }]));
}
