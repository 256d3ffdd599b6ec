import type { Check } from "../../core/goal.ts";
import type { CheckId, RunId } from "../../core/ids.ts";
import type { RanInside } from "../../core/sandbox.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import { sha256 } from "../platform/digest.ts";
import { admit } from "./admit.ts";
import { runCommand, stopReason } from "./command.ts";
import type { ActivityContext } from "./parts.ts";
import { proposing } from "./proposing.ts";

/** A check is a command like any other: judged, run, followed and recovered the same way. Its exit status is the verdict. */
export async function performCheck(context: ActivityContext, checkId: CheckId): Promise<void> {
	const { parts, driver } = context;
	const check = driver.goal().checks[checkId];
	if (!check) return;
	const begun = await beginCheck(context, check);
	if (!begun) return;
	const { runId, tree, inside } = begun;
	const result = await runCommand(context, {
		id: runId,
		command: check.command,
		timeoutMs: parts.commandTimeoutMs,
		inside,
		subject: { subject: runId, stepId: check.stepId },
	});
	if (result.kind === "detached") return;
	await driver.recordFact((goal) => {
		const now = goal.checks[checkId];
		if (now?.run?.runId !== runId || now.state !== "running") return [];
		if (result.kind === "notBegun" || (result.kind === "ended" && result.stopped)) {
			const outcome = result.kind === "notBegun" ? "notBegun" : "stopped";
			return [{ type: "check.interrupted", checkId, runId, outcome, reason: `${stopReason(goal)} It runs again.` }];
		}
		if (result.kind === "ended") {
			const { exitCode, durationMs, output } = result;
			const ok = exitCode === 0;
			return [
				{ type: "check.completed", checkId, runId, command: check.command, ok, exitCode, tree, output, durationMs },
			];
		}
		if (result.kind === "notStarted") {
			const output = textOutput(result.reason);
			return [
				{
					type: "check.completed",
					checkId,
					runId,
					command: check.command,
					ok: false,
					exitCode: 127,
					tree,
					output,
					durationMs: 0,
				},
			];
		}
		const reason = "It had begun, runs no more, and left no record of how it ended.";
		return [{ type: "check.interrupted", checkId, runId, outcome: "unknown", reason }];
	});
	await result.forget();
}

interface BegunCheck {
	readonly runId: RunId;
	readonly tree: string | undefined;
	readonly inside: RanInside | undefined;
}

async function beginCheck(context: ActivityContext, check: Check): Promise<BegunCheck | undefined> {
	const { driver, parts } = context;
	if (check.state === "running" && check.run)
		return { runId: check.run.runId, tree: check.run.tree, inside: check.run.sandbox };
	const { command, checkId } = check;
	const origin = check.origin;
	const about = { tool: "check", approved: check.approved, origin };
	const runOf = (run: number) => `${plainName(checkId)}.${run}.${driver.goalId}` as RunId;
	const admitted = await admit(context, {
		check,
		walls: await parts.sandboxOf?.(driver.goal()),
		propose: proposing(context, command, about),
		begin: (run, tree, inside) => [
			{ type: "check.started", checkId, runId: runOf(run), command, tree, ...(inside && { sandbox: inside }) },
		],
	});
	if (admitted.kind === "begun") {
		const inside = driver.goal().checks[checkId]?.run?.sandbox;
		return { runId: runOf(admitted.run), tree: admitted.tree, inside };
	}
	if (admitted.kind === "refused") {
		// A check that may not run can never be green: it is red, and says why.
		const runId = runOf(check.runs + 1);
		const output = textOutput(admitted.reason);
		await driver.recordFact((goal) =>
			goal.end || goal.checks[checkId]?.state !== check.state
				? []
				: [{ type: "check.completed", checkId, runId, command, ok: false, exitCode: 126, output, durationMs: 0 }],
		);
	}
	return undefined;
}

/** A run's id names a folder and is sent around: check ids in other scripts would make it too long for either. */
function plainName(checkId: CheckId): string {
	return /^[A-Za-z0-9._:-]*$/.test(checkId) ? checkId : `check-${sha256(checkId).slice(0, 16)}`;
}
