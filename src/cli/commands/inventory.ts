import type { RecordedEvent } from "../../core/events.ts";
import type { Context } from "../input/context.ts";
import { readEvents } from "../input/follow.ts";
import { resolveGoal } from "../input/resolve.ts";
import { indent } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";
import { changeTable } from "./changes.ts";

/** What a goal left behind: the files it changed, and what its agents reported. */
export async function inventory(context: Context, typed: string): Promise<void> {
	const goalId = await resolveGoal(context, typed);
	const { changes } = await context.ask("change/list", { goalId });
	const told = new Set<string>();
	const reports: { seq: number; at: string; kind: string; text: string; stepId?: string }[] = [];
	for await (const page of readEvents(context, goalId, { types: ["step.reported", "evidence.added"] })) {
		for (const event of page) {
			const { seq, at } = event;
			const report = reportOf(event);
			// A step's report is an event of its own, and evidence.
			const key = JSON.stringify(report);
			if (!report || told.has(key)) continue;
			told.add(key);
			reports.push({ seq, at, ...report });
		}
	}
	context.output.result({ goalId, files: changes, reports }, () =>
		[
			`${paint.dim("Files")}\n${indent(changes.length > 0 ? changeTable(changes) : "none")}`,
			...reports.map(({ kind, stepId, text }) => `${paint.dim(stepId ? `${kind}, ${stepId}` : kind)}\n${indent(text)}`),
		].join("\n\n"),
	);
}

function reportOf(event: RecordedEvent): { kind: string; text: string; stepId?: string } | undefined {
	if (event.type === "step.reported")
		return event.report ? { kind: "report", text: event.report, stepId: event.stepId } : undefined;
	if (event.type === "evidence.added") return { kind: event.kind, text: event.text, stepId: event.stepId };
}
