import { useRef } from "preact/hooks";
import type { Approval, Goal } from "../../core/goal.ts";
import { approvalMarks } from "../../core/words/marks.ts";
import { actionOf, settledText } from "./approvals.ts";
import { oneLine } from "./format.ts";
import { Icon } from "./icon.tsx";

/** Approvals that were asked here and then answered, here or elsewhere: who it was, so that the person sees where they went. */
export function Answered({ goal }: { goal: Goal }) {
	const asked = useRef(new Map<string, Approval>());
	for (const approval of Object.values(goal.approvals)) asked.current.set(approval.approvalId, approval);
	const answered = goal.settled.filter(({ approvalId }) => asked.current.has(approvalId)).slice(-shown);
	if (answered.length === 0) return null;
	return (
		<div role="status">
			<ul class="answered">
				{answered.map((settled) => (
					<li key={settled.approvalId} class="row small">
						<Icon {...approvalMarks[settled.state]} />
						<code class="plain cut">{oneLine(actionOf(asked.current.get(settled.approvalId)!))}</code>
						<span class="quiet nowrap">{settledText(settled)}</span>
					</li>
				))}
			</ul>
		</div>
	);
}

const shown = 3;
