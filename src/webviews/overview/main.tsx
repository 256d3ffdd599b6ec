import { runWebview, type Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import { OverviewPage } from "./overviewPage.tsx";
import "./overview.css";

/** One goal on one page: what state and why, what waits for the person, what is next, the rest. */
runWebview(({ webview }: { webview: Webview }) =>
	webview.goalId === undefined ? (
		<p class="empty">{t("No goal is chosen. Open one from the goals view.")}</p>
	) : (
		<OverviewPage key={webview.goalId} webview={webview} goalId={webview.goalId} />
	),
);
