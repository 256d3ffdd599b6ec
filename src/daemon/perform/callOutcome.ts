import type { GoalEvent } from "../../core/events.ts";
import type { ToolCall } from "../../core/goal.ts";
import type { Image } from "../../core/image.ts";
import { isAgentOwned } from "../../core/rules/calls.ts";
import type { Output } from "../../core/values.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import type { LetPass } from "../policy/judge.ts";
import type { ActivityContext } from "./parts.ts";

/** What came of a call. */
export interface Outcome {
	readonly ok: boolean;
	readonly output: Output;
	readonly images?: readonly Image[];
	readonly exitCode?: number;
	readonly durationMs?: number;
	readonly refused?: string;
	readonly invalid?: true;
	/** What let it happen unasked, where no intent says so. */
	readonly letPass?: LetPass;
	/** Facts that go with it. */
	readonly beside?: readonly GoalEvent[];
}

export async function finish({ driver }: ActivityContext, call: ToolCall, outcome: Outcome): Promise<void> {
	await driver.recordFact((goal) => {
		if (!goal.calls[call.toolCallId]) return [];
		return [
			{
				type: "tool.completed",
				toolCallId: call.toolCallId,
				ok: outcome.ok,
				exitCode: outcome.exitCode,
				durationMs: outcome.durationMs ?? 0,
				output: outcome.output,
				images: outcome.images?.length ? [...outcome.images] : undefined,
				refused: outcome.refused,
				invalid: outcome.invalid,
				...outcome.letPass,
			},
			...(outcome.beside ?? []),
		];
	});
}

/** What the agent reads when its call was not carried out, or did not work. */
export function failure(text: string, refused?: string): Outcome {
	return { ok: false, output: textOutput(text), refused };
}

export function decidedOutcome(call: ToolCall): Outcome {
	const reason = call.decided?.reason ? ` They said: ${call.decided.reason}` : "";
	switch (call.decided?.answer) {
		case "verify":
			return failure(
				`It is unknown whether this had its effect: ${isAgentOwned(call) ? "your turn" : "the daemon"} ended while it ran. Verify before you repeat it.`,
				`Its outcome is unknown; verify it.${reason}`,
			);
		case "skip":
			return failure(`The person chose to go on without this.${reason}`, `Skipped by the person.${reason}`);
		default:
			return failure(`The person denied this.${reason}`, `Denied by the person.${reason}`);
	}
}
