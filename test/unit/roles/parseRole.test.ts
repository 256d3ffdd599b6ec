import assert from "node:assert/strict";
import { parseRole } from "../../../src/daemon/roles/parseRole.ts";
import { roleModel } from "../../../src/daemon/roles/roleModel.ts";

describe("a role file", () => {
	interface Row {
		readonly about: string;
		readonly text: string;
		readonly name?: string;
		/** Part of what is read. */
		readonly role?: object;
		/** `line: beginning`, all of them. */
		readonly problems?: readonly string[];
	}
	const rows: readonly Row[] = [
		{
			about: "of VS Code gives name, description, models in order and instructions",
			text: '---\nname: Code Reviewer\ndescription: >\n  Reads\n  diffs.\nmodel: ["Claude Sonnet 4.5 (copilot)", gpt-5]\ntarget: vscode\n---\n\nRead every line.\n',
			role: {
				role: "code-reviewer",
				about: "Reads diffs.",
				models: ["Claude Sonnet 4.5 (copilot)", "gpt-5"],
				instructions: "Read every line.",
			},
		},
		{
			about: "of Claude gives a model's family and an effort",
			text: "---\nname: reviewer\ndescription: Reads.\nmodel: opus\neffort: max\ncolor: red\n---\nBe strict.",
			role: { role: "reviewer", models: ["opus"], effort: "xhigh", instructions: "Be strict." },
		},
		{
			about: "without a head is instructions, named after its file",
			text: "Write documents.",
			name: "Docs Writer.agent.md",
			role: { role: "docs-writer", instructions: "Write documents.", models: [] },
		},
		{
			about: "without a name is called after its file",
			text: "---\nname:\ndescription: x\n---\nbody",
			name: "writer.md",
			role: { role: "writer" },
			problems: ["2: The role has no name."],
		},
		{
			about: "whose name has no letter is called after its file",
			text: "---\nname: '123'\n---\nbody",
			name: "é.md",
			role: { role: "e" },
		},
		{
			about: "named after nothing is no role",
			text: "body",
			name: "42.md",
			problems: ["1: The role cannot be named."],
		},
		{
			about: "that asks for bypassed permissions gets none, and it is said",
			text: "---\nname: fixer\npermissionMode: bypassPermissions\ntools: Bash(*), Edit\nhooks:\n  PreToolUse: []\nallowed-tools: Bash\n---\nFix it.",
			role: { role: "fixer", instructions: "Fix it." },
			problems: [
				"3: Ignored: permissionMode: bypassPermissions, tools: Bash(*), Edit, hooks, allowed-tools: Bash. What an agent may do is decided",
			],
		},
		{
			about: "whose head is no YAML is read line by line",
			text: "---\nname: reviewer\ndescription: Use this: it reads: all\nmodel: sonnet\npermissionMode: bypassPermissions\n---\nbody",
			role: { role: "reviewer", about: "Use this: it reads: all", models: ["sonnet"] },
			problems: ["3: The head is not valid YAML", "5: Ignored: permissionMode: bypassPermissions."],
		},
		{
			about: "whose head is never closed is instructions",
			text: "---\nname: reviewer\nRead.",
			name: "reviewer.md",
			role: { role: "reviewer", instructions: "name: reviewer\nRead." },
			problems: ["1: The head that begins here is never closed"],
		},
		{
			about: "loses a model or an effort that cannot be read, and keeps the rest",
			text: "---\nname: reviewer\nmodel: {a: 1}\neffort: enormous\n---\nbody",
			role: { role: "reviewer", models: [], effort: undefined, instructions: "body" },
			problems: ["3: “model” cannot be read.", "4: “effort” cannot be read."],
		},
		{
			about: "that nests for ever ends nothing",
			text: `---\nname: reviewer\nx: ${"[".repeat(5000)}\n---\nbody`,
			role: { role: "reviewer", instructions: "body" },
			problems: ["2: The head has too many nested lists and brackets."],
		},
	];
	for (const { about, text, name = "role.md", role, problems = [] } of rows) {
		it(about, () => {
			const read = parseRole(text, name);
			if (role) assert.deepEqual({ ...read.role, ...role }, read.role);
			else assert.equal(read.role, undefined);
			const told = read.problems.map((one) => `${one.line}: ${one.message}`);
			assert.equal(told.length, problems.length, told.join("\n"));
			for (const [index, beginning] of problems.entries()) assert.ok(told[index]!.startsWith(beginning), told[index]);
		});
	}
});

describe("the model that a role file names", () => {
	const listed = [
		{ provider: "local", model: "qwen3:8b" },
		{ provider: "yard", model: "anthropic/claude-sonnet-4" },
		{ provider: "yard", model: "claude-sonnet-4-5" },
		{ provider: "yard", model: "gpt-5-2025-08-07" },
	];
	const rows: readonly (readonly [names: readonly string[], expected: string | undefined])[] = [
		[["sonnet"], "yard/claude-sonnet-4-5"],
		[["Claude Sonnet 4.5 (copilot)"], "yard/claude-sonnet-4-5"],
		[["Claude Sonnet 4"], "yard/anthropic/claude-sonnet-4"],
		[["gpt-5"], "yard/gpt-5-2025-08-07"],
		[["gpt-4"], undefined],
		[["gpt-4", "local/qwen3:8b"], "local/qwen3:8b"],
		[["yard/new-one:high"], "yard/new-one:high"],
		[["nowhere/claude-sonnet-4-5"], "yard/claude-sonnet-4-5"],
		[["opus", "inherit"], "inherit"],
		[["(copilot)"], undefined],
		[["c++ (.*"], undefined],
	];
	for (const [names, expected] of rows) {
		it(`${names.join(" or ")} is ${expected ?? "nobody here"}`, () => {
			const found = roleModel(names, listed, (id) => id === "yard" || id === "local");
			const text =
				typeof found === "object" ? `${found.provider}/${found.model}${found.effort ? `:${found.effort}` : ""}` : found;
			assert.equal(text, expected);
		});
	}
});
