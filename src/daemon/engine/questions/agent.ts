import type { EventOf, GoalEvent } from "../../../core/events.ts";
import type { Approval, Goal } from "../../../core/goal.ts";
import type { StepId, ThreadId, ToolCallId } from "../../../core/ids.ts";
import { askedOptions, reservedAnswers } from "../../../core/questions/agent.ts";
import { Refusal } from "../../../core/refusal.ts";
import type { Asked } from "../../../core/values.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { textOutput } from "../texts/textOutput.ts";
import { asking, type Consequences, type Given } from "./question.ts";

/** A question of an agent, or of a server that it uses, before it is asked. */
export interface AgentQuestion extends Omit<Asked, "options"> {
	readonly question: string;
	/** No two have the same label. */
	readonly options?: readonly { readonly label: string; readonly description?: string }[];
	/** Why it is asked, in sentences. */
	readonly reasons?: readonly string[];
	readonly threadId: ThreadId;
	readonly stepId?: StepId;
	/** The call that the answer completes, or in which a server asks. */
	readonly toolCallId?: ToolCallId;
}

/**
 * Asks it. Its answer completes the call that waits for it; whoever asks in the middle of something else looks for its
 * answer by its key. Without a deadline, which only a person can set, it waits for ever; with one, its default counts then.
 */
export function askQuestion(
	{ question, options = [], reasons = [], threadId, stepId, toolCallId, ...about }: AgentQuestion,
	newId: NewId,
	now: number,
	deadlineMs?: number,
): EventOf<"approval.requested"> {
	const { expiresAt: _never, ...base } = asking("agent", newId, now);
	const asked: Asked = { ...about, options: named(options) };
	const isTimed = deadlineMs !== undefined && asked.default !== undefined;
	return {
		...base,
		kind: "question",
		summary: question,
		reasons: [
			...(about.from ? [`${about.from} asks, and is told what you answer: no password belongs here.`] : []),
			...(about.url ? ["Nothing opens the address but you. Look at where it leads before you do."] : []),
			...reasons,
		],
		digest: sha256(["agent", threadId, toolCallId, question, asked]),
		options: [...askedOptions(asked)],
		threadId,
		stepId,
		toolCallId,
		asked,
		...(isTimed && { expiresAt: new Date(now + deadlineMs).toISOString() }),
	};
}

/** Questions of agents that may wait in one goal: more would be a flood, and not a person's to answer. */
const maxWaiting = 20;

/** Why no agent of the goal, and no server, may ask one more now. */
export function tooManyAsked(goal: Goal): string | undefined {
	const waiting = Object.values(goal.approvals).filter(({ question }) => question === "agent").length;
	if (waiting < maxWaiting) return undefined;
	return `${waiting} questions of this goal wait for the person already. Go on without an answer, or ask later.`;
}

/** Each option by its label; one that would mean something else everywhere, by its place as well. */
function named(options: NonNullable<AgentQuestion["options"]>): Asked["options"] {
	return options.map(({ label, description }, at) => ({
		answer: reservedAnswers.includes(label) ? `${label} (${at + 1})` : label,
		label,
		...(description && { description }),
	}));
}

/** The labels that an answer chooses, or the default whatever it is; none for an answer in words. */
export function chosenBy(
	answer: string,
	{ chosen = [], text }: { readonly chosen?: readonly string[]; readonly text?: string },
	{ options, several, default: taken = [] }: Asked,
): readonly string[] {
	if (answer === "text" && !text?.trim()) throw new Refusal("badAnswer", "Say the answer in words.");
	if (answer === "default") return taken;
	const given = options.some((option) => option.answer === answer) ? [answer, ...chosen] : chosen;
	const labels = given.map((one) => {
		const option = options.find((known) => known.answer === one || known.label === one);
		if (option) return option.label;
		throw new Refusal("badAnswer", `“${one}” is none of the options: ${options.map(({ label }) => label).join(", ")}.`);
	});
	if (answer === "text" || answer === "decline") return [];
	const distinct = options.map(({ label }) => label).filter((label) => labels.includes(label));
	if (distinct.length === 0) throw new Refusal("badAnswer", "Choose at least one of the options, or decline.");
	if (distinct.length > 1 && !several) throw new Refusal("badAnswer", "Only one of the options can be chosen.");
	return distinct;
}

/** The call that asked is done, and what was answered is its result. */
export const agentAnswered: Consequences = (approval, given, goal, { now }) => {
	const call = approval.toolCallId ? goal.calls[approval.toolCallId] : undefined;
	return call?.state === "waiting" ? [completed(approval, call.toolCallId, given, now)] : [];
};

/** The deadline has come that a person set for such questions: the default counts. */
export function answeredByDefault(approval: Approval, now: number): GoalEvent[] {
	const { approvalId, asked, toolCallId } = approval;
	if (!asked?.default) return [];
	const chosen = asked.default;
	const given: Given = { answer: "default", scope: "once", chosen };
	return [
		{
			type: "approval.answered",
			approvalId,
			answer: "default",
			chosen: [...chosen],
			reason: "Nobody answered in time, so the default counts.",
			by: { client: "the daemon" },
		},
		...(toolCallId ? [completed(approval, toolCallId, given, now, true)] : []),
	];
}

function completed(
	approval: Approval,
	toolCallId: ToolCallId,
	given: Given,
	now: number | undefined,
	isLate = false,
): GoalEvent {
	const durationMs = now === undefined ? 0 : Math.max(0, now - Date.parse(approval.requestedAt));
	const text = answerText(given, isLate ? "Nobody answered in time, so your default counts" : undefined);
	return { type: "tool.completed", toolCallId, ok: true, durationMs, output: textOutput(text) };
}

/** What the agent reads. */
function answerText({ answer, reason, chosen = [] }: Given, instead: string | undefined): string {
	const said = reason ? ` They said: ${reason}` : "";
	if (answer === "decline")
		return `The person gives no answer.${said} Decide by yourself what is safest, and say in your report what you assumed.`;
	if (chosen.length === 0) return `The person answered: ${reason}`;
	const labels = chosen.length > 1 ? `\n${chosen.map((label) => `- ${label}`).join("\n")}` : ` ${chosen[0]}`;
	return `${instead ?? "The person chose"}:${labels}${said && `\n${said.trim()}`}`;
}
