import type { Output } from "../../protocol/values.ts";
import type { CommandOutput } from "../commands/commands.ts";
import type { Performing } from "./parts.ts";

/**
 * A command under the runner that outlives the daemon: begun, followed after a restart, or read when it ended meanwhile.
 * Its name is its spool, so the same command is never run twice.
 */
export type CommandResult = { forget(): Promise<void> } & (
	| { readonly kind: "ended"; readonly exitCode: number; readonly durationMs: number; readonly output: Output }
	| { readonly kind: "unknown" }
	| { readonly kind: "notStarted"; readonly reason: string }
	/** The daemon is going; the command goes on without it. */
	| { readonly kind: "detached" }
);

/** Output that an event carries, in bytes; the rest is in the spool's file. */
const maxStoredBytes = 32 * 1024 * 1024;
/** How a shell names the end by a signal that we sent. */
const stoppedExit = 143;

export async function runCommand(
	{ parts, driver, signal }: Performing,
	spec: { readonly id: string; readonly command: string; readonly timeoutMs: number },
): Promise<CommandResult> {
	const follow = new AbortController();
	const onAbort = () => {
		if (signal.reason === "stop") void parts.commands.stop(spec.id);
		else follow.abort();
	};
	if (signal.aborted) onAbort();
	signal.addEventListener("abort", onAbort, { once: true });
	try {
		const outcome = await parts.commands.run(
			{ ...spec, cwd: driver.goal().workspace, env: parts.environment, maxBytes: maxStoredBytes },
			{ signal: follow.signal },
		);
		const forget = () =>
			parts.commands.forget(spec.id).catch((cause: unknown) => parts.log.debug(`spool ${spec.id}: ${String(cause)}`));
		switch (outcome.kind) {
			case "exited":
				return {
					kind: "ended",
					exitCode: outcome.exitCode,
					durationMs: outcome.durationMs,
					output: withNote(
						outcome.output,
						outcome.timedOut ? `Ended after its time limit of ${spec.timeoutMs} ms.` : undefined,
					),
					forget,
				};
			case "stopped":
				return {
					kind: "ended",
					exitCode: stoppedExit,
					durationMs: 0,
					output: withNote(outcome.output, "Stopped by the person."),
					forget,
				};
			case "unknown":
				return { kind: "unknown", forget };
			case "notStarted":
				return { kind: "notStarted", reason: outcome.reason, forget };
		}
	} catch (cause) {
		if (follow.signal.aborted) return { kind: "detached", forget: async () => undefined };
		throw cause;
	} finally {
		signal.removeEventListener("abort", onAbort);
	}
}

function withNote({ path, ...kept }: CommandOutput, note: string | undefined): Output {
	const output: Output = path === "" ? kept : { ...kept, path };
	if (note === undefined) return output;
	const key = output.tail ? "tail" : "head";
	return { ...output, [key]: `${output[key]}\n[${note}]` };
}
