import * as vscode from "vscode";
import { approvalMarks } from "../../core/words/marks.ts";
import type { Goals } from "../connection/goals.ts";
import { t } from "../words/words.ts";
import { statusText } from "./statusText.ts";

/** What waits and what runs, at the foot of the window. Nothing waits and nothing runs: nothing is there. */
export function createStatusBar(goals: Goals): vscode.Disposable {
	const waiting = vscode.window.createStatusBarItem("missionControl.waiting", vscode.StatusBarAlignment.Left, 51);
	waiting.name = t("Mission Control: Waiting for You");
	waiting.command = "missionControl.showWaiting";
	waiting.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
	const running = vscode.window.createStatusBarItem("missionControl.running", vscode.StatusBarAlignment.Left, 50);
	running.name = t("Mission Control: Running Goals");
	running.command = "missionControl.showRunning";

	const update = () => {
		const text = statusText(goals.all);
		set(waiting, text.waiting, approvalMarks.pending.icon, t("Show what waits for your decision"));
		set(running, text.running, "target", t("Show the goals that run"));
	};
	const stop = goals.onChange(update);
	update();
	return new vscode.Disposable(() => {
		stop();
		waiting.dispose();
		running.dispose();
	});
}

function set(item: vscode.StatusBarItem, text: string | undefined, codicon: string, tooltip: string): void {
	if (text === undefined) {
		item.hide();
		return;
	}
	item.text = `$(${codicon}) ${text}`;
	item.tooltip = tooltip;
	item.accessibilityInformation = { label: text, role: "button" };
	item.show();
}
