import type { RecordedEvent } from "../../core/events.ts";
import type { StepId } from "../../core/ids.ts";
import { mergeChange } from "../../protocol/changes.ts";
import type { ChangeView } from "../../protocol/view.ts";
import type { Known } from "./account.ts";

/** Which files who changed: each once, from before its first change to after its last. */
export interface ChangesOf {
	/** A step, or whoever else wrote. */
	readonly who: string;
	readonly isStep: boolean;
	readonly files: readonly ChangeView[];
	/** Files of it that are not named. */
	readonly more: number;
}

const filesNamed = 200;

const others: Readonly<Record<string, string>> = {
	check: "Checks",
	undo: "Undone",
	outside: "Outside of the goal",
	agent: "No step",
};

export function createChangeProjection() {
	const merged = new Map<string, Map<string, ChangeView>>();
	return {
		add(event: RecordedEvent): void {
			if (event.type !== "file.changed") return;
			const who = event.by === "agent" && event.stepId ? `step ${event.stepId}` : event.by;
			const files = merged.get(who) ?? new Map();
			merged.set(who, files);
			mergeChange(files, event);
		},
		changes: ({ goal, step }: Known): readonly ChangesOf[] => {
			const planned = goal.plan?.order.map((stepId) => `step ${stepId}`) ?? [];
			const rest = [...merged.keys()].filter((who) => !planned.includes(who));
			const steps = rest.filter((who) => who.startsWith("step "));
			const order = [...steps, ...planned, ...rest.filter((who) => !who.startsWith("step "))];
			return order.flatMap((who) => {
				const all = [...(merged.get(who)?.values() ?? [])].sort((a, b) => (a.path < b.path ? -1 : 1));
				if (all.length === 0) return [];
				const isStep = who.startsWith("step ");
				const name = isStep ? step(who.slice("step ".length) as StepId) : (others[who] ?? who);
				const files = all.slice(0, filesNamed);
				return [{ who: name, isStep, files, more: all.length - files.length }];
			});
		},
	};
}
