import assert from "node:assert/strict";
import type { PolicyRule } from "../../../src/core/policy/rule.ts";
import { ruleText } from "../../../src/core/policy/ruleText.ts";
import { parsePolicy } from "../../../src/daemon/config/policyNodes.ts";
import { policyLine } from "../../../src/extension/policy/policyPlace.ts";
import { policyText } from "../../../src/extension/policy/policyText.ts";

const push: PolicyRule = { effect: "deny", command: "git push *", why: "Pushing is “mine”." };
const reads: PolicyRule = { effect: "allow", kind: ["read", "fetch"], sandboxed: true };

describe("the line of a policy in config.jsonc", () => {
	const text = `{
	"agent": "git push *",
	"policy": {
		"rules": [
			{ "effect": "ask", "kind": "fetch" },
			{ "effect": "deny", "command": "git push *" },
			${ruleText(reads)}
		]
	}
}`;
	const table: readonly [string, PolicyRule | undefined, number][] = [
		["where the policy begins", undefined, 3],
		["of a rule, past what has the same words", push, 6],
		["of a rule that shares a word with another", { effect: "ask", command: "git push *", kind: "fetch" }, 6],
		["of a rule that is not there", { effect: "ask", command: "make" }, 3],
	];
	for (const [what, rule, line] of table) it(what, () => assert.equal(policyLine(text, rule), line));

	it("is the first one where there is no policy", () => assert.equal(policyLine("{}", push), 1));
});

describe("the rules in force as a document", () => {
	const file = "/data/config.jsonc";

	it("shows each level with its file and each rule as it is written, and is read as a policy would be", () => {
		const text = policyText(
			[
				{ level: "user", file, rules: [push, reads] },
				{ level: "workspace", file, rules: [] },
				{ level: "autonomy", rules: [] },
			],
			"bell-tower",
		);
		assert.match(text, /\t\/\/ Yours, in every folder: \/data\/config\.jsonc\n\t"user": \[\n\t\t\{ "effect": "deny"/);
		assert.match(text, /\t\/\/ Yours, in bell-tower: \/data\/config\.jsonc\n\t"workspace": \[\]/);
		assert.match(text, /\t\/\/ What the autonomy “autonomous” lets happen unasked\n\t"autonomous": \[/);
		assert.deepEqual(parsePolicy(text.replace('"user"', '"rules"')).policy?.rules, [push, reads]);
	});

	it("says why those of a level do not hold as they are written", () => {
		const problem = "The organisation's policy does not hold as it is written, so nothing may happen.";
		const text = policyText([{ level: "organisation", file: "/etc/policy.jsonc", rules: [], problem }], undefined);
		assert.ok(text.includes(`\t// ${problem}\n\t"organisation": []`), text);
	});
});
