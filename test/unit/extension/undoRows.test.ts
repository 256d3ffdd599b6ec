import assert from "node:assert/strict";
import type { StepId } from "../../../src/core/ids.ts";
import { summary, type UndoAnswer, undoRows } from "../../../src/extension/undo/undoRows.ts";

describe("what undoing a step would do, in rows", () => {
	const answer = (more: Partial<UndoAnswer>): UndoAnswer => ({
		stepIds: ["a" as StepId],
		files: [],
		notCovered: [],
		dependents: [],
		undone: false,
		...more,
	});
	const one = answer({
		files: [
			{ path: "a.txt", action: "restore" },
			{ path: "b.txt", action: "conflict", reason: "it was changed since", sharedWith: ["b" as StepId] },
		],
		dependents: ["b" as StepId],
	});
	const rest = answer({ stepIds: ["a", "b"] as StepId[], files: [{ path: "a.txt", action: "delete" }] });

	it("offer the step, and the step with every later one, each with what it comes to", () => {
		const rows = undoRows("Sweep", one, rest).filter((row) => row.undo);
		assert.deepEqual(
			rows.map(({ label, detail, undo }) => [undo, label, detail]),
			[
				["step", "Undo “Sweep”", "1 restored, 1 left alone · built on it, and kept: b"],
				["rest", "Undo it and the later step", "1 deleted"],
			],
		);
	});

	it("name each file, why it is left alone, and who else may have written it", () => {
		const row = undoRows("Sweep", one, undefined).find(({ path }) => path === "b.txt");
		assert.equal(row?.description, "leave alone");
		assert.equal(row?.detail, "it was changed since; maybe by b too");
	});

	it("name what is not covered, and offer nothing where nothing can be taken back", () => {
		const notCovered = [{ path: "dist/", reason: "it is ignored, so it was not recorded" }];
		const rows = undoRows("Sweep", answer({ notCovered }), undefined);
		assert.deepEqual(
			rows.map(({ label, undo }) => [label, undo]),
			[
				["Not covered: stays as it is", undefined],
				["dist/", undefined],
			],
		);
		assert.equal(summary(answer({})), "no file changes");
	});
});
