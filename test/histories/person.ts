import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonClient } from "../../src/client/daemonClient.ts";
import type { Approval, Goal } from "../../src/core/goal.ts";
import type { GoalId } from "../../src/core/ids.ts";

/** Somebody who follows a goal and answers what it asks. */
export interface Person {
	readonly goalId: GoalId;
	/** The goal as it is now. */
	now(): Promise<Goal>;
	/** Answers by `decide` until the goal is in one of these states of its own, or `until` holds. */
	follow(decide: Decide, until: (goal: Goal) => boolean): Promise<Goal>;
	client(): DaemonClient;
}

export interface Answer {
	readonly answer: string;
	readonly reason?: string;
	readonly chosen?: string[];
	readonly scope?: "once" | "goal";
	readonly price?: { readonly input: number; readonly output: number };
}

/** What is answered; undefined lets it wait. */
export type Decide = (approval: Approval) => Answer | undefined;

const lookAgainMs = 15;
const patienceMs = 60_000;

export function person(client: () => DaemonClient, goalId: GoalId): Person {
	const now = async () => (await client().request("goal/watch", { goalId })).goal;
	return {
		goalId,
		now,
		client,
		async follow(decide, until) {
			const deadline = Date.now() + patienceMs;
			for (;;) {
				const goal = await now();
				if (until(goal)) return goal;
				if (Date.now() > deadline)
					throw new Error(`the goal does not come to it: ${JSON.stringify(goal, undefined, 1)}`);
				for (const approval of Object.values(goal.approvals)) {
					const decision = decide(approval);
					if (!decision) continue;
					const { approvalId, digest } = approval;
					await client().request("approval/answer", { approvalId, digest, ...decision });
				}
				await sleep(lookAgainMs);
			}
		},
	};
}

export const approveAll: Decide = ({ kind }) => ({ answer: kind === "recovery" ? "verify" : "approve" });
export const isOver = (goal: Goal): boolean => goal.end !== undefined && goal.files.writers.length === 0;
export const asks = (kind: Approval["kind"]) => (goal: Goal) =>
	Object.values(goal.approvals).some((approval) => approval.kind === kind);
