import type { Goal, Thread } from "../../core/goal.ts";
import { onlyLooks, threadDepth } from "../../core/rules/delegations.ts";
import type { Tool } from "./tool.ts";

/** Roles that may hand on a part of their work. */
const delegatingRoles: ReadonlySet<string> = new Set(["implementer", "researcher"]);

/**
 * What a thread may use. A thread that another one opened has never more than its parent, and as a researcher only reads;
 * below a depth no agent delegates any further.
 */
export function toolsOf(goal: Goal, thread: Thread, tools: readonly Tool[], deepest: number): readonly Tool[] {
	if (thread.purpose !== "work") return [];
	// A step of a playbook may name a role of its own.
	const mayDelegate =
		(delegatingRoles.has(thread.role) || goal.playbook !== undefined) && threadDepth(goal, thread) < deepest;
	const own = tools.filter((tool) => tool.kind !== "delegate" || mayDelegate);
	const parent = thread.parentThreadId ? goal.threads[thread.parentThreadId] : undefined;
	if (!parent) return own;
	const allowed = new Set(toolsOf(goal, parent, tools, deepest));
	return own.filter((tool) => allowed.has(tool) && (!onlyLooks(goal, thread) || isHarmless(tool)));
}

function isHarmless({ kind }: Tool): boolean {
	return kind === "read" || kind === "todo" || kind === "delegate" || kind === "question" || kind === "fetch";
}
