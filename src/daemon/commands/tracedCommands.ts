import { type Trace, timed } from "../platform/trace.ts";
import type { Commands } from "./commands.ts";

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
