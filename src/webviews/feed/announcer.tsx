import { useEffect, useRef, useState } from "preact/hooks";
import type { Goal } from "../../core/goal.ts";
import { spokenApproval } from "../shared/approvals.ts";
import { plural } from "../shared/format.ts";
import { t } from "../shared/words.ts";
import type { Feed } from "./feed.ts";

/** For those who hear the feed: at most one polite sentence in five seconds, and each approval once, at once. */
const everyMs = 5000;

export function Announcer({ feed, goal }: { feed: Feed; goal: Goal | undefined }) {
	const [polite, setPolite] = useState("");
	const [urgent, setUrgent] = useState("");
	const spoken = useRef<Set<string>>(undefined);
	useEffect(() => {
		const timer = setInterval(() => {
			const { rows, errors } = feed.takeNews();
			if (rows > 0)
				setPolite(
					[t("{0} new", rows), errors > 0 ? plural(errors, "{0} error", "{0} errors") : ""].filter(Boolean).join(", "),
				);
		}, everyMs);
		return () => clearInterval(timer);
	}, [feed]);
	const waiting = goal?.approvals;
	useEffect(() => {
		if (!waiting) return;
		const known = spoken.current ?? new Set<string>();
		spoken.current = known;
		for (const approval of Object.values(waiting)) {
			if (known.has(approval.approvalId)) continue;
			known.add(approval.approvalId);
			setUrgent(spokenApproval(approval));
		}
	}, [waiting]);
	return (
		<>
			<div class="spoken" aria-live="polite" data-live="polite">
				{polite}
			</div>
			<div class="spoken" aria-live="assertive" data-live="assertive">
				{urgent}
			</div>
		</>
	);
}
