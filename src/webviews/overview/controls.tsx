import { useState } from "preact/hooks";
import type { Goal } from "../../core/goal.ts";
import { goalRefusal } from "../../core/rules/controls.ts";
import { Button } from "../shared/controls/button.tsx";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";

/** In the order of their buttons; each is there while the goal allows it. */
const actions = ["resume", "retry", "pause", "cancel"] as const;
type Action = (typeof actions)[number];

const buttons: { readonly [A in Action]: { readonly label: () => string; readonly icon: string } } = {
	pause: { label: () => t("Pause"), icon: "debug-pause" },
	resume: { label: () => t("Resume"), icon: "debug-start" },
	retry: { label: () => t("Retry"), icon: "refresh" },
	cancel: { label: () => t("Cancel…"), icon: "circle-slash" },
};

export function Controls(props: {
	readonly webview: Webview;
	readonly goal: Goal;
	readonly onRefused: (sentence: string | undefined) => void;
}) {
	const { webview, goal, onRefused } = props;
	const { goalId } = goal;
	const [sending, setSending] = useState(false);
	const [cancelling, setCancelling] = useState(false);
	async function control(action: Action): Promise<void> {
		setSending(true);
		setCancelling(false);
		try {
			await webview.host.request("goal/control", { goalId, action });
			onRefused(undefined);
		} catch (cause) {
			onRefused(sentence(cause));
		}
		setSending(false);
	}
	const away = webview.connection.state !== "connected";
	if (cancelling) {
		return (
			<div class="goal-controls" role="toolbar" aria-label={t("Cancel the goal")}>
				<span class="quiet small">{t("What runs is ended. Changed files stay.")}</span>
				<Button onClick={() => void control("cancel")}>{t("Cancel Goal")}</Button>
				<Button onClick={() => setCancelling(false)}>{t("Keep")}</Button>
			</div>
		);
	}
	return (
		<div class="goal-controls" role="toolbar" aria-label={t("Goal")}>
			{actions
				.filter((action) => goalRefusal(action, goal) === undefined)
				.map((action) => (
					<Button
						key={action}
						disabled={sending || away}
						onClick={() => (action === "cancel" ? setCancelling(true) : void control(action))}
					>
						<i class={`icon codicon codicon-${buttons[action].icon}`} aria-hidden="true" />
						{buttons[action].label()}
					</Button>
				))}
			<Button onClick={() => webview.open({ kind: "feed", goalId })}>{t("Open Feed")}</Button>
			<Button onClick={() => webview.open({ kind: "dossier", goalId })}>{t("Dossier")}</Button>
		</div>
	);
}
