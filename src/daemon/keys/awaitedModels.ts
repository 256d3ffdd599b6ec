import { editorProvider } from "../../core/agentKinds.ts";
import type { GoalId } from "../../core/ids.ts";
import { holdsForModel } from "../../core/rules/holds.ts";
import type { EditorWindows } from "../editor/editorWindows.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { Log } from "../platform/ports.ts";

/**
 * Goals that wait for a window of VS Code that has a model: each goes on by itself when one comes that may use it. The
 * daemon looks when a window comes or says what it has, and when such a hold is placed, since the window may have come in
 * the moment before.
 */
export function liftAwaitedModels(parts: {
	readonly windows: EditorWindows;
	readonly supervisor: Supervisor;
	readonly log: Log;
}): void {
	const { windows, supervisor, log } = parts;
	const prefix = `${editorProvider}/`;
	const isThere = (model: string) => windows.find(model.slice(prefix.length))?.access === "allowed";

	async function lift(goalId: GoalId): Promise<void> {
		const waiting = holdsForModel(await supervisor.goal(goalId));
		if (waiting.length === 0 || windows.count === 0) return;
		await windows.look();
		if (!waiting.some(({ needsModel }) => isThere(needsModel!.model))) return;
		await supervisor.commit(goalId, (goal) =>
			holdsForModel(goal)
				.filter(({ needsModel }) => isThere(needsModel!.model))
				.map(({ holdId }) => ({ type: "hold.lifted", holdId })),
		);
	}

	const tryToLift = (goalId: GoalId) => void lift(goalId).catch((cause) => log.debug(`${goalId}: ${String(cause)}`));
	windows.onChange(() => {
		for (const { goalId, state } of supervisor.summaries())
			if (state !== "completed" && state !== "failed" && state !== "cancelled") tryToLift(goalId);
	});
	supervisor.onSummary(({ goalId, deleted }) => {
		if (!deleted && windows.count > 0) tryToLift(goalId);
	});
}
