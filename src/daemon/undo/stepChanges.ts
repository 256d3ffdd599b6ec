import path from "node:path";
import type { RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId, StepId } from "../../core/ids.ts";
import { readEvent } from "../../core/upcast.ts";
import type { FileVersion, LeftOut } from "../../core/values.ts";
import { fileMode } from "../changes/fileMode.ts";
import type { EventReader } from "../store/eventStore.ts";
import { absent, sha256 } from "../tools/workspaceFiles.ts";

/**
 * What steps changed, read off the log, oldest first. A change belongs to a step when one of the calls that it names is
 * the step's. Of an edit by a tool it is known which file it wrote and what it made of it, so a change elsewhere at the
 * same moment is not taken for its own, and a file that another writer changed in that moment is told apart.
 */
export interface StepChanges {
	readonly changes: readonly StepChange[];
	/** Renames by all others: where a file that a step changed may be now. */
	readonly moves: readonly { readonly seq: number; readonly from: string; readonly path: string }[];
	/** When the first of the steps began, in milliseconds since the epoch. */
	readonly begunAt: number;
	/** What others are told to have changed since, and may have been left out when the steps wrote it. */
	readonly recordedLater: readonly RecordedLater[];
	/** What looks left out, from the one before the steps first wrote on, each where it changed; none in old logs. */
	readonly looks: readonly { readonly seq: number; readonly coverage: string }[];
}

export interface RecordedLater {
	readonly path: string;
	/** Nothing was recorded at its place before. */
	readonly isNew: boolean;
}

export interface StepChange {
	readonly seq: number;
	readonly path: string;
	/** The path before a rename. */
	readonly from?: string;
	readonly before?: FileVersion;
	readonly after?: FileVersion;
	readonly stepIds: readonly StepId[];
	/** Other steps that may have made it. */
	readonly sharedWith: readonly StepId[];
	/** Why what was there before is not known. */
	readonly leftOut?: LeftOut;
	/** Why it may hold more than the steps' own bytes. */
	readonly doubt?: string;
}

export async function readStepChanges(
	store: EventReader,
	goal: Goal,
	stepIds: readonly StepId[],
	/** What a look found that is not in the log. */
	unrecorded: readonly RecordedEvent[],
	content: (blob: string) => Promise<Buffer>,
): Promise<StepChanges> {
	const { goalId } = goal;
	const writers = await readWriters(store, goal);
	const recorded = await readAll(store, goalId, ["file.changed"]);
	const events = [...recorded, ...unrecorded.filter((event) => event.type === "file.changed")];
	const undone = await readUndone(store, goalId, stepIds);
	const located = locatedEdits(events, writers, goal.workspace);
	const begunAt = await beganAt(store, goalId, stepIds);
	const recordedLater: RecordedLater[] = [];
	const changes: StepChange[] = [];
	const moves: { seq: number; from: string; path: string }[] = [];
	for (const event of events) {
		const possible = possibleWriters(event, writers, located, goal.workspace);
		const named = [...new Set(possible.flatMap(({ stepId }) => stepId ?? []))];
		const own = named.filter((stepId) => stepIds.includes(stepId) && !isUndone(event, undone.get(stepId)));
		if (own.length === 0) {
			if (event.from !== undefined) moves.push({ seq: event.seq, from: event.from, path: event.path });
			if (event.leftOut !== undefined && Date.parse(event.at) >= begunAt)
				recordedLater.push({ path: event.path, isNew: event.before === undefined });
			continue;
		}
		changes.push({
			seq: event.seq,
			path: event.path,
			from: event.from,
			before: version(event.before, event.modeBefore, event.rightsBefore),
			after: version(event.after, event.modeAfter, event.rightsAfter),
			leftOut: event.leftOut,
			stepIds: own,
			sharedWith: named.filter((stepId) => !stepIds.includes(stepId)),
			doubt: (await isItsOwn(event, possible, content))
				? undefined
				: "it was also changed from outside while the step was writing it",
		});
	}
	return { changes, moves, begunAt, recordedLater, looks: await readLooks(store, goalId, stepIds) };
}

interface Writer {
	readonly id: string;
	readonly stepId: StepId | undefined;
	readonly check: boolean;
	readonly edits: readonly { readonly path: string; readonly before: string; readonly after: string }[];
}

/** Every call and check run that began in the goal, and whose it was. */
async function readWriters(store: EventReader, goal: Goal): Promise<ReadonlyMap<string, Writer>> {
	const writers = new Map<string, Writer>();
	for (const { stepId } of Object.values(goal.steps).filter((step) => step.attempt > 0)) {
		for (const event of await readAll(store, goal.goalId, ["tool.started", "check.started"], stepId)) {
			const check = event.type === "check.started";
			const id = check ? event.runId : event.toolCallId;
			const again = !check && event.edit ? [event.edit] : [];
			writers.set(id, { id, stepId, check, edits: [...(writers.get(id)?.edits ?? []), ...again] });
		}
	}
	return writers;
}

/** A check that ran meanwhile is hardly ever who wrote: it counts where no call did. Writers that are no step's count too. */
function possibleWriters(
	event: RecordedEvent<"file.changed">,
	writers: ReadonlyMap<string, Writer>,
	located: ReadonlySet<string>,
	workspace: string,
): readonly Writer[] {
	if (event.by === "undo" || event.by === "outside") return [];
	const all = event.toolCallIds.map((id) => writers.get(id) ?? { id, stepId: undefined, check: false, edits: [] });
	const calls = all.filter((writer) => !writer.check);
	const elsewhere = (writer: Writer) => located.has(writer.id) && !editsFile(writer, event.path, workspace);
	return (calls.length > 0 ? calls : all).filter((writer) => !elsewhere(writer));
}

/** Edits of which a change of their own file is known, so that other changes are not theirs. */
function locatedEdits(
	events: readonly RecordedEvent<"file.changed">[],
	writers: ReadonlyMap<string, Writer>,
	workspace: string,
): ReadonlySet<string> {
	const located = new Set<string>();
	for (const event of events) {
		for (const id of event.toolCallIds) {
			const writer = writers.get(id);
			if (writer && editsFile(writer, event.path, workspace)) located.add(id);
		}
	}
	return located;
}

function editsFile(writer: Writer, changed: string, workspace: string): boolean {
	return writer.edits.some((edit) => {
		const relative = path.relative(workspace, path.resolve(workspace, edit.path));
		return relative.split(path.sep).join("/") === changed;
	});
}

/** Where only edits may have written, their hashes tell whether what was found is what they found and left. */
async function isItsOwn(
	event: RecordedEvent<"file.changed">,
	possible: readonly Writer[],
	content: (blob: string) => Promise<Buffer>,
): Promise<boolean> {
	if (possible.some(({ edits }) => edits.length === 0) || event.from !== undefined) return true;
	const edits = possible.flatMap((writer) => writer.edits);
	const hash = async (blob: string | undefined) => (blob === undefined ? absent : sha256(await content(blob)));
	const [before, after] = await Promise.all([hash(event.before), hash(event.after)]);
	return edits.some((edit) => edit.before === before) && edits.some((edit) => edit.after === after);
}

/** Up to which event each file of a step was taken back already. What an undo left alone is still the step's. */
async function readUndone(
	store: EventReader,
	goalId: GoalId,
	stepIds: readonly StepId[],
): Promise<ReadonlyMap<StepId, ReadonlyMap<string, number>>> {
	const undone = new Map<StepId, Map<string, number>>();
	for (const event of await readAll(store, goalId, ["step.undone"])) {
		if (!stepIds.includes(event.stepId)) continue;
		const files = undone.get(event.stepId) ?? new Map<string, number>();
		undone.set(event.stepId, files);
		const left = event.files.some((file) => file.action === "conflict");
		if (!left) files.set(everything, event.seq);
		for (const file of event.files) if (file.action !== "conflict") files.set(file.path, event.seq);
	}
	return undone;
}

function isUndone(event: RecordedEvent<"file.changed">, undone: ReadonlyMap<string, number> | undefined): boolean {
	return Math.max(undone?.get(event.path) ?? 0, undone?.get(everything) ?? 0) > event.seq;
}

/** No file has this name. */
const everything = "";

async function beganAt(store: EventReader, goalId: GoalId, stepIds: readonly StepId[]): Promise<number> {
	const starts = await Promise.all(
		stepIds.map((stepId) => store.read(goalId, { types: ["step.started"], stepId, limit: 1 })),
	);
	return Math.min(...starts.flat().map((row) => row.at));
}

async function readLooks(
	store: EventReader,
	goalId: GoalId,
	stepIds: readonly StepId[],
): Promise<StepChanges["looks"]> {
	const types = ["tool.started", "check.started"];
	const firsts = await Promise.all(stepIds.map((stepId) => store.read(goalId, { types, stepId, limit: 1 })));
	const firstSeq = Math.min(...firsts.flat().map((row) => row.seq));
	if (!Number.isFinite(firstSeq)) return [];
	const all = await readAll(store, goalId, ["snapshot.taken"]);
	const from = all.findLastIndex(({ seq }) => seq < firstSeq);
	const looks: { seq: number; coverage: string }[] = [];
	for (const { seq, coverage } of all.slice(Math.max(0, from))) {
		if (coverage !== undefined && coverage !== looks.at(-1)?.coverage) looks.push({ seq, coverage });
	}
	return looks;
}

function version(blob: string | undefined, mode = fileMode, rights?: string): FileVersion | undefined {
	return blob === undefined ? undefined : { blob, mode, ...(rights !== undefined && { rights }) };
}

const pageSize = 1000;

async function readAll<T extends RecordedEvent["type"]>(
	store: EventReader,
	goalId: GoalId,
	types: readonly T[],
	stepId?: StepId,
): Promise<RecordedEvent<T>[]> {
	const events: RecordedEvent<T>[] = [];
	for (let afterSeq = 0; ; ) {
		const rows = await store.read(goalId, { types, stepId, afterSeq, limit: pageSize });
		events.push(...(rows.filter((row) => row.body !== undefined).map(readEvent) as unknown as RecordedEvent<T>[]));
		const last = rows.at(-1);
		if (!last || rows.length < pageSize) return events;
		afterSeq = last.seq;
	}
}
