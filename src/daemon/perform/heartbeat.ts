import type { GoalEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { MessageId, StepId, ThreadId } from "../../core/ids.ts";
import { calls, isAskedWithin, turnWaits } from "../../core/rules/calls.ts";
import { readsMessages } from "../../core/rules/threads.ts";
import { elapsed } from "../../core/words/duration.ts";
import type { ActivityContext } from "./parts.ts";

/**
 * Notices when what is under way says nothing for long. It is recorded once, so that people see it, and the agent whose
 * command it is reads it when that is over; no command is ever ended for it. A sign of life takes it back. For a model's
 * turn the first silence is another thing: see retryStalledTurn.ts.
 */
export interface HeartbeatWatch {
	sign(): void;
	stop(): void;
}

export interface Silent {
	/** The command or the turn. */
	readonly subject: string;
	readonly what: string;
	readonly stepId?: StepId;
	readonly threadId?: ThreadId;
}

export interface Instead {
	/** What happens instead of its being shown; undefined where it is to be shown. */
	events(goal: Goal, since: string): readonly GoalEvent[] | undefined;
	/** Called once those events are in the log. */
	after(): void;
}

/** After a restart what was printed before is read again at once: that is no sign of life. */
const replayMs = 1000;

export function watchHeartbeat(
	{ parts, driver }: Pick<ActivityContext, "parts" | "driver">,
	about: Silent,
	instead?: Instead,
): HeartbeatWatch {
	const { clock, newId, silenceMs } = parts;
	if (silenceMs === undefined) return { sign() {}, stop() {} };
	const begunAt = clock.now();
	const known = driver.goal().stalls?.[about.subject];
	let heardAt = known ? Date.parse(known.since) : begunAt;
	let isNoticed = known !== undefined;
	let isOver = false;
	let timer: NodeJS.Timeout | undefined;
	if (!isNoticed) wait();
	return { sign, stop };

	function sign(): void {
		if (isOver || (isNoticed && clock.now() - begunAt < replayMs)) return;
		heardAt = clock.now();
		if (!isNoticed) return;
		isNoticed = false;
		record(() => [{ type: "silence.ended", subject: about.subject }]);
		wait();
	}

	function stop(): void {
		isOver = true;
		clearTimeout(timer);
	}

	function wait(): void {
		timer = setTimeout(look, Math.max(1, heardAt + silenceMs! - clock.now()));
		timer.unref();
	}

	function look(): void {
		if (waitsForPerson()) heardAt = clock.now();
		if (clock.now() - heardAt < silenceMs!) {
			wait();
			return;
		}
		isNoticed = true;
		const silentSince = heardAt;
		const since = new Date(silentSince).toISOString();
		let isReplaced = false;
		record((goal) => {
			// It may have said something while this waited to be recorded.
			const events = heardAt === silentSince ? instead?.events(goal, since) : undefined;
			isReplaced = events !== undefined;
			return events ?? [{ type: "silence.noticed", ...about, since }, ...told(goal)];
		}).then(() => {
			if (!isReplaced) return;
			stop();
			instead?.after();
		});
	}

	/** An agent that asked in the middle of its turn is not silent, and no server that asked in the middle of a call. */
	function waitsForPerson(): boolean {
		const goal = driver.goal();
		const call = calls(goal).find(({ toolCallId }) => toolCallId === about.subject);
		if (call && isAskedWithin(goal, call)) return true;
		const thread = about.threadId ? goal.threads[about.threadId] : undefined;
		return thread?.turn?.turnId === about.subject && turnWaits(goal, thread);
	}

	/** In a turn that is silent no agent could read it. The built-in agent reads no messages. */
	function told(goal: Goal): GoalEvent[] {
		const thread = about.threadId ? goal.threads[about.threadId] : undefined;
		if (!thread || thread.turn?.turnId === about.subject || !readsMessages(thread) || thread.state !== "active")
			return [];
		return [
			{
				type: "message.added",
				messageId: newId<MessageId>("m"),
				threadId: thread.threadId,
				from: "daemon",
				about: "silence",
				text: `\`${about.what}\` printed nothing for ${elapsed(silenceMs!)}. Give what may hang a time limit (timeoutMs), or let it print what it does.`,
			},
		];
	}

	function record(make: (goal: Goal) => readonly GoalEvent[]): Promise<void> {
		return driver.recordFact(make).then(
			() => undefined,
			(cause) => parts.log.debug(`${about.subject}: ${String(cause)}`),
		);
	}
}
