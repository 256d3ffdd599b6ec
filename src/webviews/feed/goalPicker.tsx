import { useEffect, useState } from "preact/hooks";
import { capital } from "../../core/words/capital.ts";
import { goalMark } from "../../core/words/markOf.ts";
import type { GoalSummary } from "../../protocol/view.ts";
import { count, localTimes } from "../shared/format.ts";
import { useLasting } from "../shared/hooks.ts";
import { Icon } from "../shared/icon.tsx";
import { sentence } from "../shared/sentence.ts";
import { Disconnected } from "../shared/stateLine.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";

/** Which goal's feed? Newest first, what waits for the person before the rest. */
export function GoalPicker({ webview }: { webview: Webview }) {
	const { host, connection } = webview;
	const [goals, setGoals] = useState<readonly GoalSummary[]>();
	const [problem, setProblem] = useState<string>();
	const loading = useLasting(goals === undefined && problem === undefined);
	useEffect(() => {
		if (connection.state !== "connected") return;
		let over = false;
		host.request("goal/list", { watch: true }).then(
			(answer) => {
				if (over) return;
				setGoals(answer.goals);
				setProblem(undefined);
			},
			(cause) => !over && setProblem(sentence(cause)),
		);
		const stop = host.on("goal/summary", ({ goal }) =>
			setGoals((known) => [goal, ...(known ?? []).filter((one) => one.goalId !== goal.goalId)]),
		);
		return () => {
			over = true;
			stop();
		};
	}, [host, connection.state]);
	const shown = [...(goals ?? [])]
		.filter((goal) => !goal.deleted)
		.sort(
			(a, b) => Math.sign(b.pendingApprovals) - Math.sign(a.pendingApprovals) || b.updatedAt.localeCompare(a.updatedAt),
		);
	return (
		<main class="picker">
			{loading ? <div class="progress" /> : null}
			{connection.state === "connected" ? null : <Disconnected connection={connection} host={host} />}
			{problem ? <p class="refusal">{problem}</p> : null}
			{goals !== undefined && shown.length === 0 ? <p>{t("No goals yet.")}</p> : null}
			{shown.length > 0 ? <h2>{t("Whose feed?")}</h2> : null}
			<ul>
				{shown.map((goal) => {
					const mark = goalMark(goal);
					return (
						<li key={goal.goalId}>
							<button type="button" onClick={() => webview.show(goal.goalId)}>
								<Icon {...mark} />
								<span class="cut">{goal.title}</span>
								<span class="quiet small nowrap">
									{goal.stepsTotal > 0
										? goal.stepsTotal === 1
											? t("{0} of 1 step", goal.stepsDone)
											: t("{0} of {1} steps", goal.stepsDone, count(goal.stepsTotal))
										: capital(tLabel(mark.word))}
								</span>
								<span class="quiet small cut grow">{localTimes(goal.stateReason)}</span>
							</button>
						</li>
					);
				})}
			</ul>
		</main>
	);
}
