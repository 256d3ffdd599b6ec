import { rm } from "node:fs/promises";
import path from "node:path";
import type { EventType, RecordedEvent } from "../../core/events.ts";
import type { GoalId, ThreadId } from "../../core/ids.ts";
import { readEvent } from "../../core/upcast.ts";
import { forgetImages, imagesFolder } from "../images/imageFiles.ts";
import { keptFolder } from "../mcp/keptFolder.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import type { Log } from "../platform/ports.ts";
import type { EventReader } from "../store/eventStore.ts";
import type { AgentsLeft } from "./agentsLeft.ts";

/** What is kept in memory of a goal, and may be dropped. */
interface Kept {
	forget(goalId: GoalId): void;
}

export interface EraseServices {
	readonly supervisor: { erase(goalId: GoalId): Promise<void>; deleted(): readonly GoalId[] };
	readonly store: EventReader;
	readonly changedFiles: Kept;
	readonly answeredApprovals: Kept;
	readonly approvalHistory: Kept;
	readonly goalFiles: Kept;
	readonly agentsLeft: Pick<AgentsLeft, "endOf">;
	/** `folder` is the data folder: no file outside it is removed. */
	readonly about: { readonly folder: string };
}

const page = 1000;

/** What a deleted goal said and did goes: the bodies of its events, the files that hold its long outputs and its images, the programs of its agents with all that was said between them and us. Safe to repeat. */
export async function eraseGoal(
	{ store, changedFiles, answeredApprovals, approvalHistory, goalFiles, agentsLeft, supervisor, about }: EraseServices,
	goalId: GoalId,
): Promise<void> {
	const threads: ThreadId[] = [];
	for await (const event of eventsOf(store, goalId, ["tool.completed", "check.completed", "thread.opened"])) {
		if (event.type === "thread.opened") threads.push(event.threadId);
		if (event.type === "tool.completed")
			await rm(keptFolder(about.folder, event.toolCallId), { recursive: true, force: true });
		const file = "output" in event ? event.output.path : undefined;
		if (file !== undefined && path.resolve(file).startsWith(about.folder + path.sep)) await rm(file, { force: true });
	}
	await forgetImages(imagesFolder(about.folder, goalId));
	await agentsLeft.endOf(threads);
	crashPoint("erase.files");
	await supervisor.erase(goalId);
	changedFiles.forget(goalId);
	answeredApprovals.forget(goalId);
	approvalHistory.forget(goalId);
	goalFiles.forget(goalId);
}

/** Of those whose bodies are still there. */
async function* eventsOf(
	store: EventReader,
	goalId: GoalId,
	types: readonly EventType[],
): AsyncGenerator<RecordedEvent> {
	for (let afterSeq = 0; ; ) {
		const rows = await store.read(goalId, { types, afterSeq, limit: page });
		for (const row of rows) {
			afterSeq = row.seq;
			if (row.body !== undefined) yield readEvent(row);
		}
		if (rows.length < page) return;
	}
}

/** An erasure that a crash cut short is repeated. */
export async function eraseDeleted(services: EraseServices, log: Log): Promise<void> {
	for (const goalId of services.supervisor.deleted()) {
		await eraseGoal(services, goalId).catch((cause) => log.warn(`${goalId} could not be erased`, cause));
	}
}
