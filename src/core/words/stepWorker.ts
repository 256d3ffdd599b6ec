import type { Goal, Step } from "../goal.ts";
import { formatModelRef } from "../modelRef.ts";
import { assignmentFor } from "../rules/roster.ts";
import { planSteps } from "../rules/steps.ts";

/**
 * Who does a step of a playbook that hands steps to agents: `playbook` for one that runs by itself, else role and agent.
 * Undefined in every other goal, where the role says it.
 */
export function stepWorker(goal: Goal, step: Step): string | undefined {
	if (!goal.playbook || planSteps(goal).every(({ actions }) => actions)) return undefined;
	return step.actions ? "playbook" : `${step.role}, ${formatModelRef(assignmentFor(goal, step.role))}`;
}
