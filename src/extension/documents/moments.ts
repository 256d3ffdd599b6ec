import type { RecordedEvent } from "../../core/events.ts";
import type { GoalId } from "../../core/ids.ts";
import type { Daemon } from "../connection/daemon.ts";
import { clockTime } from "../words/times.ts";
import { t } from "../words/words.ts";

/** A moment of a goal at which its dossier is worth reading. */
export interface Moment {
	readonly label: string;
	readonly description?: string;
	/** Absent for now. */
	readonly seq?: number;
	readonly order: number;
}

/** The newest first: now, the end of each step, the launch. */
export async function dossierMoments(daemon: Daemon, goalId: GoalId): Promise<readonly Moment[]> {
	const [{ events }, goal] = await Promise.all([
		daemon.read("goal/events", {
			goalId,
			limit: 1000,
			types: ["goal.launched", "plan.approved", "step.completed", "step.failed", "step.skipped", "step.undone"],
			descending: true,
		}),
		daemon.read("goal/get", { goalId }),
	]);
	const stepName = (stepId: string) => {
		const index = goal.plan.steps.findIndex((step) => step.stepId === stepId);
		const step = goal.plan.steps[index];
		return step ? t("Step {0}: {1}", index + 1, step.title) : t("Step {0}", stepId);
	};
	return [{ label: t("Now"), order: Number.POSITIVE_INFINITY }, ...events.map((event) => momentOf(event, stepName))];
}

function momentOf(event: RecordedEvent, stepName: (stepId: string) => string): Moment {
	const step = "stepId" in event && event.stepId ? stepName(event.stepId) : "";
	const labels: Partial<Record<RecordedEvent["type"], string>> = {
		"goal.launched": t("Launch"),
		"plan.approved": t("Plan approved"),
		"step.completed": t("{0} done", step),
		"step.failed": t("{0} failed", step),
		"step.skipped": t("{0} skipped", step),
		"step.undone": t("{0} undone", step),
	};
	return {
		label: labels[event.type] ?? event.type,
		description: clockTime(event.at),
		seq: event.seq,
		order: event.seq,
	};
}
