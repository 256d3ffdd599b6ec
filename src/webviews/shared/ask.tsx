import { t } from "./words.ts";
import "./ask.css";
import type { Approval, Goal } from "../../core/goal.ts";
import { approvalMarks } from "../../core/words/marks.ts";
import { AnswerButtons, AnswerField, useAnswering } from "./answering.tsx";
import { actionOf, contextOf, effectOf, isTooLong } from "./approvals.ts";
import { AskedOptions } from "./askedOptions.tsx";
import { Button } from "./controls/button.tsx";
import { clock, dayClock, visible } from "./format.ts";
import { Icon } from "./icon.tsx";
import { Link } from "./link.tsx";
import type { Webview } from "./webview.tsx";

/** What waits for the person: the one loud thing in a webview. What, the exact command, effect, why, expiry, buttons. */
export function Ask(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly approval: Approval;
	/** The webview's first approval has its one primary button. */
	readonly first: boolean;
	readonly onAnswered?: () => void;
}) {
	const { webview, goal, approval, first, onAnswered } = props;
	const answering = useAnswering(webview.host, approval, onAnswered);
	const show = () => webview.open({ kind: "approval", goalId: goal.goalId, approvalId: approval.approvalId });
	const tooLong = isTooLong(approval);
	const title = `ask-${approval.approvalId}`;
	return (
		<section class="ask" aria-labelledby={title} data-approval={approval.approvalId} tabIndex={-1}>
			<div class="ask-head">
				<Icon {...approvalMarks.pending} />
				<h2 id={title} class="nowrap">
					{t("Waiting for you")}
				</h2>
				<span class="quiet cut">{contextOf(goal, approval)}</span>
				<span class="grow" />
				<span class="quiet small num nowrap">{times(approval)}</span>
			</div>
			{approval.command !== undefined && !approval.summary.includes(approval.command) ? (
				<p class="ask-text">{approval.summary}</p>
			) : null}
			{tooLong ? (
				<p class="ask-text">
					{approval.command === undefined
						? t("The text is too long to be shown here. Read all of it before you decide.")
						: t("The command is too long to be shown here. Read all of it before you decide.")}
				</p>
			) : approval.command === undefined ? (
				<p class="ask-text">{visible(actionOf(approval))}</p>
			) : (
				<div class="ask-command">
					<pre class="command">{visible(approval.command)}</pre>
					<button
						type="button"
						class="tool-button"
						aria-label={t("Copy the command")}
						title={t("Copy the command")}
						onClick={() =>
							void webview.host.request("webview/copy", { text: approval.command! }).catch(() => undefined)
						}
					>
						<i class="icon codicon codicon-copy" aria-hidden="true" />
					</button>
				</div>
			)}
			{approval.asked?.url === undefined ? null : (
				<p class="ask-text">
					<a class="link" href={approval.asked.url} rel="noreferrer">
						{t("Open {0} in your browser", new URL(approval.asked.url).host)}
					</a>
				</p>
			)}
			<p class="ask-text small">
				{effectOf(approval)}
				{approval.goalScope ? (
					<span class="quiet"> {t("For the goal it would cover {0}", lowerFirst(approval.goalScope))}</span>
				) : null}
			</p>
			{answering.writing ? null : <AskedOptions goal={goal} approval={approval} answering={answering} first={first} />}
			<div class="ask-buttons">
				{answering.writing ? (
					<AnswerField answering={answering} />
				) : (
					<>
						{tooLong ? (
							<Button primary={first} onClick={show}>
								{t("Show")}
							</Button>
						) : null}
						<AnswerButtons
							goal={goal}
							approval={approval}
							answering={answering}
							first={first}
							hideApprove={tooLong}
							hideOptions
						/>
						<span class="grow" />
						{tooLong ? null : <Link onOpen={show}>{t("Show")}</Link>}
					</>
				)}
			</div>
			{answering.refusal ? (
				<p class="refusal" role="alert">
					{answering.refusal}
				</p>
			) : null}
		</section>
	);
}

function times(approval: Approval): string {
	const since = t("since {0}", clock(approval.requestedAt));
	if (approval.deadline) {
		const at = dayClock(approval.deadline.at, Date.parse(approval.requestedAt));
		const ends = approval.deadline.act === "skip" ? t("its step is skipped at {0}", at) : t("denied at {0}", at);
		return `${since} · ${ends}`;
	}
	return approval.expiresAt
		? `${since} · ${t("expires {0}", dayClock(approval.expiresAt, Date.parse(approval.requestedAt)))}`
		: since;
}

function lowerFirst(text: string): string {
	const sentence = `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
	return sentence.endsWith(".") ? sentence : `${sentence}.`;
}
