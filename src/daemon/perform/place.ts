import { setTimeout as sleep } from "node:timers/promises";
import type { GoalEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { HoldId } from "../../core/ids.ts";
import { folderHold } from "../../core/rules/holds.ts";
import type { FolderIdentity } from "../../core/values.ts";
import { askAboutFolder } from "../engine/questions/folder.ts";
import type { NewId } from "../platform/ports.ts";
import { isSameFolder, whyNotInPlace } from "../policy/folderIdentity.ts";
import type { ActivityContext } from "./parts.ts";

/**
 * Whether the goal's folder is still the one that it was launched in. It is asked before everything that reads, runs,
 * writes or looks there. Where it is not, the goal is held and its person is asked, and nothing of what stands there now
 * is touched.
 */
export async function isInPlace({ parts, driver }: ActivityContext): Promise<boolean> {
	if (!parts.folderNow) return true;
	const { workspace, folder } = driver.goal();
	const now = await parts.folderNow(workspace);
	if (now && folder && isSameFolder(folder, now)) return true;
	if (now && !folder) {
		// Launched by a version that did not look: it is known by what it is from here on.
		await driver.recordFact((goal) => (goal.folder ? [] : [{ type: "workspace.identified", identity: now }]));
		return true;
	}
	await driver.recordFact((goal) => (folderHold(goal) ? [] : lost(goal, now, parts.newId, parts.clock.now())));
	return false;
}

/** While the goal is held for its folder: goes on when the folder is back, and asks anew when yet another stands there. */
export async function performFolder({ parts, driver, signal }: ActivityContext): Promise<void> {
	while (!signal.aborted) {
		const { workspace, folder, ...goal } = driver.goal();
		const hold = folderHold(goal);
		if (!hold || !parts.folderNow) return;
		const now = await parts.folderNow(workspace);
		const isBack = now !== undefined && folder !== undefined && isSameFolder(folder, now);
		const isOther = !isBack && !isSameFinding(hold.found, now);
		if (isBack || isOther) {
			await driver.recordFact((current) => {
				if (folderHold(current)?.holdId !== hold.holdId) return [];
				const lifted: GoalEvent = { type: "hold.lifted", holdId: hold.holdId };
				return isBack ? [lifted] : [lifted, ...lost(current, now, parts.newId, parts.clock.now())];
			});
			return;
		}
		await sleep(lookAgainMs, undefined, { signal }).catch(() => undefined);
	}
}

const lookAgainMs = 500;

function isSameFinding(some: FolderIdentity | undefined, other: FolderIdentity | undefined): boolean {
	return some === undefined || other === undefined ? some === other : isSameFolder(some, other);
}

function lost(goal: Goal, found: FolderIdentity | undefined, newId: NewId, now: number): GoalEvent[] {
	const holdId = newId<HoldId>("h");
	const what = whyNotInPlace(goal, found) ?? `The folder ${goal.workspace} cannot be told from another.`;
	const reason = `${what} Put the folder of the goal back there, and it goes on by itself.`;
	// A goal that is over is asked nothing: only an undo waits.
	if (goal.end) return [{ type: "workspace.lost", holdId, reason, found }];
	const asked = askAboutFolder(goal, found, reason, newId, now);
	return [{ type: "workspace.lost", holdId, reason, found, approvalId: asked.approvalId }, asked];
}
