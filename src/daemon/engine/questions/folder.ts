import type { EventOf } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import { folderHold } from "../../../core/rules/holds.ts";
import type { FolderIdentity } from "../../../core/values.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { asking, type Consequences } from "./question.ts";

/** It does not expire: whatever stands at the goal's place stays wrong until a person decides. */
export function askAboutFolder(
	{ goalId, workspace }: Goal,
	found: FolderIdentity | undefined,
	reason: string,
	newId: NewId,
	now: number,
): EventOf<"approval.requested"> {
	const { expiresAt: _never, ...asked } = asking("folder", newId, now);
	const caution =
		"Nothing in the folder that stands there now was read or changed. Use it only if it is the same project, for example restored from a backup or cloned again.";
	return {
		...asked,
		kind: "question",
		summary: found ? `Go on in another folder at ${workspace}?` : `Wait for the folder ${workspace}?`,
		reasons: found ? [reason, caution] : [reason],
		digest: sha256(["folder", goalId, workspace, found ?? null]),
		options: found ? ["wait", "use", "stop"] : ["wait", "stop"],
	};
}

/** To keep waiting leaves the goal held: it goes on by itself when its folder is back. */
export const folderAnswered: Consequences = (_approval, { answer }, goal, { by }) => {
	const hold = folderHold(goal);
	if (answer === "stop") return [{ type: "goal.cancelled", reason: hold?.reason, by }];
	if (answer !== "use" || !hold?.found) return [];
	return [
		{ type: "workspace.identified", identity: hold.found, by },
		{ type: "hold.lifted", holdId: hold.holdId, by },
	];
};
