import { useState } from "preact/hooks";
import type { Approval, Goal } from "../../core/goal.ts";
import { type Choice, choicesOf } from "../../core/questions/questions.ts";
import { answerRefusal } from "../../core/rules/controls.ts";
import { answerValues } from "../../core/words/answerValues.ts";
import { Button } from "./controls/button.tsx";
import { TextField } from "./controls/textField.tsx";
import type { Host } from "./host.ts";
import { sentence } from "./sentence.ts";
import { t, tLabel } from "./words.ts";

/** One answer under way: the buttons wait for it, and a refusal is said below them. */
export interface Answering {
	readonly sending: boolean;
	readonly refusal?: string;
	/** The answer whose reason, or value, is being written. */
	readonly writing?: Choice;
	choose(answer: Choice): void;
	/** With what was written, its reason or the value that it needs, or with the options that were chosen. */
	send(answer: Choice, written?: string, chosen?: readonly string[]): void;
	cancel(): void;
}

export function useAnswering(host: Host, approval: Approval, onAnswered?: () => void): Answering {
	const [sending, setSending] = useState(false);
	const [refusal, setRefusal] = useState<string>();
	const [writing, setWriting] = useState<Choice>();
	async function send(answer: Choice, written = "", chosen?: readonly string[]): Promise<void> {
		const values = answer.value && answerValues[answer.value].parse(written);
		if (answer.value && !values) return setRefusal(tLabel(answerValues[answer.value].problem));
		setSending(true);
		setRefusal(undefined);
		try {
			await host.request("approval/answer", {
				approvalId: approval.approvalId,
				answer: answer.answer,
				scope: answer.scope,
				reason: answer.value ? undefined : written || undefined,
				digest: approval.digest,
				chosen: chosen && [...chosen],
				...values,
			});
			setWriting(undefined);
			onAnswered?.();
		} catch (cause) {
			setRefusal(sentence(cause));
			setSending(false);
		}
	}
	return {
		sending,
		refusal,
		writing,
		choose: (answer) => (isWrittenFor(answer) ? setWriting(answer) : void send(answer)),
		send: (answer, written, chosen) => void send(answer, written, chosen),
		cancel() {
			setWriting(undefined);
			setRefusal(undefined);
		},
	};
}

/** Something is written before it is given. */
function isWrittenFor({ reason, value }: Choice): boolean {
	return reason !== undefined || value !== undefined;
}

/** An agent's own option, beside the answers that every question has. */
export function isOptionOf({ asked }: Approval, { answer }: Choice): boolean {
	return asked?.options.some((option) => option.answer === answer) === true;
}

/** The buttons of an approval, primary first. Where the command is not wholly visible, approving it is not offered. */
export function AnswerButtons(props: {
	readonly goal: Goal;
	readonly approval: Approval;
	readonly answering: Answering;
	/** A webview has one primary button: that of the approval that waits longest. */
	readonly first: boolean;
	readonly hideApprove: boolean;
	/** The options of an agent's question are shown apart, or not at all. */
	readonly hideOptions?: boolean;
	readonly small?: boolean;
	readonly tabIndex?: number;
}) {
	const { goal, approval, answering, first, hideApprove, hideOptions, small, tabIndex } = props;
	const refused = answerRefusal(goal, approval);
	return (
		<>
			{choicesOf(goal, approval)
				.filter((answer) => (!hideApprove || !answer.runs) && !answer.chooses)
				.filter((answer) => !hideOptions || !isOptionOf(approval, answer))
				.map((answer) => (
					<Button
						key={answer.label}
						title={refused?.message ?? tLabel(answer.effect)}
						primary={answer.primary && first}
						small={small}
						tabIndex={tabIndex}
						disabled={answering.sending || refused !== undefined}
						label={`${tLabel(answer.label)}: ${approval.summary}`}
						onClick={() => answering.choose(answer)}
					>
						{isWrittenFor(answer) ? `${tLabel(answer.label)}…` : tLabel(answer.label)}
					</Button>
				))}
		</>
	);
}

export function AnswerField({ answering }: { answering: Answering }) {
	const [written, setWritten] = useState("");
	const answer = answering.writing;
	if (!answer) return null;
	const asked = answer.value && answerValues[answer.value];
	const reason = answer.reason && tLabel(answer.reason);
	return (
		<>
			<TextField
				small
				focused
				value={written}
				label={asked ? tLabel(asked.label) : (reason ?? t("Reason"))}
				placeholder={asked ? `${tLabel(asked.label)} (${asked.example})` : reason}
				onInput={setWritten}
				onKeyDown={(event) => {
					if (event.key === "Escape") {
						event.stopPropagation();
						answering.cancel();
					} else if (event.key === "Enter") {
						event.preventDefault();
						event.stopPropagation();
						answering.send(answer, written);
					} else event.stopPropagation();
				}}
			/>
			<Button small disabled={answering.sending} onClick={() => answering.send(answer, written)}>
				{tLabel(answer.label)}
			</Button>
			<Button small onClick={answering.cancel}>
				{t("Cancel")}
			</Button>
		</>
	);
}
