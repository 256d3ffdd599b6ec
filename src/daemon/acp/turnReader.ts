import { tokenMeter } from "../../core/textTokens.ts";
import type { Todo } from "../../core/values.ts";
import type { AgentCall, SessionUpdate } from "../agents/turnSession.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "./fields.ts";
import { agentCall, effectOf, exitCodeOf, outputOf, type ToldCall, withUpdate } from "./toolCall.ts";

/**
 * Reads what an agent tells within one turn: in come its updates and what it asks leave for, in their order; out comes
 * what the turn's session takes. Pure but for what it remembers of the calls, so that a daemon that reads a conversation
 * again from its beginning comes to the same.
 */
export interface TurnReader {
	/**
	 * One `session/update`; nothing for one that says nothing to us, or of a kind that is not known here. `isStopping`: the
	 * agent was told to end the turn. Some say of a command that they ended for it that it is completed.
	 */
	update(update: Fields, isStopping?: boolean): readonly SessionUpdate[];
	/** One request for leave, about a call that may have been told of. Its id is new where the same call asks for something else. */
	asks(toolCall: Fields): AgentCall;
	/** It asked for leave and does not wait for it any more: asked again it is another call, and carried out it was not asked about. */
	withdraws(call: AgentCall): void;
	/** What is begun and was not asked about, when the agent will not tell any more. */
	unfinished(): readonly SessionUpdate[];
	/** What it may have begun by what it was allowed, and has not told the end of. */
	openCalls(): readonly AgentCall[];
	/** Tokens of what it said, likely. */
	readonly spoken: number;
	/** Acts that ran and were not asked about, so far. */
	readonly unasked: readonly AgentCall[];
}

interface Known {
	readonly told: ToldCall;
	/** Under this id it asked last. */
	readonly asked?: AgentCall;
	/** How often it has begun anew. */
	readonly times: number;
	readonly ended: boolean;
}

export function openTurnReader(workspace: string): TurnReader {
	const calls = new Map<string, Known>();
	const unasked: AgentCall[] = [];
	const words = tokenMeter();
	let messageId: unknown;

	function chunk(kind: "text" | "reasoning", { content, messageId: id }: Fields): SessionUpdate[] {
		const text = blockText(fieldsOf(content));
		if (text === "") return [];
		words.add(text);
		const isOther = kind === "text" && typeof id === "string" && messageId !== undefined && messageId !== id;
		if (kind === "text") messageId = id ?? messageId;
		return [{ kind, text: isOther ? `\n\n${text}` : text }];
	}

	function toolCall(update: Fields, isStopping: boolean): SessionUpdate[] {
		const id = textOf(update.toolCallId);
		if (id === undefined) return [];
		const before = calls.get(id) ?? { told: {}, times: 0, ended: false };
		const told = withUpdate(before.told, update);
		const isOver = told.status === "completed" || told.status === "failed";
		// It says more of a call that is over: only its output may be longer, and that is recorded.
		if (before.ended && isOver) return [];
		calls.set(id, { ...before, told, ended: isOver });
		if (!isOver) return [];
		const call = before.asked ?? agentCall(idOf(id, before.times), told, workspace, false);
		const exitCode = exitCodeOf(told);
		const isCutOff = isStopping && call.args.command !== undefined && exitCode !== 0;
		const ok = told.status === "completed" && !isCutOff;
		const output = isCutOff ? [outputOf(told), cutOff].filter(Boolean).join("\n") : outputOf(told);
		const ended: SessionUpdate = { kind: "callEnded", id: call.id, ok, output, exitCode };
		if (before.asked) return [ended];
		if (effectOf(told) !== "none") unasked.push(call);
		return [{ kind: "call", call }, ended];
	}

	return {
		unasked,
		get spoken() {
			return words.likely;
		},
		update(update, isStopping = false) {
			switch (update.sessionUpdate) {
				case "agent_message_chunk":
					return chunk("text", update);
				case "agent_thought_chunk":
					return chunk("reasoning", update);
				case "tool_call":
				case "tool_call_update":
					return toolCall(update, isStopping);
				case "plan":
					return [{ kind: "plan", todos: listOf(update.entries).map(todo) }];
				default:
					return [];
			}
		},
		asks(toolCall) {
			const id = textOf(toolCall.toolCallId) ?? "call";
			const before = calls.get(id) ?? { told: {}, times: 0, ended: false };
			const told = withUpdate(before.told, toolCall);
			const again = agentCall(idOf(id, before.times), told, workspace, true);
			const isSame = before.asked && JSON.stringify(before.asked.args) === JSON.stringify(again.args) && !before.ended;
			if (isSame) return before.asked;
			const times = before.asked || before.ended ? before.times + 1 : before.times;
			const asked = { ...again, id: idOf(id, times) };
			calls.set(id, { told, asked, times, ended: false });
			return asked;
		},
		withdraws({ id }) {
			for (const [name, { told, asked, times }] of calls)
				if (asked?.id === id) calls.set(name, { told, times: times + 1, ended: false });
		},
		openCalls: () => [...calls.values()].flatMap(({ asked, ended }) => (asked && !ended ? [asked] : [])),
		unfinished() {
			return [...calls].flatMap(([id, { told, asked, times, ended }]): SessionUpdate[] =>
				ended || asked || told.status !== "in_progress" || effectOf(told) === "none"
					? []
					: [{ kind: "call", call: agentCall(idOf(id, times), told, workspace, false) }],
			);
		},
	};
}

const cutOff = "Its turn was ended while it ran, so that it may have been cut off.";

function idOf(id: string, times: number): string {
	return times === 0 ? id : `${id}#${times + 1}`;
}

function blockText(block: Fields): string {
	if (typeof block.text === "string") return block.text;
	if (block.type === "resource_link")
		return `${textOf(block.title) ?? textOf(block.name) ?? ""} ${textOf(block.uri) ?? ""}`;
	const inner = fieldsOf(block.resource);
	return textOf(inner.text) ?? (typeof block.type === "string" ? `[${block.type}]` : "");
}

const states: Readonly<Record<string, Todo["state"]>> = { in_progress: "in_progress", completed: "completed" };

function todo({ content, status }: Fields): Todo {
	return { content: textOf(content) ?? "", state: states[String(status)] ?? "pending" };
}

/** What the agent says of what the session has used so far. */
export interface ToldUsage {
	/** Tokens in its window now. */
	readonly used?: number;
	/** In USD, of the whole session. */
	readonly costUsd?: number;
}

export function usageTold({ used, cost }: Fields): ToldUsage {
	const { amount, currency } = fieldsOf(cost);
	return { used: numberOf(used), costUsd: currency === "USD" ? numberOf(amount) : undefined };
}
