import type { Goal } from "../../core/goal.ts";
import type { Standing } from "../policy/judge.ts";
import { type Rules, rulesOf } from "../policy/rules/decide.ts";
import type { PerformParts } from "./parts.ts";

const onlyAutonomy = rulesOf({ user: { rules: [], workspaces: {} } });

/** What people laid down beforehand, as it stands now. */
export function standing(parts: PerformParts, goal: Goal, isSandboxed = false): Standing {
	return {
		rules: rulesIn(parts),
		grants: parts.standingGrants?.(goal) ?? [],
		isSandboxed,
	};
}

export function rulesIn({ policy }: Pick<PerformParts, "policy">): Rules {
	return policy?.now ?? onlyAutonomy;
}
