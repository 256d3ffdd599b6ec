import type { Goal } from "../../core/goal.ts";
import type { GoalDriver, Perform } from "../engine/driver.ts";
import type { Activity } from "../engine/next.ts";
import { performBackground } from "./background.ts";
import { type BackgroundOutputs, openBackgroundOutputs } from "./backgroundOutputs.ts";
import { performCall } from "./call.ts";
import { performCheck } from "./check.ts";
import { endAgent } from "./endAgent.ts";
import { performFinish } from "./finish.ts";
import type { ActivityContext, PerformParts } from "./parts.ts";
import { openPermissions } from "./permissions.ts";
import { isInPlace, performFolder } from "./place.ts";
import { performReview } from "./review.ts";
import { performSnapshot } from "./snapshot.ts";
import { neverAsked, performTurn } from "./turn.ts";
import { performUndo } from "./undo.ts";

/** Carries out whatever `next` says is ready; a new kind of activity is a new row here. */
export function performWith(parts: PerformParts): Perform {
	const permissions = openPermissions();
	/** They go with the goal's driver, once the goal is over. */
	const heard = new WeakMap<GoalDriver, BackgroundOutputs>();
	const inPlace = lookTogether();
	return async (activity, driver, signal) => {
		const outputs = heard.get(driver) ?? openBackgroundOutputs();
		heard.set(driver, outputs);
		const context = { parts, driver, signal, permissions, outputs };
		if (activity.kind !== "folder" && !(await inPlace(context)) && !isFollowedAnywhere(driver.goal(), activity)) {
			return activity.kind === "turn" ? neverAsked(context, activity.threadId) : undefined;
		}
		switch (activity.kind) {
			case "turn":
				return performTurn(context, activity.threadId);
			case "call":
				return performCall(context, activity.toolCallId);
			case "check":
				return performCheck(context, activity.checkId);
			case "snapshot":
				return performSnapshot(context);
			case "background":
				return performBackground(context, activity.toolCallId);
			case "endAgent":
				return endAgent(context, activity.threadId);
			case "folder":
				return performFolder(context);
			case "undo":
				return performUndo(context);
			case "review":
				return performReview(context, activity.stepId);
			case "finish":
				return performFinish(context);
		}
	};
}

/**
 * What a driver begins in one breath shares one look at the folder. So it goes on in the order in which it was begun:
 * questions that an agent asks at once are asked in its order.
 */
function lookTogether(): (context: ActivityContext) => Promise<boolean> {
	const looks = new Map<GoalDriver, Promise<boolean>>();
	return (context) => {
		const { driver } = context;
		let look = looks.get(driver);
		if (!look) {
			look = isInPlace(context);
			looks.set(driver, look);
			queueMicrotask(() => looks.delete(driver));
		}
		return look;
	};
}

/** A command that has begun is followed to its end wherever its folder went, and a program ended; in a goal that is held none begins. */
function isFollowedAnywhere(goal: Goal, activity: Activity): boolean {
	if (activity.kind === "endAgent" || activity.kind === "background") return true;
	if (activity.kind === "check") return goal.checks[activity.checkId]?.state === "running";
	const call = activity.kind === "call" ? goal.calls[activity.toolCallId] : undefined;
	return call?.state === "started" && !call.edit;
}
