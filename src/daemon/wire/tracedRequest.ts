import { sizeOf, type Trace, timed } from "../platform/trace.ts";

/** A request of a client: its name, and the sizes of what was asked and answered. */
export function tracedRequest<T>(
	method: string,
	params: unknown,
	answer: () => T | Promise<T>,
	trace: Trace,
): Promise<T> {
	return timed(trace, `wire: ${method}, ${sizeOf(params)} bytes`, answer, (result) => `${sizeOf(result)} bytes`);
}
