import type { FileVersion, LeftOut, NotCovered, PlannedUndo, UndoAction } from "../../core/values.ts";
import { linkMode } from "../changes/fileMode.ts";
import type { Disk, OnDisk } from "./disk.ts";
import { type Segment, sameMode, sameVersion, toSegments } from "./segments.ts";
import type { StepChanges } from "./stepChanges.ts";

/**
 * What taking back a step's changes means for each file, decided on the files as they are now. The changes are taken
 * back in reverse, in thought: where a file is as the step left it, the version before comes back; where another writer
 * changed it since, the two are merged, and what cannot be merged is left alone, whole. A file of which it is not known
 * what it was before one of the changes is not covered: it stays as it is. Nothing is written here.
 */
export interface UndoPlan {
	readonly files: readonly PlannedUndo[];
	/** Contents that exist nowhere yet: merges, by the id that they are planned under. */
	readonly merged: ReadonlyMap<string, Buffer>;
	/** What stays, because what was there before is not known. */
	readonly notCovered: readonly NotCovered[];
}

export interface PlanParts {
	readonly disk: Disk;
	content(blob: string): Promise<Buffer>;
	merge(base: Buffer, ours: Buffer, theirs: Buffer): Promise<Buffer | undefined>;
	idOf(content: Buffer): string;
}

export async function planUndo({ changes, moves }: StepChanges, parts: PlanParts): Promise<UndoPlan> {
	const segments = toSegments(changes);
	const files = thoughtFiles(parts);
	/** Names that go together: one left alone leaves the other alone. */
	const pairs: (readonly [string, string])[] = [];
	const touched = new Map<string, Segment[]>();
	const touch = (path: string, segment: Segment) => touched.set(path, [...(touched.get(path) ?? []), segment]);

	for (const segment of segments.toReversed()) {
		const place = whereNow(segment, moves);
		touch(place, segment);
		if (segment.from !== undefined) {
			touch(segment.from, segment);
			pairs.push([place, segment.from]);
		}
		if (segment.leftOut !== undefined) {
			files.leaveOut(place, segment.leftOut);
			if (segment.from !== undefined) files.leaveOut(segment.from, segment.leftOut);
			continue;
		}
		const conflict = await takeBack(segment, place, files);
		if (conflict !== undefined) files.leave(place, conflict);
	}

	leaveWhatCannotStay([...touched.keys()], pairs, files);
	const planned = [...touched].flatMap(([path, by]) => plannedFile(path, by, files) ?? []);
	const notCovered = [...touched.keys()].flatMap((path) => files.notCovered(path) ?? []);
	return { files: planned.sort(byPath), merged: files.merged, notCovered: notCovered.sort(byPath) };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
	return a.path < b.path ? -1 : 1;
}

/** Follows what others renamed since. */
function whereNow(segment: Segment, moves: StepChanges["moves"]): string {
	let place = segment.path;
	for (const move of moves) if (move.seq > segment.seq && move.from === place) place = move.path;
	return place;
}

/** Changes the files in thought; the sentence says why it cannot be done. */
async function takeBack(segment: Segment, place: string, files: ThoughtFiles): Promise<string | undefined> {
	const { from, before, after } = segment;
	if (segment.doubt !== undefined) return segment.doubt;
	if (place !== segment.path && (from !== undefined || !before || !after)) return `it was renamed to ${place} since`;
	const now = files.now(place);
	if (typeof now === "string") return now;
	if (from === undefined) {
		const result = await files.threeWay(after, now.version, before);
		if (typeof result === "string") return result;
		files.set(place, result);
		return undefined;
	}
	const there = files.now(from);
	if (typeof there === "string") return there;
	if (there.version) {
		const isBack = sameVersion(there.version, before) && (!now.version || sameVersion(now.version, after));
		if (!isBack) return `there is another ${from} now`;
		files.set(place, undefined);
		return undefined;
	}
	const result = await files.threeWay(after, now.version, before);
	if (typeof result === "string") return result;
	files.set(from, result);
	files.set(place, undefined);
	return undefined;
}

/** One file left alone may leave another alone: both names of a rename, and what it is in the way of. */
function leaveWhatCannotStay(
	paths: readonly string[],
	pairs: readonly (readonly [string, string])[],
	files: ThoughtFiles,
): void {
	const both = [...pairs, ...pairs.map(([one, other]) => [other, one] as const)];
	for (let changed = true; changed; ) {
		changed = false;
		for (const path of paths) {
			if (files.conflict(path) !== undefined) continue;
			const partner = both.find(([one, other]) => other === path && files.conflict(one) !== undefined)?.[0];
			const reason = partner === undefined ? files.obstacle(path) : `it goes with ${partner}, which is left alone`;
			if (reason === undefined) continue;
			files.leave(path, reason);
			changed = true;
		}
	}
}

function plannedFile(path: string, by: readonly Segment[], files: ThoughtFiles): PlannedUndo | undefined {
	if (files.isLeftOut(path)) return undefined;
	const conflict = files.conflict(path);
	const before = files.original(path);
	const after = conflict === undefined ? files.version(path) : before;
	const sharedWith = [...new Set(by.flatMap((segment) => [...segment.sharedWith]))];
	const common = {
		path,
		before,
		after,
		stepIds: [...new Set(by.flatMap((segment) => [...segment.stepIds]))],
		sharedWith: sharedWith.length > 0 ? sharedWith : undefined,
	};
	if (conflict !== undefined) {
		// A name that is free and stays free is no news.
		const isOnlyOldName = !before && by.every((segment) => segment.from === path);
		return isOnlyOldName ? undefined : { ...common, action: "conflict", reason: conflict };
	}
	if (sameVersion(before, after)) {
		const reason = before ? "it is as it was before the step" : "it is gone already";
		return { ...common, action: "unchanged", reason };
	}
	const moved = by.find((segment) => segment.from !== undefined && segment.from !== path);
	return {
		...common,
		action: actionOf(before, after, files.isMerged(path)),
		reason: files.isMerged(path) ? "it was changed since, in other places" : undefined,
		goesTo: !after && moved?.from !== undefined && files.version(moved.from) ? moved.from : undefined,
	};
}

function actionOf(before: FileVersion | undefined, after: FileVersion | undefined, isMerged: boolean): UndoAction {
	if (!after) return "delete";
	if (isMerged) return "merge";
	return before ? "restore" : "recreate";
}

interface Thought {
	readonly version: FileVersion | undefined;
	readonly merged: boolean;
}

type ThoughtFiles = ReturnType<typeof thoughtFiles>;

/** The files as they would be, beginning with how they are. */
function thoughtFiles({ disk, content, merge, idOf }: PlanParts) {
	const found = new Map<string, OnDisk>();
	/** A path where the content with this id was found. */
	const placeOf = new Map<string, string>();
	const thought = new Map<string, Thought>();
	const conflicts = new Map<string, string>();
	const leftOut = new Map<string, LeftOut>();
	const merged = new Map<string, Buffer>();

	function onDisk(path: string): OnDisk {
		const known = found.get(path);
		if (known) return known;
		const state = disk.look(path);
		found.set(path, state);
		if (state.kind === "file") placeOf.set(state.version.blob, path);
		return state;
	}

	function original(path: string): FileVersion | undefined {
		const state = onDisk(path);
		return state.kind === "file" ? state.version : undefined;
	}

	/** The file as it would be by now, or why it cannot be touched. */
	function now(path: string): Thought | string {
		const state = onDisk(path);
		if (state.kind === "other") return state.reason;
		return thought.get(path) ?? { version: original(path), merged: false };
	}

	function version(path: string): FileVersion | undefined {
		return (thought.get(path) ?? { version: original(path) }).version;
	}

	/** The bytes of a version, wherever they are: in the record, merged just now, or only on disk. */
	async function bytesOf({ blob }: FileVersion): Promise<Buffer> {
		const path = placeOf.get(blob);
		const state = path === undefined ? undefined : found.get(path);
		const onDiskNow = state?.kind === "file" ? disk.bytes(path!, state.version) : undefined;
		return merged.get(blob) ?? onDiskNow ?? content(blob);
	}

	/** `base` is what the step left, `ours` what is there, `theirs` what was there before the step. */
	async function threeWay(
		base: FileVersion | undefined,
		ours: FileVersion | undefined,
		theirs: FileVersion | undefined,
	): Promise<Thought | string> {
		if (sameVersion(ours, base)) return { version: theirs, merged: false };
		if (sameVersion(ours, theirs)) return { version: ours, merged: false };
		if (!ours) return "it was deleted since";
		if (!base) return "another file of that name was made since";
		if (!theirs) return "it was changed since the step made it";
		if ([base, ours, theirs].some(({ mode }) => mode === linkMode)) return "it was changed since";
		const { mode, rights } = sameMode(ours, base) ? theirs : ours;
		const as = (blob: string): Thought => ({ version: { blob, mode, ...(rights && { rights }) }, merged: true });
		if (ours.blob === base.blob) return as(theirs.blob);
		if (base.blob === theirs.blob) return as(ours.blob);
		const bytes = await Promise.all([base, ours, theirs].map(bytesOf)).catch(() => undefined);
		if (!bytes) return "it is being changed right now";
		const both = await merge(bytes[0]!, bytes[1]!, bytes[2]!).catch(
			() => "it was changed since, and git could not merge it",
		);
		if (typeof both === "string") return both;
		if (!both) return "the same lines were changed since";
		const blob = idOf(both);
		merged.set(blob, both);
		return as(blob);
	}

	/** Why a file cannot come back to this path: something is in its way that stays. */
	function obstacle(path: string): string | undefined {
		if (!version(path) || sameVersion(version(path), original(path))) return undefined;
		const isLeaving = (other: string) => original(other) !== undefined && !version(other) && !conflicts.has(other);
		const way = disk.inTheWay(path);
		if (way !== undefined && !isLeaving(way)) return `${way} is no longer a folder`;
		if (onDisk(path).kind !== "folder") return undefined;
		const below = disk.filesBelow(path, maxBelow);
		return below?.every(isLeaving) ? undefined : "there is a folder of that name, with files in it";
	}

	return {
		merged,
		original,
		now,
		version,
		threeWay,
		obstacle,
		set: (path: string, result: Thought | undefined) => {
			onDisk(path);
			const wasMerged = thought.get(path)?.merged === true && result !== undefined;
			thought.set(path, {
				version: result?.version,
				merged: wasMerged || (result?.merged ?? false),
			});
		},
		isMerged: (path: string) => thought.get(path)?.merged === true,
		conflict: (path: string) => conflicts.get(path),
		leave: (path: string, reason: string) => {
			if (!conflicts.has(path)) conflicts.set(path, reason);
		},
		isLeftOut: (path: string) => leftOut.has(path),
		leaveOut: (path: string, reason: LeftOut) => {
			leftOut.set(path, reason);
			conflicts.set(path, leftOutReasons[reason]);
		},
		notCovered: (path: string): NotCovered | undefined => {
			const reason = leftOut.get(path);
			if (reason === undefined) return undefined;
			const isGone = onDisk(path).kind === "absent";
			return { path, reason: `${leftOutReasons[reason]}, so ${isGone ? "it cannot be brought back" : "it is kept"}` };
		},
	};
}

const maxBelow = 10_000;

const leftOutReasons: Readonly<Record<LeftOut, string>> = {
	ignored: "what was there before is not recorded, because it was ignored",
	tooLarge: "what was there before is not recorded, because it was too large",
	unreadable: "what was there before is not recorded, because it could not be read",
	special: "what was there before was not a regular file",
	excluded: "what was there before is not recorded",
	unknown: "what was there before is not recorded",
};
