import { agentKind } from "../../core/agentKinds.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { ThreadId } from "../../core/ids.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { type Receipt, receiptOf } from "../../core/rules/receipt.ts";
import type { Price, Usage } from "../../core/values.ts";
import type { Known } from "./account.ts";

/** What was used, where the goal's own totals do not say: by step and by thread. The parts add up to the totals. */
export interface UsageRecord {
	/** By step, or by role where no step was worked on. */
	readonly bySubject: readonly SubjectUsage[];
	readonly threads: readonly ThreadUsage[];
	/** Threads before those. */
	readonly threadsLeftOut: number;
	/** Turns in which the model that answered has another name than the one that was asked, as the provider said. */
	readonly receipts: readonly ReceiptRow[];
	/** What turns were reckoned at, the first use first; undefined where a model had no known price. */
	readonly prices: readonly { readonly model: string; readonly price?: Price }[];
}

interface ReceiptRow {
	readonly asked: string;
	readonly answered: string;
	readonly receipt: Receipt;
	readonly turns: number;
}

export interface Amount extends Usage {
	readonly turns: number;
	readonly calls: number;
	/** Calls that failed or were refused. */
	readonly failedCalls: number;
}

export interface SubjectUsage extends Amount {
	readonly subject: string;
}

export interface ThreadUsage extends Amount {
	readonly threadId: ThreadId;
	readonly role: string;
	readonly step?: string;
	readonly attempt?: number;
	readonly model: string;
	readonly openedAt: string;
}

const nothing: Amount = { inputTokens: 0, outputTokens: 0, costUsd: 0, turns: 0, calls: 0, failedCalls: 0 };
const threadsKept = 200;

export function createUsageProjection() {
	const bySubject = new Map<string, SubjectUsage>();
	const threads = new Map<ThreadId, ThreadUsage>();
	const receipts = new Map<string, ReceiptRow>();
	const prices = new Map<string, { model: string; price?: Price }>();
	let threadsLeftOut = 0;

	function use(threadId: ThreadId, known: Known, used: Partial<Amount>): void {
		const thread = known.goal.threads[threadId];
		const key = thread?.stepId ?? `role ${thread?.role}`;
		const subject = thread?.stepId ? known.step(thread.stepId) : (thread?.role ?? "agent");
		bySubject.set(key, { subject, ...plus(bySubject.get(key) ?? nothing, used) });
		const kept = threads.get(threadId);
		if (kept) threads.set(threadId, { ...kept, ...plus(kept, used) });
	}

	return {
		add(event: RecordedEvent, known: Known): void {
			switch (event.type) {
				case "thread.opened": {
					const { threadId, stepId, attempt, assignment, at } = event;
					const role = event.title ? `${event.role}: ${event.title}` : event.role;
					const model = formatModelRef(assignment);
					const step = stepId && known.step(stepId);
					threads.set(threadId, { ...nothing, threadId, role, step, attempt, model, openedAt: at });
					const [oldest] = threads.keys();
					if (threads.size > threadsKept && oldest) {
						threads.delete(oldest);
						threadsLeftOut++;
					}
					return;
				}
				case "turn.completed": {
					use(event.threadId, known, { ...event.usage, turns: 1 });
					const asked = event.asked.model;
					if (!agentKind(event.asked).priced) return;
					const { price } = event;
					const model = `${event.asked.provider}/${asked}`;
					if (price || event.usage.costUsd === null) prices.set(JSON.stringify([model, price]), { model, price });
					const { answered } = event;
					const receipt = receiptOf(event.asked, answered);
					if (answered === asked && receipt === "asAsked") return;
					// The model's own name says who was asked, except of an agent that chooses its model.
					const named = receipt === "own" || receipt === "untold" ? model : asked;
					const pair = `${named} ${answered}`;
					receipts.set(pair, { asked: named, answered, receipt, turns: (receipts.get(pair)?.turns ?? 0) + 1 });
					return;
				}
				case "turn.interrupted":
				case "provider.failed":
					use(event.threadId, known, event.charged);
					return;
				case "tool.requested":
					use(event.threadId, known, { calls: 1 });
					return;
				case "tool.completed": {
					const call = event.ok ? undefined : known.goal.calls[event.toolCallId];
					if (call) use(call.threadId, known, { failedCalls: 1 });
					return;
				}
			}
		},
		record: (): UsageRecord => ({
			bySubject: [...bySubject.values()],
			threads: [...threads.values()],
			threadsLeftOut,
			receipts: [...receipts.values()],
			prices: [...prices.values()],
		}),
	};
}

function plus(before: Amount, used: Partial<Amount>): Amount {
	const costUsd = used.costUsd === undefined ? 0 : used.costUsd;
	return {
		inputTokens: before.inputTokens + (used.inputTokens ?? 0),
		outputTokens: before.outputTokens + (used.outputTokens ?? 0),
		cachedInputTokens: (before.cachedInputTokens ?? 0) + (used.cachedInputTokens ?? 0),
		// Unknown stays unknown: a sum with an unknown part is not a number.
		costUsd: before.costUsd === null || costUsd === null ? null : before.costUsd + costUsd,
		turns: before.turns + (used.turns ?? 0),
		calls: before.calls + (used.calls ?? 0),
		failedCalls: before.failedCalls + (used.failedCalls ?? 0),
	};
}
