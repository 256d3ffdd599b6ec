import assert from "node:assert/strict";
import os from "node:os";
import path from "node:path";
import * as v from "valibot";
import { Policy, type PolicyRule, ruleProblem } from "../../../src/core/policy/rule.ts";
import { namedRule, ruleWords } from "../../../src/core/policy/ruleWords.ts";
import type { Autonomy } from "../../../src/core/values.ts";
import type { Act } from "../../../src/daemon/policy/rules/act.ts";
import { type Decision, rulesOf } from "../../../src/daemon/policy/rules/decide.ts";
import { processorTime } from "../../support/processorTime.ts";

const workspace = path.join(os.homedir(), "code", "app");
const place = { workspace, isSandboxed: false, autonomy: "aware" as Autonomy };

function command(text: string, more: Partial<Act> = {}): Act {
	const words = text.split(" ").map((word) => (word === "?" ? undefined : word));
	return { kind: "command", tool: "runCommand", risk: "write", isCertain: !words.includes(undefined), words, ...more };
}
const edit = (file: string): Act => ({
	kind: "edit",
	tool: "writeFile",
	risk: "write",
	isCertain: true,
	paths: [path.resolve(workspace, file)],
});
const fetching = (host: string): Act => ({ kind: "fetch", tool: "fetchUrl", risk: "network", isCertain: true, host });
const calling = (tool: string): Act => ({ kind: "call", tool, risk: "read", isCertain: true });

function decide(rules: readonly PolicyRule[], acts: Act | readonly Act[], at = place): Decision {
	const policy = v.parse(Policy, { rules });
	return rulesOf({ user: policy }).decide(Array.isArray(acts) ? acts : [acts as Act], at);
}
const allow = (rule: Omit<PolicyRule, "effect">): PolicyRule => ({ effect: "allow", ...rule });
const deny = (rule: Omit<PolicyRule, "effect">): PolicyRule => ({ effect: "deny", ...rule });
const ask = (rule: Omit<PolicyRule, "effect">): PolicyRule => ({ effect: "ask", ...rule });

describe("the rules of a policy", () => {
	const allowed: readonly [Omit<PolicyRule, "effect">, Act, boolean][] = [
		[{ command: "npm test" }, command("npm test"), true],
		[{ command: "npm test" }, command("npm test -- --watch"), false],
		[{ command: "npm test" }, command("npm"), false],
		[{ command: "npm test *" }, command("npm test"), true],
		[{ command: "npm test *" }, command("npm test -- --watch"), true],
		[{ command: "npm test *" }, command("npm testing"), false],
		[{ command: "npm run lint:*" }, command("npm run lint:fix"), true],
		[{ command: "npm run lint:*" }, command("npm run build"), false],
		[{ command: "npm * test" }, command("npm -w test"), true],
		[{ command: "npm * test" }, command("npm -w a test"), false],
		[{ command: ["make", "make test"] }, command("make test"), true],
		[{ command: "'git' \"log\" *" }, command("git log -p"), true],
		[{ command: "git log *" }, command("/tmp/git log -p"), false],
		[{ command: "git log *" }, command("git -C x log"), false],
		[{ command: "git log *" }, command("git log ?", { isCertain: true }), true],
		[{ command: "git log *" }, command("git ? -p", { isCertain: true }), false],
		[{ command: "git log *" }, command("git log -p", { isCertain: false }), false],
		[{ class: "write" }, command("make"), true],
		[{ class: ["network", "write"] }, command("make", { risk: "dangerous" }), false],
		[{ kind: "edit", path: "docs/**" }, edit("docs/a/b.md"), true],
		[{ kind: "edit", path: "docs/**" }, edit("docs"), true],
		[{ kind: "edit", path: "docs/**" }, edit("src/docs/a.md"), false],
		[{ path: "*.md" }, edit("deep/in/a.md"), true],
		[{ path: "**" }, edit(".env"), true],
		[{ path: "**" }, edit("../other/a.md"), false],
		[{ path: "~/notes/**" }, edit(path.join(os.homedir(), "notes", "a.md")), true],
		[{ path: "**" }, command("cat a.md", { paths: [path.join(workspace, "a.md")] }), false],
		[{ host: "*.example.com" }, fetching("docs.example.com"), true],
		[{ host: "*.example.com" }, fetching("example.com.evil.net"), false],
		[{ host: "Example.com" }, fetching("example.COM"), true],
		[{ tool: "github/*" }, calling("github/list_issues"), true],
		[{ tool: "github/*" }, calling("gitlab/list"), false],
		[{ class: "write", sandboxed: true }, command("make"), false],
	];
	for (const [rule, act, isAllowed] of allowed) {
		it(`${ruleWords(allow(rule))} ${isAllowed ? "lets" : "does not let"} ${shown(act)} happen`, () => {
			assert.equal(decide([allow(rule)], act).effect, isAllowed ? "allow" : "ask");
		});
	}

	const ofFiles: readonly [PolicyRule, boolean][] = [
		[{ effect: "deny" }, true],
		[{ effect: "deny", path: ".env" }, true],
		[{ effect: "ask", kind: ["edit", "read"] }, true],
		[{ effect: "ask", class: "read", tool: "readFile" }, true],
		[{ effect: "deny", kind: "edit", path: ".env" }, false],
		[{ effect: "deny", command: "cat *" }, false],
		[{ effect: "ask", class: ["write", "network"] }, false],
		[{ effect: "deny", host: "*" }, false],
	];
	for (const [rule, isOfFiles] of ofFiles) {
		it(`${ruleWords(rule)} ${isOfFiles ? "may be" : "is not"} about looking at files, whosever rule it is`, () => {
			const look: Act = { kind: "read", tool: "readFile", risk: "read", isCertain: true, paths: [".env"] };
			const policy = (rules: PolicyRule[]) => v.parse(Policy, { rules });
			for (const all of [
				rulesOf({ user: policy([rule]) }),
				rulesOf({ user: policy([]), organisation: { rules: [rule] } }),
				rulesOf({ user: v.parse(Policy, { workspaces: { [workspace]: { rules: [rule] } } }) }),
			]) {
				assert.equal(all.speakOfFiles(workspace), isOfFiles);
				const { rule: decided } = all.decide([look], place);
				assert.equal(decided !== undefined && decided.level !== "autonomy", isOfFiles);
			}
			assert.equal(rulesOf({ user: policy([]) }).speakOfFiles(workspace), false);
			assert.equal(rulesOf({ user: policy([]), organisation: { unreadable: "No." } }).speakOfFiles(workspace), true);
		});
	}

	const denied: readonly [Omit<PolicyRule, "effect">, Act, Decision["effect"]][] = [
		[{ command: "git push *" }, command("git push origin"), "deny"],
		[{ command: "git push *" }, command("git -C x push"), "deny"],
		[{ command: "git push *" }, command("git --no-pager -c a=b push -f"), "deny"],
		[{ command: "git push *" }, command("/usr/bin/git push"), "deny"],
		[{ command: "git push *" }, command("git.exe push"), "deny"],
		[{ command: "git push" }, command("git push --force"), "deny"],
		[{ command: "git push" }, command("git push origin"), "ask"],
		[{ command: "git push *" }, command("git commit -m push"), "ask"],
		[{ command: "git push *" }, command("git ? origin", { isCertain: true }), "ask"],
		[{ command: "git push *" }, command("? push", { isCertain: true }), "ask"],
		[{ command: "rm *" }, command("ls rm", { risk: "read" }), "allow"],
		[{ path: ".env" }, command("cat .env", { risk: "read", paths: [path.join(workspace, ".env")] }), "deny"],
		[{ path: "~/.ssh/**" }, edit(path.join(os.homedir(), ".ssh", "config")), "deny"],
		[{ class: "network" }, fetching("a.b"), "deny"],
		[{ class: "network" }, command("curl x", { risk: "network", isCertain: false }), "deny"],
		[{}, command("ls", { risk: "read" }), "deny"],
	];
	for (const [rule, act, effect] of denied) {
		it(`${ruleWords(deny(rule))} makes of ${shown(act)}: ${effect}`, () => {
			assert.equal(decide([deny(rule)], act).effect, effect);
		});
	}

	it("that contradict each other: the strictest counts, in whatever order and level", () => {
		const act = command("npm test");
		const three = [allow({ command: "npm *" }), ask({ command: "npm test" }), deny({ command: "npm *" })];
		for (const rules of [three, three.toReversed()]) assert.equal(decide(rules, act).effect, "deny");
		assert.equal(decide(three.slice(0, 2), act).effect, "ask");
		const policy = v.parse(Policy, {
			rules: [ask({ command: "npm test" })],
			workspaces: { [workspace]: { rules: [allow({ command: "npm test" })] } },
		});
		assert.equal(rulesOf({ user: policy }).decide([act], place).effect, "ask");
	});

	it("of a folder hold there and nowhere else", () => {
		const policy = v.parse(Policy, { workspaces: { [workspace]: { rules: [allow({ command: "make" })] } } });
		const rules = rulesOf({ user: policy });
		const decision = rules.decide([command("make")], place);
		assert.deepEqual([decision.effect, decision.rule?.name], ["allow", "workspace rule 1: allow command make"]);
		assert.equal(rules.decide([command("make")], { ...place, workspace: `${workspace}2` }).effect, "ask");
	});

	it("judge a line by each of its commands: all have to be allowed, one denied is enough", () => {
		const rules = [allow({ command: "make" }), deny({ command: "rm *" })];
		assert.equal(decide(rules, [command("make"), command("ls", { risk: "read" })]).effect, "allow");
		assert.equal(decide(rules, [command("make"), command("npm test")]).effect, "ask");
		assert.equal(decide(rules, [command("make"), command("npm test"), command("rm x")]).effect, "deny");
		assert.equal(decide(rules, []).effect, "ask");
	});

	const levels: readonly [string, Act, boolean, Record<Autonomy, Decision["effect"]>][] = [
		["a file that is read", { ...edit("a"), kind: "read", risk: "read" }, false, three("allow", "allow", "allow")],
		["a command that only reads", command("ls", { risk: "read" }), false, three("ask", "allow", "allow")],
		["one that may only read", command("ls", { risk: "read", isCertain: false }), false, three("ask", "ask", "ask")],
		["an edit inside", edit("src/a.ts"), false, three("ask", "ask", "allow")],
		["an edit outside", edit("../a.ts"), false, three("ask", "ask", "ask")],
		["a command that writes", command("make"), false, three("ask", "ask", "ask")],
		["one that writes, in a sandbox", command("make"), true, three("ask", "ask", "allow")],
		["the network, in a sandbox", command("curl x", { risk: "network" }), true, three("ask", "ask", "ask")],
		["what is dangerous, in a sandbox", command("rm -r x", { risk: "dangerous" }), true, three("ask", "ask", "ask")],
		["a page", fetching("a.b"), true, three("ask", "ask", "ask")],
		["a tool whose server says that it reads", calling("a/b"), true, three("ask", "ask", "ask")],
	];
	for (const [what, act, isSandboxed, effects] of levels) {
		it(`of the levels of autonomy let happen: ${what}, ${JSON.stringify(effects)}`, () => {
			for (const autonomy of ["supervised", "aware", "autonomous"] as const)
				assert.equal(decide([], act, { workspace, isSandboxed, autonomy }).effect, effects[autonomy], autonomy);
		});
	}

	it("of an organisation tighten what a person allows; where they cannot be read, nothing happens", () => {
		const user = v.parse(Policy, { rules: [allow({ command: "curl *" })] });
		const act = command("curl a.b", { risk: "network" });
		const organisation = { rules: [deny({ class: "network", why: "No network here." })] };
		const decision = rulesOf({ organisation, user }).decide([act], place);
		assert.deepEqual(
			[decision.effect, decision.rule?.level, decision.rule?.rule.why],
			["deny", "organisation", "No network here."],
		);
		const closed = rulesOf({ organisation: { unreadable: "It cannot be read." }, user });
		assert.equal(closed.decide([command("ls", { risk: "read" })], place).effect, "deny");
	});

	it("that could not be read, and were not known before, let nothing happen unasked", () => {
		const rules = rulesOf({ user: undefined });
		assert.equal(rules.decide([command("ls", { risk: "read" })], { ...place, autonomy: "autonomous" }).effect, "ask");
	});

	it("are refused where they allow everything, whatever that is written as", () => {
		const open: readonly Omit<PolicyRule, "effect">[] = [
			{},
			{ command: "*" },
			{ command: ["npm test", "* *"] },
			{ path: "**" },
			{ path: "/**" },
			{ host: "*" },
			{ tool: ["*"] },
			{ command: "*", path: "**", sandboxed: true },
		];
		for (const rule of open) {
			assert.match(ruleProblem(allow(rule)) ?? "", /allows everything/, JSON.stringify(rule));
			assert.equal(ruleProblem(deny(rule)), undefined);
		}
		for (const rule of [{ class: "read" as const }, { kind: "edit" as const, path: "**" }, { command: "git *" }])
			assert.equal(ruleProblem(allow(rule)), undefined);
	});

	it("are asked in bounded time: 10,000 of them, and patterns that make others slow", function () {
		this.timeout(60_000);
		const many = Array.from({ length: 10_000 }, (_, at) => allow({ command: `program${at} sub *` }));
		const rules = rulesOf({ user: v.parse(Policy, { rules: [...many, deny({ command: `${"*a".repeat(200)}b` })] }) });
		const acts = Array.from({ length: 1000 }, (_, at) => command(`program${at * 10} sub ${"a".repeat(2000)}`));
		const tookMs = processorTime();
		for (const act of acts) assert.equal(rules.decide([act], place).effect, "allow");
		const each = tookMs() / acts.length;
		assert.ok(each < 10, `${each} ms of processor time each`);
	});

	it("have a name that says which it is", () => {
		assert.equal(
			namedRule("user", 2, { effect: "ask", command: ["git push *", "make"], class: "network", sandboxed: false }),
			"user rule 2: ask class network, command `git push *` or make, outside a sandbox",
		);
	});
});

function three(supervised: Decision["effect"], aware: Decision["effect"], autonomous: Decision["effect"]) {
	return { supervised, aware, autonomous };
}

function shown({ kind, words, paths, host, tool, risk, isCertain }: Act): string {
	const what = words?.map((word) => word ?? "$X").join(" ") ?? paths?.[0]?.replace(os.homedir(), "~") ?? host ?? tool;
	return `${kind} ${what} (${risk}${isCertain ? "" : ", uncertain"})`;
}
