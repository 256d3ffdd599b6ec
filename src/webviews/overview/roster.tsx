import type { Goal } from "../../core/goal.ts";
import { goalRefusal } from "../../core/rules/controls.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { rosterMarks } from "../../core/words/marks.ts";
import { assignmentSourceText } from "../../core/words/sources.ts";
import type { GoalView } from "../../protocol/view.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";

/** Who does what, and where each choice came from. */
export function Roster({ webview, goal, view }: { webview: Webview; goal: Goal; view: GoalView["roster"] }) {
	const { goalId } = goal;
	return (
		<section class="block" aria-labelledby="roster">
			<div class="section-head">
				<h2 id="roster">{t("Roster")}</h2>
				<span class="quiet small">{t("revision {0}", view.revision)}</span>
				<span class="grow" />
				{goalRefusal("editRoster", goal) ? null : (
					<Link class="small" onOpen={() => webview.open({ kind: "roster", goalId })}>
						{t("Edit…")}
					</Link>
				)}
			</div>
			<ul class="roster">
				{view.assignments.map((assignment) => {
					const label = rosterMarks[assignment.label];
					const position = liveAt(goal, assignment.role);
					return (
						<li key={assignment.role}>
							<div class="row">
								<span>{assignment.role}</span>
								<span class="grow" />
								{assignment.enabled ? (
									<span class={`row label small${assignment.label === "idle" ? " quiet" : ""}`}>
										{assignment.label === "idle" ? null : <Icon {...label} />}
										{assignment.label === "live" && position
											? t("{0}, step {1}", tLabel(label.word), position)
											: tLabel(label.word)}
									</span>
								) : (
									<span class="quiet small">{tLabel(rosterMarks.off.word)}</span>
								)}
							</div>
							<div class="quiet small">
								<span class="mono">
									{assignment.provider}/{assignment.model}
									{assignment.effort ? ` · ${assignment.effort}` : ""}
								</span>
								{` · ${assignmentSourceText(assignment)}`}
							</div>
						</li>
					);
				})}
			</ul>
		</section>
	);
}

function liveAt(goal: Goal, role: string): number | undefined {
	const thread = Object.values(goal.threads).findLast(
		(one) => one.role === role && one.state === "active" && one.stepId,
	);
	const step = thread?.stepId ? goal.steps[thread.stepId] : undefined;
	return step ? stepPosition(goal, step) : undefined;
}
