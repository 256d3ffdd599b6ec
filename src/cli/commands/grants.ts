import type { GoalId } from "../../core/ids.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { Context } from "../input/context.ts";
import { resolveGoal } from "../input/resolve.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { ago, oneLine, table } from "../terminal/layout.ts";

type GrantRow = Result<Methods, "grant/list">["grants"][number];

export async function grants(context: Context, typed: string | undefined): Promise<void> {
	const goalIds =
		typed === undefined
			? (await context.ask("goal/list", {})).goals.filter((goal) => !goal.deleted).map((goal) => goal.goalId)
			: [await resolveGoal(context, typed)];
	const all: (GrantRow & { readonly goalId?: GoalId })[] = [];
	for (const goalId of goalIds) {
		const { grants: standing } = await context.ask("grant/list", { goalId });
		// A grant for a folder is one, whichever goals work in it.
		all.push(...standing.filter((grant) => !isListed(all, grant)).map((grant) => ({ goalId, ...grant })));
	}
	if (typed === undefined) {
		const { grants: ofFolders } = await context.ask("grant/list", {});
		all.push(...ofFolders.filter((grant) => !isListed(all, grant)));
	}
	const now = Date.now();
	context.output.result(all, () =>
		all.length === 0
			? "Nothing was approved for longer than once."
			: table(
					all.map((grant) => [
						grant.grantId,
						grant.scope,
						grant.kind,
						oneLine(grant.subject, 80),
						ago(grant.addedAt, now),
						grant.workspace ?? grant.goalId ?? "",
					]),
					["grant", "scope", "kind", "covers", "since", "where"],
				),
	);
}

export async function revoke(context: Context, grantId: string | undefined): Promise<void> {
	if (grantId === undefined) throw wrongUsage("Name the grant to revoke; `mission grants` lists them.");
	const answer = await context.ask("grant/revoke", { grantId });
	context.output.result(answer, () => `Revoked ${answer.grantId}. What it covered is asked about again.`);
}

function isListed(all: readonly GrantRow[], { grantId }: GrantRow): boolean {
	return all.some((one) => one.grantId === grantId);
}
