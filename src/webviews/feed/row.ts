import type { EventType, RecordedEvent } from "../../core/events.ts";
import type { ApprovalId, CheckId, StepId, ThreadId, ToolCallId } from "../../core/ids.ts";
import type { Image } from "../../core/image.ts";
import { type Actor, actorName, type Output, type Risk } from "../../core/values.ts";
import { callMarks, type Mark } from "../../core/words/marks.ts";
import type { Target } from "../../protocol/webview.ts";
import { firstLine, who } from "../shared/format.ts";
import type { Shape } from "../shared/icon.tsx";
import { t, tLabel } from "../shared/words.ts";

/** What a reader can switch off. `goal` and `approval` rows always stay. */
export const categories = ["tools", "files", "messages", "checks", "errors", "todos"] as const;
export type Category = (typeof categories)[number];

export interface Row extends Shape {
	/** Stays the same while the row changes. */
	readonly key: string;
	readonly seq: number;
	readonly at: string;
	readonly category: Category | "goal" | "approval";
	/** Shown under Errors, too. */
	readonly isError?: boolean;
	readonly word: string;
	readonly text: string;
	/** Quiet, behind the text. */
	readonly note?: string;
	/** Before the result, in the foreground: an exit code. */
	readonly code?: string;
	readonly result?: string;
	/** Lines added and removed. */
	readonly lines?: readonly [number, number];
	/** The text is the link. */
	readonly isLink?: boolean;
	/** What Enter opens. */
	readonly opens?: "thread" | "overview" | "dossier" | "approval" | Pick<Change, "kind" | "path" | "before" | "after">;
	/** More of it, folded. */
	readonly body?: string;
	readonly output?: { readonly output: Output; readonly seq: number };
	/** Shown below it, in small. */
	readonly images?: readonly Image[];
	/** When it began, while it goes on. */
	readonly startedAt?: string;
	readonly ended?: boolean;
	readonly risk?: Risk;
	readonly threadId?: ThreadId;
	readonly stepId?: StepId;
	readonly attempt?: number;
	readonly toolCallId?: ToolCallId;
	readonly writer?: ToolCallId;
	readonly approvalId?: ApprovalId;
	readonly checkId?: CheckId;
	readonly runId?: string;
}
type Change = Extract<Target, { kind: "change" }>;

/** A part of the table of all events: those whose names begin so. */
export type Rules<Topic extends string> = {
	readonly [T in Extract<EventType, `${Topic}.${string}`>]: Rule<T>;
};
export type Rule<T extends EventType> = "hidden" | MakingRule<T> | ChangingRule<T>;
interface MakingRule<T extends EventType> {
	readonly key?: (event: RecordedEvent<T>) => string;
	/** Nothing: this one is not shown. */
	readonly row: (event: RecordedEvent<T>) => Draft | undefined;
}
interface ChangingRule<T extends EventType> {
	readonly key: (event: RecordedEvent<T>) => string;
	readonly change: (row: Row, event: RecordedEvent<T>) => Row;
}
export type Draft = Omit<Row, "key" | "seq" | "at">;

export function callKey(toolCallId: string): string {
	return `call:${toolCallId}`;
}

export function approvalKey(approvalId: string): string {
	return `approval:${approvalId}`;
}

export function runKey(runId: string): string {
	return `run:${runId}`;
}

export function makes<T extends EventType>(row: MakingRule<T>["row"]): MakingRule<T> {
	return { row };
}

export function shown(category: Row["category"], icon: Shape["icon"], tone: Shape["tone"], word: string) {
	return { category, icon, tone, word };
}

export function goal(icon: Shape["icon"], tone: Shape["tone"] = "idle") {
	return shown("goal", icon, tone, t("goal"));
}

/** A row about something that has come to a state, with that state's icon and colour. */
export function marked(category: Row["category"], { icon, tone }: Omit<Mark, "word">, word: string) {
	return shown(category, icon, tone, word);
}

/** The same for a row that is there already. */
export function iconOf({ icon, tone }: Omit<Mark, "word">): Shape {
	return { icon, tone };
}

export function failure(word: string) {
	return { ...marked("errors", callMarks.failed, word), isError: true };
}

/** It is unknown whether it had its effect; or it certainly had none, and begins again. */
export function interrupted(
	row: Row,
	e: { readonly outcome: "unknown" | "notBegun" | "stopped"; readonly reason: string },
): Row {
	if (e.outcome !== "unknown") return { ...row, startedAt: undefined, note: firstLine(e.reason) };
	return {
		...row,
		startedAt: undefined,
		...iconOf(callMarks.unknown),
		isError: true,
		note: firstLine(e.reason),
		result: tLabel(callMarks.unknown.word),
	};
}

export function by(actor: Actor): string {
	return who(actorName(actor));
}
