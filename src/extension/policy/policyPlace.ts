import { conditions, type PolicyRule, values } from "../../core/policy/rule.ts";

/** The line of config.jsonc, from 1, at which a rule stands; without one, or where it is not found, that of the policy. */
export function policyLine(text: string, rule?: PolicyRule): number {
	const begin = text.search(/"policy"\s*:/);
	if (begin === -1) return 1;
	const named = rule ? conditions.flatMap((name) => values<string | boolean>(rule[name])) : [];
	const places = named.map((value) => text.indexOf(JSON.stringify(value), begin)).filter((place) => place !== -1);
	// What several rules name comes earlier than what this one alone does.
	const place = places.length > 0 ? Math.max(...places) : begin;
	return text.slice(0, place).split("\n").length;
}
