import type { Background, Goal, ToolCall } from "../../core/goal.ts";
import type { ToolCallId } from "../../core/ids.ts";
import { isToEnd, runningInBackground } from "../../core/rules/background.ts";
import { actorName } from "../../core/values.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import type { BackgroundTool } from "../tools/tool.ts";
import { failure, finish } from "./callOutcome.ts";
import { runCommand } from "./command.ts";
import type { ActivityContext } from "./parts.ts";

/** Commands in the background that one goal may have at once. */
export const maxBackground = 5;

/** Follows it to its end: whoever began it, this daemon or one before. Left without its agent it is ended. */
export async function performBackground(context: ActivityContext, toolCallId: ToolCallId): Promise<void> {
	const { driver, outputs } = context;
	const background = driver.goal().background?.[toolCallId];
	if (!background || background.ended) return;
	const { command, run, timeoutMs, stepId, threadId, sandbox: inside } = background;
	const signal = isToEnd(driver.goal(), background) ? AbortSignal.abort("stop") : context.signal;
	const result = await runCommand(
		{ ...context, signal },
		{
			id: spoolOf(background),
			command,
			timeoutMs,
			inside,
			// It may well say nothing for long.
			subject: { subject: toolCallId, stepId, threadId },
			onOutput(text) {
				outputs.add(toolCallId, text);
				context.parts.lastLines.push(toolCallId, text);
			},
			isSilent: true,
			// Its agent may have ended it, or be gone: the event says which.
			whyStopped: () => undefined,
		},
	);
	if (result.kind === "detached") return;
	const ended = { type: "background.ended", toolCallId, threadId, stepId, run } as const;
	const nothing = { durationMs: 0, output: textOutput("") };
	await driver.recordFact((goal) => {
		if (!goal.background?.[toolCallId] || goal.background[toolCallId].ended) return [];
		switch (result.kind) {
			case "ended": {
				const { exitCode, durationMs, output, stopped } = result;
				const by = goal.background[toolCallId].stopBy;
				const reason = stopped ? (by ? `Stopped by ${actorName(by)}.` : "It was stopped.") : undefined;
				return [{ ...ended, exitCode, durationMs, output, reason }];
			}
			case "notStarted":
				return [{ ...ended, ...nothing, reason: result.reason }];
			case "notBegun":
				return [{ ...ended, ...nothing, reason: "The goal was stopped before it began." }];
			case "unknown":
				return [{ ...ended, ...nothing, reason: "It runs no more, and left no record of how it ended." }];
		}
	});
	context.parts.lastLines.forget(toolCallId);
	// Nobody can ask about one that the goal has forgotten.
	outputs.keepOnly(Object.values(driver.goal().background ?? {}).map((one) => one.toolCallId));
	await result.forget();
}

function spoolOf({ toolCallId, run }: Pick<Background, "toolCallId" | "run">): string {
	return `${toolCallId}.${run}`;
}

/** Reading it and stopping it have no effect that could be repeated, so they need no intent. */
export async function performBackgroundCall(
	context: ActivityContext,
	call: ToolCall,
	tool: BackgroundTool,
	args: never,
): Promise<void> {
	const { parts, driver, outputs, signal } = context;
	const { id, act, all } = tool.background(args);
	const toolCallId = id as ToolCallId;
	const found = driver.goal().background?.[toolCallId];
	if (!found) return finish(context, call, failure(noSuch(driver.goal(), id)));
	if (act === "stop" && !found.ended) {
		const over = AbortSignal.any([signal, AbortSignal.timeout(stopWaitMs)]);
		const ended = driver.until((goal) => goal.background?.[toolCallId]?.ended, over);
		while (!over.aborted && !driver.goal().background?.[toolCallId]?.ended) {
			await parts.commands.stop(spoolOf(found));
			await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, stopAgainMs))]);
		}
		if (signal.aborted) return;
	}
	const now = driver.goal().background?.[toolCallId] ?? found;
	const text = outputs.read(toolCallId, all === true);
	const said = text === "" ? "[nothing new was printed]" : text;
	await finish(context, call, { ok: true, output: textOutput(`[${stateOf(now)}]\n${said}`) });
}

const stopWaitMs = 15_000;
const stopAgainMs = 200;

function stateOf({ command, ended }: Background): string {
	if (!ended) return `\`${command}\` runs`;
	const how = ended.exitCode === undefined ? "ended" : `ended with exit code ${ended.exitCode}`;
	return `\`${command}\` ${how}${ended.reason ? `: ${ended.reason}` : ""}`;
}

function noSuch(goal: Goal, id: string): string {
	const known = runningInBackground(goal).map(({ toolCallId, command }) => `${toolCallId} (\`${command}\`)`);
	return `No command ${id.slice(0, 100)} was begun in the background. ${known.length > 0 ? `Those that run: ${known.join(", ")}.` : "None runs."}`;
}
