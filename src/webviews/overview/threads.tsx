import type { Goal, Thread } from "../../core/goal.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { childThreads } from "../../core/rules/delegations.ts";
import { markOfThread } from "../../core/words/markOf.ts";
import { threadName } from "../../core/words/threadName.ts";
import { plural } from "../shared/format.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";

/** The conversations: those that go on first, then the latest. */
export function Threads({ webview, goal }: { webview: Webview; goal: Goal }) {
	const threads = Object.values(goal.threads).reverse();
	if (threads.length === 0) return null;
	const roots = threads.filter((thread) => !thread.parentThreadId);
	const shown = [
		...roots.filter((thread) => thread.state === "active"),
		...roots.filter((thread) => thread.state === "closed"),
	]
		.slice(0, 12)
		.flatMap((thread) => withChildren(goal, thread, 0));
	return (
		<section class="block" aria-labelledby="threads">
			<div class="section-head">
				<h2 id="threads">{t("Threads")}</h2>
				<span class="quiet small">{threads.length}</span>
			</div>
			<ul class="files">
				{shown.map(({ thread, depth }) => (
					<li key={thread.threadId} class="row" style={depth > 0 ? { paddingLeft: `${depth * 20}px` } : undefined}>
						<Icon {...markOfThread(goal, thread)} />
						<Link
							class="cut"
							onOpen={() => webview.open({ kind: "thread", goalId: goal.goalId, threadId: thread.threadId })}
						>
							{threadName(goal, thread)}
						</Link>
						<span class="quiet small cut">{aboutOf(thread)}</span>
						<span class="grow" />
						<span class="quiet small nowrap">{tLabel(markOfThread(goal, thread).word)}</span>
					</li>
				))}
			</ul>
		</section>
	);
}

/** A thread and the sub-agents that it asked for, as a tree. */
function withChildren(goal: Goal, thread: Thread, depth: number): { thread: Thread; depth: number }[] {
	const children = childThreads(goal, thread.threadId).flatMap((child) => withChildren(goal, child, depth + 1));
	return [{ thread, depth }, ...children];
}

function aboutOf({ role, attempt, assignment, turns }: Thread): string {
	const again = attempt !== undefined && attempt > 1 ? t("attempt {0}", attempt) : undefined;
	return [role, again, formatModelRef(assignment), plural(turns, "{0} turn", "{0} turns")].filter(Boolean).join(" · ");
}
