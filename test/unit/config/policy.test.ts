import assert from "node:assert/strict";
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import type { PolicyRule } from "../../../src/core/policy/rule.ts";
import { openConfig } from "../../../src/daemon/config/liveConfig.ts";
import { organisationPolicyFile, readOrganisationPolicy } from "../../../src/daemon/config/organisationPolicy.ts";
import { parsePolicy } from "../../../src/daemon/config/policyNodes.ts";
import { addToPolicy, removeFromPolicy, writePolicy } from "../../../src/daemon/config/writePolicy.ts";

describe("a policy", () => {
	let folder: string;
	beforeEach(() => {
		folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-policy-")));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	const mistakes: readonly [string, string, RegExp][] = [
		["no JSON", '{\n"rules": [\n', /^3:1: this is not valid JSON/],
		["nothing", "", /^1:1: /],
		["a list", "[]", /^1:1: a policy must be an object/],
		["rules that are no list", '{ "rules": {} }', /^1:12: “rules” must be a list/],
		["another setting", '{ "rule": [] }', /^1:3: unknown setting “rule” of a policy; did you mean “rules”\?$/],
		["a rule that is none", '{ "rules": [\n"npm test"] }', /^2:1: a rule must be an object/],
		["no effect", '{ "rules": [\n{ "command": "make" }] }', /^2:1: “rules\.effect” is missing\.$/],
		["an unknown effect", '{ "rules": [{ "effect": "permit" }] }', /^1:25: “rules\.effect” cannot be read/],
		[
			"an unknown class",
			'{ "rules": [{ "effect": "ask", "class": "red" }] }',
			/write read, write, network or dangerous, or a list/,
		],
		[
			"a wrong name",
			'{ "rules": [{ "effect": "ask", "comand": "x" }] }',
			/unknown setting “comand” of a rule; did you mean “command”/,
		],
		["an empty pattern", '{ "rules": [{ "effect": "ask", "command": "" }] }', /“rules\.command” cannot be read/],
		["all of it", '{ "rules": [\n{ "effect": "allow", "command": "*" }] }', /^2:13: This rule allows everything\./],
		["a folder without a path", '{ "workspaces": { "app": { "rules": [] } } }', /“app” is no path of a folder/],
		["too many brackets", "[".repeat(100_000), /too many nested brackets/],
	];
	for (const [what, text, says] of mistakes) {
		it(`that cannot be meant says where and what to do: ${what}`, () => {
			const { problems } = parsePolicy(text);
			const said = problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
			assert.match(said[0] ?? "", says, said.join("\n"));
			assert.ok(problems.every(({ blocks }) => blocks));
		});
	}

	it("is found in config.jsonc as a whole, with its mistakes at their places", () => {
		const rules = '{ "agent": "a/b", "policy": {\n"rules": [{ "effect": "deny", "kind": "fetch" }] } }';
		assert.deepEqual(parsePolicy(rules), {
			policy: { rules: [{ effect: "deny", kind: "fetch" }], workspaces: {} },
			problems: [],
		});
		const [problem] = parsePolicy(rules.replace("kind", "kin")).problems;
		assert.deepEqual([problem?.line, problem?.column], [2, 31]);
		assert.match(parsePolicy('{ "agent": "a/b" }').problems[0]!.message, /unknown setting “agent” of a policy/);
	});

	it("leaves out the rule with a mistake alone, and knows folders by their real path and by ~", () => {
		mkdirSync(path.join(folder, "real"));
		symlinkSync(path.join(folder, "real"), path.join(folder, "link"));
		const rule = { effect: "ask", command: "make" };
		const text = JSON.stringify({
			rules: [rule, { effect: "allow" }],
			workspaces: { [path.join(folder, "link")]: { rules: [rule] }, "~/x-nowhere": { rules: [] } },
		});
		const { policy } = parsePolicy(text);
		assert.deepEqual(policy?.rules, [rule]);
		assert.deepEqual(Object.keys(policy.workspaces), [path.join(folder, "real"), path.join(os.homedir(), "x-nowhere")]);
	});

	it("that is broken leaves the one in force that was read before; never read whole, it is not known", () => {
		const file = path.join(folder, "config.jsonc");
		writeFileSync(file, '{ "policy": { "rules": [{ "effect": "deny", "class": "network" }] } }');
		const config = openConfig(folder, {}, () => 0);
		assert.equal(config.policy?.rules.length, 1);
		for (const text of [
			'{ "policy": { "rules": [',
			'{ "policy": { "rules": [{ "effect": "allow" }] } }',
			'{ "polcy": {} , "policy": []}',
		]) {
			writeFileSync(file, text);
			config.refresh();
			assert.equal(config.policy?.rules[0]?.effect, "deny", text);
			assert.ok(
				config.state().problems.some(({ blocks }) => blocks),
				text,
			);
			const other = openConfig(folder, {}, () => 0);
			assert.equal(other.policy, undefined, text);
			other.close();
		}
		config.close();
	});

	it("is written into config.jsonc with every other line, comment and right as it was; through a link, too", () => {
		const own = path.join(folder, "dotfiles.jsonc");
		const file = path.join(folder, "config.jsonc");
		writeFileSync(
			own,
			'{\n\t// mine\n\t"agent": "a/b", /* here */\n\t"policy": { "rules": [], "workspaces": {} },\n}\n',
		);
		chmodSync(own, 0o640);
		symlinkSync(own, file);
		writePolicy(file, [{ effect: "deny", command: "git push *" }]);
		writePolicy(file, [{ effect: "ask", class: "read" }], "/code/app");
		writePolicy(file, [{ effect: "ask", class: "write" }], "/code/app");
		const text = readFileSync(own, "utf8");
		assert.match(text, /\t\/\/ mine\n\t"agent": "a\/b", \/\* here \*\//);
		const config = openConfig(folder, {}, () => 0);
		assert.deepEqual(config.policy, {
			rules: [{ effect: "deny", command: "git push *" }],
			workspaces: { "/code/app": { rules: [{ effect: "ask", class: "write" }] } },
		});
		config.close();
	});

	const additions: readonly [string, string, string][] = [
		["an empty file", "", '{\n\t"policy": {\n\t\t"rules": [\n\t\t\tNEW\n\t\t]\n\t}\n}\n'],
		["an empty list", '{ "policy": { "rules": [] } }', '{ "policy": { "rules": [\n\tNEW\n] } }'],
		[
			"comments, and a rule in several lines",
			'{\n  "policy": {\n    "rules": [\n      // mine\n      {\n        "effect": "ask"\n      } // why\n    ]\n  }\n}',
			'{\n  "policy": {\n    "rules": [\n      // mine\n      {\n        "effect": "ask"\n      }, // why\n      NEW\n    ]\n  }\n}',
		],
		[
			"a comma behind the last",
			'{\r\n"policy": { "rules": [\r\n\t{ "effect": "ask" }, /* , */\r\n] },\r\n}',
			'{\r\n"policy": { "rules": [\r\n\t{ "effect": "ask" }, /* , */\r\n\tNEW,\r\n] },\r\n}',
		],
		[
			"a comment alone in the list",
			'{ "policy": { "rules": [\n\t// none yet\n] } }',
			'{ "policy": { "rules": [\n\t// none yet\n\tNEW\n] } }',
		],
		[
			"all of it in one line",
			'{ "policy": { "rules": [{ "effect": "ask" }] } }',
			'{ "policy": { "rules": [{ "effect": "ask" },\n\tNEW] } }',
		],
	];
	for (const [what, before, after] of additions) {
		it(`gets one rule more, in a line of its own, and is the same again without it: ${what}`, () => {
			const file = path.join(folder, "config.jsonc");
			writeFileSync(file, before);
			const rule: PolicyRule = { effect: "allow", command: ["a *", "b"], sandboxed: true };
			addToPolicy(file, rule);
			const text = readFileSync(file, "utf8");
			assert.equal(text, after.replace("NEW", '{ "effect": "allow", "command": ["a *", "b"], "sandboxed": true }'));
			const { policy, problems } = parsePolicy(text);
			assert.deepEqual([policy?.rules.at(-1), problems], [rule, []]);
			removeFromPolicy(file, policy!.rules.length - 1);
			const without = parsePolicy(readFileSync(file, "utf8"));
			assert.deepEqual(without, { policy: { rules: policy!.rules.slice(0, -1), workspaces: {} }, problems: [] });
			for (const kept of before.match(/\/\/.*|\/\*.*\*\//g) ?? [])
				assert.ok(readFileSync(file, "utf8").includes(kept), `the comment ${kept} stays`);
		});
	}

	it("loses one rule alone, wherever it stands: every other line and comment stays", () => {
		const file = path.join(folder, "config.jsonc");
		const lines = ["// a", '{ "effect": "ask" },', '{ "effect": "deny" }, // b', "// c", '{ "effect": "ask" } // d'];
		const whole = (inner: readonly string[]) =>
			`{\n\t"policy": { "workspaces": { "/code": { "rules": [\n${inner.map((line) => `\t\t${line}\n`).join("")}\t] } } }\n}\n`;
		const left: readonly (readonly string[])[] = [
			["// a", lines[2]!, "// c", lines[4]!],
			["// a", lines[1]!, "// b", "// c", lines[4]!],
			["// a", lines[1]!, '{ "effect": "deny" } // b', "// c", "// d"],
		];
		for (const [index, expected] of left.entries()) {
			writeFileSync(file, whole(lines));
			removeFromPolicy(file, index, "/code");
			assert.equal(readFileSync(file, "utf8"), whole(expected), `rule ${index + 1}`);
		}
	});

	it("of a folder is written where a person named it, by ~ or a link", () => {
		mkdirSync(path.join(folder, "real"));
		symlinkSync(path.join(folder, "real"), path.join(folder, "link"));
		const file = path.join(folder, "config.jsonc");
		writeFileSync(file, JSON.stringify({ policy: { workspaces: { [path.join(folder, "link")]: { rules: [] } } } }));
		addToPolicy(file, { effect: "ask", class: "write" }, path.join(folder, "real"));
		writePolicy(file, [{ effect: "ask", class: "read" }], path.join(folder, "real"));
		const { policy } = JSON.parse(readFileSync(file, "utf8"));
		assert.deepEqual(policy.workspaces, { [path.join(folder, "link")]: { rules: [{ effect: "ask", class: "read" }] } });
	});

	it("is not written into a file that cannot be read, and nothing is lost", () => {
		const file = path.join(folder, "config.jsonc");
		writeFileSync(file, '{ "agent": \n');
		assert.throws(() => writePolicy(file, []), /config\.jsonc:2: this is not valid JSON.*the policy was not written/);
		assert.equal(readFileSync(file, "utf8"), '{ "agent": \n');
	});

	const organisation: readonly [string, string, RegExp | "holds"][] = [
		["rules that deny and ask", '{ "rules": [{ "effect": "deny", "class": "network" }] }', "holds"],
		["a comment alone before them", '// ours\n{ "rules": [] }', "holds"],
		["no JSON", '{ "rules": [', /nothing may happen: .*policy\.jsonc:1: this is not valid JSON/],
		["nothing", "", /nothing may happen: .*policy\.jsonc:1: /],
		[
			"a rule with a mistake",
			'{ "rules": [\n{ "effect": "deny", "clas": "read" }] }',
			/policy\.jsonc:2: unknown setting “clas”/,
		],
		[
			"one that allows",
			'{ "rules": [{ "effect": "allow", "command": "make" }] }',
			/rule 1 allows something.*only tighten/,
		],
		["rules of a folder", '{ "workspaces": { "/a": { "rules": [] } } }', /hold everywhere/],
	];
	for (const [what, text, expected] of organisation) {
		it(`of an organisation ${expected === "holds" ? "holds" : "lets nothing happen"}: ${what}`, () => {
			const file = path.join(folder, "policy.jsonc");
			writeFileSync(file, text);
			const read = readOrganisationPolicy(file);
			assert.ok(read);
			if (expected === "holds") assert.ok("rules" in read);
			else assert.match("unreadable" in read ? read.unreadable : "", expected);
		});
	}

	it("of an organisation is not needed; one that is a folder lets nothing happen", () => {
		assert.equal(readOrganisationPolicy(path.join(folder, "nowhere.jsonc")), undefined);
		const read = readOrganisationPolicy(folder);
		assert.ok(read && "unreadable" in read);
		for (const platform of ["linux", "darwin", "win32"] as const)
			assert.match(organisationPolicyFile({}, platform), /mission-control[\\/]policy\.jsonc$/);
	});
});
