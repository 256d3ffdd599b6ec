import { conditions, type PolicyLevel, type PolicyRule, values } from "./rule.ts";

/** A rule in words: "allow command `git log *`, class read". */
export function ruleWords(rule: PolicyRule): string {
	const named = conditions.flatMap((name) => {
		const value = rule[name];
		if (value === undefined) return [];
		if (name === "sandboxed") return [value ? "in a sandbox" : "outside a sandbox"];
		return [`${name} ${values<string | boolean>(value).map(quoted).join(" or ")}`];
	});
	return `${rule.effect} ${named.length > 0 ? named.join(", ") : "everything"}`;
}

function quoted(value: string | boolean): string {
	return /^[a-z]+$/i.test(String(value)) ? String(value) : `\`${value}\``;
}

/** Which rule it is and what it says: "user rule 2: deny class network". */
export function namedRule(level: PolicyLevel, number: number, rule: PolicyRule): string {
	return `${level} rule ${number}: ${ruleWords(rule)}`;
}
