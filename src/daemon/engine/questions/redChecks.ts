import type { EventOf } from "../../../core/events.ts";
import type { Check, Goal } from "../../../core/goal.ts";
import type { CheckId } from "../../../core/ids.ts";
import { finalChecks } from "../../../core/rules/checks.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { asking, type Consequences } from "./question.ts";

export function askAboutChecks(
	goal: Goal,
	checkIds: readonly CheckId[],
	newId: NewId,
	now: number,
): EventOf<"approval.requested"> {
	const red = checkIds.flatMap((checkId) => goal.checks[checkId] ?? []);
	return {
		...asking("redChecks", newId, now),
		kind: "question",
		summary: `All steps are done, but ${red.length === 1 ? "a check is" : `${red.length} checks are`} red.`,
		reasons: red.map(whyRed),
		digest: sha256(["checks", goal.goalId, red.map((check) => [check.checkId, check.runs])]),
		options: ["rerun", "fail"],
	};
}

/** A check that a person did not let run is red without an exit code. */
export function whyRed({ command, exitCode, diagnosis }: Check): string {
	return `\`${command}\` is red${exitCode === undefined ? "" : ` (exit ${exitCode})`}: ${diagnosis ?? ""}`;
}

export const redChecksAnswered: Consequences = ({ summary }, { answer }, goal) =>
	answer === "fail"
		? [{ type: "goal.failed", reason: summary }]
		: finalChecks(goal)
				.filter((check) => check.state === "red")
				.map(({ checkId }) => ({ type: "check.reset", checkId }));
