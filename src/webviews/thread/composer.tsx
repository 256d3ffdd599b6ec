import { useEffect, useRef, useState } from "preact/hooks";
import type { Goal, Thread } from "../../core/goal.ts";
import type { Image } from "../../core/image.ts";
import { messageRefusal } from "../../core/rules/controls.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { blindTexts } from "../../core/words/blind.ts";
import { Button } from "../shared/controls/button.tsx";
import { TextArea } from "../shared/controls/textArea.tsx";
import type { Host } from "../shared/host.ts";
import { Icon } from "../shared/icon.tsx";
import { AddImage, WrittenImageList } from "../shared/images/imageFields.tsx";
import { useImages } from "../shared/images/useImages.ts";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";

/** A word to the agent: it is read before its next turn, and a call in flight is not changed. */
export function Composer({
	webview,
	goal,
	thread,
	hasAsk,
}: {
	webview: Webview;
	goal: Goal;
	thread: Thread;
	hasAsk: boolean;
}) {
	const [{ text, images }, setDraft] = useState(() => draftOf(webview.memory, thread));
	const [sending, setSending] = useState(false);
	const [refusal, setRefusal] = useState<string>();
	const timer = useRef(0);
	const refused = messageRefusal(goal, thread);
	const written = useImages(webview.host, images, (next) => keep({ images: next }), !refused);
	const latest = useRef({ text, images });
	const blind = useBlind(webview.host, thread, images.length > 0);
	if (refused) return <p class="composer-closed quiet small">{refused.message}</p>;
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	const hint = step
		? t("Message the {0} of step {1}", thread.role, stepPosition(goal, step))
		: t("Message the {0}", thread.role);
	const isEmpty = text.trim() === "" && images.length === 0;
	function keep(fields: Partial<Draft>): void {
		const draft = { ...latest.current, ...fields };
		latest.current = draft;
		setDraft(draft);
		clearTimeout(timer.current);
		const remembered = { threadId: thread.threadId, draft: draft.text, images: draft.images };
		timer.current = window.setTimeout(() => webview.remember(remembered), 300);
	}
	async function send(): Promise<void> {
		if (isEmpty || sending) return;
		setSending(true);
		setRefusal(undefined);
		try {
			const { goalId } = goal;
			const { threadId } = thread;
			await webview.host.request("thread/send", { goalId, threadId, text, images: await written.given() });
			keep(emptyDraft);
			written.forget();
		} catch (cause) {
			setRefusal(sentence(cause));
		}
		setSending(false);
	}
	return (
		<div class={`composer drop-here${written.isOver ? " over" : ""}`}>
			<TextArea
				value={text}
				rows={2}
				label={hint}
				placeholder={hint}
				onInput={(next) => keep({ text: next })}
				onKeyDown={(event) => {
					if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
					event.preventDefault();
					void send();
				}}
			/>
			<WrittenImageList host={webview.host} written={written} />
			{blind.map((each) => (
				<p key={each} class="row known small" role="status">
					<Icon icon="warning" tone="wait" />
					<span>{each}</span>
				</p>
			))}
			{written.problems.map((problem) => (
				<p key={problem} class="refusal" role="alert">
					{problem}
				</p>
			))}
			{refusal ? (
				<p class="refusal" role="alert">
					{refusal}
				</p>
			) : null}
			<div class="row composer-foot">
				<AddImage written={written} />
				<span class="quiet small">{t("A call in flight is not changed.")}</span>
				<span class="grow" />
				<Button primary={!hasAsk && !isEmpty} disabled={sending} onClick={() => void send()}>
					{t("Send")}
					<kbd>{isMac ? t("⌘Enter") : t("Ctrl+Enter")}</kbd>
				</Button>
			</div>
		</div>
	);
}

const isMac = /Mac/.test(navigator.platform);

interface Draft {
	readonly text: string;
	readonly images: readonly Image[];
}
const emptyDraft: Draft = { text: "", images: [] };

function draftOf(memory: unknown, thread: Thread): Draft {
	const kept = memory as { threadId?: unknown; draft?: unknown; images?: unknown } | undefined;
	if (kept?.threadId !== thread.threadId || typeof kept.draft !== "string") return emptyDraft;
	return { text: kept.draft, images: Array.isArray(kept.images) ? kept.images : [] };
}

/** What the agent of the thread does not see of images, once some are to go along. */
function useBlind(host: Host, { assignment }: Thread, isAsked: boolean): readonly string[] {
	const [blind, setBlind] = useState<readonly string[]>([]);
	const { provider, model } = assignment;
	useEffect(() => {
		if (!isAsked) return;
		let over = false;
		host.request("provider/list", { refresh: false }).then(
			({ providers }) => {
				const isBlind = providers.find(({ id }) => id === provider)?.blind?.includes(model);
				if (!over) setBlind(isBlind ? blindTexts([{ provider, model }]) : []);
			},
			// Without the list nothing is known, and whoever sends is told what comes of it.
			() => undefined,
		);
		return () => {
			over = true;
		};
	}, [host, provider, model, isAsked]);
	return isAsked ? blind : [];
}
