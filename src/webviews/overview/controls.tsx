import { useState } from "preact/hooks";
import type { Goal } from "../../protocol/goal.ts";
import { type GoalState, goalState } from "../../protocol/state.ts";
import { Button } from "../shared/controls/button.tsx";
import { sentence } from "../shared/sentence.ts";
import type { Surface } from "../shared/surface.tsx";

type Action = "pause" | "resume" | "cancel";

/** What a person may do with a goal in its state. The daemon has the last word, and says why when it refuses. */
const actions: { readonly [S in GoalState]: readonly Action[] } = {
	queued: ["pause", "cancel"],
	planning: ["pause", "cancel"],
	running: ["pause", "cancel"],
	awaiting_approval: ["pause", "cancel"],
	paused: ["resume", "cancel"],
	blocked: ["resume", "pause", "cancel"],
	completed: [],
	failed: ["resume"],
	cancelled: ["resume"],
};

const buttons: { readonly [A in Action]: { readonly label: string; readonly icon: string } } = {
	pause: { label: "Pause", icon: "debug-pause" },
	resume: { label: "Resume", icon: "debug-start" },
	cancel: { label: "Cancel…", icon: "circle-slash" },
};

export function Controls(props: {
	readonly surface: Surface;
	readonly goal: Goal;
	readonly onRefused: (sentence: string | undefined) => void;
}) {
	const { surface, goal, onRefused } = props;
	const { goalId } = goal;
	const [sending, setSending] = useState(false);
	const [cancelling, setCancelling] = useState(false);
	async function control(action: Action): Promise<void> {
		setSending(true);
		setCancelling(false);
		try {
			await surface.host.request("goal/control", { goalId, action });
			onRefused(undefined);
		} catch (cause) {
			onRefused(sentence(cause));
		}
		setSending(false);
	}
	const away = surface.connection.state !== "connected";
	if (cancelling) {
		return (
			<div class="goal-controls" role="toolbar" aria-label="Cancel the goal">
				<span class="quiet small">What runs is ended. Changed files stay.</span>
				<Button onClick={() => void control("cancel")}>Cancel Goal</Button>
				<Button onClick={() => setCancelling(false)}>Keep</Button>
			</div>
		);
	}
	return (
		<div class="goal-controls" role="toolbar" aria-label="Goal">
			{actions[goalState(goal)].map((action) => (
				<Button
					key={action}
					disabled={sending || away}
					onClick={() => (action === "cancel" ? setCancelling(true) : void control(action))}
				>
					<i class={`icon codicon codicon-${buttons[action].icon}`} aria-hidden="true" />
					{buttons[action].label}
				</Button>
			))}
			<Button onClick={() => surface.open({ kind: "feed", goalId })}>Open Feed</Button>
			<Button onClick={() => surface.open({ kind: "dossier", goalId })}>Dossier</Button>
		</div>
	);
}
