import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Thread, ToolCall } from "../../core/goal.ts";
import type { MessageId, ToolCallId, TurnId } from "../../core/ids.ts";
import { threadCalls } from "../../core/rules/calls.ts";
import type { Usage } from "../../core/values.ts";
import type { AgentCall, Permission, SessionUpdate, TurnSession } from "../agents/turnSession.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import { askWithin } from "./asking.ts";
import type { ActivityContext } from "./parts.ts";

/** The engine's side of a turn's session: what the agent tells becomes events while the turn is open, and none after it. */
export interface OpenedSession {
	readonly session: TurnSession;
	/** As far as the agent told. */
	used(): Usage | undefined;
}

export function openSession(
	context: ActivityContext,
	{ threadId, role, stepId, attempt }: Thread,
	turnId: TurnId,
	hears: {
		onText(text: string, reasoning: boolean): void;
		/** Of whatever kind. */
		onSign(): void;
	},
): OpenedSession {
	const { parts, driver, permissions } = context;
	const asked = new Map<string, Promise<Permission>>();
	const startedAt = new Map<string, number>();
	let said = { text: "", reasoning: "" };
	let used: Usage | undefined;

	/** What was said before comes first. */
	function record(make: (goal: Goal) => readonly GoalEvent[]): Promise<unknown> {
		const { text, reasoning } = said;
		said = { text: "", reasoning: "" };
		const messageId = parts.newId<MessageId>("m");
		return driver.recordFact((goal) => {
			if (goal.threads[threadId]?.turn?.turnId !== turnId) return [];
			const message: GoalEvent[] =
				text === "" && reasoning === ""
					? []
					: [{ type: "message.added", messageId, threadId, from: role, text, reasoning: reasoning || undefined }];
			return [...message, ...make(goal)];
		});
	}

	const requested = (toolCallId: ToolCallId, call: AgentCall): GoalEvent => ({
		type: "tool.requested",
		toolCallId,
		threadId,
		turnId,
		stepId,
		attempt,
		name: call.name,
		args: { ...call.args },
		effect: call.effect,
		summary: call.summary,
		owner: "agent",
		agentCallId: call.id,
	});

	const callOf = (goal: Goal, id: string): ToolCall | undefined =>
		threadCalls(goal, threadId).find(({ agentCallId }) => agentCallId === id);

	async function ask(call: AgentCall): Promise<Permission> {
		const toolCallId = parts.newId<ToolCallId>("c");
		const answer = permissions.wait(toolCallId, context.signal);
		await record(() => [requested(toolCallId, call)]);
		const permission = await answer;
		hears.onSign();
		startedAt.set(call.id, parts.clock.now());
		return permission;
	}

	async function update(told: SessionUpdate): Promise<void> {
		hears.onSign();
		switch (told.kind) {
			case "text":
			case "reasoning":
				said[told.kind] += told.text;
				return hears.onText(told.text, told.kind === "reasoning");
			case "plan":
				await record(() => [{ type: "todo.updated", threadId, todos: [...told.todos] }]);
				return;
			case "usage":
				used = { inputTokens: told.inputTokens, outputTokens: told.outputTokens, costUsd: null };
				return;
			case "call": {
				const toolCallId = parts.newId<ToolCallId>("c");
				startedAt.set(told.call.id, parts.clock.now());
				await record((goal) =>
					callOf(goal, told.call.id)
						? []
						: [requested(toolCallId, told.call), { type: "tool.started", toolCallId, run: 1 }],
				);
				return;
			}
			case "callEnded": {
				const { id, ok, output, exitCode } = told;
				const durationMs = Math.max(0, parts.clock.now() - (startedAt.get(id) ?? parts.clock.now()));
				await record((goal) => {
					const call = callOf(goal, id);
					// What was not begun cannot have ended.
					if (call?.state !== "started") return [];
					const { toolCallId } = call;
					return [{ type: "tool.completed", toolCallId, ok, exitCode, durationMs, output: textOutput(output) }];
				});
			}
		}
	}

	return {
		session: {
			update,
			ask: ({ id, ...question }) =>
				askWithin(context, { ...question, key: `${threadId} ${id}`, threadId, stepId }, context.signal),
			permission(call) {
				const known = asked.get(call.id) ?? ask(call);
				asked.set(call.id, known);
				return known;
			},
		},
		used: () => used,
	};
}
