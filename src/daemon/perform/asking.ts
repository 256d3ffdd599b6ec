import type { Goal } from "../../core/goal.ts";
import { questionByKey } from "../../core/questions/agent.ts";
import type { GoalDriver } from "../engine/driver.ts";
import { type AgentQuestion, askQuestion, tooManyAsked } from "../engine/questions/agent.ts";
import type { PersonAnswer } from "../tools/personQuestion.ts";
import type { ActivityContext } from "./parts.ts";

/**
 * Asks a person in the middle of something that goes on only in this process: the turn of an agent that runs its own
 * tools, a call of a server. The question is in the log; whoever asks again by the same key, after a restart too, gets
 * the answer that was given meanwhile. Where too many wait already, it is declined at once.
 */
export async function askWithin(
	{ parts, driver }: Pick<ActivityContext, "parts" | "driver">,
	question: AgentQuestion & { readonly key: string },
	signal: AbortSignal,
): Promise<PersonAnswer> {
	const { key } = question;
	let reason: string | undefined;
	await driver.recordFact((goal) => {
		reason = undefined;
		if (goal.end || questionByKey(goal, key)) return [];
		reason = tooManyAsked(goal);
		return reason ? [] : [askQuestion(question, parts.newId, parts.clock.now(), parts.questionMs)];
	});
	if (reason) return { kind: "declined", reason };
	return (await driver.until((goal) => answerIn(goal, key), signal)) ?? { kind: "over" };
}

/** Whoever asked waits no longer: the question is taken back. */
export async function withdrawQuestion(driver: GoalDriver, key: string, reason: string): Promise<void> {
	await driver.recordFact((goal) => {
		const found = Object.values(goal.approvals).find(({ asked }) => asked?.key === key);
		return found ? [{ type: "approval.superseded", approvalId: found.approvalId, reason }] : [];
	});
}

function answerIn(goal: Goal, key: string): PersonAnswer | undefined {
	const found = questionByKey(goal, key);
	if (found && !("answer" in found)) return undefined;
	if (!found || found.state === "superseded" || found.state === "expired") return { kind: "over" };
	if (found.answer === "decline") return { kind: "declined", reason: found.text };
	return { kind: "answered", chosen: found.chosen ?? [], text: found.text };
}
