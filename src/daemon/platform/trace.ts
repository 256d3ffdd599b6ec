import type { Log } from "./ports.ts";

/**
 * Each port with a line of the log around what passes through it: what, for whom, how long and how much. Never what was
 * said: no prompt, no argument, no command's text and no key is in a line. The wrapper of a port lies beside the port.
 */
export type Trace = (text: string) => void;

/** Undefined where such lines are not written, so that nothing is measured for them. */
export function traceOf(log: Log, isWanted: boolean): Trace | undefined {
	return isWanted ? (text) => log.trace(text) : undefined;
}

/** One line before, and one after with what came of it. */
export async function timed<T>(
	trace: Trace,
	what: string,
	act: () => T | Promise<T>,
	ended: (result: T) => string = () => "done",
): Promise<T> {
	trace(`${what}, begun`);
	const began = performance.now();
	const took = () => `after ${Math.round(performance.now() - began)} ms`;
	try {
		const result = await act();
		trace(`${what}, ${ended(result)} ${took()}`);
		return result;
	} catch (cause) {
		const code = (cause as { code?: unknown } | undefined)?.code;
		trace(`${what}, ${typeof code === "string" ? code : "thrown"} ${took()}`);
		throw cause;
	}
}

export function sizeOf(value: unknown): number {
	return Buffer.byteLength(JSON.stringify(value) ?? "");
}
