import type { GoalId } from "../../protocol/ids.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { Context } from "../context.ts";
import { ago, oneLine, table } from "../layout.ts";
import { resolveGoal } from "../resolve.ts";

type GrantRow = Result<Methods, "grant/list">["grants"][number];

export async function grants(context: Context, typed: string | undefined): Promise<undefined> {
	const goalIds =
		typed === undefined
			? (await context.ask("goal/list", {})).goals.filter((goal) => !goal.deleted).map((goal) => goal.goalId)
			: [await resolveGoal(context, typed)];
	const all: (GrantRow & { readonly goalId: GoalId })[] = [];
	for (const goalId of goalIds) {
		const { grants: standing } = await context.ask("grant/list", { goalId });
		all.push(...standing.map((grant) => ({ goalId, ...grant })));
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
						grant.goalId,
					]),
					["grant", "scope", "kind", "covers", "since", "goal"],
				),
	);
}
