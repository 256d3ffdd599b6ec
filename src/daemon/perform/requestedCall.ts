import type { GoalEvent } from "../../core/events.ts";
import type { Thread } from "../../core/goal.ts";
import type { ToolCallId } from "../../core/ids.ts";
import { isExternalCall } from "../../core/rules/externalCalls.ts";
import type { ToolEffect } from "../../core/values.ts";
import type { ProposedCall } from "../agents/agent.ts";
import type { Tool } from "../tools/tool.ts";
import type { PerformParts } from "./parts.ts";

const effects: Readonly<Record<Tool["kind"], ToolEffect>> = {
	read: "none",
	todo: "none",
	edit: "workspace",
	command: "outside",
	// Its child's calls have effects of their own, each judged and recorded.
	delegate: "none",
	question: "none",
	fetch: "none",
	background: "none",
	external: "outside",
};

/** The event of a call that an agent asked for in its answer. */
export function requested(
	call: ProposedCall,
	thread: Thread,
	turnId: NonNullable<Thread["turn"]>["turnId"],
	tools: readonly Tool[],
	parts: PerformParts,
): GoalEvent {
	const tool = [...tools, ...parts.tools].find((candidate) => candidate.name === call.name);
	const args = isRecord(call.args) && !call.malformed ? call.args : {};
	return {
		type: "tool.requested",
		toolCallId: parts.newId<ToolCallId>("c"),
		threadId: thread.threadId,
		turnId,
		stepId: thread.stepId,
		attempt: thread.attempt,
		name: call.name,
		args: call.malformed ? { malformed: call.malformed } : args,
		effect: isExternalCall(call) ? effects.external : tool ? effects[tool.kind] : "none",
		summary: summarize(tool, args) ?? call.name,
		writtenAs: call.writtenAs,
	};
}

/** A summary is for people; arguments that do not fit are answered when the call is carried out. */
function summarize(tool: Tool | undefined, args: Record<string, unknown>): string | undefined {
	try {
		return (tool?.summarize as ((args: unknown) => string) | undefined)?.(args);
	} catch {
		return undefined;
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
