import assert from "node:assert/strict";
import type { Workbench } from "../host/workbench.ts";
import { commandAt, writeBells } from "./bells.ts";
import { decideInToasts } from "./deciding.ts";
import { pictureOfFailure } from "./failure.ts";
import { clickUntil } from "./rows.ts";
import { openStage, type Stage } from "./stage.ts";

describe("windows of the real workbench", function () {
	this.timeout(300_000);
	let stage: Stage;
	let workspace: string;
	let one: Workbench;
	let other: Workbench;

	before(async () => {
		stage = await openStage();
		workspace = stage.folder("two-towers");
		writeBells(workspace, "Ring both towers");
		one = await stage.window(workspace);
		other = await stage.window(workspace);
	});
	afterEach(pictureOfFailure(() => one));
	after(() => stage?.close());

	it("Window closed and reopened, two windows at once: same state, an approval answered in one disappears in the other.", async () => {
		await one.palette("Mission Control: Run a Playbook");
		await one.pick("bells.md");
		await one.pick("Ask Before Each Action");
		for (const window of [one, other]) {
			await window.statusBar("3 wait for you").waitFor();
			await window.treeRow(commandAt("morning")).waitFor();
			await window.toast("Ring both towers").waitFor();
		}
		const said = await other.toast("Ring both towers").locator(".notification-list-item-message").textContent();
		const command = /`(.*)`/.exec(said!)![1]!;
		await one.toast(command).getByRole("button", { name: "Approve", exact: true }).click();
		await other.toast(command).waitFor({ state: "detached" });
		await other.statusBar("2 wait for you").waitFor();
		await other.treeRow(command).waitFor({ state: "detached" });
		await other.screenshot("windows-other");

		await one.treeRow(command).waitFor({ state: "detached" });
		await one.treeRow(/Ring at .*unverified/).waitFor();
		await one.treeRow("Changed files").waitFor();
		const before = await rows(one);
		await other.close();
		await one.close();
		assert.equal((await stage.mission("approvals")).length, 2, "nobody answers for the person");

		one = await stage.window(workspace);
		await one.statusBar("2 wait for you").waitFor();
		await one.treeRow("Changed files").waitFor();
		assert.deepEqual(await rows(one), before);
		await clickUntil((within) => one.treeRow("Ring both towers").click(within), one.tab(/^Ring both towers/));
		await (await one.webview(".overview")).getByRole("heading", { name: "Ring both towers" }).waitFor();
		await one.screenshot("windows-again");
		await decideInToasts(one, one.treeRow("Ring both towers").filter({ hasText: /unverified/ }));
	});
});

/** What the tree says. */
async function rows(window: Workbench): Promise<readonly string[]> {
	return window.treeRow(/./).allTextContents();
}
