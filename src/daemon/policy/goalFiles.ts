import type { EventBody, EventType } from "../../core/events.ts";
import type { GoalId } from "../../core/ids.ts";
import { readEvent } from "../../core/upcast.ts";
import type { EventReader } from "../store/eventStore.ts";

/**
 * The files that a goal has written, by whom and as what, read from its log. It is kept in memory and read on from where
 * it ended, so that a goal with a long log is not read again for each command.
 */
export interface GoalFiles {
	of(goalId: GoalId): Promise<ReadonlyMap<string, GoalFile>>;
	/** The goal's events were erased. */
	forget(goalId: GoalId): void;
}

export interface GoalFile {
	/** The one command whose runs alone have ever written it, if there is one. */
	readonly onlyBy?: string;
	/** It came into being by the first of its writers. */
	readonly isNew: boolean;
	/** The command whose run wrote it last, if it was one command alone. */
	readonly lastBy?: string;
	/** As git names the content that was found after that; absent for no file, or where it is not known. */
	readonly blob?: string;
}

interface Known {
	seq: number;
	readonly files: Map<string, GoalFile>;
	/** The command of each call and each run of a check. */
	readonly commands: Map<string, string>;
}

const types: readonly EventType[] = ["file.changed", "tool.requested", "tool.started", "check.started"];
const page = 1000;
const goalsKept = 50;

export function openGoalFiles(store: EventReader): GoalFiles {
	const goals = new Map<GoalId, Promise<Known>>();
	return {
		async of(goalId) {
			const before = goals.get(goalId) ?? Promise.resolve({ seq: 0, files: new Map(), commands: new Map() });
			// One after the other: what is read on must not be read twice.
			const reading = before.then((known) => readOn(goalId, known));
			goals.delete(goalId);
			goals.set(goalId, reading);
			reading.catch(() => goals.delete(goalId));
			for (const oldest of [...goals.keys()].slice(0, -goalsKept)) goals.delete(oldest);
			return (await reading).files;
		},
		forget: (goalId) => void goals.delete(goalId),
	};

	async function readOn(goalId: GoalId, known: Known): Promise<Known> {
		for (;;) {
			const rows = await store.read(goalId, { types, afterSeq: known.seq, limit: page });
			for (const row of rows) {
				known.seq = row.seq;
				if (row.body !== undefined) take(known, readEvent(row));
			}
			if (rows.length < page) return known;
		}
	}
}

function take({ files, commands }: Known, event: ReturnType<typeof readEvent>): void {
	switch (event.type) {
		case "tool.requested":
			if (typeof event.args.command === "string") commands.set(event.toolCallId, event.args.command);
			break;
		case "check.started":
			commands.set(event.runId, event.command);
			break;
		case "tool.started":
			// Written from here on, whether or not it was looked at yet.
			if (event.edit) files.set(event.edit.path, { isNew: event.edit.before === "absent" });
			break;
		case "file.changed":
			changed(files, commands, event);
			break;
		default:
	}
}

function changed(
	files: Map<string, GoalFile>,
	commands: ReadonlyMap<string, string>,
	{ path, from, status, toolCallIds, after, by }: EventBody<"file.changed">,
): void {
	const before = files.get(path);
	// A file that only people changed is none of the goal's.
	if (by === "outside" && !before) return;
	const writers = new Set(toolCallIds.map((id) => commands.get(id)));
	const [writer] = writers;
	const command = writers.size === 1 && by !== "outside" ? writer : undefined;
	const isFirst = before === undefined;
	files.set(path, {
		onlyBy: isFirst || before.onlyBy === command ? command : undefined,
		isNew: isFirst ? status === "added" : before.isNew,
		lastBy: command,
		blob: status === "deleted" ? undefined : after,
	});
	if (from !== undefined) files.set(from, { isNew: false });
}
