import { outputTail } from "../../core/goal.ts";
import { capital } from "../../core/words/capital.ts";
import type { LineTable } from "./account.ts";

/** What went wrong on the way, whether or not it came right in the end. */
export const problems: LineTable = {
	"attempt.failed": ({ stepId, attempt, diagnosis }, { step }) => ({
		what: "attempt failed",
		about: `${step(stepId)}, attempt ${attempt}`,
		reason: diagnosis,
	}),
	"step.failed": ({ stepId, reason }, { step }) => ({ what: "step failed", about: step(stepId), reason }),
	"goal.failed": ({ reason }) => ({ what: "goal failed", reason }),
	"check.completed": ({ ok, exitCode, command, output }) =>
		ok ? undefined : { what: "check red", code: command, reason: `exit ${exitCode}. ${outputTail(output, 200)}` },
	"check.interrupted": ({ checkId, outcome, reason }, { goal }) =>
		outcome === "notBegun"
			? undefined
			: { what: "check cut off", code: goal.checks[checkId]?.command ?? checkId, reason },
	"tool.interrupted": ({ toolCallId, outcome, reason }, { goal }) => {
		const call = goal.calls[toolCallId];
		return outcome === "notBegun" ? undefined : { what: "outcome unknown", code: call?.summary ?? toolCallId, reason };
	},
	"tool.requested": ({ unasked, effect, name, summary }) =>
		unasked && effect !== "none" ? { what: "done without asking", code: `${name} ${summary}` } : undefined,
	"agent.ended": ({ threadId, reason, died }, { role }) =>
		died ? { what: "agent died", about: role(threadId), reason } : undefined,
	"tool.completed": ({ toolCallId, refused }, { goal }) => {
		const call = goal.calls[toolCallId];
		// What a person decided stands under the decisions.
		if (refused === undefined || call?.decided) return undefined;
		return {
			what: "refused",
			code: call ? `${call.name} ${call.summary}` : toolCallId,
			reason: refused,
			isRoutine: true,
		};
	},
	"turn.interrupted": ({ threadId, reason }, { role }) => ({
		what: "turn cut off",
		about: role(threadId),
		reason,
		isRoutine: true,
	}),
	"message.added": ({ from, text, threadId, about }, { role }) => {
		if (from !== "daemon" || about === "silence" || about === "notRun" || about === "background") return undefined;
		const what = about === "stagnation" ? "agent repeats itself" : "answer not usable";
		return { what, about: role(threadId), reason: text, isRoutine: true };
	},
	"thread.compacted": ({ threadId, problem }, { role }) =>
		problem === undefined
			? undefined
			: { what: "no summary of its model", about: role(threadId), reason: problem, isRoutine: true },
	"silence.nudged": ({ what, since }) => ({
		what: "silent, asked again",
		code: what,
		about: `since ${since}`,
		isRoutine: true,
	}),
	"silence.noticed": ({ what, since }) => ({ what: "silent for long", code: what, about: `since ${since}` }),
	"provider.adapted": ({ parameter, text }) => ({
		what: "provider asked otherwise",
		about: parameter,
		reason: text,
		isRoutine: true,
	}),
	"server.failed": ({ server, reason }) => ({ what: "MCP server not there", about: server, reason: capital(reason) }),
	"provider.failed": ({ provider, code, status, reason }) => ({
		what: "provider failed",
		about: `${provider}, ${code}${status === undefined ? "" : ` (${status})`}`,
		reason,
		isRoutine: true,
	}),
	"hold.placed": ({ cause, reason, wakeAt }) =>
		cause === "person" || cause === "queue" || cause === "workspace"
			? undefined
			: { what: `stopped by the ${cause}`, about: wakeAt ? `until ${wakeAt}` : undefined, reason },
	"workspace.lost": ({ reason }) => ({ what: "stopped by the folder", reason }),
	"budget.exceeded": ({ resource, limit, used }) => ({
		what: "budget used up",
		about: `${resource}: ${used === null ? "unknown" : Math.round(used * 1e4) / 1e4} of ${limit}`,
	}),
	"snapshot.failed": ({ reason }) => ({ what: "changes not recorded", reason }),
};
