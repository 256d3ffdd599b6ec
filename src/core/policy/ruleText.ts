import type { PolicyRule } from "./rule.ts";

/** A rule as it is written into config.jsonc: all of it in one line. */
export function ruleText(rule: PolicyRule): string {
	const named = Object.entries(rule).filter(([, value]) => value !== undefined);
	return `{ ${named.map(([name, value]) => `${JSON.stringify(name)}: ${valueText(value)}`).join(", ")} }`;
}

function valueText(value: unknown): string {
	return Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]` : JSON.stringify(value);
}
