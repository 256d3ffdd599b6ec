/** What went wrong, in a sentence for a person. */
export class ChangesError extends Error {
	override readonly name = "ChangesError";
	constructor(
		readonly code: "workspaceGone" | "disk" | "git" | "unknownObject" | "closed",
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}
