import { useState } from "preact/hooks";
import type { Approval, Goal } from "../../core/goal.ts";
import { answerRefusal } from "../../core/rules/controls.ts";
import { type Choice, choicesOf } from "../../core/rules/questions.ts";
import { Button } from "./controls/button.tsx";
import { TextField } from "./controls/textField.tsx";
import type { Host } from "./host.ts";
import { sentence } from "./sentence.ts";

/** One answer under way: the buttons wait for it, and a refusal is said below them. */
export interface Answering {
	readonly sending: boolean;
	readonly refusal?: string;
	/** The answer whose reason is being written. */
	readonly reasonFor?: Choice;
	choose(answer: Choice): void;
	send(answer: Choice, reason?: string): void;
	cancel(): void;
}

export function useAnswering(host: Host, approval: Approval, onAnswered?: () => void): Answering {
	const [sending, setSending] = useState(false);
	const [refusal, setRefusal] = useState<string>();
	const [reasonFor, setReasonFor] = useState<Choice>();
	async function send(answer: Choice, reason?: string): Promise<void> {
		setSending(true);
		setRefusal(undefined);
		try {
			await host.request("approval/answer", {
				approvalId: approval.approvalId,
				answer: answer.answer,
				scope: answer.scope,
				reason: reason || undefined,
				digest: approval.digest,
			});
			setReasonFor(undefined);
			onAnswered?.();
		} catch (cause) {
			setRefusal(sentence(cause));
			setSending(false);
		}
	}
	return {
		sending,
		refusal,
		reasonFor,
		choose: (answer) => (answer.reason ? setReasonFor(answer) : void send(answer)),
		send: (answer, reason) => void send(answer, reason),
		cancel: () => setReasonFor(undefined),
	};
}

/** The buttons of an approval, primary first. Where the command is not wholly visible, approving it is not offered. */
export function AnswerButtons(props: {
	readonly goal: Goal;
	readonly approval: Approval;
	readonly answering: Answering;
	/** A webview has one primary button: that of the approval that waits longest. */
	readonly first: boolean;
	readonly hideApprove: boolean;
	readonly small?: boolean;
	readonly tabIndex?: number;
}) {
	const { goal, approval, answering, first, hideApprove, small, tabIndex } = props;
	const refused = answerRefusal(goal, approval);
	return (
		<>
			{choicesOf(goal, approval)
				.filter((answer) => !hideApprove || !answer.runs)
				.map((answer) => (
					<Button
						key={answer.label}
						title={refused?.message ?? answer.effect}
						primary={answer.primary && first}
						small={small}
						tabIndex={tabIndex}
						disabled={answering.sending || refused !== undefined}
						label={`${answer.label}: ${approval.summary}`}
						onClick={() => answering.choose(answer)}
					>
						{answer.reason ? `${answer.label}…` : answer.label}
					</Button>
				))}
		</>
	);
}

export function ReasonField({ answering }: { answering: Answering }) {
	const [reason, setReason] = useState("");
	const answer = answering.reasonFor;
	if (!answer) return null;
	return (
		<>
			<TextField
				small
				focused
				value={reason}
				label={answer.reason ?? "Reason"}
				placeholder={answer.reason}
				onInput={setReason}
				onKeyDown={(event) => {
					if (event.key === "Escape") {
						event.stopPropagation();
						answering.cancel();
					} else if (event.key === "Enter") {
						event.preventDefault();
						event.stopPropagation();
						answering.send(answer, reason);
					} else event.stopPropagation();
				}}
			/>
			<Button small disabled={answering.sending} onClick={() => answering.send(answer, reason)}>
				{answer.label}
			</Button>
			<Button small onClick={answering.cancel}>
				Cancel
			</Button>
		</>
	);
}
