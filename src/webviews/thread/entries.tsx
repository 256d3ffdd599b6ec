import { useEffect, useState } from "preact/hooks";
import type { Goal } from "../../core/goal.ts";
import { duration, elapsed } from "../../core/words/duration.ts";
import { approvalMarks, callMarks } from "../../core/words/marks.ts";
import { clock, oneLine, plural, visible } from "../shared/format.ts";
import { useNow } from "../shared/hooks.ts";
import { Icon } from "../shared/icon.tsx";
import { ImageLinks } from "../shared/images/imageLinks.tsx";
import { Link } from "../shared/link.tsx";
import { Markdown } from "../shared/markdown.tsx";
import { outputHead } from "../shared/output.ts";
import { sentence } from "../shared/sentence.ts";
import { toolIcon } from "../shared/toolIcons.ts";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";
import { Fold } from "./fold.tsx";
import { type Hunk, readHunk } from "./hunk.ts";
import type { Entry } from "./transcript.ts";

interface EntryProps<K extends Entry["kind"]> {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly entry: Extract<Entry, { kind: K }>;
	/** Unfolded without being asked. */
	readonly openFirst: boolean;
}

export function EntryView(props: EntryProps<Entry["kind"]>) {
	const { entry } = props;
	switch (entry.kind) {
		case "message":
			return <MessageView {...props} entry={entry} />;
		case "tool":
			return <ToolView {...props} entry={entry} />;
		case "file":
			return <FileView {...props} entry={entry} />;
		case "instructions":
			return (
				<Fold title={entry.title} icon="list-selection" key={entry.key}>
					<div class="fold-body">
						<Markdown text={entry.text} />
					</div>
				</Fold>
			);
		case "approval":
			return <ApprovalView {...props} entry={entry} />;
		default:
			return <NoteView {...props} entry={entry} />;
	}
}

export function Speaker({ from, at, note }: { from: string; at: string; note?: string }) {
	const person = from === "person";
	return (
		<div class="speaker">
			<Icon icon={person ? "account" : "comment"} tone={person ? "idle" : "agent"} />
			<span class="strong">{person ? t("You") : from === "goal" ? t("goal") : from}</span>
			<span class="quiet num">{note ? `${clock(at)} · ${note}` : clock(at)}</span>
		</div>
	);
}

function MessageView({ webview, goal, entry }: EntryProps<"message">) {
	const openFile = (path: string) => webview.open({ kind: "file", goalId: goal.goalId, path });
	return (
		<div class="message" data-seq={entry.seq}>
			<Speaker from={entry.from} at={entry.at} />
			{entry.reasoning ? (
				<Fold title={t("Reasoning")} icon="lightbulb">
					<div class="fold-body quiet">
						<Markdown text={entry.reasoning} />
					</div>
				</Fold>
			) : null}
			<div class="message-body">
				<Markdown text={entry.text} onFile={openFile} />
			</div>
			{entry.images?.length ? (
				<div class="message-images">
					<ImageLinks webview={webview} goalId={goal.goalId} images={entry.images} named />
				</div>
			) : null}
			{entry.raw ? (
				<Fold title={t("As the model gave it")} icon="json">
					<div class="fold-body">
						<pre class="output">{entry.raw}</pre>
					</div>
				</Fold>
			) : null}
		</div>
	);
}

const shownLines = 12;

function ToolView({ webview, goal, entry }: EntryProps<"tool">) {
	const { outcome } = entry;
	const call = goal.calls[entry.toolCallId];
	const running = call?.state === "started";
	const now = useNow(1000, running);
	const failed = outcome !== undefined && (outcome.unknown || !outcome.ok);
	const head = outcome && !outcome.unknown ? outputHead(outcome.output, shownLines) : undefined;
	const result = !outcome
		? running && entry.startedAt
			? `${tLabel(callMarks.started.word)} · ${elapsed(now - Date.parse(entry.startedAt))}`
			: call?.state === "waiting"
				? tLabel(callMarks.waiting.word)
				: ""
		: outcome.unknown
			? tLabel(callMarks.unknown.word)
			: outcome.refused
				? tLabel(callMarks.refused.word)
				: [outcome.exitCode === undefined ? undefined : t("exit {0}", outcome.exitCode), duration(outcome.durationMs)]
						.filter(Boolean)
						.join(" · ");
	const isCommand = entry.name === "runCommand";
	const child = Object.values(goal.threads).find((thread) => thread.parentCallId === entry.toolCallId);
	const detail = [
		entry.writtenAs ? t("The model wrote this call as text ({0}).", entry.writtenAs) : undefined,
		entry.unasked ? t("The agent did this without asking.") : undefined,
		entry.summary.includes("\n") ? visible(entry.summary) : undefined,
		outcome?.unknown ? outcome.reason : outcome?.refused,
	].filter(Boolean);
	const images = outcome && !outcome.unknown ? outcome.images : undefined;
	return (
		<Fold
			title={oneLine(entry.summary)}
			mono
			below={
				images?.length ? (
					<div class="fold-images">
						<ImageLinks webview={webview} goalId={goal.goalId} images={images} />
					</div>
				) : null
			}
			prefix={isCommand ? undefined : entry.name}
			icon={toolIcon(entry.name)}
			tone={failed ? "fail" : "idle"}
			result={result}
			resultMark={failed ? "error" : undefined}
			end={
				child ? (
					<Link onOpen={() => webview.open({ kind: "thread", goalId: goal.goalId, threadId: child.threadId })}>
						{t("Open Thread")}
					</Link>
				) : null
			}
			folded={detail.length === 0 && (head === undefined || (head.lines.length === 0 && !head.more))}
		>
			<div class="fold-body">
				{detail.map((text) => (
					<pre key={text} class="output">
						{text}
					</pre>
				))}
				{head && head.lines.length > 0 ? <pre class="output">{head.lines.join("\n")}</pre> : null}
				{head?.more && outcome && !outcome.unknown ? (
					<Link class="small" onOpen={() => webview.open({ kind: "output", goalId: goal.goalId, seq: outcome.seq })}>
						{head.more}
					</Link>
				) : null}
			</div>
		</Fold>
	);
}

function FileView({ webview, goal, entry, openFirst }: EntryProps<"file">) {
	const { path, before, after, stepId } = entry;
	const open = () => webview.open({ kind: "change", goalId: goal.goalId, path, before, after });
	const words = {
		added: t("added"),
		modified: "",
		deleted: t("deleted"),
		renamed: t("renamed from {0}", entry.from ?? ""),
	};
	return (
		<Fold
			icon="diff-single"
			tone="active"
			startsOpen={openFirst}
			label={`${path} ${words[entry.status]}`}
			head={
				<>
					<Link class="mono cut" onOpen={open}>
						{path}
					</Link>
					<span class="quiet">{words[entry.status]}</span>
				</>
			}
			end={
				entry.added === undefined ? null : (
					<span class="num">
						<span class="added">+{entry.added}</span> <span class="removed">−{entry.removed ?? 0}</span>
					</span>
				)
			}
		>
			<HunkView webview={webview} goal={goal} path={path} stepId={stepId} onOpen={open} />
		</Fold>
	);
}

function HunkView(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly path: string;
	readonly stepId: Extract<Entry, { kind: "file" }>["stepId"];
	readonly onOpen: () => void;
}) {
	const { webview, goal, path, stepId, onOpen } = props;
	const [hunk, setHunk] = useState<Hunk>();
	const [problem, setProblem] = useState<string>();
	useEffect(() => {
		let over = false;
		webview.host.request("change/diff", { goalId: goal.goalId, stepId, path }).then(
			({ diff }) => !over && setHunk(readHunk(diff, shownLines)),
			(cause) => !over && setProblem(sentence(cause)),
		);
		return () => {
			over = true;
		};
	}, [path, stepId]);
	return (
		<div class="hunk">
			<div class="hunk-head">
				<span class="mono cut">{path}</span>
				<span class="grow" />
				<Link onOpen={onOpen}>{t("Open Diff")}</Link>
			</div>
			{problem ? <p class="hunk-text">{problem}</p> : null}
			{hunk && hunk.lines.length === 0 ? <p class="hunk-text quiet">{t("No text to compare.")}</p> : null}
			{hunk?.lines.map((line, index) => (
				<div key={index} class={`hunk-line ${line.kind}`}>
					<span>{line.number}</span>
					<span>{line.kind === "added" ? "+" : line.kind === "removed" ? "−" : ""}</span>
					<span>{line.text}</span>
				</div>
			))}
			{hunk && hunk.more > 0 ? (
				<p class="hunk-text quiet">{plural(hunk.more, "{0} more line", "{0} more lines")}</p>
			) : null}
		</div>
	);
}

function ApprovalView({ goal, entry }: EntryProps<"approval">) {
	// While it waits, it stands as a block at the end.
	if (goal.approvals[entry.approvalId]) return null;
	return (
		<div class="fold-row">
			<span class="twist-room" />
			<Icon {...approvalMarks[entry.state]} />
			<code class="plain cut">{oneLine(entry.action)}</code>
			<span class="fold-end quiet">{entry.settled ?? ""}</span>
		</div>
	);
}

function NoteView({ entry }: EntryProps<"note">) {
	if (!entry.detail) {
		return (
			<div class="fold-row">
				<span class="twist-room" />
				<Icon icon={entry.icon} tone={entry.tone} />
				<span class="wrap">{entry.text}</span>
			</div>
		);
	}
	return (
		<Fold title={entry.text} icon={entry.icon} tone={entry.tone}>
			<div class="fold-body">
				<Markdown text={entry.detail} />
			</div>
		</Fold>
	);
}
