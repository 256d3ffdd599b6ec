import type { RecordedEvent } from "../../core/events.ts";
import type { RanInside } from "../../core/sandbox.ts";
import type { Known } from "./account.ts";

/** Where commands and checks ran. */
export interface SandboxRecord {
	/** By the name of the walls. */
	readonly inside: Readonly<Record<string, number>>;
	readonly outside: number;
}

export function createSandboxProjection() {
	const inside: Record<string, number> = {};
	let outside = 0;
	const count = (walls: RanInside | undefined) => {
		if (walls) inside[walls.name] = (inside[walls.name] ?? 0) + 1;
		else outside += 1;
	};
	return {
		add(event: RecordedEvent, { goal }: Known): void {
			if (event.type === "check.started") count(event.sandbox);
			// What has no command and no walls is an edit, or another act of the daemon itself.
			if (event.type !== "tool.started") return;
			const isCommand = typeof goal.calls[event.toolCallId]?.args.command === "string";
			if (event.sandbox || isCommand) count(event.sandbox);
		},
		record: (): SandboxRecord => ({ inside, outside }),
	};
}
