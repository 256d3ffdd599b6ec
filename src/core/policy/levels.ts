import type { Autonomy } from "../values.ts";
import type { PolicyRule } from "./rule.ts";

/**
 * What each level of autonomy lets happen unasked, as rules like anybody's. What no rule covers asks; what a level allows,
 * a rule that asks or denies takes back.
 */
export const autonomyRules: Readonly<Record<Autonomy, readonly PolicyRule[]>> = {
	supervised: [looking()],
	aware: [looking(), reading()],
	autonomous: [looking(), reading(), editing(), writingInside()],
};

function looking(): PolicyRule {
	return { effect: "allow", kind: "read", why: "It only looks at files of the workspace." };
}

function reading(): PolicyRule {
	return { effect: "allow", kind: "command", class: "read", why: "It only reads." };
}

function editing(): PolicyRule {
	return {
		effect: "allow",
		kind: "edit",
		path: "**",
		why: "It changes files inside the workspace, which can be undone.",
	};
}

function writingInside(): PolicyRule {
	return { effect: "allow", kind: "command", class: "write", sandboxed: true, why: "A sandbox holds it." };
}
