import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openStage, type Stage } from "./mission.ts";

describe("mission policy", function () {
	this.timeout(120_000);
	let stage: Stage;
	before(() => {
		stage = openStage();
		for (const [name, text] of Object.entries({
			"rules.jsonc":
				'{ "rules": [ // ours\n{ "effect": "deny", "command": "git push *", "why": "Pushing is mine." }] }',
			"folder.jsonc": '{ "rules": [{ "effect": "allow", "command": "./build.sh *" }] }',
			"broken.jsonc": '{ "rules": [\n{ "effect": "deny", "comand": "x" }] }',
		}))
			writeFileSync(path.join(stage.workspace, name), text);
	});
	after(() => stage.end());

	const readings: readonly [command: string, risk: string, verdict: string, reason: RegExp][] = [
		["ls", "read", "allow", /^only reads$/],
		["git status --short && rg TODO src | head -5", "read", "allow", /^only reads$/],
		["rm -rf build", "dangerous", "ask", /delete/],
		["curl https://example.com", "network", "ask", /network/],
		["npm install left-pad", "network", "ask", /install|network/],
		["git push", "dangerous", "ask", /another repository/],
		["sudo ls", "dangerous", "ask", /rights of another user/],
		["bash -c 'sudo ls'", "dangerous", "ask", /rights of another user/],
		["ls $(sudo x)", "dangerous", "ask", /rights of another user/],
		["echo 'never closed", "write", "ask", /cannot be read for sure/],
	];
	for (const [command, risk, verdict, reason] of readings)
		it(`reads the risk of ${command}: ${risk}, ${verdict}`, () => {
			const answer = stage.json("policy", "test", command);
			assert.ok(
				answer.reasons.some((one: string) => reason.test(one)),
				answer.reasons.join("; "),
			);
			assert.deepEqual([answer.risk, answer.verdict], [risk, verdict]);
		});

	it("says what would come of a command without running it, by the rules in force", () => {
		assert.equal(stage.json("policy", "test", "./build.sh && touch ran").verdict, "ask");
		assert.equal(stage.json("policy", "set", "rules.jsonc").rules, 1);
		assert.equal(stage.json("policy", "set", "folder.jsonc", "--workspace", ".").rules, 1);
		const denied = stage.json("policy", "test", "cd x && git -C y push --force");
		assert.equal(denied.verdict, "deny");
		assert.equal(denied.rule, "user rule 1: deny command `git push *`");
		assert.ok(Array.isArray(denied.reasons) && ["read", "write", "network", "dangerous"].includes(denied.risk));
		const allowed = stage.json("policy", "test", "./build.sh all");
		assert.deepEqual([allowed.verdict, allowed.rule], ["allow", "workspace rule 1: allow command `./build.sh *`"]);
		assert.equal(stage.json("policy", "test", "./build.sh all", "--workspace", "..").verdict, "ask");
		assert.equal(stage.json("policy", "test", "mission approve a-1").verdict, "deny");
		assert.ok(!existsSync(path.join(stage.workspace, "ran")));
	});

	it("asks about every command, and says why, where the grammars cannot be had; a daemon that judges none needs none", () => {
		const parts = path.join(stage.workspace, "..", "parts");
		cpSync(path.join(import.meta.dirname, "../../dist"), parts, {
			recursive: true,
			filter: (file) => !/syntaxTrees|tree-sitter|webviews|\.map$/.test(file),
		});
		const env = { MISSION_HOME: path.join(stage.workspace, "..", "other") };
		const run = (...args: string[]) =>
			spawnSync(process.execPath, [path.join(parts, "cli.js"), ...args, "--json"], {
				cwd: stage.workspace,
				env: { ...process.env, ...env },
				encoding: "utf8",
				timeout: 60_000,
			});
		try {
			assert.equal(run("policy").status, 0);
			const { verdict, risk, reasons } = JSON.parse(run("policy", "test", "ls").stdout);
			assert.deepEqual([verdict, risk], ["ask", "write"]);
			assert.match(reasons.join("; "), /^cannot be read for sure: the grammar of the shell could not be loaded \(/);
		} finally {
			run("daemon", "stop", "--now");
		}
	});

	it("answers many, one JSON a line, in their order", () => {
		const commands = ["git push", "./build.sh", "echo 'never closed", 'say "hi"\n', ""];
		const input = `${commands.map((command) => JSON.stringify(command)).join("\n")}\n`;
		const { code, out } = stage.runWith({ input }, "policy", "test", "-");
		assert.equal(code, 0);
		const answers = out
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		assert.deepEqual(
			answers.map(({ verdict }) => verdict),
			["deny", "allow", "ask", "ask", "ask"],
		);
		const wrong = stage.runWith({ input: '"ls"\nls\n' }, "policy", "test", "-");
		assert.deepEqual([wrong.code, wrong.out], [2, ""]);
		assert.match(wrong.error, /^Line 2 is no JSON string/);
	});

	it("shows the rules of every level, and what the level of autonomy means", () => {
		const { out } = stage.run("policy", "show", "--autonomy", "autonomous");
		assert.match(out, /user .*config\.jsonc\n\s+1 {2}deny command `git push \*` {2}Pushing is mine\./);
		assert.match(out, /workspace .*\n\s+1 {2}allow command `\.\/build\.sh \*`/);
		assert.match(out, /autonomy: autonomous\n(.*\n)*.*allow kind edit, path `\*\*`/);
		assert.deepEqual(
			stage.json("policy").map(({ level }: { level: string }) => level),
			["user", "workspace", "autonomy"],
		);
	});

	it("is what a goal at work keeps to: what a rule allows runs unasked and says so, what one denies does not run", () => {
		writeFileSync(path.join(stage.workspace, "build.sh"), "#!/bin/sh\necho built > built\n", { mode: 0o755 });
		stage.playbook(
			"ruled.md",
			"# Ruled",
			"## Build",
			"```sh",
			"./build.sh",
			"```",
			"## Push",
			"```sh",
			"git push && touch pushed",
			"```",
		);
		const { goalId } = stage.json("launch", "--playbook", "ruled.md", "--autonomy", "autonomous");
		stage.json("wait", goalId, "--for", "awaiting_approval", "--timeout", "60");
		const feed = stage
			.run("feed", goalId, "--json")
			.out.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		const started = feed.filter(({ type }) => type === "tool.started");
		assert.deepEqual(
			started.map(({ rule }) => rule),
			["workspace rule 1: allow command `./build.sh *`"],
		);
		const refused = feed.find(({ type, refused }) => type === "tool.completed" && refused !== undefined);
		assert.equal(
			refused.refused,
			"Pushing is mine. A rule denies it (user rule 1: deny command `git push *`). Do it in another way, or leave it.",
		);
		assert.ok(existsSync(path.join(stage.workspace, "built")) && !existsSync(path.join(stage.workspace, "pushed")));
		assert.ok(feed.every(({ type, command }) => type !== "approval.requested" || command === undefined));
		stage.json("cancel", goalId);
	});

	it("tries rules on what goals did, beside the rules in force and what a person answered, and keeps none of them", () => {
		stage.playbook(
			"past.md",
			"# Past",
			"## Note",
			"```sh",
			"touch noted",
			"```",
			"## Drop",
			"```sh",
			"touch gone",
			"```",
		);
		const { goalId } = stage.json("launch", "--playbook", "past.md");
		for (const answer of ["approve", "deny"]) {
			stage.json("wait", goalId, "--for", "awaiting_approval", "--timeout", "60");
			const [{ approvalId }] = stage.json("approvals", goalId);
			stage.json(answer, approvalId);
		}
		stage.run("cancel", goalId);
		const tried = (text: string, ...more: string[]) => {
			writeFileSync(path.join(stage.workspace, "tried.jsonc"), text);
			return stage.json("policy", "simulate", "tried.jsonc", ...more);
		};
		const rules =
			'{ "rules": [{ "effect": "allow", "command": "touch gone" }, { "effect": "deny", "command": "touch noted" }] }';
		const config = readFileSync(path.join(stage.home, "config.jsonc"), "utf8");
		const told = tried(rules, "--workspace", ".");
		const own = told.differences.filter((one: { goalId: string }) => one.goalId === goalId);
		assert.deepEqual(
			own.map(({ summary, outcome, now, would, answeredOtherwise }: Record<string, never>) => [
				summary,
				outcome,
				now,
				would,
				answeredOtherwise,
			]),
			[
				["touch gone", "denied", "ask", "allow", true],
				["touch noted", "approved", "ask", "deny", true],
			].map(([summary, outcome, now, would, otherwise], at) => [
				summary,
				outcome,
				{ verdict: now },
				{ verdict: would, rule: `workspace rule ${at + 1}: ${would} command \`${summary}\`` },
				otherwise,
			]),
		);
		assert.equal(told.would.allow + told.would.ask + told.would.deny, told.acts);
		const { out } = stage.run("policy", "simulate", "tried.jsonc");
		assert.match(out, /A person answered otherwise:\n\s+ask → allow\s+1×\s+\S+\s+touch gone\s+denied by CLI/);
		assert.deepEqual(tried('{ "rules": [] }', "--workspace", "..").acts, 0);
		assert.equal(readFileSync(path.join(stage.home, "config.jsonc"), "utf8"), config);
		const broken = stage.run("policy", "simulate", "broken.jsonc");
		assert.equal(broken.code, 3);
		assert.match(broken.error, /^This policy was not replayed: 2:\d+: unknown setting/);
	});

	it("proposes rules for what waits, keeps the one that is chosen, and approves; the next like it runs unasked", () => {
		stage.playbook(
			"twice.md",
			"# Twice",
			"## One",
			"```sh",
			"touch a.out b.out",
			"```",
			"## Two",
			"```sh",
			"touch a.out b.out",
			"```",
		);
		const { goalId } = stage.json("launch", "--playbook", "twice.md");
		stage.json("wait", goalId, "--for", "awaiting_approval", "--timeout", "60");
		const [{ approvalId }] = stage.json("approvals", goalId);
		const { rules, workspace } = stage.json("allow", approvalId);
		assert.deepEqual(
			rules.map(({ rule }: { rule: object }) => rule),
			[{ effect: "allow", command: "touch a.out b.out" }],
		);
		assert.equal(workspace, stage.workspace);
		assert.match(
			stage.run("allow", approvalId).out,
			/^ +1 {2}allow command `touch a\.out b\.out` +would have covered 1 act$/m,
		);
		assert.match(stage.run("allow", approvalId, "--rule", "9").error, /^There is no rule 9: 1 rule fit/);
		const kept = stage.run("allow", approvalId, "--rule", "1").out;
		assert.match(kept, /^Kept for .*: allow command `touch a\.out b\.out`\nApproved\.$/m);
		stage.json("wait", goalId, "--for", "completed", "--timeout", "60");
		const started = stage
			.run("feed", goalId, "--json")
			.out.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line))
			.filter(({ type }) => type === "tool.started");
		assert.deepEqual(
			started.map(({ rule }) => rule?.replace(/^\w+ rule \d+: /, "")),
			[undefined, "allow command `touch a.out b.out`"],
		);
		assert.equal(stage.run("allow", approvalId).code, 3);
	});

	it("loses the rule that is named by its number, of everywhere or of a folder; the other lines stay", () => {
		const file = path.join(stage.home, "config.jsonc");
		writeFileSync(file, readFileSync(file, "utf8").replace('"policy"', '// mine\n\t"policy"'));
		const rules = (level: string): readonly unknown[] =>
			stage.json("policy").find((one: { level: string }) => one.level === level).rules;
		const [of, here] = [rules("user"), rules("workspace")];
		const { rule } = stage.json("policy", "remove", "1");
		assert.deepEqual([rule, ...rules("user")], of);
		const last = `${here.length}`;
		assert.match(
			stage.run("policy", "remove", last, "--workspace", ".").out,
			/^Removed for .* from .*config\.jsonc: allow command `touch a\.out b\.out`$/m,
		);
		assert.deepEqual(rules("workspace"), here.slice(0, -1));
		assert.match(readFileSync(file, "utf8"), /^\t\/\/ mine$/m);
		assert.equal(stage.run("policy", "remove", last, "--workspace", ".").code, 2);
	});

	it("checks a file, says each mistake with its line, and keeps none of it", () => {
		const before = readFileSync(path.join(stage.home, "config.jsonc"), "utf8");
		const checked = stage.run("policy", "check", "broken.jsonc");
		assert.equal(checked.code, 1);
		assert.match(checked.out, /^broken\.jsonc:2:\d+: unknown setting “comand” of a rule; did you mean “command”\?/);
		assert.equal(stage.json("policy", "check", "rules.jsonc").length, 0);
		const set = stage.run("policy", "set", "broken.jsonc");
		assert.equal(set.code, 3);
		assert.match(set.error, /^This policy was not kept: 2:\d+: unknown setting/);
		assert.equal(readFileSync(path.join(stage.home, "config.jsonc"), "utf8"), before);
	});
});
