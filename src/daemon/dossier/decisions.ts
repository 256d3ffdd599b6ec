import type { RecordedEvent } from "../../core/events.ts";
import type { Approval, Goal } from "../../core/goal.ts";
import type { StepId } from "../../core/ids.ts";
import { type Actor, type Assignment, actorName, type BudgetLimits, budgetResources } from "../../core/values.ts";
import { priceWords } from "../../core/words/unpriced.ts";
import type { Known } from "./account.ts";
import { type Line, type LineTable, type LineText, lineOf } from "./account.ts";

/** Every decision about the goal: a person's, and those that a setting made in a person's place. */
export function decisionOf(event: RecordedEvent, known: Known): Line | undefined {
	if (event.type in decisions) return lineOf(decisions, event, known);
	// An event that this version does not know, or has no words for, and that a person caused.
	const { by } = event as { readonly by?: Actor | string };
	if (typeof by !== "object" || notDecisions.has(event.type)) return undefined;
	return { seq: event.seq, at: event.at, what: event.type, by: actorName(by) };
}

/** Told of elsewhere. */
const notDecisions = new Set<string>(["goal.launched", "grant.added", "server.declined", "undo.started"]);

const decisions: LineTable = {
	"approval.answered": (event, { goal }) => {
		const asked = goal.approvals[event.approvalId];
		if (asked && showsItself[asked.kind]?.includes(event.answer)) return undefined;
		const scope = event.scope && event.scope !== "once" ? ` for this ${event.scope}` : "";
		const what = `${event.chosen?.join(", ") ?? answers[event.answer] ?? event.answer}${scope}`;
		return {
			...subject(asked, event.approvalId),
			what,
			by: actorName(event.by),
			reason: event.reason,
			isRoutine: what === "approved" && (asked?.kind ?? "tool") === "tool",
		};
	},
	"approval.expired": ({ approvalId }, { goal }) => ({
		...subject(goal.approvals[approvalId], approvalId),
		what: "expired",
	}),
	"approval.superseded": ({ approvalId, reason }, { goal }) => ({
		...subject(goal.approvals[approvalId], approvalId),
		what: "no longer counts",
		reason,
		isRoutine: true,
	}),
	"grant.revoked": ({ grantId, reason, by }, { goal }) => {
		const grant = goal.grants[grantId];
		return { what: "grant revoked", code: grant?.subject ?? grantId, by: by && actorName(by), reason };
	},
	"background.stopRequested": ({ toolCallId, by }, { goal }) => ({
		what: "command in the background stopped",
		code: goal.background?.[toolCallId]?.command ?? toolCallId,
		by: actorName(by),
	}),
	"plan.approved": ({ revision, by }) => ({
		what: "plan approved",
		about: `revision ${revision}`,
		by: by ? actorName(by) : "the launch settings",
	}),
	"plan.returned": ({ revision, by, note }) => ({
		what: "plan sent back",
		about: `revision ${revision}`,
		by: actorName(by),
		reason: note,
	}),
	"plan.edited": ({ revision, added, changed, removed, by }, { step }) => {
		const named = (word: string, ids: readonly StepId[]) =>
			ids.length > 0 ? [`${word} ${ids.map(step).join(", ")}`] : [];
		const what = [...named("added", added), ...named("changed", changed), ...named("took away", removed)];
		return {
			what: "plan edited",
			about: `revision ${revision}${what.length > 0 ? `: ${what.join("; ")}` : ""}`,
			by: actorName(by),
		};
	},
	"plan.reopened": ({ reason, stepId, by }, { step }) => ({
		what: "to be planned anew",
		about: stepId && step(stepId),
		by: by ? actorName(by) : "the review",
		reason,
	}),
	"review.reset": ({ stepId, by }, { step }) => ({
		what: "to be reviewed again",
		about: stepId ? step(stepId) : "the whole goal",
		by: actorName(by),
	}),
	"review.waived": ({ reason, by }) => ({ what: "accepted without a passing review", by: actorName(by), reason }),
	"step.skipped": ({ stepId, by }, { step }) => by && { what: "step skipped", about: step(stepId), by: actorName(by) },
	"step.retried": ({ stepId, how, by }, { step }) =>
		by && {
			what: how === "rerun" ? "step begun anew" : "step continued",
			about: step(stepId),
			by: actorName(by),
		},
	"step.undone": ({ stepId, files, notCovered = [], by }, { step }) => {
		const left = [...files.filter(({ action }) => action === "conflict"), ...notCovered];
		const except = left.length > 0 ? `, except ${left.map((file) => file.path).join(", ")}` : "";
		return { what: "step undone", about: `${step(stepId)}${except}`, by: actorName(by) };
	},
	"goal.cancelled": ({ by, reason }) => ({ what: "cancelled", by: actorName(by), reason }),
	"goal.reopened": ({ by, reason }) => ({ what: "reopened", by: actorName(by), reason }),
	"goal.deleted": ({ by }) => ({ what: "deleted", by: by && actorName(by) }),
	"hold.placed": ({ cause, reason, now }) =>
		cause === "person" ? { what: now ? "paused at once" : "paused", reason } : undefined,
	"hold.lifted": ({ holdId, by }, { goal }) => {
		const cause = goal.holds[holdId]?.cause;
		return by && { what: "resumed", about: cause === "person" ? undefined : cause, by: actorName(by) };
	},
	"roster.edited": ({ revision, assignments, apply, by }, { goal }) => ({
		what: "roster edited",
		about: `revision ${revision}: ${rosterChange(goal, assignments)}; from ${applies[apply] ?? apply}`,
		by: actorName(by),
	}),
	"workspace.identified": ({ by }, { goal }) =>
		by && { what: "another folder used", about: goal.workspace, by: actorName(by) },
	"budget.raised": ({ limits, by }, { goal }) => ({
		what: "budget raised",
		about: raised(goal.budget, limits),
		by: actorName(by),
	}),
	"price.set": ({ provider, model, price, by }) => ({
		what: "price set",
		about: `${provider}/${model} costs ${priceWords(price)}`,
		by: actorName(by),
	}),
	"check.reset": ({ checkId }, { goal }) => ({
		what: "check to be run again",
		code: goal.checks[checkId]?.command ?? checkId,
		isRoutine: true,
	}),
	"message.added": ({ from, text, threadId }, { role }): LineText | undefined =>
		from === "person" ? { what: `said to the ${role(threadId)}`, about: text } : undefined,
};

/** Answers that are told of by what follows from them. */
const showsItself: Partial<Record<Approval["kind"], readonly string[]>> = {
	plan: ["approve", "return"],
	step: ["retry", "rerun", "skip", "replan"],
	question: ["accept", "replan"],
	budget: ["approve", "raise"],
};

const answers: Readonly<Record<string, string>> = {
	approve: "approved",
	deny: "denied",
	return: "sent back",
	verify: "left to be verified",
	skip: "skipped",
	rerun: "run again",
	retry: "tried again",
	fail: "given up",
	replan: "to be planned anew",
	accept: "accepted",
	text: "answered in words",
	decline: "declined",
};

const applies: Readonly<Record<string, string>> = {
	future: "steps not yet begun",
	"next-turn": "the next turn",
	"restart-step": "a new attempt of the step",
};

function subject(asked: Approval | undefined, approvalId: string): { readonly code?: string; readonly about?: string } {
	if (!asked) return { about: approvalId };
	return asked.command ? { code: asked.command } : { about: asked.summary };
}

function rosterChange(goal: Goal, assignments: readonly Assignment[]): string {
	const name = (one: Assignment | undefined) =>
		!one?.enabled
			? "off"
			: one.model === undefined
				? "the primary agent"
				: `${one.provider}/${one.model}${one.effort ? `:${one.effort}` : ""}`;
	const before = new Map(goal.roster.assignments.map((one) => [one.role, name(one)]));
	const after = new Map(assignments.map((one) => [one.role, name(one)]));
	const roles = [...new Set([...before.keys(), ...after.keys()])];
	const changes = roles
		.map((role) => [role, before.get(role) ?? "the primary agent", after.get(role) ?? "the primary agent"] as const)
		.filter(([, from, to]) => from !== to)
		.map(([role, from, to]) => `${role} from ${from} to ${to}`);
	return changes.join(", ") || "nothing changed";
}

function raised(before: BudgetLimits, after: BudgetLimits): string {
	const limit = (value: number | undefined) => (value === undefined ? "no limit" : String(value));
	return budgetResources
		.filter((resource) => before[resource] !== after[resource])
		.map((resource) => `${resource} from ${limit(before[resource])} to ${limit(after[resource])}`)
		.join(", ");
}
