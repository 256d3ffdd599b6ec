import { runWebview, type Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import { ThreadPage } from "./threadPage.tsx";
import "./thread.css";

/** One thread: who speaks to whom about what, what was done, what waits; to read and to steer. */
runWebview(({ webview }: { webview: Webview }) =>
	webview.goalId === undefined ? (
		<p class="empty">{t("No thread is chosen. Open one from the goals view, the feed or a notification.")}</p>
	) : (
		<ThreadPage
			key={`${webview.goalId} ${webview.threadId ?? ""}`}
			webview={webview}
			goalId={webview.goalId}
			threadId={webview.threadId}
		/>
	),
);
