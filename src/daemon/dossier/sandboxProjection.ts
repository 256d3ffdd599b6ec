import type { RecordedEvent } from "../../core/events.ts";
import type { RanInside } from "../../core/sandbox.ts";
import type { Known } from "./account.ts";

/** Where commands and checks ran, and the programs of agents. */
export interface SandboxRecord {
	/** By the name of the walls. */
	readonly inside: Readonly<Record<string, number>>;
	readonly outside: number;
	readonly agents: { readonly inside: Readonly<Record<string, number>>; readonly outside: number };
}

export function createSandboxProjection() {
	const commands = createCount();
	const agents = createCount();
	return {
		add(event: RecordedEvent, { goal }: Known): void {
			if (event.type === "check.started") commands.add(event.sandbox);
			if (event.type === "agent.started") agents.add(event.sandbox);
			// What has no command and no walls is an edit, or another act of the daemon itself.
			if (event.type !== "tool.started") return;
			const isCommand = typeof goal.calls[event.toolCallId]?.args.command === "string";
			if (event.sandbox || isCommand) commands.add(event.sandbox);
		},
		record: (): SandboxRecord => ({ ...commands.record(), agents: agents.record() }),
	};
}

function createCount() {
	const inside: Record<string, number> = {};
	let outside = 0;
	return {
		add(walls: RanInside | undefined): void {
			if (walls) inside[walls.name] = (inside[walls.name] ?? 0) + 1;
			else outside += 1;
		},
		record: () => ({ inside, outside }),
	};
}
