import { existsSync } from "node:fs";
import path from "node:path";
import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Writer } from "../../core/goal.ts";
import type { GoalId, UndoId } from "../../core/ids.ts";
import type { PlannedUndo, UndoneFile } from "../../core/values.ts";
import type { Changes } from "../changes/changes.ts";
import { ChangesError } from "../changes/changesError.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import { changesSince, isBasedOn, type Look } from "../tracking/changesSince.ts";
import type { SeenChange } from "../tracking/seenChanges.ts";
import { applyUndo } from "../undo/applyUndo.ts";
import { openDisk } from "../undo/disk.ts";
import { openKeptFiles } from "../undo/keptFiles.ts";
import type { ActivityContext } from "./parts.ts";

/**
 * Carries out the undo that is under way: its intent names every file with its version before and after, so that this is
 * the same for a daemon that just began it and for one that found it begun. Its outcome, and what a look at the
 * workspace then finds, are recorded in one transaction.
 */
export async function performUndo(context: ActivityContext): Promise<void> {
	const { parts, driver, signal } = context;
	const { undo, workspace } = driver.goal();
	if (!undo) return;
	const changes = await record(parts, driver.goal());
	// A person who stops the goal does not want files half taken back; only a daemon that goes leaves it to the next.
	const ending = new AbortController();
	const onAbort = () => signal.reason === "drain" && ending.abort();
	signal.addEventListener("abort", onAbort);
	if (signal.aborted) onAbort();
	try {
		const content = async (blob: string) => {
			if (typeof changes === "string") throw new ChangesError("git", changes);
			return changes.content(blob);
		};
		const left = await applyUndo(undo.files, {
			workspace,
			disk: openDisk(workspace),
			content,
			kept: openKeptFiles(keptFolder(parts.dataFolder, driver.goalId, undo.undoId)),
			signal: ending.signal,
		});
		if (!left) return;
		crashPoint("undo.applied");
		await recordOutcome(context, changes, undo, left);
	} finally {
		signal.removeEventListener("abort", onAbort);
	}
}

function keptFolder(dataFolder: string, goalId: GoalId, undoId: UndoId): string {
	return path.join(dataFolder, "undone", goalId, undoId);
}

/** What was begun is brought to an end also when the record cannot be read any more: then files are left, and it is said why. */
async function record(parts: ActivityContext["parts"], goal: Goal): Promise<Changes | string> {
	try {
		const changes = await parts.changes(goal);
		return "unavailable" in changes ? changes.unavailable : changes;
	} catch (cause) {
		return cause instanceof Error ? cause.message : String(cause);
	}
}

type Undo = NonNullable<Goal["undo"]>;

async function recordOutcome(
	context: ActivityContext,
	changes: Changes | string,
	undo: Undo,
	left: ReadonlyMap<string, string>,
): Promise<void> {
	const { parts, driver } = context;
	// Also what a daemon kept that was killed over it.
	const folder = keptFolder(parts.dataFolder, driver.goalId, undo.undoId);
	const keptIn = existsSync(folder) ? folder : undefined;
	for (let tries = 1, isDone = false; !isDone; tries++) {
		const seen = await lookAfter(context, changes, undo, left);
		await driver.recordFact((goal) => {
			// Another look was recorded meanwhile: this one is made again. In the end the next one accounts for it.
			const isOvertaken = seen !== undefined && !isBasedOn(seen, goal);
			isDone = !isOvertaken || tries === maxLooks;
			if (!isDone || goal.undo?.undoId !== undo.undoId) return [];
			return [
				{
					type: "undo.completed",
					undoId: undo.undoId,
					left: [...left].map(([path, reason]) => ({ path, reason })),
					keptIn,
				},
				...(seen && !isOvertaken ? seen.events : []),
				...undone(goal, undo, left, keptIn),
			];
		});
	}
}

const maxLooks = 3;

/** What the undo did, in the words of any other look; what else changed was made by others. */
async function lookAfter(
	{ parts, driver }: ActivityContext,
	changes: Changes | string,
	{ undoId, files: planned }: Undo,
	left: ReadonlyMap<string, string>,
): Promise<Look | undefined> {
	if (typeof changes === "string") return undefined;
	const { workspace, files } = driver.goal();
	const own = new Set(planned.filter(({ path }) => !left.has(path)).map(({ path }) => path));
	const writer: Writer = { id: undoId, undo: true };
	const writersOf = ({ path, from = path }: SeenChange) => (own.has(path) && own.has(from) ? [writer] : []);
	try {
		return await changesSince(changes, workspace, files, [undoId], writersOf);
	} catch (cause) {
		parts.log.warn(`${driver.goalId}: changes could not be looked at after an undo`, cause);
		return undefined;
	}
}

/** One event a step of which something was taken back, or nothing was left to take back. */
function undone(
	goal: Goal,
	{ undoId, stepIds, files, notCovered, again, by }: Undo,
	left: ReadonlyMap<string, string>,
	keptIn: string | undefined,
): GoalEvent[] {
	const supersede = Object.values(goal.approvals)
		.filter(({ stepId, kind }) => kind === "step" && stepId !== undefined && stepIds.includes(stepId))
		.map(({ approvalId }): GoalEvent => ({ type: "approval.superseded", approvalId, reason: "The step was undone." }));
	const outcome = files.map((file) => ({ file, result: resultOf(file, left) }));
	const steps = stepIds.flatMap((stepId): GoalEvent[] => {
		const own = outcome.filter(({ file }) => file.stepIds.includes(stepId)).map(({ result }) => result);
		const step = goal.steps[stepId];
		if (!step || (own.length > 0 && own.every(({ action }) => action === "conflict"))) return [];
		return [{ type: "step.undone", undoId, stepId, attempt: step.attempt, files: own, notCovered, keptIn, by }];
	});
	const anew = (again ? stepIds : []).flatMap((stepId): GoalEvent[] => {
		const step = goal.steps[stepId];
		return step ? [{ type: "step.retried", stepId, attempt: step.attempt, how: "rerun", by }] : [];
	});
	return steps.length + anew.length > 0 ? [...supersede, ...steps, ...anew] : [];
}

function resultOf({ path, action, reason }: PlannedUndo, left: ReadonlyMap<string, string>): UndoneFile {
	const why = left.get(path);
	return why === undefined ? { path, action, reason } : { path, action: "conflict", reason: why };
}
