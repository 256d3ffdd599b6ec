import { outputTail, type Writer } from "../goal.ts";
import { withCheck, withUse } from "./change.ts";
import type { Folds } from "./fold.ts";
import { account, addWriter } from "./writers.ts";

/** Checks: run by the daemon, green or red, and stale when files change afterwards. */
export const checkFolds: Folds<"check"> = {
	"check.started": (goal, e) => {
		const started = withCheck(goal, e.checkId, (check) => ({
			...check,
			state: "running",
			wanted: undefined,
			run: { runId: e.runId, epoch: e.epoch, tree: e.tree, sandbox: e.sandbox },
			runs: check.runs + (check.run?.runId === e.runId ? 0 : 1),
		}));
		const writer: Writer = { id: e.runId, stepId: started.checks[e.checkId]?.stepId, check: true };
		return withUse({ ...started, files: { ...started.files, writers: addWriter(started.files.writers, writer) } }, e);
	},
	"check.completed": (goal, e) => {
		const ended = withCheck(goal, e.checkId, (check) => ({
			...check,
			state: !e.ok ? "red" : check.run?.overtaken ? "stale" : "green",
			settledFor: check.stepId ? goal.steps[check.stepId]?.attempt : 1,
			exitCode: e.exitCode,
			diagnosis: e.ok ? undefined : outputTail(e.output),
			run: { runId: e.runId, epoch: e.epoch, tree: e.tree },
		}));
		return {
			...ended,
			files: account(ended, e.runId),
			counts: e.ok ? ended.counts : { ...ended.counts, errors: ended.counts.errors + 1 },
		};
	},
	"check.interrupted": (goal, e) => {
		const state = e.outcome === "unknown" ? "unknown" : "pending";
		const ended = withCheck(goal, e.checkId, (check) => ({ ...check, state }));
		return { ...ended, files: account(ended, e.runId) };
	},
	"check.reset": (goal, e) =>
		withCheck(goal, e.checkId, (check) => ({
			...check,
			state: "pending",
			settledFor: undefined,
			wanted: e.now,
		})),
};
