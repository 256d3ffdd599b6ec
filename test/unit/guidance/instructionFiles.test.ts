import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import path from "node:path";
import { instructionsFor } from "../../../src/daemon/guidance/instructionFiles.ts";
import { makeWorkspace } from "../tools/workspace.ts";

const scoped = (applyTo: string, text: string) => `---\napplyTo: ${applyTo}\n---\n${text}`;

/** What stands in the workspace, what of it was touched, and which files count then, in their order. */
interface Row {
	readonly about: string;
	readonly files: Readonly<Record<string, string | Uint8Array>>;
	readonly links?: Readonly<Record<string, string>>;
	readonly touched?: readonly string[];
	/** `path: text`. */
	readonly found: readonly string[];
	/** `path: beginning of the reason`. */
	readonly leftOut?: readonly string[];
}

const rows: readonly Row[] = [
	{ about: "nothing where nothing is", files: { "a.txt": "x" }, found: [] },
	{
		about: "AGENTS.md, CLAUDE.md and Copilot's from the start, in this order",
		files: { "CLAUDE.md": "C", "AGENTS.md": "A", ".github/copilot-instructions.md": "G", ".claude/CLAUDE.md": "D" },
		found: ["AGENTS.md: A", "CLAUDE.md: C", ".claude/CLAUDE.md: D", ".github/copilot-instructions.md: G"],
	},
	{
		about: "a CLAUDE.md that says the same only once",
		files: { "AGENTS.md": "Use tabs.\n", "CLAUDE.md": "Use tabs." },
		found: ["AGENTS.md: Use tabs."],
	},
	{
		about: "a CLAUDE.md that is a link to AGENTS.md only once",
		files: { "AGENTS.md": "Use tabs." },
		links: { "CLAUDE.md": "AGENTS.md" },
		found: ["AGENTS.md: Use tabs."],
	},
	{
		about: "those of folders on the way to what was touched, the nearest last",
		files: { "AGENTS.md": "root", "a/AGENTS.md": "a", "a/b/CLAUDE.md": "b", "c/AGENTS.md": "c" },
		touched: ["a/b/x.ts", "a/y.ts"],
		found: ["AGENTS.md: root", "a/AGENTS.md: a", "a/b/CLAUDE.md: b"],
	},
	{
		about: "none of a folder beside",
		files: { "ab/AGENTS.md": "ab" },
		touched: ["a/x.ts"],
		found: [],
	},
	{
		about: "what a file brings that is not there yet",
		files: { "a/AGENTS.md": "a" },
		touched: ["a/b/c/new.ts"],
		found: ["a/AGENTS.md: a"],
	},
	{
		about: "instructions whose pattern fits",
		files: {
			".github/instructions/ts.instructions.md": scoped('"**/*.ts,**/*.tsx"', "TS"),
			".github/instructions/deep/docs.instructions.md": scoped('"docs/**"', "D"),
			".github/instructions/all.instructions.md": scoped('"**"', "ALL"),
			".github/instructions/none.instructions.md": "N",
			".github/instructions/notes.md": "not one",
		},
		touched: ["src/a.ts"],
		found: [".github/instructions/all.instructions.md: ALL", ".github/instructions/ts.instructions.md: TS"],
	},
	{
		about: "a list and braces in applyTo",
		files: {
			".github/instructions/a.instructions.md": "---\napplyTo:\n  - '*.{md,mdx}'\n  - test/**\n---\nA",
		},
		touched: ["docs/b.mdx"],
		found: [".github/instructions/a.instructions.md: A"],
	},
	{
		about: "what CLAUDE.md imports, once each, also in a circle",
		files: {
			"CLAUDE.md": "See @docs/style.md and @AGENTS.md. Ask @mara.",
			"AGENTS.md": "A",
			"docs/style.md": "Short. @../CLAUDE.md @./more.md",
			"docs/more.md": "More.",
		},
		found: [
			"AGENTS.md: A",
			"CLAUDE.md: See @docs/style.md and @AGENTS.md. Ask @mara.",
			"docs/style.md: Short. @../CLAUDE.md @./more.md",
			"docs/more.md: More.",
		],
	},
	{
		about: "no import in code, none from outside, none that is not there",
		files: {
			"CLAUDE.md": "`@a.md`\n```\n@a.md\n```\n@~/own.md @/etc/x.md @../outside/y.md @gone.md @types/node",
			"a.md": "A",
		},
		found: ["CLAUDE.md: `@a.md`\n```\n@a.md\n```\n@~/own.md @/etc/x.md @../outside/y.md @gone.md @types/node"],
		leftOut: [
			"~/own.md: CLAUDE.md imports it from outside",
			"/etc/x.md: CLAUDE.md imports it from outside",
			"../outside/y.md: CLAUDE.md imports it from outside",
			"gone.md: CLAUDE.md imports it, and it is not there",
		],
	},
	{
		about: "no link out of the workspace, and says so",
		files: {},
		links: { "AGENTS.md": "../outside/secret.txt", ".github": "../outside" },
		found: [],
		leftOut: ["AGENTS.md: AGENTS.md leads out of the workspace", ".github/copilot-instructions.md: "],
	},
	{
		about: "nothing of the data folder",
		files: { "data/AGENTS.md": "D" },
		touched: ["data/x"],
		found: [],
		leftOut: ["data/AGENTS.md: data/AGENTS.md belongs to Mission Control", "data/CLAUDE.md: "],
	},
	{
		about: "text in an encoding of its own",
		files: { "AGENTS.md": Buffer.from("\uFEFFGrüße", "utf16le") },
		found: ["AGENTS.md: Grüße"],
	},
	{
		about: "no file that is no text, and none that is too large",
		files: { "AGENTS.md": Buffer.from([0, 1, 2, 255, 0, 9]), "CLAUDE.md": "x".repeat(300_000) },
		found: [],
		leftOut: ["AGENTS.md: it is not a text file", "CLAUDE.md: it has 300000 bytes"],
	},
	{
		about: "a folder that is named like one is none",
		files: { "AGENTS.md/x.txt": "x" },
		found: [],
		leftOut: ["AGENTS.md: AGENTS.md is a folder"],
	},
	{
		about: "a pattern that is no glob is said",
		files: {
			".github/instructions/x.instructions.md": scoped("'{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}'", "X"),
		},
		touched: ["a"],
		found: [],
		leftOut: [".github/instructions/x.instructions.md: its applyTo"],
	},
];

describe("the instructions of a workspace", () => {
	for (const { about, files, links = {}, touched = [], found, leftOut = [] } of rows)
		it(about, async () => {
			const place = await makeWorkspace(files);
			try {
				for (const [name, target] of Object.entries(links)) await symlink(target, path.join(place.workspace, name));
				const read = await instructionsFor(place, touched);
				assert.deepEqual(
					read.files.map((file) => `${file.path}: ${file.text}`),
					found,
				);
				const said = read.leftOut.map((one) => `${one.path}: ${one.problem}`);
				assert.equal(said.length, leftOut.length, said.join("\n"));
				for (const [at, beginning] of leftOut.entries()) assert.ok(said[at]!.startsWith(beginning), said[at]);
			} finally {
				await place.dispose();
			}
		});

	it("are cut between two lines where they are long, and their digest is that of the whole file", async () => {
		const place = await makeWorkspace({ "AGENTS.md": "ü line\n".repeat(10_000) });
		try {
			const [file] = (await instructionsFor(place, [])).files;
			assert.ok(file!.text.length < 12_100);
			assert.match(file!.text, /ü line\n\(cut\)$/);
			assert.equal(file!.bytes, 80_000);
		} finally {
			await place.dispose();
		}
	});
});
