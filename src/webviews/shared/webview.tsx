import "./tokens.css";
import { type ComponentType, createElement, render } from "preact";
import type { ApprovalId, GoalId, ThreadId } from "../../core/ids.ts";
import type { Connection, Target } from "../../protocol/webview.ts";
import { connectHost, type Host } from "./host.ts";
import { sentence } from "./sentence.ts";
import { translateWith } from "./words.ts";

/** What every app is given: the editor, what to show, and how the daemon is reached just now. */
export interface Webview {
	readonly host: Host;
	readonly goalId?: GoalId;
	readonly threadId?: ThreadId;
	/** A place that the editor asked for, until it is reached. */
	readonly place: { readonly seq?: number; readonly approvalId?: ApprovalId };
	readonly connection: Connection;
	/** What this webview remembered before the window was reloaded. */
	readonly memory: unknown;
	open(target: Target): void;
	remember(memory: unknown): void;
	/** Shows another goal here. */
	show(goalId: GoalId | undefined): void;
}

export function runWebview(App: ComponentType<{ webview: Webview }>): void {
	const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
	root.id = "app";
	const host = connectHost();
	const ignore = () => undefined;
	let webview: Webview = {
		host,
		place: {},
		connection: { state: "connecting" },
		memory: undefined,
		open: (target) => void host.request("webview/open", { target }).catch((cause) => console.error(cause)),
		remember: (memory) => void host.request("webview/remember", { memory }).catch(ignore),
		show: (goalId) => change({ goalId, threadId: undefined, place: {} }),
	};
	let started = false;

	host.on("webview/show", ({ goalId, threadId, seq, approvalId }) =>
		change({
			goalId: goalId ?? webview.goalId,
			threadId: threadId ?? webview.threadId,
			place: { seq, approvalId },
		}),
	);
	host.on("webview/connection", (connection) => change({ connection }));
	void start();

	async function start(): Promise<void> {
		try {
			const { goalId, threadId, memory, connection, texts } = await host.request("webview/start", {});
			translateWith(texts);
			started = true;
			change({ goalId, threadId, memory, connection });
		} catch (cause) {
			render(<p class="empty">{sentence(cause)}</p>, root);
		}
	}

	function change(fields: Partial<Webview>): void {
		webview = { ...webview, ...fields };
		if (started) render(createElement(App, { webview }), root);
	}
}
