import type { ApprovalId, CheckId, GrantId, StepId, ThreadId, ToolCallId } from "../../../core/ids.ts";
import type { Image } from "../../../core/image.ts";
import type { Actor, ApprovalScope, BudgetLimits } from "../../../core/values.ts";
import type { AnswerValues } from "../../../core/words/answerValues.ts";
import type { NewId } from "../../platform/ports.ts";

/** What a person may ask of a goal (decide.ts). */
export type Request =
	| { readonly kind: "pause"; readonly now: boolean }
	| { readonly kind: "resume" }
	| { readonly kind: "cancel"; readonly reason?: string }
	| { readonly kind: "delete" }
	| { readonly kind: "retry"; readonly stepId?: StepId }
	| { readonly kind: "rerun"; readonly stepId?: StepId }
	| { readonly kind: "skip"; readonly stepId?: StepId }
	| {
			readonly kind: "answer";
			readonly approvalId: ApprovalId;
			readonly answer: string;
			readonly scope: ApprovalScope;
			readonly reason?: string;
			readonly digest?: string;
			/** Of an agent's question: the options that are chosen, beside the answer itself. */
			readonly chosen?: readonly string[];
			/** What the answer needs beside its option. */
			readonly values?: AnswerValues;
	  }
	| { readonly kind: "setAside"; readonly approvalId: ApprovalId; readonly aside: boolean }
	| { readonly kind: "raise"; readonly by: BudgetLimits }
	| { readonly kind: "send"; readonly threadId?: ThreadId; readonly text: string; readonly images?: readonly Image[] }
	| { readonly kind: "editPlan"; readonly markdown: string }
	| { readonly kind: "replan"; readonly reason?: string }
	| { readonly kind: "runChecks"; readonly checkId?: CheckId }
	| { readonly kind: "stopBackground"; readonly toolCallId: ToolCallId }
	| { readonly kind: "revoke"; readonly grantId: GrantId };

export interface RequestContext {
	readonly by: Actor;
	readonly newId: NewId;
	/** Milliseconds since the epoch; without it no approval expires. */
	readonly now?: number;
}
