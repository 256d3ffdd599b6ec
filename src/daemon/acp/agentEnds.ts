import { setTimeout as sleep } from "node:timers/promises";
import type { RequestError } from "@agentclientprotocol/sdk";
import type { Turn, TurnOutcome } from "../agents/agent.ts";
import type { AgentEnd, AgentProcess } from "../agents/process/agentProcess.ts";
import type { FoundAcpAgent } from "../discovery/acpAgents.ts";
import type { Conversation } from "./conversation.ts";
import { cut, fieldsOf, textOf } from "./fields.ts";

/** How an agent's program ends, and how its turn fails: in the log, and in sentences for the person. */
export type Failed = TurnOutcome & { readonly kind: "failed" };

/** How it ended; undefined where it is alive although nothing can be read of it any more: what it told could not be recorded. */
export function endOf(process: AgentProcess): Promise<AgentEnd | undefined> {
	return Promise.race([process.ended, sleep(endedMs, undefined, { ref: false })]);
}

/** Until a process that closed its output is known to have ended. */
const endedMs = 5000;

export function diedText(name: string, { reason, errorTail }: { reason: string; errorTail: string }): string {
	const tail = cut(errorTail.trim().slice(-600), 600);
	return `${name} has ended: ${reason}${tail ? ` It said: ${tail}` : ""}`;
}

/** Its process is ended, so that the next turn begins with another. */
export async function stopped(turn: Turn, conversation: Conversation, reason: string): Promise<void> {
	conversation.letGo();
	await conversation.process.stop();
	await ended(turn, conversation.number, reason);
}

export async function ended(
	{ session }: Turn,
	number: number,
	reason: string,
	isDead = false,
	exitCode?: number,
): Promise<void> {
	await session.process({
		type: "agent.ended",
		process: number,
		reason,
		...(exitCode !== undefined && { exitCode }),
		...(isDead && { died: true as const }),
	});
}

/** It is ended, because it did not answer within `ms` what it can answer at once. */
export async function noAnswer(
	turn: Turn,
	conversation: Conversation,
	{ name, program, args }: Pick<FoundAcpAgent, "name" | "program" | "args">,
	ms: number,
): Promise<Failed> {
	await stopped(turn, conversation, "It did not answer when it was started.");
	return failure(
		"noAnswer",
		`${name} was started and did not answer within ${Math.round(ms / 1000)} seconds. See whether it works in a terminal: \`${program} ${args.join(" ")}\`.`,
		true,
	);
}

/** What the agent answers when nobody is signed in. */
const authRequired = -32000;

export function needsLogin(cause: unknown): boolean {
	return isFromAgent(cause) && cause.code === authRequired;
}

/** The agent's own answer, and no sign that it is gone. By its shape, because the package is loaded apart. */
export function isFromAgent(cause: unknown): cause is RequestError {
	return cause instanceof Error && typeof (cause as { code?: unknown }).code === "number";
}

export function messageOf(cause: unknown): string {
	const { message, data } = cause as { message?: unknown; data?: unknown };
	const details = textOf(fieldsOf(data).details) ?? textOf(fieldsOf(data).message) ?? textOf(data);
	return cut([textOf(message) ?? String(cause), details].filter(Boolean).join(": "), 1000);
}

export function failure(code: string, reason: string, retryable: boolean): Failed {
	return { kind: "failed", code, reason, retryable };
}
