import type { Goal, Thread } from "../../protocol/goal.ts";
import { stepPosition } from "../../protocol/state.ts";
import { plural } from "../shared/format.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Surface } from "../shared/surface.tsx";

/** The conversations: those that go on first, then the latest. */
export function Threads({ surface, goal }: { surface: Surface; goal: Goal }) {
	const threads = Object.values(goal.threads).reverse();
	if (threads.length === 0) return null;
	const shown = [
		...threads.filter((thread) => thread.state === "active"),
		...threads.filter((thread) => thread.state === "closed"),
	].slice(0, 12);
	return (
		<section class="block" aria-labelledby="threads">
			<div class="section-head">
				<h2 id="threads">Threads</h2>
				<span class="quiet small">{threads.length}</span>
			</div>
			<ul class="files">
				{shown.map((thread) => (
					<li key={thread.threadId} class="row">
						<Icon icon="comment" tone={thread.state === "active" ? "agent" : "idle"} />
						<Link onOpen={() => surface.open({ kind: "thread", goalId: goal.goalId, threadId: thread.threadId })}>
							{nameOf(goal, thread)}
						</Link>
						<span class="quiet small cut">
							{thread.assignment.provider}/{thread.assignment.model} · {plural(thread.turns, "turn")}
						</span>
						<span class="grow" />
						<span class="quiet small nowrap">{stateOf(goal, thread)}</span>
					</li>
				))}
			</ul>
		</section>
	);
}

function nameOf(goal: Goal, thread: Thread): string {
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	if (!step) return thread.role;
	const attempt = thread.attempt !== undefined && thread.attempt > 1 ? `, attempt ${thread.attempt}` : "";
	return `${thread.role}, step ${stepPosition(goal, step)}${attempt}`;
}

function stateOf(goal: Goal, thread: Thread): string {
	if (thread.state === "closed") return "closed";
	if (Object.values(goal.approvals).some((approval) => approval.threadId === thread.threadId)) return "waits for you";
	if (thread.turn) return "asks its model";
	return Object.values(goal.calls).some((call) => call.threadId === thread.threadId) ? "runs a tool" : "active";
}
