import type { Approval, Goal } from "../../core/goal.ts";
import type { ApprovalId } from "../../core/ids.ts";
import { addressAnswer, approvalSentence, type Button, moreAnswer, showAnswer, toastChoices } from "./approvalText.ts";

/**
 * One approval at a time as a notification. What was shown once and put away without an answer stays in the tree and the
 * status bar; it is not brought up again.
 */
export interface ToastQueue {
	/** Told with everything that waits now. */
	update(waiting: readonly Waiting[]): void;
	dispose(): void;
}

export interface Waiting {
	readonly approval: Approval;
	readonly goal: Goal;
}

export interface ToastHost {
	/** Resolves with what was chosen; with nothing when it was put away. */
	show(sentence: string, choices: readonly Button[]): Promise<Button | undefined>;
	/** What is shown was answered elsewhere: take it from the screen. */
	retract(waiting: Waiting): void;
	answer(waiting: Waiting, choice: Button): Promise<void>;
	open(waiting: Waiting): Promise<void>;
	/** Opens the address that the question is about. */
	openAddress(waiting: Waiting): Promise<void>;
	/** Lists all answers. */
	list(waiting: Waiting): Promise<void>;
	readonly nowMs: () => number;
}

/** VS Code moves a toast that the person does not touch to the list behind the bell about then, without telling. */
export const toastStaysMs = 15_000;

export function createToastQueue(host: ToastHost): ToastQueue {
	const seen = new Set<ApprovalId>();
	let queue: readonly Waiting[] = [];
	let current: { readonly waiting: Waiting; readonly shownAtMs: number; isAnswered: boolean } | undefined;
	let timer: NodeJS.Timeout | undefined;
	let isDisposed = false;

	function next(): void {
		clearTimeout(timer);
		if (isDisposed) return;
		const coming = queue.find(({ approval }) => !seen.has(approval.approvalId));
		if (!coming) return;
		const restMs = current ? current.shownAtMs + toastStaysMs - host.nowMs() : 0;
		if (restMs > 0) {
			timer = setTimeout(next, restMs);
			return;
		}
		void present(coming);
	}

	async function present(waiting: Waiting): Promise<void> {
		seen.add(waiting.approval.approvalId);
		const mine = { waiting, shownAtMs: host.nowMs(), isAnswered: false };
		current = mine;
		const chosen = await host.show(
			approvalSentence(waiting.approval, waiting.goal),
			toastChoices(waiting.approval, waiting.goal),
		);
		if (chosen) mine.isAnswered = true;
		if (current === mine) current = undefined;
		if (chosen && !isDisposed) await carryOut(waiting, chosen);
		next();
	}

	async function carryOut(waiting: Waiting, chosen: Button): Promise<void> {
		if (chosen.answer === showAnswer) return host.open(waiting);
		if (chosen.answer === addressAnswer) {
			await host.openAddress(waiting);
			// What comes of it is still to be answered.
			seen.delete(waiting.approval.approvalId);
			return;
		}
		return chosen.answer === moreAnswer ? host.list(waiting) : host.answer(waiting, chosen);
	}

	return {
		update(waiting) {
			queue = waiting;
			const shown = current;
			const isGone = shown && !waiting.some((one) => one.approval.approvalId === shown.waiting.approval.approvalId);
			if (isGone && !shown.isAnswered) {
				current = undefined;
				host.retract(shown.waiting);
			}
			next();
		},
		dispose() {
			isDisposed = true;
			clearTimeout(timer);
		},
	};
}
