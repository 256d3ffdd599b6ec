import type { Question } from "../../../core/values.ts";
import { agentAnswered } from "./agent.ts";
import { budgetAnswered } from "./budget.ts";
import { finalReviewAnswered } from "./finalReview.ts";
import { folderAnswered } from "./folder.ts";
import { inputAnswered, serverAnswered } from "./mcpServer.ts";
import { planAnswered, playbookAnswered } from "./plan.ts";
import type { Consequences } from "./question.ts";
import { redChecksAnswered } from "./redChecks.ts";
import { startAnswered } from "./startStep.ts";
import { stuckAnswered } from "./stuckStep.ts";
import { toolAnswered } from "./tool.ts";

const nothing: Consequences = () => [];

/** What answers to each question append. The words of the answers, and what ends a question, stand in core/questions. */
export const consequences: { readonly [Q in Question]: Consequences } = {
	call: toolAnswered,
	check: toolAnswered,
	plan: planAnswered,
	playbook: playbookAnswered,
	budget: budgetAnswered,
	callRecovery: nothing,
	checkRecovery: nothing,
	startStep: startAnswered,
	stuckStep: stuckAnswered,
	redChecks: redChecksAnswered,
	finalReview: finalReviewAnswered,
	folder: folderAnswered,
	agent: agentAnswered,
	mcpServer: serverAnswered,
	mcpInput: inputAnswered,
};
