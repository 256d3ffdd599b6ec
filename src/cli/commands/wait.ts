import { type GoalState, goalState, goalStates } from "../../core/rules/goalState.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { endedOtherwise, followGoal } from "../input/follow.ts";
import { numberOption, wordsOption } from "../input/given.ts";
import { resolveGoal } from "../input/resolve.ts";
import { exitCodes, Failure, wrongUsage } from "../terminal/failure.ts";
import { showGoal } from "./show.ts";

/** Ends with 0 in a state that was asked for, with 1 when the goal is over otherwise, with 4 when the time is up. */
export async function wait(context: Context, typed: string, options: OptionValues): Promise<void> {
	const states = statesOf(wordsOption(options, "for") ?? ["completed"]);
	const seconds = numberOption(options, "timeout", "--timeout");
	let last: GoalState | undefined;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		if (seconds === undefined) return;
		const say = () =>
			reject(
				new Failure(
					"timeout",
					`The goal was not ${states.join(" or ")} within ${seconds} s${last ? `; it is ${last.replace("_", " ")}` : ""}.`,
					exitCodes.timedOut,
				),
			);
		// A timer counts to 24 days; a longer wait makes no difference.
		timer = setTimeout(say, Math.min(seconds * 1000, 2 ** 31 - 1));
	});
	late.catch(() => undefined);
	try {
		const goalId = await Promise.race([resolveGoal(context, typed), late]);
		const until = (goal: Parameters<typeof goalState>[0]) => {
			last = goalState(goal);
			return states.includes(last);
		};
		const goal = await Promise.race([followGoal(context, goalId, { afterSeq: 0, until }), late]);
		showGoal(context, await Promise.race([context.ask("goal/get", { goalId }), late]));
		if (!states.includes(goalState(goal))) throw endedOtherwise(goal, states);
	} finally {
		clearTimeout(timer);
	}
}

function statesOf(words: readonly string[]): readonly GoalState[] {
	const unknown = words.find((word) => !(goalStates as readonly string[]).includes(word));
	if (unknown) throw wrongUsage(`There is no state “${unknown}”. The states are: ${goalStates.join(", ")}.`);
	return words as readonly GoalState[];
}
