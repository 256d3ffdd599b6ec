import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Locator } from "playwright-core";
import type { Workbench } from "../host/workbench.ts";
import { commandAt, writeBells } from "./bells.ts";
import { putToastsAway } from "./deciding.ts";
import { pictureOfFailure } from "./failure.ts";
import { clickUntil } from "./rows.ts";
import { openStage, type Stage } from "./stage.ts";

describe("deciding in the real workbench", function () {
	this.timeout(300_000);
	let stage: Stage;
	let workspace: string;
	let window: Workbench;
	let waiting: (time: string) => Locator;

	before(async () => {
		stage = await openStage();
		workspace = stage.folder("bell-tower");
		window = await stage.window(workspace);
		waiting = (time) => window.treeRow(commandAt(time));
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("Approve / deny from the tree's inline action and from the feed row; Deny with reason; approving in the CLI makes the window's ask disappear.", async () => {
		const playbook = writeBells(workspace, "Ring the bells");
		const { goalId } = await stage.mission("launch", "--playbook", playbook, "--workspace", workspace);
		await window.statusBar("3 wait for you").waitFor();
		await clickUntil((within) => window.treeRow("Ring the bells").click(within), window.tab(/^Ring the bells/));
		await window.webview(".overview .ask");
		await window.screenshot("decide-overview");
		await window.palette("Mission Control: Show Feed");
		await putToastsAway(window);
		const feed = await window.webview(".feed-bar");
		await feed.locator(".feed-row.waiting").nth(2).waitFor();
		await window.screenshot("decide-asked");

		await waiting("morning").hover();
		await waiting("morning").getByRole("button", { name: "Approve" }).click();
		await waiting("morning").waitFor({ state: "detached" });
		await window.statusBar("2 wait for you").waitFor();

		const noon = feed.locator(".feed-row.waiting").filter({ hasText: commandAt("noon") });
		await noon.getByRole("button", { name: /^Deny/ }).click();
		await noon.getByRole("textbox").fill("The ringer has lunch");
		await window.screenshot("decide-reason");
		await noon.getByRole("textbox").press("Enter");
		await waiting("noon").waitFor({ state: "detached" });

		const asked = await stage.mission("approvals", goalId);
		const evening = asked.find(({ command }: { command?: string }) => command === commandAt("evening"));
		await stage.mission("approve", evening.approvalId);
		await waiting("evening").waitFor({ state: "detached" });
		await feed
			.locator(".feed-row.waiting")
			.filter({ hasText: commandAt("evening") })
			.waitFor({ state: "detached" });
		await window.screenshot("decide-answered");

		const stuck = window.toast(
			"Step “Ring at noon” cannot go on by itself. Why: Denied by the person. They said: The ringer has lunch.",
		);
		await stuck.getByRole("button", { name: "Skip Step" }).click();
		await window.treeRow("2 Ring at noon").filter({ hasText: "skipped" }).waitFor();
		await stage.mission("wait", goalId);
		const rung = ["morning", "noon", "evening"].filter((time) => fs.existsSync(path.join(workspace, `${time}.txt`)));
		assert.deepEqual(rung, ["morning", "evening"]);
	});
});
