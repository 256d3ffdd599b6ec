import type { Thread } from "../../core/goal.ts";
import { readsMessages } from "../../core/rules/threads.ts";
import type { ProposedCall, TurnOutcome } from "../agents/agent.ts";
import { partReasoning } from "../agents/reasoningInText.ts";
import { textCalls } from "../agents/textCalls.ts";
import type { Tool } from "../tools/tool.ts";

/** An answer as it is meant: its reasoning apart from what it says, and the calls that it asks for, however written. */
export interface Answered extends Omit<TurnOutcome & { readonly kind: "answered" }, "calls"> {
	readonly calls: readonly ProposedCall[];
	/** It ends in the middle of its reasoning. */
	readonly isOpen?: boolean;
	/** Something in it looks like a call and was not taken for one: a sentence for the model. */
	readonly unread?: { readonly problem: string; readonly isExample: boolean };
	/** Its agent ended with a call of its own that was not carried out, and said nothing of it. */
	readonly refused?: { readonly summary: string; readonly reason: string };
}

export function answered(
	outcome: TurnOutcome & { readonly kind: "answered" },
	thread: Thread,
	tools: readonly Tool[],
): Answered {
	if (!readsMessages(thread)) return outcome;
	const { answer, reasoning, isOpen } = partReasoning(outcome.text);
	const said = {
		...outcome,
		text: answer,
		isOpen,
		reasoning: [outcome.reasoning, reasoning].filter(Boolean).join("\n\n") || undefined,
	};
	if (thread.purpose !== "work" || outcome.calls.length > 0) return said;
	const written = textCalls(answer, tools);
	if (written.kind === "calls") return { ...said, text: written.prose, calls: written.calls };
	return written.kind === "unread" ? { ...said, unread: written } : said;
}
