import type { Refused } from "../../core/refused.ts";

/** A request that cannot be carried out now. The message is a sentence: why, and what would work. */
export class Refusal extends Error {
	constructor(
		readonly code: string,
		message: string,
	) {
		super(message);
		this.name = "Refusal";
	}
}

/** Throws what the table of what is allowed says against it. */
export function refuse(refused: Refused | undefined): void {
	if (refused) throw new Refusal(refused.code, refused.message);
}
