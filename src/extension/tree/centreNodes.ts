import type { Approval, Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
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
	| { readonly kind: "more"; readonly section: Section; readonly more: number };

export type Section = "waiting" | "setAside" | "grants" | "answered" | "over";

/** What the daemon told of approvals and grants. */
export interface Centre {
	readonly approvals: readonly RecordedApproval[];
	readonly counts: ApprovalCounts;
	readonly grants: readonly GrantView[];
}

const sections: Readonly<Record<Exclude<Section, "grants">, readonly ApprovalState[]>> = {
	waiting: ["pending"],
	setAside: ["setAside"],
	answered: ["approved", "denied"],
	over: ["expired", "superseded"],
};

/** Sections that have rows: what waits for the person, what passes unasked and can be taken back, then what is past. */
export function centreNodes(
	{ approvals, counts, grants }: Centre,
	filter: ApprovalFilter,
	live: (record: RecordedApproval) => { readonly approval: Approval; readonly goal: Goal } | undefined,
): readonly CentreNode[] {
	const ofStates = (section: Exclude<Section, "grants">): CentreNode[] => {
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
	const shown = grantsUnder(filter, grants);
	const ofGrants: CentreNode[] =
		shown.length === 0
			? []
			: [
					{
						kind: "section",
						section: "grants",
						count: shown.length,
						rows: shown.map((grant) => ({ kind: "grant", grant })),
					},
				];
	return [...ofStates("waiting"), ...ofStates("setAside"), ...ofGrants, ...ofStates("answered"), ...ofStates("over")];
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
