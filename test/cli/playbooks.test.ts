import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lines, openStage, type Stage } from "./mission.ts";

describe("a playbook from the command line", function () {
	this.timeout(120_000);
	let stage: Stage;
	before(() => {
		stage = openStage();
	});
	after(() => stage.end());

	const at = (name: string) => path.join(stage.workspace, name);

	for (const [verify, deploy, needs] of [
		["Проверка", "Развёртывание", "проверка"],
		["検証 その１", "デプロイ", "検証 その1"],
		// An id of a length that no file name could have if it were written out.
		["検証".repeat(30), "Deploy", "検証".repeat(30)],
		["Test C#, all of it", "Deploy", "Test C#, all of it"],
	] as const)
		it(`runs no deployment that needs a verification which failed: ${verify}`, () => {
			const file = stage.playbook(
				"deploy.md",
				`# ${deploy}`,
				"## Build\nneeds: none\n\n```sh\necho built > built.txt\n```\n",
				`## ${verify}\nneeds: none\n\n\`\`\`check\ntest -f verified-never.txt\n\`\`\`\n`,
				`## ${deploy}\nneeds: ${needs}, Build\n\n1. Do it:\n\n    \`\`\`Bash\n    echo deployed > deployed.txt\n    \`\`\`\n`,
			);
			const { goalId } = stage.json("launch", "--playbook", file, "--grant", "playbook");
			const goal = stage.json("wait", goalId, "--for", "awaiting_approval", "--timeout", "60");
			const states = goal.plan.steps.map((step: { title: string; state: string }) => [step.title, step.state]);
			assert.deepEqual(states, [
				["Build", "completed"],
				[verify, "verifying"],
				[deploy, "pending"],
			]);
			assert.equal(existsSync(at("deployed.txt")), false);
			assert.equal(existsSync(at("built.txt")), true);
			assert.match(goal.approvals[0].reasons[0], /test -f verified-never\.txt. is red/);
			stage.json("cancel", goalId);
		});

	it("tells what is not run: before the launch, in the feed, in the goal and in the dossier", () => {
		const file = stage.playbook(
			"mixed.md",
			"# Mixed\n\n```sh\necho never > never.txt\n```\n",
			"## One\n\n```sh\necho one > mixed.txt\n```\n\n```python\nprint('never')\n```\n\n    make never\n",
		);
		const told = /line 13, python fence \(this language is not run\)/;
		const preview = stage.run("launch", "--playbook", file, "--preview");
		assert.match(preview.out, /not run {2}line 3, sh fence \(it is before the first step\)/);
		assert.match(preview.out, /not run {2}line 13, python fence/);
		assert.match(preview.out, /not run {2}line 17, indented code/);
		const launched = stage.run("launch", "--playbook", file, "--grant", "playbook", "--follow");
		assert.equal(launched.code, 0, launched.error);
		assert.match(launched.error, told);
		assert.match(launched.out, /daemon: Not run: 2 pieces of code, at lines 13, 17/);
		const [{ goalId }] = stage.json("list");
		const events = lines(stage.run("feed", goalId, "--json").out);
		const message = events.find((event) => event.type === "message.added" && event.about === "notRun");
		assert.match(message.text, told);
		const goal = stage.json("show", goalId);
		assert.deepEqual(
			[goal.plan.notRun, goal.plan.steps[0].notRun].map((list) => list.map((one: { line: number }) => one.line)),
			[[3], [13, 17]],
		);
		assert.match(stage.run("show", goalId).out, told);
		for (const format of ["md", "html"])
			assert.match(stage.run("dossier", goalId, "--format", format).out, /Not run[\s\S]*python fence/);
		assert.equal(existsSync(at("never.txt")), false);
		assert.equal(readFileSync(at("mixed.txt"), "utf8"), "one\n");
	});

	it("refuses with exit code 3, file, line and what to do, whatever would not be done, also when it is granted", () => {
		const cases: readonly [text: string, sentence: RegExp][] = [
			["## A\n\n```Check\ntrue\n```\n", /bad\.md:3: unknown fence “Check”\. Write “check”/],
			["## C#\n\n```sh\ntrue\n```\n\n## C++\n", /bad\.md:7: .*the same id, “c”/],
			["## A\n\n```python\nprint(1)\n```\n", /bad\.md:1: nothing in this playbook would run/],
			[
				"---\nstrict: true\n---\n## A\n\n```sh\ntrue\n```\n\n```js\nx\n```\n",
				/bad\.md:10: this js fence would not run/,
			],
		];
		for (const [text, sentence] of cases) {
			const file = stage.playbook("bad.md", text);
			for (const more of [[], ["--grant", "playbook"], ["--preview"]]) {
				const { code, out, error } = stage.run("launch", "--playbook", file, ...more);
				assert.equal(code, 3, error);
				assert.match(error, sentence);
				assert.equal(out, "");
				assert.doesNotMatch(error, /Approved/);
			}
		}
	});

	it("runs a zsh fence by zsh where the machine has it, and refuses it where it has not", () => {
		const file = stage.playbook("zsh.md", '# Z\n\n## A\n\n```zsh\necho "it\'s" $0\n```\n');
		const bin = path.join(stage.workspace, "..", "bin");
		mkdirSync(bin);
		const away = stage.run("launch", "--playbook", file, "--grant", "playbook");
		// Whoever has zsh sees it run, and cannot see it missing.
		if (away.code === 0) return;
		assert.equal(away.code, 3);
		assert.match(away.error, /zsh\.md:5: this fence needs zsh, which is not on this machine\. Install zsh/);
		stage.run("daemon", "stop");
		writeFileSync(path.join(bin, "zsh"), '#!/bin/sh\nprintf "zsh %s" "$2" > by-zsh.txt\n');
		chmodSync(path.join(bin, "zsh"), 0o755);
		const env = { PATH: `${bin}${path.delimiter}${process.env.PATH}` };
		const run = stage.runWith({ env }, "launch", "--playbook", file, "--grant", "playbook", "--follow");
		assert.equal(run.code, 0, run.error);
		assert.equal(readFileSync(at("by-zsh.txt"), "utf8"), 'zsh echo "it\'s" $0');
	});

	it("runs the prompts of a session, and a fence in the folder that it names", () => {
		mkdirSync(at("app"), { recursive: true });
		const file = stage.playbook(
			"session.md",
			"# S\n\n## A\n\n```console\n$ cat > app/a.txt <<EOF\n> hello\n> EOF\n$ cat app/a.txt\nhello\n```\n",
			"## B\n\n> ```sh {cwd=app}\n> cp a.txt b.txt\n> ```\n",
		);
		const { code, error } = stage.run("launch", "--playbook", file, "--grant", "playbook", "--follow");
		assert.equal(code, 0, error);
		assert.equal(readFileSync(at("app/b.txt"), "utf8"), "hello\n");
	});

	describe("that asks for inputs", () => {
		const text =
			'---\ninputs:\n  target: { options: [staging, production], description: Where to. }\n  version: { default: 1.10 }\n---\n# Deploy\n## Say it\n```sh\necho "$INPUT_TARGET $INPUT_VERSION" > deployed.txt\n```\n';
		const deploy = (...args: string[]) =>
			stage.run("launch", "--playbook", stage.playbook("inputs.md", text), "--grant", "playbook", ...args);

		it("takes them one by one and of a file, one by one before the file, and says what was approved", () => {
			writeFileSync(at("values.yaml"), "target: production\nversion: 2.50\n");
			const launched = deploy("--inputs", "values.yaml", "--input", "target=staging", "--follow");
			assert.equal(launched.code, 0, launched.error);
			assert.match(launched.error, /with INPUT_TARGET=staging\n\s+with INPUT_VERSION=2\.50/);
			assert.equal(readFileSync(at("deployed.txt"), "utf8"), "staging 2.50\n");
			const [{ goalId }] = stage.json("list");
			assert.match(stage.run("show", goalId).out, /inputs\s+INPUT_TARGET=staging, INPUT_VERSION=2\.50/);
		});

		it("says in a preview what it asks for, and launches nothing", () => {
			const before = stage.json("list").length;
			const { code, out } = deploy("--input", "version=3", "--preview");
			assert.equal(code, 0);
			assert.match(out, /input target {2}INPUT_TARGET has no value yet {2}staging \| production: Where to\./);
			assert.match(out, /input version {2}INPUT_VERSION=3/);
			assert.equal(stage.json("list").length, before);
		});

		const refused: readonly (readonly [args: readonly string[], code: number, sentence: RegExp])[] = [
			[[], 3, /inputs\.md:3: the input “target” has no value\. Give it \(Where to\) by `--input target=staging`/],
			[["--input", "target=moon"], 3, /inputs\.md:3: the input “target” is none of its options/],
			[["--input", "target=staging", "--input", "nope=1"], 3, /the playbook has no input “nope”/],
			[["--input", "target"], 2, /“--input target” names no value\. Write --input name=value\./],
			[["--input", "target=staging", "--input", "target=production"], 2, /The input target is given twice/],
			[["--inputs", "gone.yaml"], 2, /The inputs file .*gone\.yaml is not there/],
			[["--inputs", "list.yaml"], 2, /The inputs file .*list\.yaml is a list\. It has the form/],
		];
		for (const [args, code, sentence] of refused)
			it(`is refused with ${args.join(" ") || "nothing given"}, exit code ${code}`, () => {
				writeFileSync(at("list.yaml"), "- a\n");
				const run = deploy(...args);
				assert.equal(run.code, code, run.error);
				assert.match(run.error, sentence);
				const json = deploy(...args, "--json");
				assert.match(JSON.parse(json.error).error.message, sentence);
			});

		it("is needed for inputs", () => {
			const { code, error } = stage.run("launch", "Do it", "--input", "a=b");
			assert.equal(code, 2);
			assert.match(error, /--input and --inputs are for a playbook/);
		});
	});

	it("with a step for an agent says which step needs one, with exit code 3, and who would do it", () => {
		const file = stage.playbook(
			"agent.md",
			"# Mixed",
			`## Run\n${"```sh\ntrue\n```"}\n`,
			"## Think\nagent: implementer\n\nThink.\n",
		);
		const { code, error } = stage.run("launch", "--playbook", file, "--grant", "playbook");
		assert.equal(code, 3);
		assert.match(
			error,
			/agent\.md:\d+: the step “Think” needs an agent \(implementer\), and none is set up\. Name one by `--agent` or/,
		);
		const preview = stage.run("launch", "--playbook", file, "--preview");
		assert.match(preview.out, /2 Think {2}after 1, by implementer, and no agent is set up for it/);
	});

	it("says in a preview who would do which step, by the roster and the role files that are given", () => {
		const providers = [{ id: "dock", kind: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1", models: ["a", "b"] }];
		mkdirSync(stage.home, { recursive: true });
		writeFileSync(path.join(stage.home, "config.jsonc"), JSON.stringify({ providers }));
		const file = stage.playbook(
			...["crew.md", "# Crew", "## Think\nagent: implementer\n\nThink.\n", "## Write\nagent: scribe\n\nWrite.\n"],
		);
		mkdirSync(path.join(stage.workspace, ".claude/agents"), { recursive: true });
		writeFileSync(
			path.join(stage.workspace, ".claude/agents/scribe.md"),
			"---\nname: scribe\nmodel: dock/b:high\n---\n",
		);
		stage.playbook("crew.yaml", "assignments:", "  - { role: implementer, provider: dock, model: b }");
		const launch = ["launch", "--playbook", file, "--agent", "dock/a", "--preview"];
		const alone = stage.run(...launch);
		assert.match(alone.out, /nobody has here|2 Write.*by scribe \(dock\/a\)/);
		assert.match(alone.out + alone.error, /scribe\.md describes it/);
		const { out, error } = stage.run(...launch, "--roster", "crew.yaml", "--role", "scribe");
		assert.match(out, /1 Think {2}at once, by implementer \(dock\/b\)/, error);
		assert.match(out, /2 Write {2}after 1, by scribe \(dock\/b:high\)/);
		const unknown = stage.run(...launch, "--role", "carver");
		assert.deepEqual([unknown.code, /No file describes the role “carver”/.test(unknown.error)], [3, true]);
	});
});
