import { runWebview, type Webview } from "../shared/webview.tsx";
import { FeedPage } from "./feedPage.tsx";
import { GoalPicker } from "./goalPicker.tsx";
import "./feed.css";

/** The feed of a goal in the panel: everything that happens, as it happens. Without a goal it offers one. */
runWebview(({ webview }: { webview: Webview }) =>
	webview.goalId === undefined ? (
		<GoalPicker webview={webview} />
	) : (
		<FeedPage key={webview.goalId} webview={webview} goalId={webview.goalId} />
	),
);
