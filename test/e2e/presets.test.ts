import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Workbench } from "../host/workbench.ts";
import { pictureOfFailure } from "./failure.ts";
import { openPilotStage, type PilotStage } from "./pilotStage.ts";
import { clickUntil } from "./rows.ts";

describe("presets and places in the real workbench", function () {
	this.timeout(300_000);
	let stage: PilotStage;
	let window: Workbench;
	let folder: string;

	before(async () => {
		stage = await openPilotStage();
		folder = stage.folder("bay");
		fs.mkdirSync(path.join(folder, "charts"));
		fs.writeFileSync(path.join(folder, "charts/north.md"), "North Pier\n");
		window = await stage.window(folder);
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("A person saves what the form says as a preset, makes it the default, renames it and deletes it.", async () => {
		await window.palette("Mission Control: Prepare Goal…");
		const form = await window.webview(".preflight");
		await form.getByRole("textbox", { name: "Budget, US dollars" }).fill("3");
		const box = window.quickInput.getByText("Save as Preset");
		await clickUntil((within) => form.getByRole("button", { name: /^Save as Preset/ }).click(within), box);
		await window.answer("Save as Preset", "bay-team");
		await window.choose("Where is bay-team kept?", "For Me, in Every Folder");
		await until(async () => (await presets()).some(({ name }) => name === "bay-team"));
		await form.getByRole("combobox", { name: "Preset" }).locator(".selected-value").getByText("bay-team").waitFor();
		await window.screenshot("presets-kept");

		await window.palette("Mission Control: Presets…");
		await window.quickInput.getByText("your own").waitFor();
		await window.screenshot("presets");
		await window.choose("Presets", "bay-team");
		await window.quickInput.getByText("Rename…").waitFor();
		await window.screenshot("presets-one");
		await window.choose("Preset bay-team", "Make It the Default");
		await window.quickInput.getByText("your own, the default").waitFor();
		assert.deepEqual(await presets(), [{ name: "bay-team", isDefault: true, usd: 3 }]);

		await window.choose("Presets", "bay-team");
		await window.choose("Preset bay-team", "Rename…");
		await window.quickInput.getByText("Rename bay-team").waitFor();
		await window.enter("harbour-team");
		await window.quickInput.getByText("harbour-team").first().waitFor({ state: "attached" });
		await until(async () => (await presets()).some(({ name }) => name === "harbour-team"));
		assert.deepEqual(await presets(), [{ name: "harbour-team", isDefault: true, usd: 3 }]);

		await window.choose("Presets", "harbour-team");
		await window.choose("Preset harbour-team", "Delete…");
		const question = window.dialog("Delete the preset “harbour-team”?");
		await question.waitFor();
		await window.screenshot("presets-delete");
		await question.getByRole("button", { name: "Delete" }).click();
		await until(async () => (await presets()).length === 0);
		await window.quickInput.getByText("New Preset in the Launch Form…").waitFor();
		await window.page.keyboard.press("Escape");
	});

	it("A goal that is launched from a folder in the explorer works in that folder.", async () => {
		stage.model.use(({ purpose, toolResults }) => {
			if (purpose === "plan") return { text: JSON.stringify(plan) };
			if (toolResults > 0) return { text: "They are listed." };
			return { calls: [{ name: "listFiles", args: {} }] };
		});
		await window.openView("Explorer");
		const row = window.page.locator(".explorer-folders-view .monaco-list-row").filter({ hasText: "charts" }).first();
		const entry = window.page.locator(".context-view .action-item").filter({ hasText: "Launch Goal in Folder" });
		await clickUntil((within) => row.click({ button: "right", ...within }), entry);
		await window.screenshot("launch-in-folder-menu");
		await clickUntil((within) => entry.first().click(within), window.quickInput.getByText("Agent: harbour/pilot-2."));
		await window.quickInput.getByText("Launch Goal in charts").waitFor();
		await window.screenshot("launch-in-folder");
		await window.enter("List the charts");
		const asked = await stage.model.seen(({ toolResults, text }) => toolResults > 0 && text.includes("north.md"));
		assert.match(asked.text, /List every chart/);
		const [{ goalId }] = await stage.mission("list");
		assert.equal((await stage.mission("show", goalId)).workspace, path.join(folder, "charts"));
	});

	async function presets(): Promise<readonly { name: string; isDefault: boolean; usd?: number }[]> {
		const all: readonly { name: string; isDefault: boolean; settings: { budget?: { usd?: number } } }[] =
			await stage.mission("presets", "--workspace", folder);
		return all.map(({ name, isDefault, settings }) => ({ name, isDefault, usd: settings.budget?.usd }));
	}
});

const plan = {
	title: "List the charts",
	summary: "One step.",
	steps: [{ id: "list", title: "List the charts", instructions: "List every chart.", needs: [] }],
};

async function until(holds: () => Promise<boolean>): Promise<void> {
	const deadline = Date.now() + 30_000;
	while (!(await holds())) if (Date.now() > deadline) throw new Error("It did not come to that within 30 s.");
}
