import { useRef, useState } from "preact/hooks";
import type { Goal, Thread } from "../../core/goal.ts";
import { messageRefusal } from "../../core/rules/controls.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { Button } from "../shared/controls/button.tsx";
import { TextArea } from "../shared/controls/textArea.tsx";
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
	const [text, setText] = useState(() => draftOf(webview.memory, thread));
	const [sending, setSending] = useState(false);
	const [refusal, setRefusal] = useState<string>();
	const timer = useRef(0);
	const refused = messageRefusal(goal, thread);
	if (refused) return <p class="composer-closed quiet small">{refused.message}</p>;
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	const hint = step
		? t("Message the {0} of step {1}", thread.role, stepPosition(goal, step))
		: t("Message the {0}", thread.role);
	const keep = (draft: string) => {
		setText(draft);
		clearTimeout(timer.current);
		timer.current = window.setTimeout(() => webview.remember({ threadId: thread.threadId, draft }), 300);
	};
	async function send(): Promise<void> {
		if (text.trim() === "" || sending) return;
		setSending(true);
		setRefusal(undefined);
		try {
			await webview.host.request("thread/send", { goalId: goal.goalId, threadId: thread.threadId, text });
			keep("");
		} catch (cause) {
			setRefusal(sentence(cause));
		}
		setSending(false);
	}
	return (
		<div class="composer">
			<TextArea
				value={text}
				rows={2}
				label={hint}
				placeholder={hint}
				onInput={keep}
				onKeyDown={(event) => {
					if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
					event.preventDefault();
					void send();
				}}
			/>
			{refusal ? (
				<p class="refusal" role="alert">
					{refusal}
				</p>
			) : null}
			<div class="row composer-foot">
				<span class="quiet small">{t("A call in flight is not changed.")}</span>
				<span class="grow" />
				<Button primary={!hasAsk && text.trim() !== ""} disabled={sending} onClick={() => void send()}>
					{t("Send")}
					<kbd>{isMac ? t("⌘Enter") : t("Ctrl+Enter")}</kbd>
				</Button>
			</div>
		</div>
	);
}

const isMac = /Mac/.test(navigator.platform);

function draftOf(memory: unknown, thread: Thread): string {
	const kept = memory as { threadId?: unknown; draft?: unknown } | undefined;
	return kept?.threadId === thread.threadId && typeof kept.draft === "string" ? kept.draft : "";
}
