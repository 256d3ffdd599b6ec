import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import type { StepId, ThreadId, ToolCallId, TurnId, UndoId } from "../../../src/core/ids.ts";
import { hashObject } from "../../../src/daemon/changes/objects.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { absent, sha256 } from "../../../src/daemon/tools/workspaceFiles.ts";
import { readStepChanges } from "../../../src/daemon/undo/stepChanges.ts";
import { goalId, launchPlaybook, person } from "../../support/simulation.ts";

const contents = new Map<string, Buffer>();
const blob = (text: string) => {
	const bytes = Buffer.from(text);
	const id = hashObject("blob", bytes);
	contents.set(id, bytes);
	return id;
};
const hash = (text: string | undefined) => (text === undefined ? absent : sha256(Buffer.from(text)));

/** What a log says of who changed a file, read for step `a`. */
describe("the changes of a step, read off the log", () => {
	const stepOf = { callA: "a", editA: "a", callB: "b", editB: "b" } as Readonly<Record<string, string>>;
	const begun = (id: string, edit?: { path: string; before?: string; after: string }): GoalEvent[] => [
		{
			type: "tool.requested",
			toolCallId: id as ToolCallId,
			threadId: `t-${stepOf[id]}` as ThreadId,
			turnId: "u" as TurnId,
			stepId: stepOf[id] as StepId,
			attempt: 1,
			name: edit ? "writeFile" : "runCommand",
			args: {},
			effect: edit ? "workspace" : "outside",
			summary: "",
		},
		{
			type: "tool.started",
			toolCallId: id as ToolCallId,
			run: 1,
			edit: edit && { path: edit.path, before: hash(edit.before), after: hash(edit.after) },
		},
	];
	const changed = (ids: string[], path: string, before: string | undefined, after: string | undefined): GoalEvent => ({
		type: "file.changed",
		path,
		status: before === undefined ? "added" : after === undefined ? "deleted" : "modified",
		toolCallIds: ids,
		stepId: stepOf[ids[0] ?? ""] as StepId | undefined,
		before: before === undefined ? undefined : blob(before),
		after: after === undefined ? undefined : blob(after),
		by: ids.length > 0 ? "agent" : "outside",
	});

	const read = async (...events: GoalEvent[]) => {
		const started = ["a", "b"].map(
			(id): GoalEvent => ({
				type: "step.started",
				stepId: id as StepId,
				attempt: 1,
				threadId: `t-${id}` as ThreadId,
			}),
		);
		const all = [...launchPlaybook([{ id: "a" }, { id: "b" }]), ...started, ...events];
		const recorded = record(newGoal(goalId), 1, new Date().toISOString(), all);
		const goal = evolveAll(newGoal(goalId), recorded);
		const store = createMemoryStore();
		const { epoch } = await store.claim(goalId);
		const rows = all.map(({ type, ...body }) => {
			const call = "toolCallId" in body ? stepOf[body.toolCallId ?? ""] : undefined;
			return { at: 1, type, body: JSON.stringify(body), stepId: "stepId" in body ? body.stepId : call };
		});
		await store.append(goalId, 0, epoch, rows, "{}");
		const content = async (id: string) => contents.get(id) ?? assert.fail(`no content ${id}`);
		const { changes, moves } = await readStepChanges(store, goal, ["a" as StepId], [], content);
		return { found: changes.map(({ path, sharedWith, doubt }) => ({ path, sharedWith, doubt })), moves };
	};
	const own = (path: string) => ({ path, sharedWith: [], doubt: undefined });

	it("are those that one of its calls may have made, and nobody else's", async () => {
		const { found } = await read(
			...begun("callA"),
			changed(["callA"], "mine", "1", "2"),
			...begun("callB"),
			changed(["callB"], "theirs", "1", "2"),
			changed([], "outside", "1", "2"),
		);
		assert.deepEqual(found, [own("mine")]);
	});

	it("are shared where a command of another step ran at the same time", async () => {
		const { found } = await read(...begun("callA"), ...begun("callB"), changed(["callA", "callB"], "f", "1", "2"));
		assert.deepEqual(found, [{ path: "f", sharedWith: ["b"], doubt: undefined }]);
	});

	it("are told apart where only tools wrote: a tool writes its own file and no other", async () => {
		const both = ["editA", "editB"];
		const { found } = await read(
			...begun("editA", { path: "./dir/../a.txt", after: "A" }),
			...begun("editB", { path: "b.txt", after: "B" }),
			changed(both, "a.txt", undefined, "A"),
			changed(both, "b.txt", undefined, "B"),
			changed(both, "saved by the person.txt", "1", "2"),
		);
		assert.deepEqual(found, [own("a.txt")]);
	});

	it("are in doubt where somebody else wrote the same file in the same moment", async () => {
		const doubt = "it was also changed from outside while the step was writing it";
		const after = await read(
			...begun("editA", { path: "f", before: "1", after: "2" }),
			changed(["editA"], "f", "1", "2 and the person's"),
		);
		assert.deepEqual(after.found, [{ path: "f", sharedWith: [], doubt }]);
		const before = await read(
			...begun("editA", { path: "f", before: "1 and the person's", after: "2" }),
			changed(["editA"], "f", "1", "2"),
		);
		assert.deepEqual(before.found, [{ path: "f", sharedWith: [], doubt }]);
	});

	it("do not count once they were undone, except in the files that were left alone", async () => {
		const undoId = "n" as UndoId;
		const stepId = "a" as StepId;
		const files = [
			{ path: "left", action: "conflict" as const, reason: "it was changed since" },
			{ path: "done", action: "restore" as const },
		];
		const { found } = await read(
			...begun("callA"),
			changed(["callA"], "left", "1", "2"),
			changed(["callA"], "done", "1", "2"),
			{ type: "step.undone", undoId, stepId, attempt: 1, files, by: person },
			changed(["callA"], "done again", "1", "2"),
		);
		assert.deepEqual(found, [own("left"), own("done again")]);
	});
});
