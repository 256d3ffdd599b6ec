import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { Workbench } from "../host/workbench.ts";
import { putToastsAway } from "./deciding.ts";
import { pictureOfFailure } from "./failure.ts";
import { pictures } from "./pictures.ts";
import { clickUntil } from "./rows.ts";
import { openStage, type Stage } from "./stage.ts";

const commands = [
	"git tag spring-tide",
	"git tag neap-tide",
	"git branch slack-water",
	"git tag ebb",
	"git branch after-ebb",
	"git tag flood",
] as const;

describe("a policy in the real workbench", function () {
	this.timeout(300_000);
	let stage: Stage;
	let workspace: string;
	let config: string;
	let window: Workbench;
	let goalId: string;

	before(async () => {
		// An editor in a browser saves by itself otherwise.
		stage = await openStage({ settings: { "files.autoSave": "off" } });
		config = path.join(stage.home, "config.jsonc");
		workspace = stage.folder("tide-tables");
		fs.writeFileSync(path.join(workspace, "tides.md"), tides);
		git("init", "--quiet");
		git("-c", "user.name=Mara", "-c", "user.email=mara@example.org", "commit", "--quiet", "--allow-empty", "-m", "0");
		window = await stage.window(workspace);
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("“Always Allow…” shows which rules are proposed; the next command of that kind passes, one beside it asks; a mistake is shown at its line, and the rules from before hold; a rule is removed in place.", async () => {
		({ goalId } = await stage.mission(
			"launch",
			"--playbook",
			path.join(workspace, "tides.md"),
			"--workspace",
			workspace,
		));
		await asks(commands[0]);
		await window.palette("Mission Control: Always Allow…");
		await window.quickInput.getByText("would have covered 1 act").first().waitFor();
		await window.quickInput.getByText('{ "effect": "allow", "command": "git tag spring-tide" }').first().waitFor();
		await window.screenshot("policy-proposed");
		await window.choose("Always Allow…", "allow command `git tag *`");
		const kept = window.toast("Kept for tide-tables: allow command `git tag *`.");
		await asks(commands[2]);
		assert.deepEqual(tags(), ["neap-tide", "spring-tide"]);

		await kept.getByRole("button", { name: "Open Policy" }).click();
		await window.tab("config.jsonc").waitFor();
		await line('"git tag *"').click();
		await window.page.locator(".codelens-decoration").getByText("Show Rules in Force").waitFor();
		await window.page.keyboard.press("End");
		await window.page.keyboard.type(',\n{ "');
		await suggested("effect").waitFor();
		await window.screenshot("policy-completion");
		await window.page.keyboard.press("Escape");

		const before = fs.readFileSync(config, "utf8");
		const wider = '{ "effect": "allow", "command": "git branch *" }';
		await write(before.replace(/(\{ "effect".*\})/, `$1\n\t\t\t\t\t${wider}`));
		await window.toast(/config\.jsonc, line \d+: this is not valid JSON/).waitFor();
		await window.toast("Until it is corrected, the settings from before hold.").waitFor();
		await window.page.locator(".squiggly-error").first().waitFor();
		await putToastsAway(window);
		await window.palette("Mission Control: Show All Approvals and Grants");
		await window.page.locator(".pane-header").filter({ hasText: "Goals" }).click();
		const rule = window.treeRow("allow command `git tag *`");
		await rule.waitFor();
		await pictures(window, "policy");

		await approve(commands[2]);
		await asks(commands[4]);
		assert.deepEqual(tags(), ["ebb", "neap-tide", "spring-tide"]);

		await write(before);
		await window.page.locator(".squiggly-error").first().waitFor({ state: "detached" });
		await clickUntil(async (within) => {
			await rule.hover(within);
			await rule.getByRole("button", { name: "Remove Rule" }).click(within);
		}, window.toast("Removed: allow command `git tag *`. It decides nothing any more."));
		await rule.waitFor({ state: "detached" });
		await line('"git tag *"').waitFor({ state: "detached" });
		await window.screenshot("policy-removed");
		await approve(commands[4]);
		await asks(commands[5]);
		assert.deepEqual(tags(), ["ebb", "neap-tide", "spring-tide"]);
	});

	it("The rules in force can be read, with what each level of autonomy means; a policy that is not saved is tried on the past, beside them.", async () => {
		await stage.mission("deny", await approvalOf(commands[5]), "--reason", "The flood is not measured yet");
		await window.palette("Mission Control: Show Rules in Force");
		await line("What the autonomy “autonomous” lets happen unasked").waitFor();
		await putToastsAway(window);
		await window.screenshot("policy-inForce");
		await window.page.locator(".codelens-decoration").getByText("Open Policy").click();
		await window.tab("config.jsonc").waitFor();
		await write(tried, "not saved");
		const lens = window.page.locator(".codelens-decoration").getByText("Try on the Past");
		await clickUntil((within) => lens.click(within), window.tab("Rules in force ↔ config.jsonc"));
		const diff = await window.diff();
		await diff.getByText("You answered otherwise than what is tried").first().waitFor();
		await diff.getByText("denied by user rule 2").first().waitFor();
		await pictures(window, "simulator");
	});

	const git = (...args: readonly string[]) => execFileSync("git", [...args], { cwd: workspace, encoding: "utf8" });
	const tags = () => git("tag", "--list").split("\n").filter(Boolean);
	const line = (text: string) => window.page.locator(".monaco-editor .view-line").filter({ hasText: text }).first();
	const suggested = (name: string) =>
		window.page.locator(".suggest-widget .monaco-list-row").filter({ hasText: name }).first();

	async function approvalOf(command: string): Promise<string> {
		const asked = await stage.mission("approvals", goalId);
		return asked.find((one: { command?: string }) => one.command === command)?.approvalId;
	}

	function asks(command: string): Promise<void> {
		return window.treeRow(command).first().waitFor();
	}

	async function approve(command: string): Promise<void> {
		await stage.mission("approve", await approvalOf(command));
	}

	/** All of the document in front, pasted: what is typed would be indented by the editor. */
	async function write(text: string, saved: "saved" | "not saved" = "saved"): Promise<void> {
		await window.page.evaluate((given) => navigator.clipboard.writeText(given), text);
		await line('"policy"').click();
		await window.page.keyboard.press("Control+A");
		await window.page.keyboard.press("Control+V");
		if (saved === "saved") await window.page.keyboard.press("Control+S");
	}
});

const tides = `# Mark the tides

Six marks in the repository, one after the other.

${commands.map((command, at) => `## Mark ${at + 1}\n\n\`\`\`sh\n${command}\n\`\`\`\n`).join("\n")}`;

const tried = `{
	"policy": {
		"rules": [
			{ "effect": "allow", "command": "git branch *" },
			{ "effect": "deny", "command": "git tag *", "why": "Tags are mine." }
		]
	}
}
`;
