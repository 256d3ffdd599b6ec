import type { Step, Thread } from "../../core/goal.ts";
import type { GoalRequest } from "../../core/rules/controls.ts";
import type { GoalState } from "../../core/rules/goalState.ts";
import type { StepRequest } from "../../core/rules/stepControls.ts";
import type { ApprovalKind, ChangeStatus } from "../../core/values.ts";
import type { RecordedApproval } from "../../protocol/view.ts";
import type { OwnAnswer } from "./contextKeys.ts";
import { fits, type When } from "./when.ts";

/**
 * What menus look at in a row of the tree, and in the document of an approval: what it is, in words parted by dots, then
 * `;can.` with each request that is allowed now. Menus offer what is allowed and nothing else, because the condition of
 * each names its request. Rows are written and asked for here, so that a word that is never written cannot be asked for.
 */
interface RowWords {
	readonly group: [string];
	readonly goal: [GoalState];
	/** `stuck`: a person is asked how it goes on. `dropped`: no longer in the plan. */
	readonly step: [Step["state"] | "stuck" | "dropped", "begun"];
	readonly thread: [Thread["state"]];
	/** `short`: the row shows all of the command. */
	readonly approval: [ApprovalKind, "short" | "long"];
	readonly changes: [];
	readonly change: [ChangeStatus];
	readonly note: [];
	readonly section: ["waiting" | "setAside" | "grants" | "rules" | "answered" | "over"];
	readonly record: [RecordedApproval["state"]];
	readonly grant: ["used" | "unused"];
	/** `own`: the person's, who may remove it. */
	readonly rule: ["own" | "organisation"];
	readonly more: [];
}
type Noun = keyof RowWords;

interface RowRequests {
	readonly goal: GoalRequest;
	readonly step: StepRequest;
	readonly thread: "message";
	readonly approval: "answer" | "setAside" | "takeUp" | OwnAnswer;
}
type RequestOf<N extends Noun> = N extends keyof RowRequests ? RowRequests[N] : never;

export function contextOf<N extends Noun>(
	noun: N,
	words: Readonly<Partial<RowWords[N]>>,
	allowed: readonly string[] = [],
): string {
	const what = [noun, ...words].join(".");
	return [what, ...allowed.map((request) => `can.${request}`)].join(";");
}

type Asked<Words extends readonly string[]> = { readonly [I in keyof Words]?: Words[I] | readonly Words[I][] | "any" };

/** A row of this kind, with these words (`any` for whichever), that allows the request. */
export function row<N extends Noun>(noun: N, words: Asked<RowWords[N]> = [] as never, can?: RequestOf<N>): When {
	const asked = (words as readonly (string | readonly string[])[]).map((word) =>
		word === "any" ? "\\w+" : typeof word === "string" ? word : `(${word.join("|")})`,
	);
	return fits("viewItem", `^${[noun, ...asked].join("\\.")}\\b${can ? `.*${allows(can)}` : ""}`);
}

/** The document in front is about an approval that has this answer. */
export function inFront(answer: RowRequests["approval"]): When {
	return fits("missionControl.approvalInFront", allows(answer));
}

function allows(request: string): string {
	return `;can\\.${request}\\b`;
}
