import assert from "node:assert/strict";
import type { PolicyRule } from "../../../src/core/policy/rule.ts";
import { proposedRules, withOneMore } from "../../../src/daemon/policy/proposedRules.ts";
import type { Act } from "../../../src/daemon/policy/rules/act.ts";
import { rulesOf } from "../../../src/daemon/policy/rules/decide.ts";

const workspace = "/house/app";
const at = { workspace, isSandboxed: false, autonomy: "aware" as const };
const command = (...words: (string | undefined)[]): Act => ({
	kind: "command",
	tool: "runCommand",
	risk: "network",
	isCertain: true,
	words,
});
const edit = (file: string): Act => ({
	kind: "edit",
	tool: "writeFile",
	risk: "write",
	isCertain: true,
	paths: [file],
});

function proposed(acts: readonly Act[], rules: PolicyRule[] = [], isEverywhere = false): unknown[] {
	const policy = { rules, workspaces: {} };
	const folder = isEverywhere ? undefined : workspace;
	const all = proposedRules(acts, (rule) => rulesOf({ user: withOneMore(policy, rule, folder) }), at);
	return all.map(({ effect, ...rule }) => {
		assert.equal(effect, "allow");
		return rule;
	});
}

describe("rules that are proposed for what a person is asked about", () => {
	const table: readonly [string, readonly Act[], readonly object[]][] = [
		[
			"a command, then with other arguments",
			[command("npm", "test", "-w", "a")],
			[{ command: "npm test -w a" }, { command: "npm test *" }],
		],
		["a program without a word of what to do, just so", [command("make", "-j4")], [{ command: "make -j4" }]],
		["a path as its first word, just so", [command("node", "./a.js", "x")], [{ command: "node ./a.js x" }]],
		[
			"a line of several, all of them",
			[command("npm", "ci"), command("npm", "test")],
			[{ command: ["npm ci", "npm test"] }, { command: ["npm ci *", "npm test *"] }],
		],
		[
			"words with blanks and quotes, quoted",
			[command("git", "commit", "-m", "it's done")],
			[{ command: "git commit -m 'it'\\''s done'" }, { command: "git commit *" }],
		],
		["a star of its own, not at all", [command("rm", "x", "*")], []],
		["a word that nobody knows beforehand, not at all", [command("git", undefined)], []],
		["what is not read for sure, not at all", [{ ...command("git", "push"), isCertain: false }], []],
		[
			"an edit, then its folder",
			[edit("docs/a.md")],
			[
				{ kind: "edit", path: "docs/a.md" },
				{ kind: "edit", path: "docs/**" },
			],
		],
		["an edit of a file with signs of a pattern, not at all", [edit("app/[id].tsx")], []],
		[
			"a page, by its host",
			[{ kind: "fetch", tool: "fetchUrl", risk: "network", isCertain: true, host: "docs.example.com" }],
			[{ kind: "fetch", host: "docs.example.com" }],
		],
		[
			"a server's tool, by its name",
			[{ kind: "call", tool: "mcp__a__b", risk: "write", isCertain: true }],
			[{ kind: "call", tool: "mcp__a__b" }],
		],
		["nothing, not at all", [], []],
	];
	for (const [what, acts, rules] of table)
		it(`cover ${what}`, () => {
			for (const isEverywhere of [false, true]) assert.deepEqual(proposed(acts, [], isEverywhere), rules);
		});

	it("are none where a stricter rule would win all the same", () => {
		const acts = [command("git", "push")];
		for (const effect of ["ask", "deny"] as const)
			assert.deepEqual(proposed(acts, [{ effect, command: "git push *" }]), []);
		assert.equal(proposed(acts, [{ effect: "deny", command: "git pull *" }]).length, 2);
	});
});
