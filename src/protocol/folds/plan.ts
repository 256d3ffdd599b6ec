import type { Check, Step } from "../goal.ts";
import type { CheckId, StepId } from "../ids.ts";
import type { Folds } from "./fold.ts";

/** The plan: proposed, approved, sent back. */
export const planFolds: Folds<"plan"> = {
	"plan.proposed": (goal, e) => {
		const steps: Record<StepId, Step> = {};
		const checks: Record<CheckId, Check> = {};
		const origin = e.threadId ? "planner" : "playbook";
		for (const step of e.steps) {
			steps[step.stepId] = { ...step, state: "pending", attempt: 0, attempts: [], limit: attemptLimit };
			for (const check of step.checks)
				checks[check.checkId] = { ...check, stepId: step.stepId, origin, state: "pending", runs: 0 };
		}
		for (const check of e.checks) {
			const asked = goal.settings.checks.includes(check.command);
			checks[check.checkId] = { ...check, origin: asked ? "person" : origin, state: "pending", runs: 0 };
		}
		return {
			...goal,
			title: goal.title || e.title || goal.prompt,
			plan: { revision: e.revision, summary: e.summary, approved: false, order: e.steps.map((step) => step.stepId) },
			planRevision: e.revision,
			planNote: undefined,
			steps,
			checks,
		};
	},
	"plan.approved": (goal) => (goal.plan ? { ...goal, plan: { ...goal.plan, approved: true } } : goal),
	"plan.returned": (goal, e) => ({ ...goal, plan: undefined, steps: {}, checks: {}, planNote: e.note }),
};

/** Failed attempts of a step before a person is asked. */
const attemptLimit = 3;
