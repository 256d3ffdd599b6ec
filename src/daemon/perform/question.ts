import type { ToolCall } from "../../core/goal.ts";
import { goalHold } from "../../core/rules/holds.ts";
import { askQuestion, tooManyAsked } from "../engine/questions/agent.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import { type QuestionTool, ToolError } from "../tools/tool.ts";
import { failure, finish } from "./callOutcome.ts";
import type { ActivityContext } from "./parts.ts";

/**
 * A question to the person. From here on the call is nothing but a state; the answer completes it. It has no effect, so
 * it needs no intent: one transaction asks, and a daemon that was killed before it asks again.
 */
export async function performQuestion(
	context: ActivityContext,
	call: ToolCall,
	tool: QuestionTool,
	args: never,
): Promise<void> {
	const { parts, driver } = context;
	const { toolCallId, threadId, stepId } = call;
	let asked: ReturnType<QuestionTool["question"]>;
	try {
		asked = tool.question(args);
	} catch (cause) {
		if (cause instanceof ToolError) return finish(context, call, { ...failure(cause.message), invalid: true });
		throw cause;
	}
	await driver.commit((goal) => {
		const now = goal.calls[toolCallId];
		if (now?.state !== "requested" || now.decided || goal.end || goalHold(goal) || goal.undo) return [];
		const why = tooManyAsked(goal);
		if (why)
			return [{ type: "tool.completed", toolCallId, ok: false, durationMs: 0, output: textOutput(why), refused: why }];
		const question = { ...asked, threadId, stepId, toolCallId };
		return [askQuestion(question, parts.newId, parts.clock.now(), parts.questionMs)];
	});
}
