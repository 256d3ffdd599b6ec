import type { Locator } from "playwright-core";
import type { Workbench } from "../host/workbench.ts";
import { commandAt, writeBells } from "./bells.ts";
import { pictureOfFailure } from "./failure.ts";
import { pictures } from "./pictures.ts";
import { clickUntil } from "./rows.ts";
import { openStage, type Stage } from "./stage.ts";

describe("the section of approvals in the real workbench", function () {
	this.timeout(300_000);
	let stage: Stage;
	let window: Workbench;

	before(async () => {
		stage = await openStage();
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("What was set aside, denied and approved for the goal stands in it; a filter finds what was denied; a grant is revoked in place, and says what asks again.", async () => {
		const workspace = stage.folder("bell-tower");
		window = await stage.window(workspace);
		const { goalId } = await stage.mission(
			"launch",
			"--playbook",
			writeBells(workspace, "Ring the bells"),
			"--workspace",
			workspace,
		);
		await window.statusBar("3 wait for you").waitFor();
		const asked = await stage.mission("approvals", goalId);
		const idAt = (time: string) =>
			asked.find(({ command }: { command?: string }) => command === commandAt(time)).approvalId;
		// The row in the tree of goals, set aside by its menu.
		const noon = window.treeRow(commandAt("noon"));
		const notNow = window.page.getByRole("menuitem", { name: "Not Now" });
		// A menu that has just opened does not hear the first click.
		const setAside = async (within: { timeout: number }) => {
			if (!(await notNow.isVisible())) await noon.first().click({ button: "right", ...within });
			await notNow.click(within);
		};
		await clickUntil(setAside, noon.filter({ hasText: "set aside" }));
		await stage.mission("approve", idAt("morning"), "--scope", "goal");
		await stage.mission("deny", idAt("evening"), "--reason", "The ringer sleeps");

		await window.palette("Mission Control: Show All Approvals and Grants");
		// The section gets all of the side bar.
		await window.page.locator(".pane-header").filter({ hasText: "Goals" }).click();
		const section = (title: string): Locator => window.treeRow(new RegExp(`^${title}`));
		const unfold = (title: string, row: Locator) => clickUntil((within) => section(title).click(within), row);
		const grant = window.treeRow("not used yet").filter({ hasText: commandAt("morning") });
		await grant.waitFor();
		await unfold("Answered", window.treeRow("Denied in the CLI"));
		await unfold("Set aside", noon);
		await window.palette("Notifications: Clear All Notifications");
		await window.screenshot("centre-all");

		await window.palette("Mission Control: Filter Approvals…");
		await window.quickInput.waitFor();
		await window.screenshot("centre-filter");
		await window.pick("Denied");
		await grant.waitFor({ state: "detached" });
		await window.treeRow("Denied in the CLI").waitFor();
		await window.page.getByRole("button", { name: "Clear Approval Filter" }).click();

		await grant.waitFor();
		await grant.hover();
		await grant.getByRole("button", { name: "Revoke Grant" }).click();
		await window.toast(`Revoked. \`${commandAt("morning")}\` asks again in this goal.`).waitFor();
		await grant.waitFor({ state: "detached" });
		await window.screenshot("centre-revoked");

		// A row leads to its event.
		await window.treeRow("Denied in the CLI").click();
		const feed = await window.webview(".feed-bar");
		await feed
			.locator(".feed-row")
			.filter({ hasText: commandAt("evening") })
			.filter({ hasText: "The ringer sleeps" })
			.first()
			.waitFor();
		await pictures(window, "centre");
	});
});
