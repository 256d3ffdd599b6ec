import type { Approval, Goal, SettledApproval } from "../../core/goal.ts";
import { answeredWord, type Choice, choicesOf } from "../../core/questions/questions.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { capital } from "../../core/words/capital.ts";
import { riskMarks } from "../../core/words/marks.ts";
import type { RecordedApproval } from "../../protocol/view.ts";
import { clockTime } from "../words/times.ts";
import { t, tLabel } from "../words/words.ts";
import { commandLine, isWhollyVisible, plainLine } from "./visibleText.ts";

/** The same words in the same order wherever an approval is shown: the command, what it can do, and why it is asked. */
export function approvalSentence(approval: Approval, goal: Goal): string {
	const parts = [question(approval, goal)];
	if (approval.kind === "tool") parts.push(`${riskWord(approval.risk)}.`);
	const reasons = approval.reasons.map((reason) => sentenceOf(plainLine(reason, 160))).filter(Boolean);
	if (reasons.length > 0) parts.push(t("Why: {0}", reasons.slice(0, 3).join(" ")));
	if (approval.deadline) {
		const at = clockTime(approval.deadline.at);
		parts.push(
			approval.deadline.act === "skip"
				? t("Its step is skipped at {0} unless you answer.", at)
				: t("Denied at {0} unless you answer.", at),
		);
	}
	if (offersGoalScope(approval)) parts.push(t("For the goal it covers {0}.", goalScopeOf(approval)));
	return parts.join(" ");
}

/** Opens the exact action instead of answering. */
export const showAnswer = "show";
/** Opens the address that the question is about, and is no answer. */
export const addressAnswer = "address";
/** Opens the list of all answers, each with what it does. */
export const moreAnswer = "more";

/**
 * The buttons of a notification, in their order. Where not all of a command is shown, Show stands in the place of what
 * would run it.
 */
export function toastChoices(approval: Approval, goal: Goal): readonly Button[] {
	const shown = approval.asked
		? approval.summary.length <= summaryMaxChars
		: approval.command === undefined || isWhollyVisible(approval.command, toastMaxChars);
	const show = { label: t("Show"), answer: showAnswer, scope: "once" } as const;
	const choices = choicesOf(goal, approval).map((choice) => ({ ...choice, label: buttonLabel(choice) }));
	if (approval.asked?.url !== undefined)
		return fitting([{ label: t("Open Link…"), answer: addressAnswer, scope: "once" }, ...choices, show]);
	return fitting(shown ? [...choices, show] : [show, ...choices.filter((choice) => !choice.runs)]);
}

/** A button of a notification. */
export type Button = Pick<Choice, "label" | "answer" | "scope">;

/** VS Code cuts the labels of buttons that do not fit beside each other: what has no room is behind More. */
function fitting(buttons: readonly Button[]): readonly Button[] {
	if (widthOf(buttons) <= toastWidth) return buttons;
	const more: Button = { label: t("More…"), answer: moreAnswer, scope: "once" };
	let kept = buttons.length - 1;
	while (kept > 1 && widthOf([...buttons.slice(0, kept), more]) > toastWidth) kept--;
	return [...buttons.slice(0, kept), more];
}

/** In pixels, as VS Code draws them: a little more than the letters take, since people choose their own font. */
function widthOf(buttons: readonly Button[]): number {
	return buttons.reduce((sum, { label }) => sum + label.length * 7 + 26, 0);
}
const toastWidth = 410;

/** What stands on a button: three dots where something is asked first. */
export function buttonLabel(choice: Choice): string {
	const label = plainLine(tLabel(choice.label), 40);
	return choice.asksFirst || choice.value || choice.chooses ? `${label}…` : label;
}

/** A row of the tree has room for this; what does not fit is shown before it is approved. */
export function fitsTreeRow(approval: Approval): boolean {
	return approval.command !== undefined && isWhollyVisible(approval.command, treeMaxChars);
}

/** What became of an approval: who answered it, where, when. */
export function settledSentence(settled: SettledApproval): string {
	const at = clockTime(settled.at);
	if (settled.state === "expired") return t("This approval expired at {0}.", at);
	if (settled.state === "superseded") return t("This is no longer asked since {0}: what it was about has changed.", at);
	const { client, user } = actorParts(settled.by);
	const word = plainLine(tLabel(answeredWord(settled.answer, settled.chosen)), 60);
	return user ? t("{0} in {1} by {2} at {3}.", word, client, user, at) : t("{0} in {1} at {2}.", word, client, at);
}

/** What was answered, from where and by whom: `Denied on the command line by mara`. Undefined where nobody answered. */
export function answeredBy({ answer, chosen, scope, by, from }: RecordedApproval): string | undefined {
	if (answer === undefined || by === undefined) return undefined;
	const word = plainLine(tLabel(answeredWord(answer, chosen)), 60);
	const reach =
		scope === "goal" ? t("{0} for the goal", word) : scope === "workspace" ? t("{0} for the folder", word) : word;
	const { client, user } = actorParts(by);
	if (from === "deadline") return t("{0} at its deadline", reach);
	if (from === "daemon") return t("{0} by the daemon", reach);
	return user ? t("{0} in {1} by {2}", reach, client, user) : t("{0} in {1}", reach, client);
}

/** The same to a person who answers too late. */
export function lateSentence(settled: SettledApproval): string {
	const sentence = settledSentence(settled);
	return settled.state === "approved" || settled.state === "denied"
		? t("Already {0}", sentence.charAt(0).toLowerCase() + sentence.slice(1))
		: sentence;
}

export function riskWord(risk: Approval["risk"]): string {
	return capital(tLabel(riskMarks[risk].word));
}

const toastMaxChars = 200;
const summaryMaxChars = 240;
const treeMaxChars = 28;

function offersGoalScope(approval: Approval): boolean {
	return approval.goalScope !== undefined;
}

/** `Writes a file.`, however it was written. */
function sentenceOf(text: string): string {
	return text === "" ? "" : `${capital(text).replace(/[.;,]$/, "")}.`;
}

function goalScopeOf(approval: Approval): string {
	return plainLine(approval.goalScope ?? "", 220).replace(/\.$/, "");
}

function question(approval: Approval, goal: Goal): string {
	const summary = plainLine(approval.summary, summaryMaxChars);
	if (approval.command === undefined) {
		return approval.kind === "tool"
			? t("`{0}` for {1}?", summary, place(approval, goal))
			: `${capital(place(approval, goal))}: ${summary}`;
	}
	if (!isWhollyVisible(approval.command, toastMaxChars)) {
		const head = commandLine(approval.command, 80);
		return t("Run a command that begins with `{0}` for {1}?", head, place(approval, goal));
	}
	if (approval.kind !== "tool") return t("`{0}`: {1} ({2})", approval.command, summary, place(approval, goal));
	return t("Run `{0}` for {1}?", approval.command, place(approval, goal));
}

function place(approval: Approval, goal: Goal): string {
	const title = plainLine(goal.title, 60);
	const position = approval.stepId ? stepPosition(goal, { stepId: approval.stepId }) : 0;
	return position > 0 ? t("step {0} of {1}", position, title) : title;
}

/** An actor as the log names it: `CLI (mara, process 4711)`. */
export function actorParts(by: string): { readonly client: string; readonly user?: string } {
	const [, name = by, details = ""] = /^(.*?) \((.*)\)$/.exec(by) ?? [];
	const user = details.split(", ").find((part) => part !== "" && !part.startsWith("process "));
	return { client: name.toLowerCase() === "cli" ? t("the CLI") : name, user };
}
