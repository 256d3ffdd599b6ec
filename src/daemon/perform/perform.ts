import type { Goal } from "../../core/goal.ts";
import type { Perform } from "../engine/driver.ts";
import type { Deed } from "../engine/next.ts";
import { performUndo } from "../undo/performUndo.ts";
import { performCall } from "./call.ts";
import { performCheck } from "./check.ts";
import { performFinish } from "./finish.ts";
import type { PerformParts } from "./parts.ts";
import { isInPlace, performFolder } from "./place.ts";
import { performReview } from "./review.ts";
import { performSnapshot } from "./snapshot.ts";
import { neverAsked, performTurn } from "./turn.ts";

/** Carries out whatever `next` says is ready; a new kind of deed is a new row here. */
export function performWith(parts: PerformParts): Perform {
	return async (deed, driver, signal) => {
		const performing = { parts, driver, signal };
		if (deed.kind !== "folder" && !(await isInPlace(performing)) && !isFollowedAnywhere(driver.goal(), deed)) {
			return deed.kind === "turn" ? neverAsked(performing, deed.threadId) : undefined;
		}
		switch (deed.kind) {
			case "turn":
				return performTurn(performing, deed.threadId);
			case "call":
				return performCall(performing, deed.toolCallId);
			case "check":
				return performCheck(performing, deed.checkId);
			case "snapshot":
				return performSnapshot(performing);
			case "folder":
				return performFolder(performing);
			case "undo":
				return performUndo(performing);
			case "review":
				return performReview(performing, deed.stepId);
			case "finish":
				return performFinish(performing);
		}
	};
}

/** A command that has begun is followed to its end wherever its folder went; in a goal that is held none begins. */
function isFollowedAnywhere(goal: Goal, deed: Deed): boolean {
	if (deed.kind === "check") return goal.checks[deed.checkId]?.state === "running";
	const call = deed.kind === "call" ? goal.calls[deed.toolCallId] : undefined;
	return call?.state === "started" && !call.edit;
}
