import { useEffect, useMemo } from "preact/hooks";
import { agentKind } from "../../core/agentKinds.ts";
import type { Goal, Thread } from "../../core/goal.ts";
import type { GoalId, ThreadId } from "../../core/ids.ts";
import { childThreads } from "../../core/rules/delegations.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { receiptOf } from "../../core/rules/receipt.ts";
import type { ModelChoice } from "../../core/values.ts";
import { isDocument } from "../../core/words/answers.ts";
import { markOfGoal, markOfStep } from "../../core/words/markOf.ts";
import { threadMarks } from "../../core/words/marks.ts";
import { receiptWords } from "../../core/words/receipt.ts";
import { threadName } from "../../core/words/threadName.ts";
import { Ask } from "../shared/ask.tsx";
import type { GoalWatch } from "../shared/goalWatch.ts";
import { useGoal, useLasting, useRenderAgain } from "../shared/hooks.ts";
import { Icon } from "../shared/icon.tsx";
import { ImageLinks } from "../shared/images/imageLinks.tsx";
import { Link } from "../shared/link.tsx";
import { Markdown } from "../shared/markdown.tsx";
import { Disconnected } from "../shared/stateLine.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";
import { Composer } from "./composer.tsx";
import { EntryView, Speaker } from "./entries.tsx";
import { useStickyEnd } from "./stickyEnd.ts";
import { openThreadLog } from "./threadLog.ts";
import { type Transcript, transcribe } from "./transcript.ts";

export function ThreadPage(props: {
	readonly webview: Webview;
	readonly goalId: GoalId;
	readonly threadId: ThreadId | undefined;
}) {
	const { webview, goalId } = props;
	const watch = useGoal(webview.host, goalId);
	const goal = watch.goal();
	const problem = watch.problem();
	const waiting = useLasting(!goal && !problem);
	const threadId = props.threadId ?? (goal ? activeThread(goal) : undefined);
	const thread = goal && threadId ? goal.threads[threadId] : undefined;
	if (!goal) return problem ? <p class="empty">{problem}</p> : waiting ? <div class="progress" /> : null;
	if (!thread || !threadId) {
		return (
			<p class="empty">
				{threadId ? t("This thread is not part of the goal any more.") : t("No thread was opened yet.")}
			</p>
		);
	}
	return <ThreadView key={threadId} webview={webview} watch={watch} goal={goal} thread={thread} />;
}

function ThreadView({
	webview,
	watch,
	goal,
	thread,
}: {
	webview: Webview;
	watch: GoalWatch;
	goal: Goal;
	thread: Thread;
}) {
	const { threadId } = thread;
	const log = useMemo(() => openThreadLog(webview.host, watch, goal.goalId, threadId), [watch, threadId]);
	const renderAgain = useRenderAgain();
	useEffect(() => {
		const stop = log.subscribe(renderAgain);
		renderAgain();
		return () => {
			stop();
			log.close();
		};
	}, [log]);
	const transcript = useMemo(() => transcribe(log.events(), goal, threadId), [log.events(), goal, threadId]);
	const loading = useLasting(log.loading());
	const live = [...watch.live().values()].find((text) => text.threadId === threadId);
	const asks = Object.values(goal.approvals).filter(
		(approval) => approval.threadId === threadId || (thread.stepId !== undefined && approval.stepId === thread.stepId),
	);
	const scroller = useStickyEnd([transcript, live?.text, asks.length]);
	const toGoal = () => webview.open({ kind: "overview", goalId: goal.goalId });
	const openFile = (path: string) => webview.open({ kind: "file", goalId: goal.goalId, path });
	const lastFile = transcript.entries.findLast((entry) => entry.kind === "file")?.key;
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if (event.altKey && event.key === "ArrowLeft") toGoal();
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	});
	return (
		<>
			{loading ? <div class="progress" /> : null}
			<Nav webview={webview} goal={goal} thread={thread} toGoal={toGoal} first={transcript.entries[0]?.seq} />
			{webview.connection.state === "connected" ? null : (
				<div class="thread-strip">
					<Disconnected connection={webview.connection} host={webview.host} />
				</div>
			)}
			<Header webview={webview} goal={goal} thread={thread} transcript={transcript} />
			{log.problem() ? <p class="refusal thread-strip">{log.problem()}</p> : null}
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable from the keyboard. */}
			<div class="transcript" role="log" aria-label={t("Thread")} aria-live="off" ref={scroller} tabIndex={0}>
				{log.hasEarlier() ? (
					<button type="button" class="link earlier" onClick={log.loadEarlier}>
						{t("Show earlier messages")}
					</button>
				) : null}
				{transcript.entries.length === 0 && !log.loading() && !live ? (
					<p class="quiet">{t("Nothing was said yet.")}</p>
				) : null}
				{transcript.entries.map((entry) => (
					<EntryView key={entry.key} webview={webview} goal={goal} entry={entry} openFirst={entry.key === lastFile} />
				))}
				{live ? (
					<div class="message">
						<Speaker
							from={thread.role}
							at={new Date(live.since).toISOString()}
							note={live.reasoning ? t("thinking") : t("writing")}
						/>
						<div class={`message-body${live.reasoning ? " quiet" : ""}`}>
							{isDocument(live.text) ? (
								<p class="quiet">{t("Its answer appears here in words when it is whole.")}</p>
							) : (
								<Markdown text={live.text} onFile={openFile} />
							)}
							<span class="caret" />
						</div>
					</div>
				) : null}
				{asks.map((approval, index) => (
					<Ask key={approval.approvalId} webview={webview} goal={goal} approval={approval} first={index === 0} />
				))}
			</div>
			{transcript.queued.map((entry) => (
				<div key={entry.key} class="queued" role="status">
					<div class="row">
						<Icon icon="clockface" tone="wait" />
						<span class="strong">{t("You")}</span>
						<span class="quiet small cut">{t("will be read before the next turn")}</span>
					</div>
					<div class="queued-text">
						<Markdown text={entry.text} />
					</div>
					{entry.images?.length ? (
						<div class="message-images">
							<ImageLinks webview={webview} goalId={goal.goalId} images={entry.images} named />
						</div>
					) : null}
				</div>
			))}
			<Composer webview={webview} goal={goal} thread={thread} hasAsk={asks.length > 0} />
		</>
	);
}

function Nav(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly thread: Thread;
	readonly toGoal: () => void;
	readonly first: number | undefined;
}) {
	const { webview, goal, thread, toGoal, first } = props;
	const { goalId } = goal;
	return (
		<nav class="thread-nav" aria-label={t("Thread")}>
			<button type="button" class="link row" onClick={toGoal} title={t("Return to Goal (Alt+Left)")}>
				<i class="icon codicon codicon-arrow-left" aria-hidden="true" />
				{t("Return to Goal")}
			</button>
			<span class="grow" />
			<ToolButton
				icon="list-flat"
				label={t("Show in feed")}
				onClick={() => webview.open({ kind: "feed", goalId, seq: first })}
			/>
			<ToolButton
				icon="diff-multiple"
				label={t("Changes of this step")}
				onClick={() => webview.open({ kind: "changes", goalId, stepId: thread.stepId })}
			/>
		</nav>
	);
}

function ToolButton({ icon, label, onClick }: { icon: string; label: string; onClick: () => void }) {
	return (
		<button type="button" class="tool-button" aria-label={label} title={label} onClick={onClick}>
			<i class={`icon codicon codicon-${icon}`} aria-hidden="true" />
		</button>
	);
}

function Header(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly thread: Thread;
	readonly transcript: Transcript;
}) {
	const { webview, goal, thread, transcript } = props;
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	const mark = step ? markOfStep(goal, step) : markOfGoal(goal);
	const position = step ? stepPosition(goal, step) : 0;
	const turn = thread.turns + (thread.turn ? 1 : 0);
	const about = [
		thread.role,
		position > 0 ? t("step {0} of {1}", position, goal.plan?.order.length ?? 0) : undefined,
		thread.attempt === undefined ? undefined : t("attempt {0}", thread.attempt),
		turn > 0 ? t("turn {0}", turn) : undefined,
		thread.state === "closed" ? tLabel(threadMarks.closed.word) : undefined,
	].filter(Boolean);
	const { answered } = transcript;
	const parent = thread.parentThreadId ? goal.threads[thread.parentThreadId] : undefined;
	return (
		<header class="thread-head">
			<div class="row">
				<Icon {...mark} />
				<h1 class="cut">{threadName(goal, thread)}</h1>
				<span class="spoken">{tLabel(mark.word)}</span>
			</div>
			<dl class="facts">
				<dt>{t("Role")}</dt>
				<dd>{about.join(" · ")}</dd>
				<Related label={t("Works for")} webview={webview} goal={goal} threads={parent ? [parent] : []} />
				<Related label={t("Sub-agents")} webview={webview} goal={goal} threads={childThreads(goal, thread.threadId)} />
				<dt>{t("Asked")}</dt>
				<dd class="mono">
					{[thread.assignment.provider, thread.assignment.model, thread.assignment.effort].filter(Boolean).join(" · ")}
				</dd>
				<dt>{t("Answered")}</dt>
				{!agentKind(thread.assignment).priced ? (
					<dd class="quiet">{t("runs without a model")}</dd>
				) : answered ? (
					<Answered {...answered} />
				) : (
					<dd class="quiet">{t("not yet")}</dd>
				)}
			</dl>
		</header>
	);
}

/** The model that answered last, and whether that is the one that was asked. */
function Answered({ asked, answered }: { readonly asked: ModelChoice; readonly answered: string }) {
	const receipt = receiptOf(asked, answered);
	const word = tLabel(receiptWords[receipt]);
	return (
		<dd class="row">
			{receipt === "untold" ? null : <span class="mono">{answered}</span>}
			{receipt === "other" ? <Icon icon="warning" tone="wait" /> : null}
			<span class={receipt === "other" ? undefined : "quiet"}>{word}</span>
		</dd>
	);
}

/** Threads that this one opened, or that opened it. */
function Related(props: {
	readonly label: string;
	readonly webview: Webview;
	readonly goal: Goal;
	readonly threads: readonly Thread[];
}) {
	const { label, webview, goal, threads } = props;
	if (threads.length === 0) return null;
	return (
		<>
			<dt>{label}</dt>
			<dd>
				{threads.map((thread, index) => (
					<span key={thread.threadId}>
						{index > 0 ? " · " : ""}
						<Link onOpen={() => webview.open({ kind: "thread", goalId: goal.goalId, threadId: thread.threadId })}>
							{threadName(goal, thread)}
						</Link>
						{thread.state === "active" ? <span class="quiet"> {t("at work")}</span> : null}
					</span>
				))}
			</dd>
		</>
	);
}

/** The thread that works now, else the last one. */
function activeThread(goal: Goal): ThreadId | undefined {
	const threads = Object.values(goal.threads);
	return (threads.findLast((thread) => thread.state === "active") ?? threads.at(-1))?.threadId;
}
