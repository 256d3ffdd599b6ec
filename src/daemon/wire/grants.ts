import type { Goal } from "../../core/goal.ts";
import type { GoalId, GrantId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import type { Actor } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import { decide } from "../engine/decide.ts";
import type { Services } from "./services.ts";

/** What stands approved for longer than once: of goals, in their logs, and of folders, beside them. */
export async function listGrants(
	{ supervisor, grants }: Services,
	goalId: GoalId | undefined,
): Promise<Result<Methods, "grant/list">> {
	const goal = goalId && (await supervisor.goal(goalId));
	const ofFolder = goal ? grants.of(goal) : grants.all();
	const own = goal
		? Object.values(goal.grants).filter(({ grantId }) => !ofFolder.some((one) => one.grantId === grantId))
		: [];
	return {
		grants: [...own.map((grant) => ({ ...grant, workspace: undefined })), ...ofFolder].map(
			({ grantId, scope, kind, subject, addedAt, workspace }) => ({
				grantId,
				scope,
				kind,
				subject,
				addedAt,
				workspace,
			}),
		),
	};
}

/** What was just approved for the folder holds for its other goals as well, before the person is told that it does. */
export function keepForFolder({ grants }: Services, { goalId, workspace, folder, updatedAt, grants: own }: Goal): void {
	for (const grant of Object.values(own))
		if (grant.scope === "workspace" && grant.addedAt === updatedAt) grants.add({ ...grant, goalId, workspace, folder });
}

export async function revokeGrant(
	{ supervisor, grants, clock, newId }: Services,
	by: Actor,
	grantId: GrantId,
): Promise<Result<Methods, "grant/revoke">> {
	// First where it covers most: what is cut short after that covers less than the person thinks, never more.
	const ofFolder = grants.revoke(grantId);
	const goalIds = supervisor.summaries().map((summary) => summary.goalId);
	for (const goalId of ofFolder ? goalIds.filter((id) => id === ofFolder.goalId) : goalIds) {
		const goal = await supervisor.goal(goalId);
		if (!goal.grants[grantId]) continue;
		await supervisor.commit(goalId, (now) => decide({ kind: "revoke", grantId }, now, { by, newId, now: clock.now() }));
		return { grantId };
	}
	if (ofFolder) return { grantId };
	throw new Refusal("unknownGrant", `There is no grant ${grantId}. \`mission grants\` lists them.`);
}
