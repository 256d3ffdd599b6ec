import { isRefusal, type RefusalCode } from "../../core/refusal.ts";

/**
 * How a command ends, for people as a sentence and for scripts as an exit code: 0 done, 1 failed, 2 wrong usage, 3
 * refused by the daemon, 4 timed out.
 */
export const exitCodes = { done: 0, failed: 1, usage: 2, refused: 3, timedOut: 4 } as const;

/** A sentence for the person, with the exit code that goes with it. */
export class Failure extends Error {
	constructor(
		readonly code: string,
		message: string,
		readonly exitCode: number = exitCodes.failed,
		/** What people read of it on standard error instead of the sentence; empty where the answer has said it already. */
		readonly forPeople: string = message,
	) {
		super(message);
		this.name = "Failure";
	}
}

export function wrongUsage(message: string, forPeople?: string): Failure {
	return new Failure("usage", message, exitCodes.usage, forPeople);
}

/** The answer stands on standard output, and says by itself that this is not what was wanted. */
export function answeredNo(code: string, message: string): Failure {
	return new Failure(code, message, exitCodes.failed, "");
}

/** What is not said by the daemon about the request, but about the way to it or about a bug. */
const notRefusals: Partial<Record<RefusalCode, number>> = {
	badRequest: exitCodes.usage,
	closed: exitCodes.failed,
	unreachable: exitCodes.failed,
	noDaemon: exitCodes.failed,
	startFailed: exitCodes.failed,
	internal: exitCodes.failed,
};

/** Any error as a failure; what is neither ours nor the daemon's is a bug, and keeps its stack. */
export function asFailure(cause: unknown): Failure {
	if (cause instanceof Failure) return cause;
	if (isRefusal(cause)) {
		return new Failure(cause.code, cause.message, notRefusals[cause.code] ?? exitCodes.refused);
	}
	const failure = new Failure("bug", cause instanceof Error ? cause.message : String(cause));
	if (cause instanceof Error) failure.stack = cause.stack;
	return failure;
}
