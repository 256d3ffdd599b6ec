import { isRefusal, Refusal } from "../core/refusal.ts";
import { eitherWay, ways } from "../core/ways.ts";

/** Why there is no connection, in a sentence. */
export function noDaemon(): Refusal {
	return new Refusal("noDaemon", `No daemon runs here. Start it with ${eitherWay(ways.startDaemon)}.`);
}

export function asFailure(cause: unknown): Refusal {
	if (isRefusal(cause)) return cause;
	return new Refusal("unreachable", `The daemon cannot be reached: ${messageOf(cause)}`);
}

export function messageOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}
