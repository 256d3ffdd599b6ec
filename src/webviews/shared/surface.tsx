import "./tokens.css";
import { type ComponentType, createElement, render } from "preact";
import type { ApprovalId, GoalId, ThreadId } from "../../core/ids.ts";
import type { Connection, Target } from "../../protocol/webview.ts";
import { connectHost, type Host } from "./host.ts";
import { sentence } from "./sentence.ts";

/** What every app is given: the editor, what to show, and how the daemon is reached just now. */
export interface Surface {
	readonly host: Host;
	readonly goalId?: GoalId;
	readonly threadId?: ThreadId;
	/** A place that the editor asked for, until it is reached. */
	readonly place: { readonly seq?: number; readonly approvalId?: ApprovalId };
	readonly connection: Connection;
	/** What this surface remembered before the window was reloaded. */
	readonly memory: unknown;
	open(target: Target): void;
	remember(memory: unknown): void;
	/** Shows another goal here. */
	show(goalId: GoalId | undefined): void;
}

export function runSurface(App: ComponentType<{ surface: Surface }>): void {
	const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
	root.id = "app";
	const host = connectHost();
	const ignore = () => undefined;
	let surface: Surface = {
		host,
		place: {},
		connection: { state: "connecting" },
		memory: undefined,
		open: (target) => void host.request("surface/open", { target }).catch((cause) => console.error(cause)),
		remember: (memory) => void host.request("surface/remember", { memory }).catch(ignore),
		show: (goalId) => change({ goalId, threadId: undefined, place: {} }),
	};
	let started = false;

	host.on("surface/show", ({ goalId, threadId, seq, approvalId }) =>
		change({
			goalId: goalId ?? surface.goalId,
			threadId: threadId ?? surface.threadId,
			place: { seq, approvalId },
		}),
	);
	host.on("surface/connection", (connection) => change({ connection }));
	void start();

	async function start(): Promise<void> {
		try {
			const { goalId, threadId, memory, connection } = await host.request("surface/start", {});
			started = true;
			change({ goalId, threadId, memory, connection });
		} catch (cause) {
			render(<p class="empty">{sentence(cause)}</p>, root);
		}
	}

	function change(fields: Partial<Surface>): void {
		surface = { ...surface, ...fields };
		if (started) render(createElement(App, { surface }), root);
	}
}
