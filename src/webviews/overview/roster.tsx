import type { Goal } from "../../core/goal.ts";
import { goalRefusal } from "../../core/rules/controls.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { assignmentSourceText } from "../../core/words/sources.ts";
import type { AssignmentView, GoalView } from "../../protocol/view.ts";
import { Icon, type Mark } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";

const labels: { readonly [L in AssignmentView["label"]]: Mark & { readonly word: string } } = {
	live: { icon: "record", tone: "active", word: "live" },
	"pending-next-turn": { icon: "clockface", tone: "wait", word: "pending next turn" },
	"pending-next-step": { icon: "clockface", tone: "wait", word: "pending next step" },
	fallback: { icon: "warning", tone: "wait", word: "fallback" },
	idle: { icon: "circle-large", tone: "idle", word: "idle" },
};

/** Who does what, and where each choice came from. */
export function Roster({ webview, goal, view }: { webview: Webview; goal: Goal; view: GoalView["roster"] }) {
	const { goalId } = goal;
	return (
		<section class="block" aria-labelledby="roster">
			<div class="section-head">
				<h2 id="roster">Roster</h2>
				<span class="quiet small">revision {view.revision}</span>
				<span class="grow" />
				{goalRefusal("editRoster", goal) ? null : (
					<Link class="small" onOpen={() => webview.open({ kind: "roster", goalId })}>
						Edit…
					</Link>
				)}
			</div>
			<ul class="roster">
				{view.assignments.map((assignment) => {
					const label = labels[assignment.label];
					const position = liveAt(goal, assignment.role);
					return (
						<li key={assignment.role}>
							<div class="row">
								<span>{assignment.role}</span>
								<span class="grow" />
								{assignment.enabled ? (
									<span class={`row label small${assignment.label === "idle" ? " quiet" : ""}`}>
										{assignment.label === "idle" ? null : <Icon icon={label.icon} tone={label.tone} />}
										{assignment.label === "live" && position ? `live, step ${position}` : label.word}
									</span>
								) : (
									<span class="quiet small">off</span>
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
