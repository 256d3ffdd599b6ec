import { useState } from "preact/hooks";
import type { Check, Goal, Step } from "../../core/goal.ts";
import type { CheckId, StepId } from "../../core/ids.ts";
import { goalState } from "../../core/rules/goalState.ts";
import { allowedOfStep } from "../../core/rules/stepControls.ts";
import { droppedSteps, planSteps } from "../../core/rules/steps.ts";
import { markOfStep } from "../../core/words/markOf.ts";
import { checkMarks, stepMarks } from "../../core/words/marks.ts";
import { notRunLines } from "../../core/words/notRun.ts";
import { stepWorker } from "../../core/words/stepWorker.ts";
import type { ChangeView } from "../../protocol/view.ts";
import { firstLine, plural } from "../shared/format.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import { checkWord, stepWord } from "../shared/marks.ts";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";
import { laneX, layLanes } from "./lanes.ts";

const rowPx = 28;
const subRowPx = 24;

/** The steps on their lanes; the one that matters now is unfolded to its checks and links. Arrows move between steps. */
export function StepBoard(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly changes: readonly ChangeView[];
	readonly onRefused: (sentence: string | undefined) => void;
}) {
	const { webview, goal, changes, onRefused } = props;
	const { goalId } = goal;
	const steps = planSteps(goal);
	const [chosen, setChosen] = useState<StepId | "none">();
	const [focused, setFocused] = useState<StepId>();
	const current =
		chosen === "none" ? undefined : (steps.find((step) => step.stepId === chosen) ?? currentStep(goal, steps));
	const stop = focused ?? current?.stepId ?? steps[0]?.stepId;
	let y = 0;
	const placed = steps.map((step) => {
		const subs = step === current ? subRows(goal, step) : [];
		const place = { step, subs, y };
		y += rowPx + subs.length * subRowPx;
		return place;
	});
	const lanes = layLanes(
		placed.map(({ step, y: top }) => ({ id: step.stepId, needs: step.needs, y: top + rowPx / 2 })),
	);

	const openThread = (step: Step) => {
		const threadId = step.attempts.at(-1)?.threadId;
		if (threadId) webview.open({ kind: "thread", goalId, threadId });
	};
	const control = (action: Action, stepId: StepId) =>
		webview.host
			.request("goal/control", { goalId, action, stepId })
			.then(() => onRefused(undefined))
			.catch((cause) => onRefused(sentence(cause)));
	const onKeyDown = (event: KeyboardEvent, index: number) => {
		if (event.target !== event.currentTarget) return;
		const step = steps[index]!;
		const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: steps.length - 1 }[event.key];
		if (to !== undefined && steps[to]) {
			const next = steps[to]!.stepId;
			setFocused(next);
			(event.currentTarget as HTMLElement)
				.closest(".board")
				?.querySelector<HTMLElement>(`[data-step="${CSS.escape(next)}"]`)
				?.focus();
		} else if (event.key === "Enter") openThread(step);
		else if (event.key === " ") toggle(step);
		else if (event.key === "ArrowRight" && step !== current) toggle(step);
		else if (event.key === "ArrowLeft" && step === current) toggle(step);
		else return;
		event.preventDefault();
	};
	function toggle(step: Step): void {
		setFocused(step.stepId);
		setChosen(step === current ? "none" : step.stepId);
	}

	return (
		<section class="block" aria-labelledby="steps">
			<div class="section-head">
				<h2 id="steps">{t("Steps")}</h2>
				<span class="grow" />
				{changes.length > 0 ? (
					<Link class="small" onOpen={() => webview.open({ kind: "changes", goalId })}>
						{t("All changes")}
					</Link>
				) : null}
			</div>
			{steps.length === 0 ? (
				<p class="quiet">
					{goalState(goal) === "planning"
						? t("The planner is writing the plan. Steps appear here.")
						: t("There are no steps yet.")}
				</p>
			) : (
				<ol class="board">
					<svg class="lanes" width="44" height={y} fill="none" aria-hidden="true">
						{lanes.lines.map((line) => (
							<path key={line} d={line} />
						))}
					</svg>
					{placed.map(({ step, subs }, index) => {
						const mark = markOfStep(goal, step);
						const word = stepWord(goal, step);
						const worker = stepWorker(goal, step);
						const attempt = step.attempt > 1 ? t("attempt {0}", step.attempt) : undefined;
						return (
							<li key={step.stepId}>
								{/* biome-ignore lint/a11y/useSemanticElements: the row holds a grid, and Enter opens while Space folds. */}
								<div
									role="button"
									class={`step${step === current ? " current" : ""}`}
									data-step={step.stepId}
									tabIndex={step.stepId === stop ? 0 : -1}
									aria-expanded={step === current}
									onClick={() => toggle(step)}
									onDblClick={() => openThread(step)}
									onKeyDown={(event) => onKeyDown(event, index)}
								>
									<span class="node" style={{ left: `${laneX[lanes.lane[index]!]! - 8}px` }}>
										<Icon icon={mark.icon} tone={mark.tone} />
									</span>
									<span class="position num">
										<span aria-hidden="true">{index + 1}</span>
										<span class="spoken">{t("Step {0} of {1}", index + 1, steps.length)}, </span>
									</span>
									<span class="cut">{step.title}</span>
									<span class="role cut" title={worker}>
										{worker ?? step.role}
									</span>
									<span class="word num cut">{attempt ? `${attempt} · ${word}` : word}</span>
									<span class="spoken">{spokenChecks(goal, step)}</span>
								</div>
								{subs.map((sub, at) => (
									<SubRow
										key={sub.check?.checkId ?? `text ${at}`}
										sub={sub}
										step={step}
										links={
											at === subs.length - 1
												? {
														thread: step.attempts.length > 0 ? () => openThread(step) : undefined,
														files: changes.filter((change) => change.stepId === step.stepId).length,
														changes: () => webview.open({ kind: "changes", goalId, stepId: step.stepId }),
														actions: offered(goal, step),
														control: (action) => void control(action, step.stepId),
													}
												: undefined
										}
									/>
								))}
							</li>
						);
					})}
				</ol>
			)}
			{droppedSteps(goal).map((step) => (
				<div key={step.stepId} class="sub-row dropped-step">
					<Icon {...stepMarks.dropped} />
					<span class="cut">{step.title}</span>
					<span class="quiet nowrap">
						{[stepMarks.dropped, ...(step.undone ? [stepMarks.undone] : [])].map(({ word }) => tLabel(word)).join(", ")}
					</span>
					<span class="grow" />
					<Link label={t("Open thread of {0}", step.title)} onOpen={() => openThread(step)}>
						{t("Open Thread")}
					</Link>
					<Link
						label={t("Files of {0}", step.title)}
						onOpen={() => webview.open({ kind: "changes", goalId, stepId: step.stepId })}
					>
						{t("Files")}
					</Link>
				</div>
			))}
		</section>
	);
}

type Action = "retry" | "rerun" | "skip";
const words: { readonly [A in Action]: () => string } = {
	retry: () => t("Retry"),
	rerun: () => t("Rerun"),
	skip: () => t("Skip"),
};

/** What may be asked of the step now. An agent's retry begins anew, as a rerun does, so that one of them is enough. */
function offered(goal: Goal, step: Step): readonly Action[] {
	const allowed = allowedOfStep(goal, step).filter((request) => request !== "undo");
	return step.actions || !allowed.includes("retry") ? allowed : allowed.filter((request) => request !== "rerun");
}

interface Sub {
	readonly check?: Check;
	readonly text?: string;
}

interface SubLinks {
	readonly thread?: () => void;
	readonly files: number;
	readonly changes: () => void;
	readonly actions: readonly Action[];
	readonly control: (action: Action) => void;
}

function SubRow({ sub, step, links }: { sub: Sub; step: Step; links: SubLinks | undefined }) {
	return (
		<div class="sub-row">
			{sub.check ? (
				<>
					<Icon {...checkMarks[sub.check.state]} />
					<code class="plain cut">{sub.check.command}</code>
					<span class="quiet nowrap">{checkWord(sub.check)}</span>
				</>
			) : (
				<span class="quiet cut" title={sub.text}>
					{sub.text}
				</span>
			)}
			<span class="grow" />
			{links?.actions.map((action) => (
				<Link key={action} label={`${words[action]()} ${step.title}`} onOpen={() => links.control(action)}>
					{words[action]()}
				</Link>
			))}
			{links?.thread ? (
				<Link label={t("Open thread of {0}", step.title)} onOpen={links.thread}>
					{t("Open Thread")}
				</Link>
			) : null}
			{links && links.files > 0 ? (
				<Link onOpen={links.changes}>{plural(links.files, "{0} file", "{0} files")}</Link>
			) : null}
		</div>
	);
}

/** Its checks; without any, one line for why it stands where it does and for the links. */
function subRows(goal: Goal, step: Step): readonly Sub[] {
	const checks = step.checks.flatMap(({ checkId }) => goal.checks[checkId as CheckId] ?? []);
	const why = step.reason && step.state !== "completed" ? [{ text: firstLine(step.reason) }] : [];
	const passed = notRunLines(step.notRun ?? [], 3).map((line) => ({ text: t("not run: {0}", line) }));
	if (checks.length > 0) return [...why, ...passed, ...checks.map((check) => ({ check }))];
	return why.length + passed.length > 0 ? [...why, ...passed] : [{ text: t("no checks") }];
}

function currentStep(goal: Goal, steps: readonly Step[]): Step | undefined {
	const asked = new Set(Object.values(goal.approvals).map((approval) => approval.stepId));
	return (
		steps.find((step) => asked.has(step.stepId)) ??
		steps.find((step) => step.state === "failed") ??
		steps.find((step) => step.state === "in_progress" || step.state === "verifying")
	);
}

/** What the unfolded rows would say. */
function spokenChecks(goal: Goal, step: Step): string {
	return step.checks
		.flatMap(({ checkId }) => {
			const check = goal.checks[checkId];
			return check ? `, ${t("check {0} {1}", check.command, checkWord(check))}` : [];
		})
		.join("");
}
