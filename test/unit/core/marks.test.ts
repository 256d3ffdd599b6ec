import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { checkLine, goalText } from "../../../src/cli/commands/show.ts";
import { sign, stateText } from "../../../src/cli/terminal/states.ts";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { Check, Goal, Step } from "../../../src/core/goal.ts";
import { goalStates } from "../../../src/core/rules/goalState.ts";
import { capital } from "../../../src/core/words/capital.ts";
import { goalMark, markOfGoal, markOfStep, markOfThread } from "../../../src/core/words/markOf.ts";
import * as marks from "../../../src/core/words/marks.ts";
import { createDossierProjection } from "../../../src/daemon/dossier/dossierData.ts";
import { markdownDossier } from "../../../src/daemon/dossier/markdown.ts";
import { rowOf } from "../../../src/extension/tree/rows.ts";
import { viewCheck, viewGoal } from "../../../src/protocol/view.ts";
import { checkWord, stepWord } from "../../../src/webviews/shared/marks.ts";
import {
	asked,
	at,
	goalId,
	goalOf,
	planned,
	started,
	stepId,
	summaryOf,
	threadId,
	turnStarted,
	withMore,
} from "../extension/goalFixture.ts";

const { signs, ...tables } = marks;
const colours = { done: "charts.green", active: "charts.blue", wait: "charts.yellow", fail: "charts.red" };
const view = { now: Date.parse(at), folders: [] };
const step = { stepId: stepId("step-1"), attempt: 1 };
const begun = goalOf(...planned({}, {}), ...started("step-1", "t1"));
const by = { client: "test" };

const shown = (goal: Goal) => goalText(viewGoal(goal, [], view.now), view.now);
const account = (goal: Goal) => markdownDossier({ ...createDossierProjection(goalId).data(), goal });
const treeIcon = (mark: marks.Mark) => {
	const color = mark.tone === "agent" ? "charts.purple" : mark.tone === "idle" ? undefined : colours[mark.tone];
	return { codicon: mark.icon, color };
};

describe("the marks of states", () => {
	it("have a word in small letters, a codicon, a sign for a terminal, and a colour that every page has", () => {
		const codicons = readFileSync(require.resolve("@vscode/codicons/dist/codicon.css"), "utf8");
		const css = readFileSync(path.join(__dirname, "../../../src/webviews/shared/tokens.css"), "utf8");
		for (const [table, rows] of Object.entries(tables))
			for (const [state, mark] of Object.entries<Partial<marks.Mark>>(rows)) {
				const name = `${table}.${state}`;
				if ("word" in mark) assert.match(mark.word ?? "", /^[a-z][a-z, -]+$/, name);
				if ("icon" in mark) {
					assert.ok(mark.icon && signs[mark.icon].length === 1, name);
					assert.ok(codicons.includes(`.codicon-${mark.icon}:before`), `${name}: no codicon ${mark.icon}`);
				}
				assert.ok(css.includes(`.tone-${mark.tone}`), `${name}: no colour for ${mark.tone}`);
			}
	});

	it("look the same in the tree and in a list of the command line, whatever state a goal is in", () => {
		for (const state of goalStates)
			for (const verified of state === "completed" ? [true, false] : [undefined]) {
				const summary = summaryOf(begun, { state, verified });
				const mark = goalMark(summary);
				const row = rowOf({ kind: "goal", goalId, summary }, view);
				assert.deepEqual(row.icon, treeIcon(mark), state);
				assert.ok(row.spoken?.includes(mark.word), `${state}: ${row.spoken}`);
				assert.ok(stateText(mark).includes(mark.word));
			}
	});

	it("say one word of a goal in the command line and in its dossier", () => {
		const goals: readonly [Goal, marks.Mark][] = [
			[begun, marks.goalMarks.running],
			[goalOf(...planned({}), asked()), marks.goalMarks.running],
			[withMore(begun, { type: "goal.completed", verified: true }), marks.goalMarks.completed],
			[withMore(begun, { type: "goal.completed", verified: false }), marks.goalMarks.unverified],
			[withMore(begun, { type: "goal.failed", reason: "No." }), marks.goalMarks.failed],
			[withMore(begun, { type: "goal.cancelled", by }), marks.goalMarks.cancelled],
		];
		for (const [goal, mark] of goals) {
			assert.deepEqual(markOfGoal(goal), mark);
			assert.ok(shown(goal).split("\n")[0]?.includes(stateText(mark)), mark.word);
			assert.ok(account(goal).includes(capital(mark.word)), mark.word);
		}
	});

	const steps: readonly [marks.Mark, ...GoalEvent[]][] = [
		[marks.stepMarks.in_progress],
		[marks.stepMarks.waiting, asked(step)],
		[marks.stepMarks.verifying, { type: "step.reported", ...step, report: "Done." }],
		[
			marks.stepMarks.reviewing,
			{ type: "step.reported", ...step, report: "Done." },
			{
				type: "thread.opened",
				threadId: threadId("r1"),
				...step,
				role: "reviewer",
				purpose: "review",
				assignment: { provider: "local", model: "qwen3" },
			},
		],
		[marks.stepMarks.completed, { type: "step.completed", ...step, verified: true }],
		[marks.stepMarks.unverified, { type: "step.completed", ...step, verified: false }],
		[marks.stepMarks.failed, { type: "step.failed", ...step, reason: "No." }],
		[marks.stepMarks.skipped, { type: "step.skipped", ...step, by }],
		[marks.stepMarks.undone, { type: "step.undone", undoId: "undo-1" as never, ...step, files: [], by }],
	];
	for (const [mark, ...events] of steps) {
		it(`show a step that is ${mark.word} alike in tree, webviews, command line and dossier`, () => {
			const goal = withMore(begun, ...events);
			const found = goal.steps[step.stepId] as Step;
			assert.deepEqual(markOfStep(goal, found), mark);
			assert.equal(stepWord(goal, found), mark.word);
			const row = rowOf({ kind: "step", goalId, goal, step: found }, view);
			assert.deepEqual(row.icon, treeIcon(mark));
			assert.ok(row.spoken?.includes(mark.word), row.spoken);
			const line = shown(goal)
				.split("\n")
				.find((text) => text.includes(`1 ${found.title}`));
			assert.ok(line?.includes(sign(mark)) && line.includes(mark.word), line);
			const cell = account(goal)
				.split("\n")
				.find((text) => text.startsWith("| 1 |"));
			assert.ok(cell?.includes(mark === marks.stepMarks.completed ? "✓ done, verified" : mark.word), cell);
		});
	}

	it("name the steps that a step needs first, in the plan's order", () => {
		const goal = goalOf(...planned({}, {}, { needs: [stepId("step-2"), stepId("step-1")] }));
		assert.equal(stepWord(goal, goal.steps[stepId("step-3")]!), "needs 1, 2");
	});

	it("say of a check what it is doing, in webviews and in the command line", () => {
		for (const [state, mark] of Object.entries(marks.checkMarks)) {
			const check = { checkId: "check-1", command: "make", state, runs: 1, origin: "person" } as unknown as Check;
			assert.equal(checkWord(check), mark.word);
			const line = checkLine(viewCheck(check));
			assert.ok(line.startsWith(sign(mark)), `${state}: ${line}`);
		}
	});

	it("tell what a thread does now", () => {
		const now = (...events: readonly GoalEvent[]) => {
			const goal = withMore(begun, ...events);
			return markOfThread(goal, goal.threads[threadId("t1")]!);
		};
		assert.deepEqual(now(), marks.threadMarks.active);
		assert.deepEqual(now(turnStarted("t1")), marks.threadMarks.asking);
		assert.deepEqual(now(asked({ threadId: threadId("t1") })), marks.threadMarks.waiting);
		assert.deepEqual(now({ type: "thread.closed", threadId: threadId("t1") }), marks.threadMarks.closed);
	});
});
