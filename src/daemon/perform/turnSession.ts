import type { GoalEvent, RecordedEvent } from "../../core/events.ts";
import type { Goal, Thread, ToolCall } from "../../core/goal.ts";
import type { MessageId, ToolCallId, TurnId } from "../../core/ids.ts";
import { threadCalls } from "../../core/rules/calls.ts";
import type { Usage } from "../../core/values.ts";
import type {
	AgentCall,
	Intended,
	IntendedWrite,
	Permission,
	SessionUpdate,
	TurnSession,
} from "../agents/turnSession.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import { askWithin, withdrawQuestion } from "./asking.ts";
import type { ActivityContext } from "./parts.ts";
import { openSaid } from "./said.ts";

/** The engine's side of a turn's session: what the agent tells becomes events while the turn is open, and none after it. */
export interface OpenedSession {
	readonly session: TurnSession;
	/** As far as the agent told. */
	used(): Usage | undefined;
	/** What was said last, and not recorded with anything yet. */
	rest(): { readonly text: string; readonly reasoning: string; readonly events: readonly GoalEvent[] };
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
	const asked = new Map<string, AskedLeave>();
	const said = { text: openSaid(), reasoning: openSaid() };
	let place: { readonly process: number; readonly offset: number } | undefined;
	let used: Usage | undefined;

	/** What was said before comes first. */
	function record(make: (goal: Goal) => readonly GoalEvent[]): Promise<unknown> {
		const { text, reasoning, events } = rest();
		const messageId = parts.newId<MessageId>("m");
		return driver.recordFact((goal) => {
			if (goal.threads[threadId]?.turn?.turnId !== turnId) return [];
			const message: GoalEvent[] =
				text === "" && reasoning === ""
					? []
					: [{ type: "message.added", messageId, threadId, from: role, text, reasoning: reasoning || undefined }];
			return [...message, ...make(goal), ...events];
		});
	}

	function rest(): ReturnType<OpenedSession["rest"]> {
		const taken = { text: said.text.take(), reasoning: said.reasoning.take() };
		const events: GoalEvent[] = place
			? [{ type: "agent.read", threadId, process: place.process, readTo: place.offset }]
			: [];
		place = undefined;
		return { ...taken, events };
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

	async function ask(call: AgentCall, withdrawn: AbortSignal): Promise<Permission> {
		const known = callOf(driver.goal(), call.id);
		if (known?.state === "started") return { kind: "allow" };
		if (!known) {
			const before = decidedBefore(await driver.transcript(threadId), turnId, call.id);
			if (before) return before;
		}
		const toolCallId = known?.toolCallId ?? parts.newId<ToolCallId>("c");
		const answer = permissions.wait(toolCallId, AbortSignal.any([context.signal, withdrawn]));
		await record(() => (known ? [] : [requested(toolCallId, call)]));
		// It may have been decided while nobody waited for it.
		if (callOf(driver.goal(), call.id)?.state === "started") permissions.give(toolCallId, { kind: "allow" });
		const permission = await answer;
		hears.onSign();
		if (permission.kind === "over" && !context.signal.aborted) await takeBack(toolCallId);
		return permission;
	}

	function askFor(call: AgentCall): AskedLeave {
		const withdrawn = new AbortController();
		return { answer: ask(call, withdrawn.signal), withdraw: () => withdrawn.abort(), count: 0 };
	}

	/** Nobody need decide about it any more. What was allowed meanwhile may have been done, and stays. */
	function takeBack(toolCallId: ToolCallId): Promise<unknown> {
		return record((goal) => {
			const call = goal.calls[toolCallId];
			if (!call || call.state === "started" || call.state === "unknown") return [];
			const questions = Object.values(goal.approvals).filter((approval) => approval.toolCallId === toolCallId);
			return [
				...questions.map(
					({ approvalId }): GoalEvent => ({ type: "approval.superseded", approvalId, reason: noLongerAwaited }),
				),
				{
					type: "tool.completed",
					toolCallId,
					ok: false,
					durationMs: 0,
					output: textOutput(noLongerAwaited),
					refused: noLongerAwaited,
				},
			];
		});
	}

	/** When it began, in milliseconds, also under an earlier daemon. */
	async function startOf(id: string): Promise<number | undefined> {
		const toolCallId = callOf(driver.goal(), id)?.toolCallId;
		const transcript = toolCallId ? await driver.transcript(threadId) : [];
		const started = transcript.findLast((event) => event.type === "tool.started" && event.toolCallId === toolCallId);
		return started && Date.parse(started.at);
	}

	async function update(told: SessionUpdate): Promise<void> {
		hears.onSign();
		switch (told.kind) {
			case "text":
			case "reasoning":
				said[told.kind].add(told.text);
				return hears.onText(told.text, told.kind === "reasoning");
			case "plan":
				await record(() => [{ type: "todo.updated", threadId, todos: [...told.todos] }]);
				return;
			case "usage":
				used = { inputTokens: told.inputTokens, outputTokens: told.outputTokens, costUsd: told.costUsd };
				return;
			case "call": {
				const toolCallId = parts.newId<ToolCallId>("c");
				const unasked = told.call.effect === "none" ? undefined : true;
				await record((goal) =>
					callOf(goal, told.call.id)
						? []
						: [
								{ ...requested(toolCallId, told.call), ...(unasked && { unasked }) } as GoalEvent,
								{ type: "tool.started", toolCallId, run: 1 },
							],
				);
				return;
			}
			case "callEnded": {
				const { id, ok, output, exitCode } = told;
				const now = parts.clock.now();
				const durationMs = Math.max(0, now - ((await startOf(id)) ?? now));
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

	async function intend({ request, callId, path, before, after }: IntendedWrite): Promise<Intended> {
		const transcript = await driver.transcript(threadId);
		const meant = transcript.findLast((event) => event.type === "tool.writeStarted" && event.request === request);
		if (meant?.type === "tool.writeStarted") {
			const ended = transcript.findLast(
				(event) => event.type === "tool.completed" && event.toolCallId === meant.toolCallId,
			);
			const outcome = ended?.type === "tool.completed" ? { ok: ended.ok, output: ended.output.head } : undefined;
			return { kind: "known", before: meant.before, after: meant.after, ...(outcome && { outcome }) };
		}
		const call = requestOf(transcript, turnId, callId);
		let isMeant = false;
		await record(() => {
			isMeant = call !== undefined;
			return call ? [{ type: "tool.writeStarted", toolCallId: call, threadId, request, path, before, after }] : [];
		});
		return { kind: isMeant ? "new" : "over" };
	}

	return {
		session: {
			update,
			intend,
			async ask({ id, ...question }, withdrawn) {
				const key = `${threadId} ${id}`;
				const ends = AbortSignal.any([context.signal, withdrawn]);
				const answer = await askWithin(context, { ...question, key, threadId, stepId }, ends);
				if (withdrawn.aborted && !context.signal.aborted) await withdrawQuestion(driver, key, noLongerAwaited);
				return answer;
			},
			permission(call, withdrawn) {
				const waiting = asked.get(call.id) ?? askFor(call);
				asked.set(call.id, waiting);
				waiting.count++;
				withdrawn?.addEventListener("abort", () => --waiting.count === 0 && waiting.withdraw(), { once: true });
				return waiting.answer;
			},
			readTo(reached) {
				place = reached;
			},
			async process(told) {
				hears.onSign();
				await record(() => [{ ...told, threadId }]);
			},
		},
		used: () => used,
		rest,
	};
}

/** A call that the agent asked for, maybe more than once. */
interface AskedLeave {
	readonly answer: Promise<Permission>;
	withdraw(): void;
	/** So many times it is waited for. */
	count: number;
}

const noLongerAwaited = "The agent does not wait for it any more.";

/** The answer to a call that is over, where the agent has not been told yet: an earlier daemon was about to. */
function decidedBefore(transcript: readonly RecordedEvent[], turnId: TurnId, id: string): Permission | undefined {
	const call = requestOf(transcript, turnId, id);
	if (call === undefined) return undefined;
	const outcome = transcript.findLast((event) => event.type === "tool.completed" && event.toolCallId === call);
	if (outcome?.type !== "tool.completed") return undefined;
	if (outcome.refused === undefined) return { kind: "allow" };
	return { kind: "deny", reason: outcome.output.head || outcome.refused };
}

/** The call that the agent knows by this id. */
function requestOf(transcript: readonly RecordedEvent[], turnId: TurnId, id: string): ToolCallId | undefined {
	const call = transcript.findLast(
		(event) => event.type === "tool.requested" && event.turnId === turnId && event.agentCallId === id,
	);
	return call?.type === "tool.requested" ? call.toolCallId : undefined;
}
