/**
 * Something that a person asked for and that cannot be, in one sentence for them. The daemon's own refusals arrive as
 * errors of the protocol; to whoever shows them both are the same. Kept apart from the protocol's class, which would
 * load the wire with it before anything is said over it.
 */
export class Refusal extends Error {
	constructor(
		readonly code: string,
		message: string,
	) {
		super(message);
		this.name = "Refusal";
	}
}

export function isRefusal(cause: unknown): cause is Error & { readonly code: string } {
	return cause instanceof Error && (cause.name === "Refusal" || cause.name === "ProtocolError");
}
