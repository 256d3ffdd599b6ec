import type { EventOf } from "../../core/events.ts";
import type { Todo, ToolEffect } from "../../core/values.ts";
import type { PersonAnswer, PersonQuestion } from "../tools/personQuestion.ts";

/**
 * What an agent that runs its own tools tells and asks within an open turn. The engine records all of it as it happens;
 * it judges each call, and carries none of them out.
 */
export interface TurnSession {
	/** What is told of calls and plans is durable when it resolves; text and reasoning are shown at once, and kept with what comes next. */
	update(update: SessionUpdate): Promise<void>;
	/**
	 * May the agent do this? Resolves once that is decided, by a rule or a person, however long it takes. An answer
	 * `allow` is durable: from there on the act may have had its effect. The same id is never asked about twice. What
	 * a person is asked is taken back when the agent does not wait for it any more.
	 */
	permission(call: AgentCall, withdrawn?: AbortSignal): Promise<Permission>;
	/** The intent to write a file for the agent, durable when it resolves; of the same request it is what was meant at first. */
	intend(write: IntendedWrite): Promise<Intended>;
	/**
	 * Asks the person, who may take long. The same id is asked once in a thread, also when the daemon was another one. The
	 * question is taken back when the agent does not wait for it any more.
	 */
	ask(question: PersonQuestion, withdrawn: AbortSignal): Promise<PersonAnswer>;
	/** All that the process printed up to here was told: it is in the log with the next thing that is, and read no second time. */
	readTo(place: { readonly process: number; readonly offset: number }): void;
	/** A process is about to begin, has begun or ended; durable when it resolves. */
	process(told: ProcessTold): Promise<void>;
}

type Told<T extends "agent.started" | "agent.read" | "agent.ended"> = Omit<EventOf<T>, "threadId">;
export type ProcessTold = Told<"agent.started"> | Told<"agent.read"> | Told<"agent.ended">;

export type SessionUpdate =
	| { readonly kind: "text" | "reasoning"; readonly text: string }
	| { readonly kind: "plan"; readonly todos: readonly Todo[] }
	/** It began without asking. */
	| { readonly kind: "call"; readonly call: AgentCall }
	| {
			readonly kind: "callEnded";
			readonly id: string;
			readonly ok: boolean;
			readonly output: string;
			readonly exitCode?: number;
	  }
	/** Of the turn so far: charged when it does not end in order. */
	| {
			readonly kind: "usage";
			readonly inputTokens: number;
			readonly outputTokens: number;
			/** Null where the agent does not say. */
			readonly costUsd: number | null;
	  };

export interface AgentCall {
	/** The agent's own name for it, within the turn. */
	readonly id: string;
	/** The agent's name of the tool. */
	readonly name: string;
	/** `command`, `path` and `paths` are read by the policy. */
	readonly args: Readonly<Record<string, unknown>>;
	readonly effect: ToolEffect;
	/** What people see of it: the command, or the path. */
	readonly summary: string;
}

export interface IntendedWrite {
	/** The agent's request; no two of a thread have the same. */
	readonly request: string;
	/** The call that covers it, which was allowed. */
	readonly callId: string;
	readonly path: string;
	/** Hashes of the content, `absent` for no file. */
	readonly before: string;
	readonly after: string;
}

export type Intended =
	| { readonly kind: "new" }
	/** By an earlier daemon; `outcome` where its call has one. */
	| {
			readonly kind: "known";
			readonly before: string;
			readonly after: string;
			readonly outcome?: { readonly ok: boolean; readonly output: string };
	  }
	/** The turn is over: nothing is written. */
	| { readonly kind: "over" };

export type Permission =
	| { readonly kind: "allow" }
	| { readonly kind: "deny"; readonly reason: string }
	/** The turn is over before anybody decided, or the agent has withdrawn what it asked: it does not do it. */
	| { readonly kind: "over" };
