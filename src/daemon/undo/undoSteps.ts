import type { GoalEvent, RecordedEvent } from "../../core/events.ts";
import { record } from "../../core/folds/evolve.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId, StepId, UndoId } from "../../core/ids.ts";
import { Refusal, refuse } from "../../core/refusal.ts";
import { folderHold } from "../../core/rules/holds.ts";
import { writingRefusal } from "../../core/rules/stepControls.ts";
import type { Actor, FolderIdentity, NotCovered, PlannedUndo } from "../../core/values.ts";
import { eitherWay, ways } from "../../core/ways.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import type { Changes } from "../changes/changes.ts";
import { ChangesError } from "../changes/changesError.ts";
import { hashObject } from "../changes/objects.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { NewId } from "../platform/ports.ts";
import { whyNotInPlace } from "../policy/folderIdentity.ts";
import type { EventReader } from "../store/eventStore.ts";
import { allWriters, changesSince, isBasedOn } from "../tracking/changesSince.ts";
import { openDisk } from "./disk.ts";
import { markLeftOutEarlier } from "./leftOutEarlier.ts";
import { dependentsOf, undoableSteps } from "./mayUndo.ts";
import { mergeText } from "./mergeText.ts";
import { findNotCovered } from "./notCovered.ts";
import { planUndo } from "./planUndo.ts";
import { readStepChanges } from "./stepChanges.ts";

/**
 * A person takes back what a step did. The workspace is looked at, so that what they changed themselves is known as
 * theirs; the plan is made; and unless only the plan was asked for, it becomes an intent in the goal's log, which the
 * engine carries out. The answer waits for the outcome.
 */
export async function undoSteps(
	services: UndoServices,
	by: Actor,
	{ goalId, stepId, rest, preview, useFolder }: Params<Methods, "step/undo">,
): Promise<Undone> {
	return takeBack(services, by, { goalId, preview, useFolder, stepsOf: (goal) => undoableSteps(goal, stepId, rest) });
}

export type Undone = Result<Methods, "step/undo">;

export interface TakeBack {
	readonly goalId: GoalId;
	/** Only the plan. */
	readonly preview: boolean;
	/** Whatever folder stands there is the goal's. */
	readonly useFolder?: boolean;
	/** Which steps are meant, in the order of the plan, or a refusal. */
	stepsOf(goal: Goal): readonly StepId[];
	/** What the person decided with it: it is recorded together with the intent, and the steps begin again afterwards. */
	readonly restart?: (goal: Goal) => readonly GoalEvent[];
}

export async function takeBack(
	services: UndoServices,
	by: Actor,
	{ goalId, preview, useFolder, stepsOf, restart }: TakeBack,
): Promise<Undone> {
	for (let tries = 1; ; tries++) {
		const goal = await services.supervisor.goal(goalId);
		const stepIds = stepsOf(goal);
		await requireFolder(services, goal, by, useFolder === true);
		const changes = await tracked(services, goal);
		const seen = await lookNow(goal, changes);
		if (!preview) await recordLook(services, goal, seen);
		const unrecorded = preview ? record(goal, 0, goal.updatedAt, seen.events) : [];
		const { files, merged, kept, notCovered } = await plan(services, goal, changes, stepIds, seen, unrecorded);
		const answer = { stepIds: [...stepIds], notCovered, dependents: [...dependentsOf(goal, stepIds)] };
		if (preview) return { ...answer, files: files.map(shown), undone: false };
		if (!restart) refuseNothing(goal, stepIds, files, kept);
		if (files.length > maxFiles)
			throw new Refusal(
				"tooMuch",
				`It is about ${files.length} files, and undo takes back at most ${maxFiles} at a time.`,
			);
		await changes.keep([...merged.values()]);
		const undoId = services.newId<UndoId>("n");
		const again = restart && true;
		const begun: GoalEvent = {
			type: "undo.started",
			undoId,
			stepIds: [...stepIds],
			files: [...files],
			notCovered: notCovered.length > 0 ? notCovered : undefined,
			again,
			by,
		};
		const outcome = await begin(services, goalId, undoId, (now) => {
			const asBefore =
				stepsOf(now).join() === stepIds.join() && now.files.tree === seen.tree && now.files.coverage === seen.coverage;
			return asBefore && now.files.unaccounted.length === 0 ? [...(restart?.(now) ?? []), begun] : [];
		});
		if (outcome) {
			const { left, undone, keptIn } = outcome;
			return { ...answer, files: files.map((file) => shown(file, left)), keptIn, undone };
		}
		if (tries === maxTries)
			throw new Refusal(
				"changed",
				"The goal changes files faster than they can be taken back. Pause it, then try again.",
			);
	}
}

export interface UndoServices {
	readonly supervisor: Supervisor;
	readonly store: EventReader;
	readonly newId: NewId;
	changes(goal: Goal): Promise<Changes | { readonly unavailable: string }>;
	draining(): boolean;
	/** What the folder that stands there now is known by; without it nothing is asked. */
	folderNow?(workspace: string): Promise<FolderIdentity | undefined>;
}

/** Nothing is taken back, or even looked at, in a folder that is not the goal's. */
async function requireFolder(services: UndoServices, goal: Goal, by: Actor, useFolder: boolean): Promise<void> {
	if (!services.folderNow) return;
	const now = await services.folderNow(goal.workspace);
	const why = whyNotInPlace(goal, now);
	if (why === undefined) return;
	if (!now || !useFolder) {
		const remedy = now
			? `Put the goal's folder back there. If this is the same project, restored or cloned again, say that it is the one to use, in ${eitherWay(ways.undo)}.`
			: "Put it back, then undo.";
		throw new Refusal(now ? "otherFolder" : "noFolder", `${why} Nothing was taken back. ${remedy}`);
	}
	await services.supervisor.commit(goal.goalId, (current) => {
		const hold = folderHold(current);
		return [
			{ type: "workspace.identified", identity: now, by },
			...(hold ? [{ type: "hold.lifted" as const, holdId: hold.holdId, by }] : []),
		];
	});
}

const maxTries = 5;
/** The intent names every file, and must fit into one message. */
const maxFiles = 20_000;

async function tracked(services: UndoServices, goal: Goal): Promise<Changes> {
	const changes = await services.changes(goal);
	if ("unavailable" in changes) throw new Refusal("untracked", changes.unavailable);
	return changes;
}

type Seen = Awaited<ReturnType<typeof changesSince>>;

/** What is in the workspace now, and who may have changed it since it was last looked at. */
async function lookNow(goal: Goal, changes: Changes): Promise<Seen> {
	const writers = allWriters(goal);
	const ids = writers.map(({ id }) => id);
	return changesSince(changes, goal.workspace, goal.files, ids, () => writers).catch((cause) => {
		throw cause instanceof ChangesError ? new Refusal("untracked", cause.message) : cause;
	});
}

/** So that what the undo changes is told apart from what had changed before it. */
async function recordLook({ supervisor }: UndoServices, goal: Goal, seen: Seen): Promise<void> {
	if (!seen.isNews && goal.files.unaccounted.length === 0) return;
	await supervisor.commit(goal.goalId, (now) => {
		refuse(writingRefusal(now));
		return isBasedOn(seen, now) ? seen.events : [];
	});
}

async function plan(
	services: UndoServices,
	goal: Goal,
	changes: Changes,
	stepIds: readonly StepId[],
	{ ignored, skipped, coverage }: Seen,
	unrecorded: readonly RecordedEvent[],
) {
	const content = (blob: string) => changes.content(blob);
	const read = await readStepChanges(services.store, goal, stepIds, unrecorded, content);
	const history = await markLeftOutEarlier(read, changes);
	const planned = await planUndo(history, {
		disk: openDisk(goal.workspace),
		content,
		merge: mergeText,
		idOf: (bytes) => hashObject("blob", bytes),
	});
	const { merged, notCovered: kept } = planned;
	const { begunAt, looks, recordedLater } = history;
	const files = planned.files.map((file) =>
		recordedLater.some(({ path }) => path === file.path) ? unsure(file) : file,
	);
	const [first] = looks;
	const moved = first === undefined ? [] : await changes.leftOutBetween(first.coverage, coverage);
	const wasThere = first === undefined ? undefined : await changes.leftOut(first.coverage, pathsOf(recordedLater));
	const later = recordedLater.map(({ path, isNew }) => ({
		path,
		reason: "recordedLater",
		hasCome: isNew && wasThere?.has(path) === false,
	}));
	const touched = findNotCovered(goal.workspace, begunAt, ignored, [...skipped, ...later], moved);
	const isNamed = new Set([...files, ...kept].map(({ path }) => path));
	return { files, merged, kept, notCovered: [...kept, ...touched.filter(({ path }) => !isNamed.has(path))] };
}

function pathsOf(rows: readonly { readonly path: string }[]): readonly string[] {
	return rows.map(({ path }) => path);
}

/** It is brought back as it was recorded, and who made it before that is unknown. */
function unsure(file: PlannedUndo): PlannedUndo {
	const comesBack = file.action === "recreate" || file.action === "restore";
	return comesBack ? { ...file, reason: "as it was first recorded, after the step had begun" } : file;
}

function refuseNothing(
	goal: Goal,
	stepIds: readonly StepId[],
	files: readonly PlannedUndo[],
	kept: readonly NotCovered[],
): void {
	if (files.some(({ action }) => action !== "conflict" && action !== "unchanged")) return;
	const what =
		stepIds.length === 1 ? `Step “${goal.steps[stepIds[0]!]?.title}”` : `Each of these ${stepIds.length} steps`;
	const left = files.filter(({ action }) => action === "conflict").length;
	if (left === 0 && stepIds.every((stepId) => goal.steps[stepId]?.undone))
		throw new Refusal("nothingToUndo", `${what} is undone already. Rerun it to work on it again.`);
	if (left > 0) {
		throw new Refusal(
			"conflict",
			`Nothing was taken back: ${left === 1 ? "the file" : `all ${left} files`} would lose what was changed since. The preview says what, file by file.`,
		);
	}
	if (kept.length > 0) {
		const names = kept.slice(0, maxNamed).map(({ path }) => path);
		const more = kept.length > maxNamed ? ` and ${kept.length - maxNamed} more` : "";
		throw new Refusal(
			"nothingToUndo",
			`Nothing was taken back: what was there before the step is not recorded of ${names.join(", ")}${more}. The preview says why.`,
		);
	}
	throw new Refusal(
		"nothingToUndo",
		files.length === 0
			? `${what} has changed no file that is recorded, so there is nothing to take back.`
			: `${what} has left nothing to take back: its files are as they were before it.`,
	);
}

const maxNamed = 5;

interface Outcome {
	readonly keptIn: string | undefined;
	readonly left: ReadonlyMap<string, string>;
	readonly undone: boolean;
}

/** Commits the intent and waits for its outcome. Undefined when `make` found that the goal had moved on. */
async function begin(
	{ supervisor, draining }: UndoServices,
	goalId: GoalId,
	undoId: UndoId,
	make: (goal: Goal) => readonly GoalEvent[],
): Promise<Outcome | undefined> {
	let settle = (_outcome: Outcome | "stopping" | "away") => {};
	const settled = new Promise<Outcome | "stopping" | "away">((resolve) => {
		settle = resolve;
	});
	const watch = await supervisor.watch(goalId, (_goal, events) => {
		const found = outcomeIn(events, undoId);
		if (found) settle(found);
		if (events.some((event) => event.type === "workspace.lost")) settle("away");
	});
	const leaving = setInterval(() => draining() && settle("stopping"), 200);
	try {
		const goal = await supervisor.commit(goalId, make);
		if (goal.undo?.undoId !== undoId) return undefined;
		const outcome = await settled;
		if (outcome === "away") {
			const why = "Another folder is in the place of the goal's. The undo has begun, and goes on when it is back.";
			throw new Refusal("otherFolder", why);
		}
		if (outcome !== "stopping") return outcome;
		throw new Refusal("stopping", "The daemon stops. The undo has begun, and is finished when the daemon runs again.");
	} finally {
		clearInterval(leaving);
		watch.stop();
	}
}

function outcomeIn(events: readonly RecordedEvent[], undoId: UndoId): Outcome | undefined {
	const completed = events.find((event) => event.type === "undo.completed" && event.undoId === undoId);
	if (completed?.type !== "undo.completed") return undefined;
	const undone = events.some((event) => event.type === "step.undone" && event.undoId === undoId);
	const left = new Map(completed.left.map(({ path, reason }) => [path, reason]));
	return { left, undone, keptIn: completed.keptIn };
}

function shown({ path, action, reason, sharedWith }: PlannedUndo, left: ReadonlyMap<string, string> | number) {
	const why = typeof left === "number" ? undefined : left.get(path);
	return why === undefined ? { path, action, reason, sharedWith } : { path, action: "conflict" as const, reason: why };
}
