/** Why something in the workspace is not in a snapshot. */
export type LeftOutReason = "ignored" | "tooLarge" | "unreadable" | "special" | "excluded";

/** What one snapshot left out and another did not, or for another reason. */
export interface LeftOutChange {
	readonly path: string;
	readonly before?: LeftOutReason;
	readonly after?: LeftOutReason;
}
