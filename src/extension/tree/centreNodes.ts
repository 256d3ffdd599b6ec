import type { Approval, Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import type { PolicyRule } from "../../core/policy/rule.ts";
import { ruleWords } from "../../core/policy/ruleWords.ts";
import type { ApprovalFilter, ApprovalState } from "../../core/words/approvalFilter.ts";
import type { ApprovalCounts, GrantView, RecordedApproval } from "../../protocol/view.ts";

/** What the section of approvals consists of. Pure: which rows there are; `centreRows.ts` says how each looks. */
export type CentreNode =
	| {
			readonly kind: "section";
			readonly section: Section;
			readonly count: number;
			readonly rows: readonly CentreNode[];
	  }
	| { readonly kind: "approval"; readonly goalId: GoalId; readonly approval: Approval; readonly goal: Goal }
	| { readonly kind: "record"; readonly goalId: GoalId; readonly record: RecordedApproval }
	| { readonly kind: "grant"; readonly grant: GrantView }
	| { readonly kind: "rule"; readonly given: RuleView }
	| { readonly kind: "more"; readonly section: Section; readonly more: number };

export type Section = "waiting" | "setAside" | "grants" | "rules" | "answered" | "over";
type OfApprovals = Exclude<Section, "grants" | "rules">;

/** A rule that somebody laid down; of every folder, or of one. */
export interface RuleView {
	readonly rule: PolicyRule;
	readonly level: "organisation" | "user" | "workspace";
	readonly workspace?: string;
	readonly file?: string;
}

/** What the daemon told of approvals and grants. */
export interface Centre {
	readonly approvals: readonly RecordedApproval[];
	readonly counts: ApprovalCounts;
	readonly grants: readonly GrantView[];
	readonly rules: readonly RuleView[];
}

const sections: Readonly<Record<OfApprovals, readonly ApprovalState[]>> = {
	waiting: ["pending"],
	setAside: ["setAside"],
	answered: ["approved", "denied"],
	over: ["expired", "superseded"],
};

/** Sections that have rows: what waits for the person, what passes unasked and can be taken back, then what is past. */
export function centreNodes(
	{ approvals, counts, grants, rules }: Centre,
	filter: ApprovalFilter,
	live: (record: RecordedApproval) => { readonly approval: Approval; readonly goal: Goal } | undefined,
): readonly CentreNode[] {
	const ofStates = (section: OfApprovals): CentreNode[] => {
		const states = sections[section];
		const count = states.reduce((sum, state) => sum + counts[state], 0);
		const rows = approvals
			.filter((record) => states.includes(record.setAside ? "setAside" : record.state))
			.map((record): CentreNode => {
				const { goalId } = record;
				const now = record.state === "pending" ? live(record) : undefined;
				return now ? { kind: "approval", goalId, ...now } : { kind: "record", goalId, record };
			});
		const more = count - rows.length;
		if (more > 0) rows.push({ kind: "more", section, more });
		return count > 0 ? [{ kind: "section", section, count, rows }] : [];
	};
	const listed = (section: Section, rows: readonly CentreNode[]): CentreNode[] =>
		rows.length === 0 ? [] : [{ kind: "section", section, count: rows.length, rows }];
	return [
		...ofStates("waiting"),
		...ofStates("setAside"),
		...listed(
			"grants",
			grantsUnder(filter, grants).map((grant) => ({ kind: "grant", grant })),
		),
		...listed(
			"rules",
			rulesUnder(filter, rules).map((given) => ({ kind: "rule", given })),
		),
		...ofStates("answered"),
		...ofStates("over"),
	];
}

/** A rule is of no goal, in no state and of no class: only words find some of them. */
function rulesUnder({ states, risks, goal, text = "" }: ApprovalFilter, rules: readonly RuleView[]): RuleView[] {
	if (states || risks || goal !== undefined) return [];
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	return rules.filter(({ rule, workspace }) => {
		const searched = [ruleWords(rule), rule.why, workspace].join(" ").toLowerCase();
		return words.every((word) => searched.includes(word));
	});
}

/** A grant is in no state and of no class: a filter for those leaves all of them out. The last used stands first. */
function grantsUnder({ states, risks, goal, text = "" }: ApprovalFilter, grants: readonly GrantView[]): GrantView[] {
	if (states || risks) return [];
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	const title = goal?.toLowerCase();
	return grants
		.filter((grant) => {
			const searched = [grant.subject, grant.kind, grant.workspace, grant.by].join(" ").toLowerCase();
			const isOfGoal =
				goal === undefined ||
				grant.goalId?.startsWith(goal) ||
				(title !== undefined && grant.goalTitle?.toLowerCase().includes(title));
			return isOfGoal && words.every((word) => searched.includes(word));
		})
		.toSorted((a, b) => timeOf(b) - timeOf(a));
}

function timeOf({ lastUse, addedAt }: GrantView): number {
	return Date.parse(lastUse?.at ?? addedAt);
}
