import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Locator } from "playwright-core";
import { sample } from "../../scripts/paths.mjs";
import type { Workbench } from "../host/workbench.ts";
import { until } from "../support/until.ts";
import { decideInToasts, decideNext } from "./deciding.ts";
import { pictureOfFailure } from "./failure.ts";
import { clickUntil } from "./rows.ts";
import { openStage, type Stage } from "./stage.ts";

describe("a playbook in the real workbench", function () {
	this.timeout(300_000);
	let stage: Stage;
	let workspace: string;
	let window: Workbench;
	let goal: Locator;

	before(async () => {
		stage = await openStage();
		workspace = stage.folder("lighthouse");
		fs.cpSync(sample, workspace, { recursive: true });
		window = await stage.window(workspace);
		goal = window.treeRow("Prepare the weekly report").first();
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("A person opens the palette in the real workbench, launches the sample playbook, approves in the real toast (from the installed .vsix), watches the feed, opens a changed file's diff and the dossier, jumps to the thread and back.", async () => {
		await window.palette("Mission Control: Run a Playbook");
		await window.pick("prepare-report.md");
		await window.quickInput.getByText("Approve What It Says").waitFor();
		await window.screenshot("playbook-question");
		await window.pick("Ask Before Each Action");
		await goal.waitFor();
		await window.palette("Mission Control: Show Feed");
		const feed = await window.webview(".feed-bar");
		await feed.getByText("Step 3: Write the header").first().waitFor();
		await window.screenshot("playbook-asked");

		// Each thing stands in the feed when it has happened, while the rest of the goal still waits.
		const finished = window.treeRow(/^Finished/);
		let said: string | undefined;
		do said = await decideNext(window, finished);
		while (!said?.includes("writeFile report/header.md"));
		await feed
			.locator(".feed-row")
			.filter({ hasText: /added\s*report.header.md/ })
			.waitFor();
		await decideInToasts(window, finished);
		await feed
			.locator(".feed-row")
			.filter({ hasText: /goal\s*completed/ })
			.waitFor();
		assert.match(fs.readFileSync(path.join(workspace, "report/weekly.md"), "utf8"), /^9 finished tasks\.$/m);
		await window.screenshot("playbook-completed");

		await feed.getByRole("textbox", { name: "Filter" }).fill("weekly.md");
		await feed.getByRole("button", { name: "report/weekly.md" }).first().click();
		const diff = await window.diff();
		await diff.getByText("9 finished tasks.").first().waitFor();
		await window.screenshot("playbook-diff");
		await feed.getByRole("textbox", { name: "Filter" }).fill("");

		await window.palette("Mission Control: Open Dossier");
		const dossier = await window.webview("h1");
		await dossier.getByText("its checks are green").waitFor();
		assert.equal(await dossier.getByRole("cell", { name: "done, verified" }).count(), 5);
		await window.screenshot("playbook-dossier");

		await clickUntil(
			(within) => window.treeRow("5 Sum up the week").click(within),
			window.tab("implementer · Step 5: Sum up the week"),
		);
		const thread = await window.webview(".thread-nav");
		await thread.getByRole("heading", { name: "Sum up the week" }).waitFor();
		await window.screenshot("playbook-thread");
		await thread.getByRole("button", { name: "Return to Goal" }).click();
		const overview = await window.webview(".overview");
		await overview.getByRole("heading", { name: "Prepare the weekly report" }).waitFor();
		await overview.getByText("5 of 5 steps done").waitFor();
		await window.screenshot("playbook-overview");
	});

	it("The dossier of two moments, one step's files and all files of the goal stand in the editor's own diffs.", async () => {
		await window.palette("Mission Control: Compare Dossier with an Earlier Moment");
		await window.pick("Now");
		await window.pick("Step 3: Write the header done");
		await window.tab(/^Dossier of Prepare the weekly report/).waitFor();
		const dossiers = await window.diff();
		await dossiers.getByText("completed").first().waitFor();
		await window.screenshot("changes-dossiers");

		const files = window.treeRow("Changed files").first();
		await clickUntil(async (within) => {
			await files.hover(within);
			await files.getByRole("button", { name: "Open Changes" }).click(within);
		}, window.tab("Prepare the weekly report: all changes"));
		const all = await window.diff();
		await all.getByText("questions.md").first().waitFor();
		await window.screenshot("changes-goal");

		const step = window.treeRow("3 Write the header").first();
		await clickUntil(
			async (within) => {
				await step.hover(within);
				await step.getByRole("button", { name: "Open Changes" }).click(within);
			},
			window.tab(/^Step 3: Write the header/),
		);
		const one = await window.diff();
		await one.getByText("header.md").first().waitFor();
		await one.getByText("questions.md").locator("visible=true").first().waitFor({ state: "detached" });
		await window.screenshot("changes-step");
	});

	it("A playbook that asks for values gets them in boxes, checked as they are typed, and shows them before anything is approved.", async () => {
		const text = [
			"---",
			"inputs:",
			"  target: { options: [staging, production], default: staging, description: Where it goes. }",
			"  count: { type: number, description: How many. }",
			"---",
			"# Deploy it",
			"## Say where",
			'```sh\necho "$INPUT_TARGET $INPUT_COUNT" > deployed.txt\n```',
			"",
		].join("\n");
		fs.writeFileSync(path.join(workspace, "deploy.md"), text);
		await window.palette("Mission Control: Run a Playbook");
		await window.pick("deploy.md");
		await window.choose("Run deploy.md: target (1 of 2)", "production");
		const box = window.quickInput.locator("input:visible").first();
		await window.quickInput.getByText("Run deploy.md: count (2 of 2)").waitFor();
		await box.fill("many");
		await window.quickInput.getByText("Write it with digits, such as 12 or 0.5.").waitFor();
		await window.screenshot("playbook-input");
		await box.fill("");
		await window.answer("Run deploy.md: count (2 of 2)", "3");
		await window.quickInput.getByText("INPUT_TARGET=production").waitFor();
		await window.quickInput.getByText("INPUT_COUNT=3").waitFor();
		await window.pick("Approve What It Says");
		const said = path.join(workspace, "deployed.txt");
		await until(
			"the playbook has run",
			() => fs.existsSync(said) && fs.readFileSync(said, "utf8") === "production 3\n",
			60_000,
		);
	});
});
