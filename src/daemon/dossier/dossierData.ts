import type { EventBody, RecordedEvent } from "../../core/events.ts";
import { evolve, newGoal } from "../../core/folds/evolve.ts";
import type { Goal } from "../../core/goal.ts";
import type { CheckId, GoalId, StepId, ThreadId } from "../../core/ids.ts";
import { readEvent } from "../../core/upcast.ts";
import type { Actor } from "../../core/values.ts";
import type { StoredEvent } from "../store/eventStore.ts";
import { type Known, type Line, lineOf } from "./account.ts";
import { type ChangesOf, createChangeProjection } from "./changeProjection.ts";
import { type CheckRecord, createCheckProjection } from "./checkProjection.ts";
import { createDayFold, type Folded } from "./dayFold.ts";
import { decisionOf } from "./decisions.ts";
import { createGrantProjection, type GrantRecord } from "./grantProjection.ts";
import { createGuidanceProjection, type GuidanceRecords } from "./guidanceProjection.ts";
import { moments } from "./moments.ts";
import { problems } from "./problems.ts";
import { createReportProjection, type Reports } from "./reportProjection.ts";
import { createSandboxProjection, type SandboxRecord } from "./sandboxProjection.ts";
import { createUsageProjection, type UsageRecord } from "./usageProjection.ts";
import { time } from "./words.ts";

/**
 * What the account is written from. Everything in it is bounded, so that a goal of a hundred thousand events has an
 * account that a person can read; what is left out is counted, and stands in the log.
 */
export interface DossierData {
	readonly goal: Goal;
	readonly launchedBy?: Actor;
	/** The hash of the last event: it ties the account to the log that it was derived from. */
	readonly lastHash: string;
	/** Events whose contents were erased. */
	readonly erased: number;
	/** When the goal ended, if it did. */
	readonly endedAt?: string;
	readonly decisions: Folded<Line>;
	/** Approvals that stand alone, folded before the rest. */
	readonly routineDecisions: Folded<Line>;
	readonly problems: Folded<Line>;
	readonly routineProblems: Folded<Line>;
	readonly moments: Folded<Line>;
	readonly grants: readonly GrantRecord[];
	readonly guidance: GuidanceRecords;
	readonly checks: Readonly<Record<CheckId, CheckRecord>>;
	readonly sandbox: SandboxRecord;
	readonly reviews: Folded<Review>;
	readonly reports: Reports;
	readonly changes: readonly ChangesOf[];
	readonly usage: UsageRecord;
	readonly reflection?: EventBody<"reflection.written">;
	/** Why there is no reflection, where one was wanted. */
	readonly noReflection?: string;
}

export type Review = EventBody<"review.completed"> & {
	readonly seq: number;
	readonly at: string;
	readonly what: string;
	readonly step: string;
};

/** Folds the rows of one goal, in order. */
export interface DossierProjection {
	/** Of the last row that was added. */
	readonly seq: number;
	add(row: StoredEvent): void;
	data(): DossierData;
}

const kept = { decisions: 300, routine: 100, problems: 200, moments: 300, reviews: 100 };

export function createDossierProjection(goalId: GoalId): DossierProjection {
	let goal = newGoal(goalId);
	let [seq, erased, lastHash] = [0, 0, ""];
	let launchedBy: Actor | undefined;
	let endedAt: string | undefined;
	let reflection: EventBody<"reflection.written"> | undefined;
	let noReflection: string | undefined;
	let epoch = 0;
	let seenAt = "";
	const titles = new Map<StepId, string>();
	const lists = {
		decisions: createDayFold<Line>(kept.decisions),
		routineDecisions: createDayFold<Line>(kept.routine),
		problems: createDayFold<Line>(kept.problems),
		routineProblems: createDayFold<Line>(kept.routine),
		moments: createDayFold<Line>(kept.moments),
		reviews: createDayFold<Review>(kept.reviews),
	};
	const books = {
		grants: createGrantProjection(),
		guidance: createGuidanceProjection(),
		checks: createCheckProjection(),
		sandbox: createSandboxProjection(),
		reports: createReportProjection(),
		changes: createChangeProjection(),
		usage: createUsageProjection(),
	};
	const known: Known = {
		get goal() {
			return goal;
		},
		step: (stepId) => titles.get(stepId) ?? stepId,
		role: (threadId: ThreadId) => goal.threads[threadId]?.role ?? "agent",
	};

	function tell(event: RecordedEvent): void {
		if (event.type === "goal.launched") launchedBy = event.by;
		if (event.type === "plan.proposed" || event.type === "plan.edited")
			for (const { stepId, title } of event.steps) titles.set(stepId, title);
		if (event.type === "reflection.written") reflection = event;
		if (event.type === "reflection.skipped") noReflection = event.reason;
		if (event.type === "review.completed") {
			const step = event.stepId ? known.step(event.stepId) : "the whole goal";
			lists.reviews.add({ ...event, step, what: event.verdict });
		}
		const decision = decisionOf(event, known);
		if (decision) (decision.isRoutine ? lists.routineDecisions : lists.decisions).add(decision);
		const problem = lineOf(problems, event, known);
		if (problem) (problem.isRoutine ? lists.routineProblems : lists.problems).add(problem);
		const moment = lineOf(moments, event, known);
		if (moment) lists.moments.add(moment);
		for (const book of Object.values(books)) book.add(event, known);
	}

	return {
		get seq() {
			return seq;
		},
		add(row) {
			[seq, lastHash] = [row.seq, row.hash];
			const event = readEvent(row);
			if (row.body === undefined) {
				erased++;
				// Of what was erased only this much is known: that the goal is deleted.
				if (event.type === "goal.deleted") goal = { ...goal, deleted: true };
				goal = { ...goal, seq: event.seq, updatedAt: event.at };
				return;
			}
			if (epoch > 0 && event.epoch > epoch)
				lists.moments.add({
					seq,
					at: event.at,
					what: "daemon came back",
					about: `nothing was heard since ${time(seenAt)}`,
				});
			[epoch, seenAt] = [event.epoch, event.at];
			tell(event);
			goal = evolve(goal, event);
			if (!goal.end) endedAt = undefined;
			else endedAt ??= event.at;
		},
		data: () => ({
			goal,
			launchedBy,
			lastHash,
			erased,
			endedAt,
			decisions: lists.decisions.folded(),
			routineDecisions: lists.routineDecisions.folded(),
			problems: lists.problems.folded(),
			routineProblems: lists.routineProblems.folded(),
			moments: lists.moments.folded(),
			reviews: lists.reviews.folded(),
			grants: books.grants.records(),
			guidance: books.guidance.records(),
			checks: books.checks.records(),
			sandbox: books.sandbox.record(),
			reports: books.reports.reports(),
			changes: books.changes.changes(known),
			usage: books.usage.record(),
			reflection,
			noReflection: goal.reflection?.state === "skipped" ? noReflection : undefined,
		}),
	};
}
