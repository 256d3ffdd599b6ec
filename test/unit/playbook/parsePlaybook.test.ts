import assert from "node:assert/strict";
import fc from "fast-check";
import { type Playbook, parsePlaybook } from "../../../src/daemon/playbook/parsePlaybook.ts";
import { describeProblem } from "../../../src/daemon/playbook/problem.ts";
import { findCycle } from "../../../src/daemon/playbook/stepGraph.ts";
import { processorTime } from "../../support/processorTime.ts";
import { run } from "./playbooks.ts";

const tidy = `---
autonomy: supervised
budget:
  turns: 12
agent: builtin/playbook
checks:
  - test -f letter.txt
  - grep -q Dear letter.txt
---
# Write the letter

Somebody waits for it.

\`\`\`sh
echo a fence before the first step is prose
\`\`\`

## Gather names
needs: none

Look at *all* of them.

\`\`\`sh
ls people > names.txt
wc -l names.txt
\`\`\`

\`\`\`text
not run
\`\`\`

## Draft it
needs: none

~~~write drafts/letter.txt
Dear reader,
\`\`\`sh
this is inside the file
\`\`\`
~~~

## Put together
needs: gather-names, Draft it

\`\`\`bash
cat drafts/letter.txt names.txt > letter.txt
\`\`\`

\`\`\`check
test -s letter.txt
\`\`\`

\`\`\`check
grep -q reader letter.txt
\`\`\`
`;

describe("parsePlaybook", () => {
	it("reads title, objective, settings, steps, commands, files and checks", () => {
		const playbook = read(tidy);
		assert.equal(playbook.title, "Write the letter");
		assert.equal(
			playbook.objective,
			"Somebody waits for it.\n\n```sh\necho a fence before the first step is prose\n```",
		);
		assert.deepEqual(playbook.settings, {
			autonomy: "supervised",
			budget: { turns: 12 },
			agent: { provider: "builtin", model: "playbook" },
		});
		assert.deepEqual(playbook.checks, [
			{ checkId: "goal.1", command: "test -f letter.txt" },
			{ checkId: "goal.2", command: "grep -q Dear letter.txt" },
		]);
		assert.deepEqual(
			playbook.steps.map((step) => [step.stepId, step.title, step.needs]),
			[
				["gather-names", "Gather names", []],
				["draft-it", "Draft it", []],
				["put-together", "Put together", ["gather-names", "draft-it"]],
			],
		);
		const [gather, draft, join] = playbook.steps;
		assert.deepEqual(gather?.actions, [
			{ kind: "command", command: "ls people > names.txt\nwc -l names.txt", line: 23 },
		]);
		assert.equal(gather?.instructions, "Look at *all* of them.\n\n```text\nnot run\n```");
		assert.deepEqual(draft?.actions, [
			{
				kind: "write",
				path: "drafts/letter.txt",
				content: "Dear reader,\n```sh\nthis is inside the file\n```\n",
				line: 35,
			},
		]);
		assert.deepEqual(join?.checks, [
			{ checkId: "put-together.1", command: "test -s letter.txt" },
			{ checkId: "put-together.2", command: "grep -q reader letter.txt" },
		]);
	});

	it("makes a step without needs wait for the step written before it", () => {
		const playbook = read(`# T\n## One\n${run}## Two\n## Three\nneeds: none\n## Four\n\nneeds: one\n`);
		assert.deepEqual(needs(playbook), { one: [], two: ["one"], three: [], four: ["one"] });
	});

	it("lets a step need one that is written further down", () => {
		assert.deepEqual(needs(read(`## Last\nneeds: first\n## First\nneeds: none\n${run}`)), {
			last: ["first"],
			first: [],
		});
	});

	it("reads the same from a file with a byte order mark and Windows line ends", () => {
		const windows = `\uFEFF${tidy.replaceAll("\n", "\r\n")}`;
		assert.deepEqual(parsePlaybook(windows, "letter.md"), parsePlaybook(tidy, "letter.md"));
	});

	it("takes headings, fences and comments inside other fences and comments as their content", () => {
		const playbook = read(
			[
				"## Only",
				"````write a.md",
				"```sh",
				"## not a step",
				"```",
				"````",
				"<!--",
				"## commented out",
				"```sh",
				"rm important",
				"```",
				"-->",
				"",
				"    ```sh",
				"    indented code is not run",
				"    ```",
				"```sh``` is prose",
			].join("\n"),
		);
		assert.deepEqual(needs(playbook), { only: [] });
		assert.deepEqual(playbook.steps[0]?.actions, [
			{ kind: "write", path: "a.md", content: "```sh\n## not a step\n```\n", line: 2 },
		]);
		assert.ok(!playbook.steps[0]?.instructions.includes("important"));
	});

	const fences: readonly [name: string, lines: readonly string[], command: string][] = [
		[
			"up to three spaces before it, which its lines lose",
			["   ```sh", "   echo a", "     b", " c", "  ```"],
			"echo a\n  b\nc",
		],
		["a closing fence that is longer", ["```sh", "echo a", "`````"], "echo a"],
		["a shorter fence inside", ["````sh", "```", "echo a", "````"], "```\necho a"],
		["a fence of the other character inside", ["~~~sh", "```", "~~~~"], "```"],
		["a closing fence with words behind it, which closes nothing", ["```sh", "``` no", "```"], "``` no"],
		["words behind its language", ["```sh copy=false", "echo a", "```"], "echo a"],
	];
	for (const [name, lines, command] of fences)
		it(`reads a fence with ${name}`, () => {
			const playbook = read(["## S", ...lines].join("\n"));
			assert.deepEqual(playbook.steps[0]?.actions, [{ kind: "command", command, line: 2 }]);
		});

	it("takes the file's name for a playbook without a title", () => {
		assert.equal(read(`## One\n${run}`, "ops/rotate-keys.md").title, "rotate-keys");
	});

	const refused: readonly [name: string, text: string, sentence: string][] = [
		[
			"a need that is no step",
			"## Collect\n## Write the header\n## Join\nneeds: collct\n",
			"p.md:4: step “join” needs the unknown step “collct”. Name one of: collect, write-the-header.",
		],
		["an empty need", "## A\nneeds: \n", "p.md:2: “needs:” has an empty name."],
		["a step that needs itself", "## A\nneeds: a\n", "p.md:2: step “a” needs itself."],
		[
			"a cycle",
			"## A\nneeds: c\n## B\n## C\nneeds: b\n",
			"p.md:2: these steps wait for each other: “a” needs “c” needs “b” needs “a”.",
		],
		["an absolute path", "## A\n```write /etc/x\n```\n", "p.md:2: “/etc/x” is an absolute path."],
		["a drive", "## A\n```write C:\\x\n```\n", "p.md:2: “C:\\x” is an absolute path."],
		["a path that leads out", "## A\n```write a/../../x\n```\n", "p.md:2: “a/../../x” leads out of the workspace."],
		["the home folder", "## A\n```write ~/x\n```\n", "p.md:2: “~/x” names the home folder."],
		[
			"a git hook",
			"## A\n```write sub/.GIT/hooks/pre-commit\n```\n",
			"p.md:2: “sub/.GIT/hooks/pre-commit” lies inside",
		],
		["a write without a file", "## A\n```write\nx\n```\n", "p.md:2: this write fence names no file."],
		["an unclosed fence", "## A\n\n```sh\necho\n## B\n", "p.md:3: the “sh” fence that begins here is never closed."],
		["an unclosed comment", "## A\n<!-- x\n## B\n", "p.md:2: the comment that begins here is never closed."],
		["an empty command", "## A\n```sh\n\n```\n", "p.md:2: this sh fence is empty."],
		["no steps", "# Title\n\nNothing to do.\n", "p.md:1: this playbook has no steps."],
		["an empty file", "", "p.md:1: this playbook has no steps."],
		[
			"an unknown setting",
			"---\nautonomy: aware\nautonmy: aware\n---\n## A\n",
			"p.md:3: unknown setting “autonmy”. Use one of:",
		],
		["a setting's wrong value", "---\nautonomy: wild\n---\n## A\n", "p.md:2: “autonomy” cannot be read."],
		[
			"a wrong value inside a setting",
			"---\nbudget:\n  usd: lots\n---\n## A\n",
			"p.md:2: “budget.usd” cannot be read. A limit of usd is a number above 0, and at most 1,000,000,000; leave it out for none.",
		],
		[
			"a limit of half a turn",
			"---\nbudget: { turns: 1.5 }\n---\n## A\n",
			"p.md:2: “budget.turns” cannot be read. A limit of turns is a whole number from 1 to 1,000,000,000; leave it out for none.",
		],
		[
			"an agent without provider",
			"---\nagent: qwen\n---\n## A\n",
			"p.md:2: “agent” cannot be read. Write it as provider/model",
		],
		["checks that are no commands", "---\nchecks: [1]\n---\n## A\n", "p.md:2: “checks” cannot be read."],
		["settings that are no YAML", "---\na: [1\n---\n## A\n", "p.md:2: the settings are not valid YAML"],
		["settings that are a list", "---\n- a\n---\n## A\n", "p.md:2: the settings are not a list of names and values."],
		["unclosed settings", "---\nautonomy: aware\n## A\n", "p.md:1: the settings that begin here are never closed."],
	];
	for (const [name, text, sentence] of refused)
		it(`refuses ${name}, with file, line and what to do`, () => {
			const result = parsePlaybook(text, "p.md");
			assert.ok("problems" in result, "it was accepted");
			const sentences = result.problems.map((problem) => describeProblem("p.md", problem));
			assert.ok(
				sentences.some((each) => each.startsWith(sentence)),
				sentences.join("\n"),
			);
			assert.ok(
				sentences.every((each) => /^p\.md:\d+: [^\n]+\. [^\n]+\.$/.test(each)),
				sentences.join("\n"),
			);
		});

	it("names every problem at once, in the order of the file", () => {
		const result = parsePlaybook("---\nx: 1\n---\n## A\nneeds: b\n```write /x\n```\n```sh\n", "p.md");
		assert.ok("problems" in result);
		assert.deepEqual(
			result.problems.map((problem) => problem.line),
			[2, 5, 6, 8],
		);
	});

	it("never throws, whatever the text, and every plan it accepts can be walked to its end", () => {
		const pieces = [
			"## A",
			"## B",
			"# T",
			"needs: a",
			"needs: none",
			"```sh",
			"```",
			"~~~",
			"---",
			"<!--",
			"-->",
			"x: y",
			"\r",
			"\0",
			"write a",
			"```write a",
			"checks: [a]",
			"&a [*a]",
		];
		const line = fc.oneof(fc.constantFrom(...pieces), fc.string(), fc.string({ unit: "binary" }));
		const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.join("\n"));
		fc.assert(
			fc.property(text, (source) => {
				const result = parsePlaybook(source, "p.md");
				if ("problems" in result) {
					assert.ok(result.problems.length > 0);
					return;
				}
				const order = new Map(result.steps.map((step) => [step.stepId as string, step.needs as string[]]));
				assert.equal(order.size, result.steps.length);
				assert.equal(findCycle(order), undefined);
				for (const step of result.steps) assert.match(step.stepId, /^[\p{L}\p{N}\p{M}-]{1,80}$/u);
			}),
			{ numRuns: 2000 },
		);
	});

	it("reads a playbook of 200 steps in a blink, and hostile text in bounded time", () => {
		const tookMs = processorTime();
		read(Array.from({ length: 200 }, (_, at) => `## Step ${at}\n\`\`\`sh\necho ${at}\n\`\`\`\n`).join("\n"));
		for (const piece of [
			"`",
			"#",
			" ",
			"~~~\n",
			"<!--\n",
			"needs: ",
			"\t",
			"## \n",
			"## x\n",
			"# \t",
			"## x # ",
			"> ",
			"> a\n\n",
			"> - ",
			"1. a\n",
			"a\n---\n",
			"[a](",
			"_a**",
		])
			parsePlaybook(`## A\n${piece.repeat(20_000)}`, "p.md");
		for (const piece of ["[", "{a: ", "- ", "? ", "? - ", "a:\n ", "&a [", "*a ", "!", "'", '"]",[', "-\t"])
			for (const chars of [400, 7000, 50_000])
				parsePlaybook(`---\n${piece.repeat(chars / piece.length)}\n---\n## A\n`, "p.md");
		const nested = Array.from({ length: 99 }, (_, at) => `${" ".repeat(at)}a:`).join("\n");
		parsePlaybook(`---\n${nested}\n---\n## A\n`, "p.md");
		assert.ok(tookMs() < 20_000, `${tookMs()} ms of processor time`);
	});
});

function read(text: string, path = "p.md"): Playbook {
	const result = parsePlaybook(text, path);
	if ("problems" in result) assert.fail(result.problems.map((problem) => describeProblem(path, problem)).join("\n"));
	return result;
}

function needs(playbook: Playbook): Record<string, readonly string[]> {
	return Object.fromEntries(playbook.steps.map((step) => [step.stepId, step.needs]));
}
