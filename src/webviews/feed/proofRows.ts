import { answeredState } from "../../core/folds/approval.ts";
import { answeredWord } from "../../core/questions/questions.ts";
import { reviewWords } from "../../core/words/answers.ts";
import { uncapital } from "../../core/words/capital.ts";
import { duration } from "../../core/words/duration.ts";
import { approvalMarks, checkMarks, reviewMarks } from "../../core/words/marks.ts";
import { firstLine, oneLine, plainMarkdown } from "../shared/format.ts";
import { t, tLabel } from "../shared/words.ts";
import { insideNote } from "./insideNote.ts";
import { approvalKey, by, iconOf, interrupted, makes, marked, type Rules, runKey, shown } from "./row.ts";

type Topic = "approval" | "grant" | "check" | "evidence" | "review";

/** What people decide, and what is proved: approvals, grants, checks, evidence, reviews. */
export const proofRows: Rules<Topic> = {
	"approval.requested": {
		key: (e) => approvalKey(e.approvalId),
		row: (e) => ({
			...marked("approval", approvalMarks.pending, e.asked ? t("question") : t("approval")),
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
			result:
				e.scope === "goal"
					? t("{0} for the goal by {1}", answerWords(e), by(e.by))
					: t("{0} by {1}", answerWords(e), by(e.by)),
		}),
	},
	"approval.setAside": {
		key: (e) => approvalKey(e.approvalId),
		change: (row, e) => ({
			...row,
			...iconOf(e.aside ? approvalMarks.setAside : approvalMarks.pending),
			note: e.aside ? t("set aside by {0}", by(e.by)) : undefined,
		}),
	},
	"approval.expired": {
		key: (e) => approvalKey(e.approvalId),
		change: (row) => ({
			...row,
			...iconOf(approvalMarks.expired),
			ended: true,
			result: tLabel(approvalMarks.expired.word),
		}),
	},
	"approval.superseded": {
		key: (e) => approvalKey(e.approvalId),
		change: (row, e) => ({
			...row,
			...iconOf(approvalMarks.superseded),
			ended: true,
			note: e.reason,
			result: tLabel(approvalMarks.superseded.word),
		}),
	},
	"grant.added": makes((e) => ({
		...shown("goal", "key", "idle", t("grant")),
		text: firstLine(e.subject),
		note: e.scope === "goal" ? t("for the goal") : e.scope,
	})),
	"grant.revoked": makes((e) => ({ ...shown("goal", "key", "idle", t("grant")), text: t("lapsed: {0}", e.reason) })),

	"check.started": {
		key: (e) => runKey(e.runId),
		row: (e) => ({
			...shown("checks", "beaker", "idle", t("check")),
			text: oneLine(e.command),
			checkId: e.checkId,
			runId: e.runId,
			startedAt: e.at,
			note: e.sandbox && insideNote(e.sandbox),
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
			note: [tLabel(checkMarks[e.ok ? "green" : "red"].word), e.tree && t("on {0}", e.tree.slice(0, 6)), row.note]
				.filter(Boolean)
				.join(" "),
			code: e.ok ? undefined : t("exit {0}", e.exitCode),
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
					...shown("messages", "verified", "idle", t("evidence")),
					text: firstLine(e.text),
					note: e.kind,
					body: e.text,
					stepId: e.stepId,
					threadId: e.threadId,
					opens: "dossier",
				},
	),
	"review.completed": makes((e) => ({
		...marked("messages", reviewMarks[e.verdict], e.verdict === "pass" ? t("passed") : t("not passed")),
		isError: e.verdict !== "pass",
		text: firstLine(e.summary || (e.diagnosis ?? "")),
		note: e.verdict === "pass" ? t("verified by {0}", firstLine(e.verifier)) : tLabel(reviewMarks[e.verdict].word),
		body: plainMarkdown(reviewWords(e)),
		stepId: e.stepId,
		threadId: e.threadId,
		opens: "thread",
	})),
	"review.reset": makes((e) => ({
		...shown("goal", "debug-restart", "idle", t("review")),
		text: t("reviewed again"),
		note: t("by {0}", by(e.by)),
		stepId: e.stepId,
	})),
	"review.waived": makes((e) => ({
		...marked("goal", reviewMarks.waived, t("review")),
		text: tLabel(reviewMarks.waived.word),
		note: t("by {0}", by(e.by)),
		body: e.reason,
	})),
};

function answerWords({ answer, chosen }: { readonly answer: string; readonly chosen?: readonly string[] }): string {
	return uncapital(tLabel(answeredWord(answer, chosen)));
}
