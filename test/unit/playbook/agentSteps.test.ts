import assert from "node:assert/strict";
import { accepted, refused, run } from "./playbooks.ts";

const check = "```check\ntrue\n```\n";

describe("a step of a playbook that is handed to an agent", () => {
	it("is its prose, with its checks, and a role", () => {
		const { steps, agents } = accepted(
			`## Count\nneeds: none\n${run}\n## Fix it\nneeds: count\nagent: implementer\n\nMake it right.\n\n\`\`\`python\nprint(1)\n\`\`\`\n\n${check}`,
		);
		const [, step] = steps;
		assert.equal(step?.actions, undefined);
		assert.deepEqual([step?.role, step?.kind, step?.needs], ["implementer", "agent", ["count"]]);
		assert.equal(step?.instructions, "Make it right.\n\n```python\nprint(1)\n```");
		assert.deepEqual(
			step?.checks.map(({ command }) => command),
			["true"],
		);
		assert.equal(step?.notRun, undefined);
		assert.deepEqual(agents, [{ stepId: "fix-it", title: "Fix it", role: "implementer", named: undefined, line: 9 }]);
		assert.ok(steps[0]?.actions);
	});

	const forms: readonly (readonly [about: string, text: string, role: string, named?: string])[] = [
		["before needs", "agent: researcher\nneeds: none\n", "researcher"],
		["with a blank line between", "needs: none\n\nagent: implementer\n", "implementer"],
		["behind a comment", "<!-- who -->\nagent: implementer\n", "implementer"],
		["in bold", "**Agent:** implementer\n", "implementer"],
		["in quotes", 'agent: "implementer"\n', "implementer"],
		["followed by prose", "agent: implementer\nDo it.\n", "implementer"],
		["of a role of its own", "agent: docs-writer\n", "docs-writer"],
		["by a model", "agent: local/qwen3:8b\n", "a", "local/qwen3:8b"],
		["by a model with an effort", "agent: `openai/gpt-5:high`\n", "a", "openai/gpt-5:high"],
	];
	for (const [about, text, role, named] of forms)
		it(`may be named ${about}`, () => {
			const { agents, steps } = accepted(`## A\n${text}`);
			assert.deepEqual(
				agents.map((one) => [one.role, one.named]),
				[[role, named]],
			);
			assert.doesNotMatch(steps[0]!.instructions, /agent/i);
		});

	it("has a role of its own where it names its agent, whatever its title", () => {
		const { agents } = accepted(
			"## 数える\nagent: a/b\n\n## Reviewer\nagent: a/c\n\n## Fix\nagent: a/d\n\n## Other\nagent: fix\n",
		);
		assert.deepEqual(
			agents.map(({ role }) => role),
			["step-1", "step-2", "step-3", "fix"],
		);
	});

	it("may be all that there is, without a check", () => {
		assert.equal(accepted("## A\nagent: implementer\nWrite a poem.\n").steps.length, 1);
	});

	const wrong: readonly (readonly [about: string, text: string, sentence: string])[] = [
		[
			"a command",
			`agent: implementer\n\n${run}`,
			"p.md:4: this step is for an agent, and this fence would run by itself.",
		],
		[
			"a console session",
			"agent: implementer\n\n```console\n$ ls\n```\n",
			"p.md:4: this step is for an agent, and this fence would run",
		],
		[
			"a file",
			"agent: implementer\n\n```write a.txt\nx\n```\n",
			"p.md:4: this step is for an agent, and this fence would write a file",
		],
		["nobody", "agent:\n", "p.md:2: “agent:” names nobody."],
		["a sentence", "agent: whoever is there\n", "p.md:2: “whoever is there” is no name of a role."],
		[
			"a role that nearly is one",
			"agent: implementor\n",
			"p.md:2: there is no role “implementor”. Write “agent: implementer”",
		],
		["the planner", "agent: planner\n", "p.md:2: the planner does no step of a playbook."],
		["the reviewer", "agent: Reviewer\n", "p.md:2: the reviewer does no step of a playbook."],
		[
			"the runner of playbooks",
			"agent: builtin/playbook\n",
			"p.md:2: “builtin/playbook” runs playbooks and does no step.",
		],
		["a name that is no model", "agent: open ai/gpt\n", "p.md:2: “open ai/gpt” is no name of an agent."],
		["two agents", "agent: implementer\nagent: researcher\n", "p.md:3: “agent:” stands here and in line 2."],
		[
			"a slip in the word",
			`agnet: implementer\n${run}`,
			"p.md:2: “agnet:” says nothing about who does the step. Write “agent:”",
		],
		[
			"a slip behind needs",
			`needs: none\nagents: implementer\n${run}`,
			"p.md:3: “agents:” says nothing about who does the step.",
		],
		[
			"the word too far down",
			`Do it.\n\nagent: implementer\n\n${run}`,
			"p.md:4: “agent:” counts only in the first lines under the heading.",
		],
		[
			"a model too far down",
			`Do it.\n\n- agent: local/m\n\n${run}`,
			"p.md:4: “agent:” counts only in the first lines under the heading.",
		],
	];
	for (const [about, text, sentence] of wrong)
		it(`is refused with ${about}, with file, line and what to do`, () => {
			const sentences = refused(`## A\n${text}`);
			assert.ok(
				sentences.some((one) => one.startsWith(sentence)),
				sentences.join("\n"),
			);
		});

	it("is not made by prose about agents", () => {
		assert.deepEqual(accepted(`## A\nThe agent: Smith and others.\n\nagent: Smith\n${run}`).agents, []);
	});
});
