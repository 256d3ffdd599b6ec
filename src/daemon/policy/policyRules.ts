import type { Policy } from "../../core/policy/rule.ts";
import { type PolicySources, type Rules, rulesOf } from "./rules/decide.ts";

/** The rules in force, which follow a person's settings while the daemon runs. An organisation's stay as they were read. */
export interface PolicyRules {
	readonly now: Rules;
	/** The same with other rules of the person, as a trial. */
	with(user: Policy): Rules;
}

export function openPolicyRules(
	organisation: PolicySources["organisation"],
	user: () => Policy | undefined,
): PolicyRules {
	let made: { readonly of: Policy | undefined; readonly rules: Rules } | undefined;
	return {
		get now() {
			const own = user();
			if (!made || made.of !== own) made = { of: own, rules: rulesOf({ organisation, user: own }) };
			return made.rules;
		},
		with: (own) => rulesOf({ organisation, user: own }),
	};
}
