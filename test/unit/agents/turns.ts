import type { EventBody, EventType, RecordedEvent } from "../../../src/core/events.ts";
import { evolve, newGoal } from "../../../src/core/folds/evolve.ts";
import type { Goal, Step, Thread } from "../../../src/core/goal.ts";
import type { StepId, ThreadId } from "../../../src/core/ids.ts";
import type { ModelChoice, Output, PlaybookAction } from "../../../src/core/values.ts";
import type { Turn } from "../../../src/daemon/agents/agent.ts";
import type { Tool } from "../../../src/daemon/tools/tool.ts";

/** Turns and pieces of transcripts as the engine hands them to an agent. */
export interface TurnParts {
	readonly actions?: readonly PlaybookAction[];
	readonly done?: number;
	readonly role?: string;
	readonly assignment?: ModelChoice;
	readonly transcript?: readonly RecordedEvent[];
	readonly tools?: readonly Tool[];
	readonly workspace?: string;
	readonly planNote?: string;
	readonly readImage?: Turn["readImage"];
	readonly onDelta?: Turn["onDelta"];
	readonly onAdapted?: Turn["onAdapted"];
}

const threadId = "t1" as ThreadId;
const stepId = "s1" as StepId;

export function makeTurn(parts: TurnParts = {}): Turn {
	const thread: Thread = {
		threadId,
		role: parts.role ?? "implementer",
		purpose: parts.role === "planner" ? "plan" : "work",
		assignment: parts.assignment ?? { provider: "local", model: "m" },
		state: "active",
		turns: 0,
		done: parts.done ?? 0,
		failures: 0,
		unread: 0,
		rejected: 0,
		newChars: 0,
	};
	const step: Step = {
		stepId,
		title: "Collect",
		instructions: "Collect the numbers.",
		kind: "work",
		role: "implementer",
		needs: [],
		checks: [],
		confidence: "high",
		actions: parts.actions ? [...parts.actions] : undefined,
		state: "in_progress",
		attempt: 1,
		attempts: [],
		limit: 3,
	};
	return {
		goal: makeGoal(parts),
		thread,
		step: parts.role === "planner" ? undefined : step,
		readImage: parts.readImage ?? (async () => undefined),
		transcript: parts.transcript ?? [message("goal", "Collect the numbers.")],
		session: {
			update: async () => {},
			intend: async () => ({ kind: "over" }),
			permission: async () => ({ kind: "deny", reason: "Nobody is asked here." }),
			ask: async () => ({ kind: "over" }),
			readTo() {},
			process: async () => {},
		},
		tools: parts.tools ?? [],
		onSign: () => {},
		onAdapted: parts.onAdapted ?? (async () => {}),
		onDelta: parts.onDelta ?? (() => {}),
	};
}

function makeGoal({ workspace = "/nowhere", planNote }: TurnParts): Goal {
	const launched = event("goal.launched", {
		goalId: "g1" as Goal["goalId"],
		title: "Numbers",
		prompt: "Make a report of the numbers.",
		workspace,
		settings: {
			priority: "normal",
			agent: { provider: "local", model: "m" },
			assignments: [],
			autonomy: "aware",
			planApproval: "never",
			restart: "resume",
			proposedServers: "ask",
			sandbox: "off",
			budget: {},
			checks: [],
		},
		by: { client: "test" },
	});
	return { ...evolve(newGoal("g1" as Goal["goalId"]), launched), planNote };
}

export function message(from: string, text: string): RecordedEvent {
	return event("message.added", { messageId: `m${seq}` as never, threadId, from, text });
}

export function requested(toolCallId: string, name: string, args: Record<string, unknown> = {}, turnId = "turn1") {
	return [
		event("tool.requested", {
			toolCallId: toolCallId as never,
			threadId,
			turnId: turnId as never,
			stepId,
			attempt: 1,
			name,
			args,
			effect: "none",
			summary: name,
		}),
	];
}

export function completed(toolCallId: string, body: Partial<EventBody<"tool.completed">> = {}) {
	return [
		event("tool.completed", {
			toolCallId: toolCallId as never,
			ok: body.refused === undefined,
			durationMs: 1,
			output: output("done"),
			...body,
		}),
	];
}

/** What the thread was told of its workspace. */
export function given(text: string, why: "start" | "touched"): RecordedEvent {
	const file = { path: "AGENTS.md", kind: "agents" as const, sha256: "0".repeat(64), bytes: text.length, why };
	return event("guidance.given", { threadId, files: [file], text });
}

export function output(head: string, tail = "", bytes = Buffer.byteLength(head + tail)): Output {
	return { head, tail, bytes, sha256: "0".repeat(64) };
}

let seq = 0;
export function event<T extends EventType>(type: T, body: EventBody<T>): RecordedEvent {
	seq += 1;
	return { seq, epoch: 1, at: "2030-01-01T00:00:00.000Z", type, ...body } as unknown as RecordedEvent;
}
