import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { root } from "../../scripts/paths.mjs";
import type { Workbench } from "../host/workbench.ts";
import { until } from "../support/until.ts";
import { decideInToasts } from "./deciding.ts";
import { pictureOfFailure } from "./failure.ts";
import { openStage, type Stage } from "./stage.ts";

describe("a model of another extension in the real workbench", function () {
	this.timeout(300_000);
	let stage: Stage;
	let workspace: string;
	let window: Workbench;

	before(async () => {
		stage = await openStage({ developing: [path.join(root, "test/host/modelExtension")] });
		workspace = stage.folder("tide-tables");
		window = await stage.window(workspace);
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("VS Code asks the person when the goal is launched; the window is loaded anew in mid-answer, and the goal goes on.", async () => {
		// As long as it lies there, the model does not end its answer.
		const hold = path.join(path.dirname(stage.home), "hold");
		fs.writeFileSync(hold, "");
		// And so long the extension does not say what it has.
		const late = path.join(path.dirname(stage.home), "late");
		fs.writeFileSync(late, "");
		await window.palette("Mission Control: Launch Goal");
		await window.quickInput.getByRole("button", { name: "Choose the Agent" }).click();
		await window.quickInput.getByPlaceholder("provider/model:effort").waitFor();
		assert.equal(await window.quickInput.getByText("editor/reef/keeper", { exact: true }).count(), 0);
		fs.rmSync(late);
		await window.choose("Agent", "editor/reef/keeper");
		await window.quickInput.getByText("Agent: editor/reef/keeper.").waitFor();
		await window.enter("Write a greeting");
		const consent = window.dialog("Mission Control");
		await consent.waitFor();
		await window.screenshot("editor-model-consent");
		await consent.getByRole("button", { name: "Allow" }).click();
		await window.treeRow("Write a greeting").first().waitFor();
		const [{ goalId }] = await stage.mission("list");
		const asked = path.join(path.dirname(stage.home), "asked");
		await until("the model is at work on the step", () => fs.existsSync(asked), 60_000);

		await window.reload();
		await window.treeRow("Write a greeting").first().waitFor();
		const held = () => stage.mission("feed", goalId, "--types", "hold.placed").catch(() => undefined);
		await until("it waits while no window is there", async () => (await held()) !== undefined, 60_000);
		assert.deepEqual((await held()).needsModel, { model: "editor/reef/keeper" });
		fs.rmSync(hold);
		await decideInToasts(window, window.treeRow(/^Finished/));
		const goal = await stage.mission("wait", goalId, "--timeout", "60");
		assert.equal(goal.state, "completed");
		assert.equal(fs.readFileSync(path.join(workspace, "greeting.txt"), "utf8"), "hello\n");
		assert.equal(await window.dialog("Mission Control").count(), 0, "it is asked once");
		const editor = (await stage.mission("providers")).find((provider: { id: string }) => provider.id === "editor");
		assert.ok(editor.windows[0].models.includes("reef/keeper"), JSON.stringify(editor));
		await window.screenshot("editor-model-completed");
	});
});
