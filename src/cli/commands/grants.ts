import { grantSubject } from "../../core/words/grantWords.ts";
import type { GrantView } from "../../protocol/view.ts";
import type { Context } from "../input/context.ts";
import { resolveGoal } from "../input/resolve.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { ago, oneLine, table } from "../terminal/layout.ts";

export async function grants(context: Context, typed: string | undefined): Promise<void> {
	const goalId = typed === undefined ? undefined : await resolveGoal(context, typed);
	const { grants: all } = await context.ask("grant/list", { goalId, all: goalId === undefined });
	const now = Date.now();
	context.output.result(all, () =>
		all.length === 0
			? "Nothing was approved for longer than once."
			: table(
					all.map((grant) => [
						grant.grantId,
						grant.scope,
						grant.kind,
						oneLine(grantSubject(grant), 80),
						ago(grant.addedAt, now),
						usesText(grant),
						grant.lastUse ? ago(grant.lastUse.at, now) : "",
						grant.workspace ?? grant.goalId ?? "",
					]),
					["grant", "scope", "kind", "covers", "since", "used", "last", "where"],
				),
	);
}

/** Starts of MCP servers are not counted. */
function usesText({ uses }: GrantView): string {
	return uses === undefined ? "" : `${uses}×`;
}

export async function revoke(context: Context, grantId: string | undefined): Promise<void> {
	if (grantId === undefined) throw wrongUsage("Name the grant to revoke; `mission grants` lists them.");
	const answer = await context.ask("grant/revoke", { grantId });
	context.output.result(answer, () => answer.asksAgain ?? `Revoked. What ${answer.grantId} covered asks again.`);
}
