import vm from "node:vm";

/**
 * Runs what somebody else's schema decides, and gives up after a time: a few references can make a check as long as they
 * like. Throws then, as it does when what runs throws.
 */
export function withinTime<T>(run: () => T, timeoutMs: number): T {
	context.run = run;
	try {
		return script.runInContext(context, { timeout: timeoutMs }) as T;
	} finally {
		context.run = undefined;
	}
}

export function isOutOfTime(cause: unknown): boolean {
	return cause instanceof Error && (cause as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

const context: { run?: () => unknown } = vm.createContext({});
const script = new vm.Script("run()");
