import type { StepId } from "../../core/ids.ts";
import type { FileVersion, LeftOut } from "../../core/values.ts";
import type { StepChange } from "./stepChanges.ts";

/**
 * Changes of one file that follow each other without those of others in between, as one: what a step wrote and removed
 * again needs no taking back. Changes of other files in between do not matter, as long as they do not touch the same names.
 */
export interface Segment {
	/** Where the file was after the last change. */
	path: string;
	/** Where it was before the first, if elsewhere. */
	from?: string;
	readonly before?: FileVersion;
	after?: FileVersion;
	/** Of the last change. */
	seq: number;
	doubt?: string;
	/** What was there before the first change is not known. */
	readonly leftOut?: LeftOut;
	readonly stepIds: Set<StepId>;
	readonly sharedWith: Set<StepId>;
}

/** In the order in which they were made; taken back in reverse. */
export function toSegments(changes: readonly StepChange[]): readonly Segment[] {
	const segments: Segment[] = [];
	/** The last segment that touched a name. */
	const last = new Map<string, Segment>();
	for (const change of changes) {
		const source = change.from ?? change.path;
		const before = last.get(source);
		const target = last.get(change.path);
		const goesOn =
			change.leftOut === undefined &&
			before?.path === source &&
			sameVersion(before.after, change.before) &&
			(!target || target === before);
		if (goesOn) {
			const origin = before.from ?? before.path;
			before.from = origin === change.path ? undefined : origin;
			before.path = change.path;
			before.after = change.after;
			before.seq = change.seq;
			before.doubt ??= change.doubt;
			for (const stepId of change.stepIds) before.stepIds.add(stepId);
			for (const stepId of change.sharedWith) before.sharedWith.add(stepId);
			last.set(change.path, before);
			continue;
		}
		const { path, from, after, seq, doubt, leftOut } = change;
		const segment: Segment = {
			path,
			from,
			before: change.before,
			after,
			seq,
			doubt,
			leftOut,
			stepIds: new Set(change.stepIds),
			sharedWith: new Set(change.sharedWith),
		};
		segments.push(segment);
		last.set(source, segment);
		last.set(path, segment);
	}
	return segments;
}

export function sameVersion(a: FileVersion | undefined, b: FileVersion | undefined): boolean {
	return a?.blob === b?.blob && sameMode(a, b);
}

/** Kind and rights. Where the rights of one were not recorded, they are not compared. */
export function sameMode(a: FileVersion | undefined, b: FileVersion | undefined): boolean {
	return a?.mode === b?.mode && (a?.rights === b?.rights || a?.rights === undefined || b?.rights === undefined);
}
