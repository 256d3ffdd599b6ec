import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { sample } from "../../scripts/paths.mjs";
import { type Editor, startEditor } from "../host/editor.ts";
import { type Mission, missionFor } from "../host/mission.ts";
import { packagedExtension } from "../host/vsix.ts";
import type { Workbench } from "../host/workbench.ts";

describe("a person who runs the sample playbook", function () {
	this.timeout(240_000);
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mc-e2e-"));
	const workspace = path.join(folder, "sample");
	const home = path.join(folder, "data");
	let editor: Editor;
	let window: Workbench;
	let mission: Mission;

	before(async () => {
		fs.cpSync(sample, workspace, { recursive: true });
		mission = missionFor(home);
		editor = await startEditor({
			folder: path.join(folder, "editor"),
			vsix: packagedExtension(),
			env: { MISSION_HOME: home },
		});
		window = await editor.openWindow(workspace);
	});

	afterEach(async function () {
		if (this.currentTest?.state === "failed") await window?.screenshot(`failed-${this.currentTest.title.slice(0, 40)}`);
	});

	after(async () => {
		await editor?.stop();
		mission?.stop();
		fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	});

	it("launches it from the command palette and finds the goal in the tree", async () => {
		await window.palette("Mission Control: Run a Playbook");
		await window.pick("prepare-report.md");
		await window.openView("Mission Control");
		await window.treeRow("Prepare the weekly report").first().waitFor();
		await window.screenshot("playbook-launched");
	});

	it("is asked before anything runs, sees the exact command, and approves", async () => {
		const asked = window.page.locator(".notification-toast").first();
		const deadline = Date.now() + 120_000;
		while (mission.ask("list")[0].state !== "completed") {
			assert.ok(Date.now() < deadline, "the goal did not complete");
			const approve = asked.getByRole("button", { name: "Approve", exact: true });
			const show = asked.getByRole("button", { name: "Show", exact: true });
			if (await approve.isVisible()) await approve.click();
			else if (await show.isVisible()) {
				await window.screenshot("playbook-asked");
				await show.click();
				await window.page.getByText("Risk:").first().waitFor();
				await window.screenshot("playbook-shown");
				await window.page
					.locator(".codelens-decoration a")
					.filter({ hasText: /Approve$/ })
					.first()
					.click();
			}
			await window.page.waitForTimeout(300);
		}
		await window.screenshot("playbook-completed");
		assert.match(fs.readFileSync(path.join(workspace, "report/weekly.md"), "utf8"), /^9 finished tasks\.$/m);
	});

	it("reads in the dossier what ran and what it proved", async () => {
		await window.palette("Mission Control: Open Dossier");
		const dossier = await window.webview("h1");
		await dossier.getByText("its checks are green").waitFor();
		assert.equal(await dossier.getByRole("cell", { name: "done, verified" }).count(), 5);
		await window.screenshot("playbook-dossier");
		const [goal] = mission.ask("list");
		assert.deepEqual([goal.stepsDone, goal.stepsTotal, goal.pendingApprovals], [5, 5, 0]);
	});
});
