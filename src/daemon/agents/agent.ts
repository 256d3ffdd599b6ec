import type { RecordedEvent } from "../../core/events.ts";
import type { Goal, Step, Thread } from "../../core/goal.ts";
import type { GuidanceKind } from "../../core/guidance.ts";
import type { Image } from "../../core/image.ts";
import type { SignedAnswer } from "../../core/signedAnswer.ts";
import type { Price, Usage } from "../../core/values.ts";
import type { Failure } from "../endpoint/modelFailure.ts";
import type { ResolvedReach } from "../mcp/mcpConnection.ts";
import type { Tool } from "../tools/tool.ts";
import type { TurnSession } from "./turnSession.ts";

/**
 * The port behind which thinking happens. An agent takes one turn at a time: it reads its thread and answers with text,
 * calls, or both. What it asks for in its answer, the engine judges, records and runs; what it does itself within the turn
 * it asks for, or tells of, by the turn's session.
 */
export interface Agent {
	/** Which of a workspace's instructions it reads by itself, so that it is not told them twice. */
	readonly readsItself?: readonly GuidanceKind[];
	takeTurn(turn: Turn, signal: AbortSignal): Promise<TurnOutcome>;
}

export interface Turn {
	readonly goal: Goal;
	readonly thread: Thread;
	/** Absent for the planner, and for who looks at the whole goal. */
	readonly step?: Step;
	/**
	 * The events of the thread, oldest first: message.added, tool.requested, tool.completed, tool.interrupted (others may
	 * be among them). The first message, from `goal`, says what the thread is for.
	 */
	readonly transcript: readonly RecordedEvent[];
	/** The bytes of an image that is named there; undefined where they are not kept any more. */
	readImage(image: Image): Promise<Uint8Array | undefined>;
	/** How many tokens the model reads; undefined where nobody says. */
	readonly contextWindow?: number;
	/** It is asked for the thread's summary instead of its next turn: one answer, without tools. */
	readonly compaction?: {
		/** What the daemon knows by itself. */
		readonly account: string;
		/** Why the answer before could not be used. */
		readonly problem?: string;
	};
	/** For an agent that runs tools of its own. */
	readonly session: TurnSession;
	/** What the role may use; empty for planner and reviewer. */
	readonly tools: readonly Tool[];
	/** For an agent that runs tools of its own: the MCP servers that a person lets it use, with everything filled in. */
	readonly servers?: Servers;
	/**
	 * As `servers`, where a program is begun that has yet to start them: what they load may be another than when a person
	 * allowed them. Undefined where one is asked about first; then the turn is over.
	 */
	serversToStart?(): Promise<Servers | undefined>;
	/** Something arrived, of whatever kind. */
	onSign(): void;
	/** The endpoint refuses something, and is asked for it otherwise or not at all; durable when it resolves. */
	onAdapted(adapted: {
		readonly parameter: string;
		readonly instead: string;
		/** A sentence for the person. */
		readonly text: string;
	}): Promise<void>;
	/** Text as it arrives: shown at once, kept nowhere. */
	onDelta(text: string, reasoning: boolean): void;
}

type Servers = readonly { readonly name: string; readonly reach: ResolvedReach }[];

export interface ProposedCall {
	readonly name: string;
	/** As the model wrote them: nothing about them is trusted yet. */
	readonly args: unknown;
	/** Why the arguments could not be read; the call is answered with it. */
	readonly malformed?: string;
	/** The shape in which it was written as text, where the model did not make it as a call. */
	readonly writtenAs?: string;
}

export type TurnOutcome =
	| {
			readonly kind: "answered";
			readonly text: string;
			readonly reasoning?: string;
			readonly calls: readonly ProposedCall[];
			/** The model that answered, as the provider names it. */
			readonly answered: string;
			readonly usage: Usage;
			/** At which its cost was reckoned. */
			readonly price?: Price;
			/** `stop`: the model was done. Anything else ended it: `length`, `content-filter`, `tool-calls`, or the server's word. */
			readonly finish: string;
			/** What the provider wants to see again of it. */
			readonly signed?: SignedAnswer;
	  }
	/** Beside the codes of an endpoint: keyNeeded, noAgent. `used` is what was certainly sent and received, if anything was. */
	| (Failure & { readonly used?: Usage })
	/** Without `used` nothing had been sent. */
	| { readonly kind: "aborted"; readonly used?: Usage }
	/** The daemon goes, and the turn goes on without it: the next one follows it. */
	| { readonly kind: "left" }
	/** The prompt is longer than was reserved for it, so it was not sent: so many tokens, likely. */
	| { readonly kind: "unsent"; readonly promptTokens: number };
