import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openStage, type Stage } from "./mission.ts";

describe("mission undo", function () {
	this.timeout(120_000);
	let stage: Stage;
	let goalId: string;
	before(() => {
		stage = openStage();
		const commands = ["```sh", "echo step > made.txt; echo step >> kept.txt; echo step > both.txt", "```"];
		const playbook = stage.playbook(
			"work.md",
			"# Work",
			"",
			"## First",
			"",
			...commands,
			"",
			"## Second",
			"",
			...commands,
		);
		writeFileSync(path.join(stage.workspace, "kept.txt"), "kept\n");
		goalId = stage.json("launch", "--playbook", playbook, "--grant", "playbook").goalId;
		stage.run("wait", goalId);
	});
	after(() => stage.end());
	const read = (file: string) => readFileSync(path.join(stage.workspace, file), "utf8");

	it("says what would happen to each file, and does nothing yet", () => {
		writeFileSync(path.join(stage.workspace, "both.txt"), "mine\n");
		const { code, out } = stage.run("undo", goalId, "1", "--rest", "--preview");
		assert.equal(code, 0);
		assert.match(out, /^leave {4}both\.txt {2}it was changed since the step made it\n/);
		assert.match(out, /delete {3}made\.txt\nrestore {2}kept\.txt|restore {2}kept\.txt\ndelete {3}made\.txt/);
		assert.match(out, /1 file would be left alone/);
		const preview = stage.json("undo", goalId, "first", "--rest", "--preview");
		assert.deepEqual(preview.stepIds, ["first", "second"]);
		assert.equal(preview.undone, false);
		assert.equal(read("made.txt"), "step\n");
	});

	it("takes it back, and shows the goal", () => {
		const { code, out, error } = stage.run("undo", goalId, "1", "--rest");
		assert.equal(code, 0, error);
		assert.match(out, /restored {2}kept\.txt/);
		assert.match(out, /– 1 First {2}undone/);
		assert.equal(read("kept.txt"), "kept\n");
		assert.equal(read("both.txt"), "mine\n");
		assert.equal(existsSync(path.join(stage.workspace, "made.txt")), false);
		assert.match(stage.run("feed", goalId).out, /First {2}undone by CLI/);
		assert.match(stage.run("dossier", goalId).out, /\*\*step undone\*\*: First, except both\.txt, by CLI/);
	});

	it("refuses with exit code 3 what makes no sense", () => {
		const { code, error } = stage.run("undo", goalId, "1");
		assert.equal(code, 3);
		assert.match(error, /would lose what was changed since/);
		assert.match(stage.run("undo", goalId, "2").error, /^Step “Second” is undone already/);
		assert.equal(stage.run("undo", goalId, "9").code, 3);
		assert.equal(stage.run("undo", goalId).code, 2);
	});
});
