import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Workbench } from "../host/workbench.ts";
import { pictureOfFailure } from "./failure.ts";
import { openStage, type Stage } from "./stage.ts";

describe("the first look at the real workbench", function () {
	this.timeout(300_000);
	let stage: Stage;
	let workspace: string;
	let window: Workbench;

	before(async () => {
		stage = await openStage({ trust: true });
		workspace = stage.folder("strange-folder");
		fs.writeFileSync(path.join(workspace, "broken.md"), broken);
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("Without a folder the view says what a goal needs, and offers it.", async () => {
		window = await stage.window();
		await says("A goal works in a folder.", "Open Folder");
		await window.screenshot("first-noFolder");
		await window.palette("Mission Control: Launch Goal");
		await window.toast("A goal works in a folder. Open one, then launch again.").waitFor();
		await window.close();
	});

	it("In Restricted Mode one can look, nothing runs, and both are said.", async () => {
		window = await stage.window(workspace);
		await says("Restricted Mode: you can look, nothing runs.", "Manage Trust");
		await window.palette("Mission Control: Run a Playbook");
		const sentence = "Restricted Mode: you can look, nothing runs. Trust this workspace to go on.";
		await window.toast(sentence).waitFor();
		await window.screenshot("first-restricted");
		assert.equal(fs.existsSync(path.join(stage.home, "daemon.json")), false, "no daemon is started");
		await window.toast(sentence).getByRole("button", { name: "Manage Trust" }).click();
		await window.page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
		await window.page.getByText("You trust this folder").waitFor();
		await window.page
			.getByRole("button", { name: /^Close/ })
			.first()
			.click();
		await window.page.locator(".workspace-trust-editor").waitFor({ state: "hidden" });
	});

	it("Without a daemon, without goals, and without an agent the view and the box say so, and what works.", async () => {
		await says("No goals here: the goal daemon does not run. Launching starts it.", "Run a Playbook");
		await window.screenshot("first-noDaemon");
		await window.palette("Mission Control: Start Goal Daemon");
		await says("No goals yet.", "Launch Goal");
		await window.palette("Mission Control: Show Feed");
		await window.screenshot("first-noGoals");
		await window.palette("Mission Control: Launch Goal");
		await window.quickInput.getByText("No agent can be used here; a playbook runs without one.").waitFor();
		await window.screenshot("first-noAgent");
		await window.page.keyboard.press("Escape");
	});

	it("A broken playbook is refused with the file, the line and what to do, and its line is one click away.", async () => {
		await window.palette("Mission Control: Run a Playbook");
		await window.pick("broken.md");
		const refusal = window.toast(/broken\.md:7/);
		await refusal.waitFor();
		await window.screenshot("first-brokenPlaybook");
		await refusal.getByRole("button", { name: "Open Line 7" }).click();
		await window.statusBar("Ln 7, Col 1").waitFor();
		await window.tab("broken.md").waitFor();
		await window.treeRow(/./).first().waitFor({ state: "detached" });
	});

	async function says(text: string, button: string): Promise<void> {
		const welcome = window.page.locator(".welcome-view-content");
		await welcome.getByText(text).first().waitFor();
		await welcome.getByRole("button", { name: button }).first().waitFor();
	}
});

const broken = `# Mend the net

What this is for.

## Find the hole

\`\`\`sh
ls net
`;
