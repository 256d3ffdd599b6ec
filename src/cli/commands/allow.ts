import { ruleText } from "../../core/policy/ruleText.ts";
import type { ProposedRule } from "../../protocol/policy.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption } from "../input/given.ts";
import { resolveApproval } from "../input/resolve.ts";
import { answeredNo, wrongUsage } from "../terminal/failure.ts";
import { count, indent, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

/** Rules for what waits: listed with what each would have covered, or one of them kept, and the act approved. */
export async function allow(context: Context, typed: string, options: OptionValues): Promise<void> {
	const typedRule = textOption(options, "rule");
	const number = typedRule === undefined ? undefined : Number(typedRule);
	if (number !== undefined && !(Number.isInteger(number) && number > 0))
		throw wrongUsage(`--rule takes the number of a proposed rule, from 1, not “${typedRule}”.`);
	const { approvalId, approval } = await resolveApproval(context, typed);
	const everywhere = options.everywhere === true;
	const { rules, workspace, problem } = await context.ask("policy/propose", { approvalId, everywhere });
	if (problem !== undefined) throw answeredNo("noRule", problem);
	if (number === undefined) {
		context.output.result({ rules, workspace }, () => proposalText(rules, workspace, approvalId, everywhere));
		return;
	}
	const chosen = rules[number - 1];
	if (!chosen) throw wrongUsage(`There is no rule ${number}: ${count(rules.length, "rule")} fit this.`);
	const kept = await context.ask("policy/add", { rule: chosen.rule, workspace });
	await context.ask("approval/answer", { approvalId, answer: "approve", scope: "once", digest: approval?.digest });
	context.output.result({ ...kept, rule: chosen.rule, workspace }, () =>
		[`Kept for ${where(workspace)} in ${kept.file}: ${chosen.words}`, "Approved."].join("\n"),
	);
}

function proposalText(
	rules: readonly ProposedRule[],
	workspace: string | undefined,
	approvalId: string,
	everywhere: boolean,
): string {
	const rows = rules.map(({ words, covered, denied }, at) => [
		`${at + 1}`,
		words,
		paint.dim(`would have covered ${count(covered, "act")}`),
		denied > 0 ? paint.red(`${denied} of them you denied`) : "",
	]);
	const more = everywhere ? " --everywhere" : "";
	return [
		`Rules for ${where(workspace)} that would let this happen unasked:`,
		indent(table(rows)),
		...rules.map(({ rule }, at) => paint.dim(`  ${at + 1} is kept as ${ruleText(rule)}`)),
		paint.dim(`\`mission allow ${approvalId}${more} --rule 1\` keeps the first, and approves.`),
	].join("\n");
}

function where(workspace: string | undefined): string {
	return workspace ?? "every folder";
}
