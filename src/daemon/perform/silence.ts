import type { GoalEvent } from "../../protocol/events.ts";
import type { MessageId, StepId, ThreadId } from "../../protocol/ids.ts";
import { isPlaybook } from "../../protocol/readiness.ts";
import type { Performing } from "./parts.ts";

/**
 * Notices when what is under way says nothing for long. It is recorded once, so that people see it, and the agent that
 * asked for it reads it when it is over; nothing is ever ended for it. A sign of life takes it back.
 */
export interface SilenceWatch {
	sign(): void;
	stop(): void;
}

/** After a restart what was printed before is read again at once: that is no sign of life. */
const replayMs = 1000;

export function watchSilence(
	{ parts, driver }: Pick<Performing, "parts" | "driver">,
	/** `subject` names the command or the turn. */
	about: { readonly subject: string; readonly what: string; readonly stepId?: StepId; readonly threadId?: ThreadId },
): SilenceWatch {
	const { clock, newId, silenceMs } = parts;
	if (silenceMs === undefined) return { sign() {}, stop() {} };
	const begunAt = clock.now();
	const known = driver.goal().silences?.[about.subject];
	let heardAt = known ? Date.parse(known.since) : begunAt;
	let isNoticed = known !== undefined;
	let timer: NodeJS.Timeout | undefined;
	if (!isNoticed) wait();
	return {
		sign() {
			if (isNoticed && clock.now() - begunAt < replayMs) return;
			heardAt = clock.now();
			if (!isNoticed) return;
			isNoticed = false;
			record([{ type: "silence.ended", subject: about.subject }]);
			wait();
		},
		stop: () => clearTimeout(timer),
	};

	function wait(): void {
		timer = setTimeout(look, Math.max(1, heardAt + silenceMs! - clock.now()));
		timer.unref();
	}

	function look(): void {
		if (clock.now() - heardAt < silenceMs!) {
			wait();
			return;
		}
		isNoticed = true;
		record([{ type: "silence.noticed", ...about, since: new Date(heardAt).toISOString() }, ...told()]);
	}

	/** The built-in agent reads no messages. */
	function told(): GoalEvent[] {
		const thread = about.threadId ? driver.goal().threads[about.threadId] : undefined;
		if (!thread || isPlaybook(thread) || thread.state !== "active") return [];
		const minutes = Math.max(1, Math.round(silenceMs! / 60_000));
		return [
			{
				type: "message.added",
				messageId: newId<MessageId>("m"),
				threadId: thread.threadId,
				from: "daemon",
				about: "silence",
				text: `\`${about.what}\` printed nothing for ${minutes} min. Give what may hang a time limit (timeoutMs), or let it print what it does.`,
			},
		];
	}

	function record(events: readonly GoalEvent[]): void {
		void driver.recordFact(() => events).catch((cause) => parts.log.debug(`${about.subject}: ${String(cause)}`));
	}
}
