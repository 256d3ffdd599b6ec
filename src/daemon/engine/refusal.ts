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
