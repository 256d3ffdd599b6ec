import * as v from "valibot";

/**
 * Ids are opaque strings with a brand, so that one kind is never passed for another.
 * They are made at the rim (the daemon's id port) and only carried inside.
 */
declare const brand: unique symbol;
type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type GoalId = Id<"goal">;
export type StepId = Id<"step">;
export type ThreadId = Id<"thread">;
export type TurnId = Id<"turn">;
export type ToolCallId = Id<"toolCall">;
export type ApprovalId = Id<"approval">;
export type CheckId = Id<"check">;
/** One run of a check; also the name of its command's spool. */
export type RunId = Id<"run">;
export type HoldId = Id<"hold">;
export type GrantId = Id<"grant">;
export type MessageId = Id<"message">;
export type UndoId = Id<"undo">;

/** An id as it crosses the wire: 1 to 128 letters, digits and `._:-`. */
const id = <T extends string>(characters = /^[A-Za-z0-9._:-]{1,128}$/) =>
	v.pipe(
		v.string(),
		v.regex(characters),
		v.transform((text) => text as T),
	);

/** Steps and their checks are named after what a person wrote, in any script. */
const named = /^[\p{L}\p{N}\p{M}._:-]{1,128}$/u;

export const GoalIdSchema = id<GoalId>();
export const StepIdSchema = id<StepId>(named);
export const ThreadIdSchema = id<ThreadId>();
export const TurnIdSchema = id<TurnId>();
export const ToolCallIdSchema = id<ToolCallId>();
export const ApprovalIdSchema = id<ApprovalId>();
export const CheckIdSchema = id<CheckId>(named);
export const RunIdSchema = id<RunId>();
export const HoldIdSchema = id<HoldId>();
export const GrantIdSchema = id<GrantId>();
export const MessageIdSchema = id<MessageId>();
export const UndoIdSchema = id<UndoId>();
