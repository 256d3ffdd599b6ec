import { agentKind } from "../../core/agentKinds.ts";
import type { Goal } from "../../core/goal.ts";
import type { ThreadId } from "../../core/ids.ts";
import { stepName, threadName } from "../../core/words/threadName.ts";
import { t } from "../shared/words.ts";
import type { Row } from "./row.ts";

/** Where a row belongs: one group for each attempt of each role at a step. */
export interface Group {
	readonly key: string;
	readonly title: string;
	readonly position?: number;
	/** Role, model, attempt. */
	readonly about: string;
	readonly threadId?: ThreadId;
}

export function groupOf(goal: Goal, row: Row): Group {
	const thread = row.threadId ? goal.threads[row.threadId] : undefined;
	const stepId = thread?.stepId ?? row.stepId;
	const step = stepId ? goal.steps[stepId] : undefined;
	if (!thread && !stepId) return { key: "goal", title: t("Goal"), about: "" };
	const attempt = thread?.attempt ?? row.attempt;
	const about = [
		thread?.role,
		thread ? modelName(thread.assignment) : undefined,
		attempt !== undefined ? t("attempt {0}", attempt) : undefined,
	]
		.filter(Boolean)
		.join(" · ");
	const position = stepId ? (goal.plan?.order.indexOf(stepId) ?? -1) + 1 : 0;
	return {
		key: `${stepId ?? ""}|${thread?.threadId ?? ""}|${attempt ?? ""}`,
		title: thread ? threadName(goal, thread) : step ? stepName(goal, step) : (stepId ?? t("Goal")),
		position: position > 0 ? position : undefined,
		about,
		threadId: thread?.threadId,
	};
}

export function modelName({ provider, model }: { readonly provider: string; readonly model: string }): string {
	return agentKind({ provider }).takesRoles ? `${provider}/${model}` : model;
}
