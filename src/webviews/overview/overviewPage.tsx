import { useEffect, useRef, useState } from "preact/hooks";
import type { Goal, Step } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import { inputWords } from "../../core/inputs.ts";
import { goalState } from "../../core/rules/goalState.ts";
import { progress, stepPosition } from "../../core/rules/progress.ts";
import { planSteps } from "../../core/rules/steps.ts";
import { elapsed } from "../../core/words/duration.ts";
import { stepMarks } from "../../core/words/marks.ts";
import { type ChangeView, viewGoal } from "../../protocol/view.ts";
import { Answered } from "../shared/answered.tsx";
import { Ask } from "../shared/ask.tsx";
import { clock, flowing, pathInside } from "../shared/format.ts";
import { useGoal, useLasting, useNow } from "../shared/hooks.ts";
import type { Host } from "../shared/host.ts";
import { StateLine } from "../shared/stateLine.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";
import { Background } from "./background.tsx";
import { Budget } from "./budget.tsx";
import { ChangedFiles } from "./changedFiles.tsx";
import { Checks } from "./checks.tsx";
import { Controls } from "./controls.tsx";
import { Roster } from "./roster.tsx";
import { StepBoard } from "./stepBoard.tsx";
import { Threads } from "./threads.tsx";

export function OverviewPage({ webview, goalId }: { webview: Webview; goalId: GoalId }) {
	const watch = useGoal(webview.host, goalId);
	const goal = watch.goal();
	const problem = watch.problem();
	const waiting = useLasting(!goal && !problem);
	if (!goal) return problem ? <p class="empty">{problem}</p> : waiting ? <div class="progress" /> : null;
	return <Overview webview={webview} goal={goal} />;
}

function Overview({ webview, goal }: { webview: Webview; goal: Goal }) {
	const [refusal, setRefusal] = useState<string>();
	const now = useNow(15_000, goal.end === undefined);
	const changes = useChanges(webview.host, goal);
	const view = viewGoal(goal, changes, now);
	const page = useRef<HTMLElement>(null);
	const asks = Object.values(goal.approvals);
	const { approvalId } = webview.place;
	useEffect(() => {
		if (approvalId) page.current?.querySelector<HTMLElement>(`[data-approval="${CSS.escape(approvalId)}"]`)?.focus();
	}, [approvalId, asks.length]);
	/** After an answer the focus goes to the next approval, else to the steps. */
	const focusNext = () =>
		requestAnimationFrame(() => page.current?.querySelector<HTMLElement>(".ask, [data-step][tabindex='0']")?.focus());
	const elapsedMs = (goal.end ? Date.parse(goal.updatedAt) : now) - Date.parse(goal.launchedAt);
	return (
		<main class="overview" ref={page}>
			<div class="overview-head">
				<h1>{goal.title || goal.prompt}</h1>
				<Controls webview={webview} goal={goal} onRefused={setRefusal} />
			</div>
			<StateLine goal={goal} connection={webview.connection} host={webview.host}>
				<span class="quiet small num nowrap since">
					{goal.launchedAt
						? `${t("started {0}", clock(goal.launchedAt))} · ${elapsed(elapsedMs)} · ${goal.settings.autonomy}`
						: ""}
				</span>
			</StateLine>
			{refusal ? (
				<p class="refusal" role="alert">
					{refusal}
				</p>
			) : null}
			<div class="columns">
				<div>
					<Facts goal={goal} webview={webview} />
					{asks.map((approval, index) => (
						<Ask
							key={approval.approvalId}
							webview={webview}
							goal={goal}
							approval={approval}
							first={index === 0}
							onAnswered={() => void focusNext()}
						/>
					))}
					<Answered goal={goal} />
					<StepBoard webview={webview} goal={goal} changes={changes} onRefused={setRefusal} />
					<Background webview={webview} goal={goal} now={now} onRefused={setRefusal} />
					<ChangedFiles webview={webview} goal={goal} changes={changes} untracked={view.untracked} />
					<Threads webview={webview} goal={goal} />
				</div>
				<aside aria-label={t("Checks, roster and budget")}>
					<Checks webview={webview} goal={goal} onRefused={setRefusal} />
					<Roster webview={webview} goal={goal} view={view.roster} />
					<Budget goal={goal} view={view} />
				</aside>
			</div>
		</main>
	);
}

function Facts({ goal, webview }: { goal: Goal; webview: Webview }) {
	const [whole, setWhole] = useState(false);
	const { done, total } = progress(goal);
	const steps = planSteps(goal);
	const counted = [
		t("{0} of {1} steps done", done, total),
		countOf("verifying"),
		countOf("in_progress"),
		countOf("failed"),
	].filter(Boolean);
	const long = goal.prompt.length > 600 || goal.prompt.split("\n").length > 8;
	const next = steps.find((step) => step.state === "pending");
	return (
		<dl class="objective">
			<dt>{t("Objective")}</dt>
			<dd>
				<div class={`prompt${long && !whole ? " short" : ""}`}>
					{goal.playbook ? flowing(goal.prompt) : goal.prompt || goal.title}
				</div>
				{long ? (
					<button type="button" class="link small" aria-expanded={whole} onClick={() => setWhole(!whole)}>
						{whole ? t("Show less") : t("Show all of it")}
					</button>
				) : null}
			</dd>
			{goal.playbook ? (
				<>
					<dt>{t("Playbook")}</dt>
					<dd>
						<button
							type="button"
							class="link"
							title={goal.playbook.path}
							onClick={() => webview.open({ kind: "file", goalId: goal.goalId, path: goal.playbook!.path })}
						>
							{pathInside(goal.workspace, goal.playbook.path)}
						</button>
						{goal.playbook.inputs?.map((input) => (
							<div key={input.name} class="quiet small cut" title={input.value}>
								{inputWords(input)}
							</div>
						))}
					</dd>
				</>
			) : null}
			{total > 0 ? (
				<>
					<dt>{t("Position")}</dt>
					<dd>
						{counted.join(", ")}
						<span class="quiet"> · {t("plan revision {0}", goal.plan?.revision ?? 0)}</span>
					</dd>
				</>
			) : null}
			{next && !goal.end ? (
				<>
					<dt>{t("Next")}</dt>
					<dd>
						{t("Step {0}, {1}", stepPosition(goal, next), next.title)}
						{waitsFor(next.needs)}
					</dd>
				</>
			) : null}
		</dl>
	);

	function countOf(state: Step["state"]): string | undefined {
		const found = steps.filter((step) => step.state === state).length;
		return found > 0 ? `${found} ${tLabel(stepMarks[state].word)}` : undefined;
	}

	function waitsFor(needs: readonly (typeof steps)[number]["stepId"][]): string {
		const open = needs
			.flatMap((need) => goal.steps[need] ?? [])
			.filter((step) => step.state !== "completed" && step.state !== "skipped")
			.map((step) => stepPosition(goal, step));
		if (open.length === 0) return goalState(goal) === "running" ? "" : `, ${t("once the goal goes on")}`;
		return `, ${t("once step {0} is done", open.join(` ${t("and")} `))}`;
	}
}

/** The goal's changed files, asked for again when there are more. */
function useChanges(host: Host, goal: Goal): readonly ChangeView[] {
	const [changes, setChanges] = useState<readonly ChangeView[]>([]);
	const { goalId } = goal;
	useEffect(() => {
		let over = false;
		const timer = setTimeout(() => {
			host.request("change/list", { goalId }).then(
				(answer) => !over && setChanges(answer.changes),
				(cause) => console.warn(cause),
			);
		}, 100);
		return () => {
			over = true;
			clearTimeout(timer);
		};
	}, [host, goalId, goal.counts.changes]);
	return changes;
}
