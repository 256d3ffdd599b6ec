import { eventTypes, isEventType, type RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import { goalState } from "../../core/rules/goalState.ts";
import { markOfGoal } from "../../core/words/markOf.ts";
import { stateReason } from "../../core/words/stateReason.ts";
import { withLocalTimes } from "../../core/words/waiting.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { endedOtherwise, followGoal, readEvents } from "../input/follow.ts";
import { numberOption, textOption, wordsOption } from "../input/given.ts";
import { resolveGoal } from "../input/resolve.ts";
import { eventLines } from "../terminal/eventLine.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { clock } from "../terminal/layout.ts";
import { stateText } from "../terminal/states.ts";

export async function feed(context: Context, typed: string, options: OptionValues): Promise<void> {
	const afterSeq = numberOption(options, "after", "--after", true) ?? 0;
	const types = knownTypes(wordsOption(options, "types"));
	const words = textOption(options, "search");
	if (words !== undefined && options.follow)
		throw wrongUsage("--search looks back and --follow forward: use one of them.");
	const goalId = await resolveGoal(context, typed);
	const isWhole = options.all === true || types !== undefined || words !== undefined;
	if (options.follow) return followFeed(context, goalId, { afterSeq, types, isWhole });
	const print = printer(context, isWhole);
	if (words !== undefined) {
		const { events } = await context.ask("goal/search", { goalId, text: words });
		print.events(events.filter((event) => event.seq > afterSeq && (!types || types.includes(event.type))));
		return;
	}
	for await (const events of readEvents(context, goalId, { afterSeq, types })) print.events(events);
}

/** A mistyped one would print nothing, which looks like an answer. */
function knownTypes(types: readonly string[] | undefined): readonly string[] | undefined {
	const unknown = types?.find((type) => !isEventType(type));
	if (unknown === undefined) return types;
	const noun = unknown.split(".")[0] ?? "";
	const near = eventTypes.filter((type) => type.startsWith(`${noun}.`));
	const known = near.length > 0 ? near : eventTypes;
	throw wrongUsage(
		`There is no event type “${unknown}”. ${near.length > 0 ? "There are" : "The types are"} ${known.join(", ")}.`,
	);
}

interface FeedRange {
	readonly afterSeq?: number;
	readonly types?: readonly string[];
	/** With the events that are of no use to most people. Scripts get all of them. */
	readonly isWhole?: boolean;
}

/** Prints until the goal is over; fails where it was not completed. */
export async function followFeed(
	context: Context,
	goalId: GoalId,
	{ afterSeq = 0, types, isWhole = false }: FeedRange = {},
): Promise<void> {
	const print = printer(context, isWhole);
	const sayGoodbye = () => {
		context.output.note(`The goal goes on. \`mission feed ${goalId} --follow\` follows it again.`);
		context.output.end();
		process.exit(130);
	};
	process.once("SIGINT", sayGoodbye);
	try {
		const goal = await followGoal(context, goalId, {
			afterSeq,
			types,
			onEvents: print.events,
			onGoal: afterSeq > 0 || types ? print.learn : undefined,
		});
		context.output.aside("");
		if (!context.output.json) context.output.result(undefined, endText(goal));
		if (goalState(goal) !== "completed") throw endedOtherwise(goal, ["completed"]);
	} finally {
		process.off("SIGINT", sayGoodbye);
	}
}

function printer({ output }: Context, isWhole: boolean) {
	const lines = eventLines();
	return {
		events(events: readonly RecordedEvent[]): void {
			for (const event of events) {
				if (!output.json && !isWhole && lines.isPlumbing(event)) continue;
				output.line(event, () => lines.line(event, output.columns));
			}
		},
		learn: lines.learn,
	};
}

function endText(goal: Goal): string {
	return `${stateText(markOfGoal(goal))}  ${withLocalTimes(stateReason(goal), clock, Date.now())}`;
}
