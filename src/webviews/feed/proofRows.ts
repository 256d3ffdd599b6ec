import { answeredState } from "../../core/folds/approval.ts";
import { answeredWord } from "../../core/questions/questions.ts";
import { reviewWords } from "../../core/words/answers.ts";
import { duration } from "../../core/words/duration.ts";
import { approvalMarks, checkMarks, reviewMarks } from "../../core/words/marks.ts";
import { firstLine, oneLine, plainMarkdown } from "../shared/format.ts";
import { approvalKey, by, iconOf, interrupted, makes, marked, type Rules, runKey, shown } from "./row.ts";

type Topic = "approval" | "grant" | "check" | "evidence" | "review";

/** What people decide, and what is proved: approvals, grants, checks, evidence, reviews. */
export const proofRows: Rules<Topic> = {
	"approval.requested": {
		key: (e) => approvalKey(e.approvalId),
		row: (e) => ({
			...marked("approval", approvalMarks.pending, "approval"),
			text: oneLine(e.command ?? e.summary),
			risk: e.risk,
			threadId: e.threadId,
			stepId: e.stepId,
			approvalId: e.approvalId,
			checkId: e.checkId,
			opens: "approval",
		}),
	},
	"approval.answered": {
		key: (e) => approvalKey(e.approvalId),
		change: (row, e) => ({
			...row,
			ended: true,
			...iconOf(approvalMarks[answeredState(e.answer)]),
			note: e.reason,
			result: `${answeredWord(e.answer).toLowerCase()}${e.scope === "goal" ? " for the goal" : ""} by ${by(e.by)}`,
		}),
	},
	"approval.expired": {
		key: (e) => approvalKey(e.approvalId),
		change: (row) => ({
			...row,
			...iconOf(approvalMarks.expired),
			ended: true,
			result: approvalMarks.expired.word,
		}),
	},
	"approval.superseded": {
		key: (e) => approvalKey(e.approvalId),
		change: (row, e) => ({
			...row,
			...iconOf(approvalMarks.superseded),
			ended: true,
			note: e.reason,
			result: approvalMarks.superseded.word,
		}),
	},
	"grant.added": makes((e) => ({
		...shown("goal", "key", "idle", "grant"),
		text: firstLine(e.subject),
		note: e.scope === "goal" ? "for the goal" : e.scope,
	})),
	"grant.revoked": makes((e) => ({ ...shown("goal", "key", "idle", "grant"), text: `lapsed: ${e.reason}` })),

	"check.started": {
		key: (e) => runKey(e.runId),
		row: (e) => ({
			...shown("checks", "beaker", "idle", "check"),
			text: oneLine(e.command),
			checkId: e.checkId,
			runId: e.runId,
			startedAt: e.at,
			opens: "overview",
		}),
	},
	"check.completed": {
		key: (e) => runKey(e.runId),
		change: (row, e) => ({
			...row,
			startedAt: undefined,
			ended: true,
			...iconOf(checkMarks[e.ok ? "green" : "red"]),
			isError: !e.ok,
			note: `${checkMarks[e.ok ? "green" : "red"].word}${e.tree ? ` on ${e.tree.slice(0, 6)}` : ""}`,
			code: e.ok ? undefined : `exit ${e.exitCode}`,
			result: duration(e.durationMs),
			output: e.output.bytes > 0 ? { output: e.output, seq: e.seq } : undefined,
		}),
	},
	"check.interrupted": {
		key: (e) => runKey(e.runId),
		change: interrupted,
	},
	"check.reset": "hidden",

	// A report is the agent's last message as well.
	"evidence.added": makes((e) =>
		e.kind === "report"
			? undefined
			: {
					...shown("messages", "verified", "idle", "evidence"),
					text: firstLine(e.text),
					note: e.kind,
					body: e.text,
					stepId: e.stepId,
					threadId: e.threadId,
					opens: "dossier",
				},
	),
	"review.completed": makes((e) => ({
		...marked("messages", reviewMarks[e.verdict], e.verdict === "pass" ? "passed" : "not passed"),
		isError: e.verdict !== "pass",
		text: firstLine(e.summary || (e.diagnosis ?? "")),
		note: e.verdict === "pass" ? `verified by ${firstLine(e.verifier)}` : reviewMarks[e.verdict].word,
		body: plainMarkdown(reviewWords(e)),
		stepId: e.stepId,
		threadId: e.threadId,
		opens: "thread",
	})),
	"review.reset": makes((e) => ({
		...shown("goal", "debug-restart", "idle", "review"),
		text: "reviewed again",
		note: `by ${by(e.by)}`,
		stepId: e.stepId,
	})),
	"review.waived": makes((e) => ({
		...marked("goal", reviewMarks.waived, "review"),
		text: reviewMarks.waived.word,
		note: `by ${by(e.by)}`,
		body: e.reason,
	})),
};
