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
export type HoldId = Id<"hold">;
