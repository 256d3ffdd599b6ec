// biome-ignore-all lint/a11y/useSemanticElements: a row of a log is a group with a label; a fieldset is for forms.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the list handles every key for its items, see feedList.tsx.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Approval, Goal } from "../../core/goal.ts";
import { isDocument } from "../../core/words/answers.ts";
import { elapsed } from "../../core/words/duration.ts";
import { approvalMarks, threadMarks } from "../../core/words/marks.ts";
import { AnswerButtons, AnswerField, useAnswering } from "../shared/answering.tsx";
import { actionOf, isTooLong } from "../shared/approvals.ts";
import { fitsInRow } from "../shared/askedOptions.tsx";
import { Button } from "../shared/controls/button.tsx";
import { clockSeconds, oneLine, plural, visible } from "../shared/format.ts";
import { Icon } from "../shared/icon.tsx";
import { ImageLinks } from "../shared/images/imageLinks.tsx";
import { Link } from "../shared/link.tsx";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import type { Feed } from "./feed.ts";
import type { Item } from "./layout.ts";
import { openRow } from "./openRow.ts";
import { asItStands, resultOf } from "./rowNow.ts";

interface ItemProps<K extends Item["kind"]> {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly feed: Feed;
	readonly item: Extract<Item, { kind: K }>;
	/** Where it stands, in pixels from the top of the list. */
	readonly y: number;
	/** Whether Tab reaches it. */
	readonly active: boolean;
	readonly now: number;
	readonly narrow: boolean;
	readonly onRefused: (sentence: string | undefined) => void;
}

export function GroupHeader(props: ItemProps<"group"> & { readonly hidden?: boolean }) {
	const { webview, goal, feed, item, y, active, hidden } = props;
	const { group, closed } = item;
	const { title } = group;
	return (
		<div
			class="feed-group"
			role="group"
			style={{ top: `${y}px` }}
			data-key={hidden ? undefined : item.key}
			data-active={active && !hidden ? "" : undefined}
			tabIndex={hidden ? undefined : active ? 0 : -1}
			aria-label={`${title}, ${group.about}${closed ? `, ${t("folded")}` : ""}`}
			onClick={() => feed.toggleGroup(group.key)}
		>
			<Icon icon={closed ? "chevron-right" : "chevron-down"} />
			<span class="strong cut">{title}</span>
			<span class="quiet cut">{group.about}</span>
			<span class="grow" />
			{group.threadId ? (
				<Link
					tabIndex={active && !hidden ? 0 : -1}
					onOpen={() => webview.open({ kind: "thread", goalId: goal.goalId, threadId: group.threadId! })}
				>
					{t("Open Thread")}
				</Link>
			) : null}
		</div>
	);
}

export function RowItem(props: ItemProps<"row">) {
	const { goal, item } = props;
	const approval = item.row.approvalId ? goal.approvals[item.row.approvalId] : undefined;
	return approval ? <WaitingRow {...props} approval={approval} /> : <PlainRow {...props} />;
}

function PlainRow({ webview, goal, feed, item, y, active, now, onRefused }: ItemProps<"row">) {
	const row = asItStands(goal, item.row);
	const result = resultOf(goal, row, now);
	const again = row.rerun;
	const label = [
		clockSeconds(row.at),
		`${row.word} ${row.text}`,
		row.note,
		row.code,
		result,
		row.images?.length ? plural(row.images.length, "{0} image", "{0} images") : undefined,
		row.lines ? t("{0} lines added, {1} removed", row.lines[0], row.lines[1]) : undefined,
		item.open === undefined ? undefined : item.open ? t("unfolded") : t("folded"),
	]
		.filter(Boolean)
		.join(", ");
	const rerun = () =>
		webview.host
			.request("check/run", { goalId: goal.goalId, checkId: row.checkId })
			.then(() => onRefused(undefined))
			.catch((cause) => onRefused(sentence(cause)));
	return (
		<div
			class={`feed-row${feed.target() === item.key ? " marked" : ""}`}
			role="group"
			style={{ top: `${y}px` }}
			data-key={item.key}
			data-seq={row.seq}
			data-active={active ? "" : undefined}
			tabIndex={active ? 0 : -1}
			aria-label={label}
			onDblClick={() => openRow(webview, goal, row)}
		>
			<span class="time num">{clockSeconds(row.at)}</span>
			<Twist open={item.open} onClick={() => feed.toggleFold(item.key, !item.open)} />
			<Icon icon={row.icon} tone={row.tone} />
			<span class="word cut">{row.word}</span>
			<span class="text cut">
				{row.isLink ? (
					<Link tabIndex={active ? 0 : -1} onOpen={() => openRow(webview, goal, row)}>
						{row.text}
					</Link>
				) : (
					row.text
				)}
				{row.note ? <span class="quiet"> {row.note}</span> : null}
			</span>
			<span class="result">
				{row.code ? (
					<>
						<span class="code">{row.code}</span>
						{result ? " · " : ""}
					</>
				) : null}
				{again ? (
					<Link tabIndex={active ? 0 : -1} onOpen={() => void rerun()}>
						{t("Run Again")}
					</Link>
				) : (
					result
				)}
				{row.lines ? (
					<>
						<span class="added">+{row.lines[0]}</span> <span class="removed">−{row.lines[1]}</span>
					</>
				) : null}
			</span>
		</div>
	);
}

/** An approval that waits. Enter shows it; only its button approves, and only where the whole command can be seen. */
function WaitingRow(props: ItemProps<"row"> & { readonly approval: Approval }) {
	const { webview, goal, feed, item, y, active, approval, narrow } = props;
	const answering = useAnswering(webview.host, approval, () => focusNext(goal, feed, approval));
	const text = useRef<HTMLSpanElement>(null);
	const [cut, setCut] = useState(true);
	const action = actionOf(approval);
	useLayoutEffect(() => {
		const element = text.current;
		if (!element) return;
		const measure = () => setCut(element.scrollWidth > element.clientWidth + 1);
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		measure();
		return () => observer.disconnect();
	}, [action]);
	const isFirst = Object.values(goal.approvals)[0]?.approvalId === approval.approvalId;
	const notWhole = cut || action.includes("\n") || isTooLong(approval);
	const show = () => webview.open({ kind: "approval", goalId: goal.goalId, approvalId: approval.approvalId });
	return (
		<div
			class={`feed-row waiting${narrow ? " tall" : ""}`}
			role="group"
			style={{ top: `${y}px` }}
			data-key={item.key}
			data-seq={item.row.seq}
			data-active={active ? "" : undefined}
			tabIndex={active ? 0 : -1}
			aria-label={t("Approval: {0}. {1}", action, approval.reasons.join(", "))}
			title={answering.refusal}
		>
			<span class="time num">{clockSeconds(item.row.at)}</span>
			<span />
			<Icon {...approvalMarks.pending} />
			<span class="word cut">{approval.asked ? t("question") : t("approval")}</span>
			<span class="text whole">
				<span class="cut" ref={text}>
					{visible(oneLine(action))}
				</span>
				<span class="quiet about cut">{approval.reasons.join(", ")}</span>
			</span>
			<span class="buttons">
				{answering.refusal ? (
					<span role="alert" class="cut refused">
						{answering.refusal}
					</span>
				) : null}
				{answering.writing ? (
					<AnswerField answering={answering} />
				) : (
					<>
						<AnswerButtons
							goal={goal}
							small
							approval={approval}
							answering={answering}
							first={isFirst}
							hideApprove={notWhole}
							hideOptions={!fitsInRow(approval)}
							tabIndex={active ? 0 : -1}
						/>
						<Button
							small
							primary={notWhole && isFirst}
							tabIndex={active ? 0 : -1}
							onClick={show}
							label={t("Show: {0}", approval.summary)}
						>
							{t("Show")}
						</Button>
					</>
				)}
			</span>
		</div>
	);
}

export function LineItem({ webview, goal, item, y, active }: ItemProps<"line">) {
	const { row, text, more } = item;
	const open = () =>
		row.output
			? webview.open({ kind: "output", goalId: goal.goalId, seq: row.output.seq })
			: openRow(webview, goal, row);
	return (
		<div class="feed-line" style={{ top: `${y}px` }}>
			<span class="cut quiet">{text}</span>
			{more ? (
				<Link tabIndex={active ? 0 : -1} onOpen={open}>
					{more}
				</Link>
			) : null}
		</div>
	);
}

/** As many as fit into the line; the thread has all of them. */
export function ImagesItem({ webview, goal, item, y, active }: ItemProps<"images">) {
	return (
		<div class="feed-images" style={{ top: `${y}px` }}>
			<ImageLinks webview={webview} goalId={goal.goalId} images={item.images} named tabIndex={active ? 0 : -1} />
		</div>
	);
}

export function LiveItem({ item, y, active, now }: ItemProps<"live">) {
	const { live } = item;
	const time = elapsed(now - live.since);
	const state = `${live.reasoning ? t("thinking") : t("writing")} · ${time}`;
	return (
		<div
			class="feed-row live"
			role="group"
			style={{ top: `${y}px` }}
			data-key={item.key}
			data-active={active ? "" : undefined}
			tabIndex={active ? 0 : -1}
			aria-label={live.reasoning ? t("{0} is thinking", live.word) : t("{0} is writing", live.word)}
		>
			<span class="time num">{clockSeconds(new Date(live.since).toISOString())}</span>
			<span />
			<Icon {...threadMarks.asking} />
			<span class="word cut">{live.word}</span>
			<span class="text flowing">
				<span>
					{isDocument(live.text) ? t("its answer") : live.text.slice(-600)}
					<span class="caret" />
				</span>
			</span>
			<span class="result">{state}</span>
		</div>
	);
}

/** For the mouse; Space does it from the keyboard. */
function Twist({ open, onClick }: { open: boolean | undefined; onClick: () => void }) {
	if (open === undefined) return <span />;
	return (
		// biome-ignore lint/a11y: the row says whether it is folded, and Space folds it.
		<span class="twist" onClick={onClick}>
			<Icon icon={open ? "chevron-down" : "chevron-right"} />
		</span>
	);
}

/** To the next approval, else back to the row. */
function focusNext(goal: Goal, feed: Feed, answered: Approval): void {
	const next = Object.values(goal.approvals).find((approval) => approval.approvalId !== answered.approvalId);
	const key = `approval:${next?.approvalId ?? answered.approvalId}`;
	if (next) feed.goToApproval(next.approvalId);
	requestAnimationFrame(() =>
		requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()),
	);
}
