import type { Goal, Grant, GrantUse } from "../../core/goal.ts";
import type { GoalId, GrantId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import { type Actor, actorName } from "../../core/values.ts";
import { asksAgain } from "../../core/words/grantWords.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import type { GrantView } from "../../protocol/view.ts";
import { decide } from "../engine/decide.ts";
import type { StandingGrant } from "../policy/standingGrants.ts";
import type { GrantsOfGoal } from "./grantLedger.ts";
import type { Services } from "./services.ts";

/** What stands approved for longer than once: of goals, in their logs, and of folders, beside them. */
export async function listGrants(
	{ supervisor, grants, grantLedger }: Services,
	{ goalId, all }: Params<Methods, "grant/list">,
): Promise<Result<Methods, "grant/list">> {
	const goal = goalId && (await supervisor.goal(goalId));
	const ledger = await grantLedger.read();
	const ofFolders: readonly StandingGrant[] = goal ? grants.of(goal) : grants.all();
	const isListed = ({ grantId }: Grant) => ofFolders.some((one) => one.grantId === grantId);
	const ofGoals = goal ? [{ goalId: goal.goalId, grants: goal.grants }] : all ? ledger : [];
	const own = ofGoals.flatMap((one) =>
		Object.values(one.grants)
			.filter((grant) => !isListed(grant))
			.map((grant) => ({ ...grant, goalId: one.goalId, workspace: undefined })),
	);
	return { grants: [...own, ...ofFolders].map((grant) => viewGrant(grant, ledger)) };
}

function viewGrant(
	grant: Grant & { readonly goalId: GoalId; readonly workspace?: string },
	ledger: readonly GrantsOfGoal[],
): GrantView {
	const { grantId, scope, kind, subject, addedAt, by, workspace, goalId } = grant;
	const goalTitle = ledger.find((one) => one.goalId === goalId)?.title;
	return {
		...{ grantId, scope, kind, subject, addedAt, by: actorName(by), workspace, goalId, goalTitle },
		...(kind !== "server" && usesOf(grantId, ledger)),
	};
}

function usesOf(grantId: GrantId, ledger: readonly GrantsOfGoal[]): Pick<GrantView, "uses" | "lastUse"> {
	let uses = 0;
	let last: (GrantUse & { readonly goalId: GoalId }) | undefined;
	for (const { goalId, grantUses } of ledger) {
		const use = grantUses?.[grantId];
		if (!use) continue;
		uses += use.times;
		if (!last || use.at > last.at) last = { ...use, goalId };
	}
	return { uses, lastUse: last && { goalId: last.goalId, seq: last.seq, at: last.at } };
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
		const grant = goal.grants[grantId];
		if (!grant) continue;
		await supervisor.commit(goalId, (now) => decide({ kind: "revoke", grantId }, now, { by, newId, now: clock.now() }));
		return { grantId, asksAgain: asksAgain(ofFolder ?? grant) };
	}
	if (ofFolder) return { grantId, asksAgain: asksAgain(ofFolder) };
	throw new Refusal("unknownGrant", `There is no grant ${grantId}. \`mission grants\` lists them.`);
}
