import type { EventBody, RecordedEvent } from "../../core/events.ts";
import type { StepId } from "../../core/ids.ts";
import type { Known } from "./account.ts";

/** What agents reported and what else was given as evidence: the newest of each role, whole up to some length. */
export interface Reports {
	readonly reports: readonly Report[];
	/** Links, files and outputs that were named as evidence. */
	readonly evidence: readonly Evidence[];
	/** Older ones, which are in the log. */
	readonly leftOut: number;
}

export interface Report {
	readonly seq: number;
	readonly at: string;
	readonly role: string;
	readonly step?: string;
	readonly attempt?: number;
	readonly text: string;
}

export interface Evidence {
	readonly seq: number;
	readonly at: string;
	readonly kind: EventBody<"evidence.added">["kind"];
	readonly step?: string;
	readonly text: string;
}

const kept = { reports: 100, evidence: 100, chars: 4000 };

export function createReportProjection() {
	const reports: Report[] = [];
	const evidence: Evidence[] = [];
	let leftOut = 0;
	const keep = <T>(list: T[], item: T, most: number) => {
		list.push(item);
		if (list.length <= most) return;
		list.shift();
		leftOut++;
	};
	const isThere = (stepId: StepId | undefined, text: string) =>
		stepId !== undefined && reports.at(-1)?.text === shortened(text);
	return {
		add(event: RecordedEvent, known: Known): void {
			const { seq, at } = event;
			if (event.type === "step.reported") {
				const { stepId, attempt, report } = event;
				const role = known.goal.steps[stepId]?.role ?? "agent";
				keep(reports, { seq, at, role, step: known.step(stepId), attempt, text: shortened(report) }, kept.reports);
			}
			if (event.type === "plan.proposed" && event.threadId && event.summary.trim() !== "") {
				const { threadId, summary, revision } = event;
				const step = `Plan ${revision}`;
				keep(reports, { seq, at, role: known.role(threadId), step, text: shortened(summary) }, kept.reports);
			}
			if (event.type !== "evidence.added") return;
			const { kind, stepId, threadId, text } = event;
			const step = stepId && known.step(stepId);
			if (kind !== "report") keep(evidence, { seq, at, kind, step, text: shortened(text) }, kept.evidence);
			// What a step reports is given as evidence too, in the same words.
			else if (!isThere(stepId, text)) {
				const role = threadId ? known.role(threadId) : "agent";
				keep(reports, { seq, at, role, step, text: shortened(text) }, kept.reports);
			}
		},
		reports: (): Reports => ({ reports: [...reports], evidence: [...evidence], leftOut }),
	};
}

function shortened(text: string): string {
	const over = text.length - kept.chars;
	return over > 0 ? `${text.slice(0, kept.chars)}\n\n… and ${over} characters more, in the log.` : text;
}
