import type { Agent } from "./agents/agent.ts";
import type { Commands } from "./commands/commands.ts";
import type { Perform } from "./engine/driver.ts";
import type { Log } from "./platform/ports.ts";
import type { Store } from "./store/eventStore.ts";

/**
 * Each port with a line of the log around what passes through it: what, for whom, how long and how much. Never what was
 * said: no prompt, no argument, no command's text and no key is in a line.
 */
export type Trace = (text: string) => void;

/** Undefined where nobody reads such lines, so that nothing is measured in vain. */
export function traceOf(log: Log, isWanted: boolean): Trace | undefined {
	return isWanted ? (text) => log.trace(text) : undefined;
}

export function tracedStore(store: Store, trace: Trace): Store {
	return {
		...store,
		append: (goalId, expectedSeq, epoch, events, summary) =>
			timed(trace, `store: append ${events.length} events to ${goalId}, ${sizeOf(events)} bytes`, () =>
				store.append(goalId, expectedSeq, epoch, events, summary),
			),
		read: (goalId, query) =>
			timed(
				trace,
				`store: read ${goalId}`,
				() => store.read(goalId, query),
				(rows) => `${rows.length} events`,
			),
	};
}

export function tracedCommands(commands: Commands, trace: Trace): Commands {
	return {
		...commands,
		run: (spec, options) =>
			timed(
				trace,
				`command: ${spec.id}`,
				() => commands.run(spec, options),
				(outcome) => (outcome.kind === "exited" ? `exited with ${outcome.exitCode}` : outcome.kind),
			),
		stop: (id, graceMs) => timed(trace, `command: stop ${id}`, () => commands.stop(id, graceMs)),
	};
}

export function tracedPerform(perform: Perform, trace: Trace): Perform {
	return (activity, driver, signal) => {
		const subject = Object.entries(activity).flatMap(([name, value]) => (name.endsWith("Id") ? [value] : []));
		const what = ["effect:", activity.kind, ...subject, "of", driver.goal().goalId].join(" ");
		return timed(trace, what, () => perform(activity, driver, signal));
	};
}

export function tracedAgent(agent: Agent, name: string, trace: Trace): Agent {
	return {
		...agent,
		takeTurn: (turn, signal) =>
			timed(
				trace,
				`model: ${name} for ${turn.thread.threadId}`,
				() => agent.takeTurn(turn, signal),
				(outcome) => (outcome.kind === "failed" ? `failed, ${outcome.code}` : outcome.kind),
			),
	};
}

/** A request of a client: its name, and the sizes of what was asked and answered. */
export function tracedRequest<T>(
	method: string,
	params: unknown,
	answer: () => T | Promise<T>,
	trace: Trace,
): Promise<T> {
	return timed(trace, `wire: ${method}, ${sizeOf(params)} bytes`, answer, (result) => `${sizeOf(result)} bytes`);
}

async function timed<T>(
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

function sizeOf(value: unknown): number {
	return Buffer.byteLength(JSON.stringify(value) ?? "");
}
