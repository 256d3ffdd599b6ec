import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { LaunchPreparation } from "../../src/protocol/launchDefaults.ts";
import type { Input, Methods } from "../../src/protocol/methods.ts";
import { themes } from "./harness/pages.ts";
import {
	asked,
	audit,
	becomes,
	leave,
	openStage,
	picture,
	type Stage,
	type StageOptions,
	targets,
} from "./harness/stage.ts";

type Launch = Input<Methods, "goal/launch">;
type Playbook = NonNullable<LaunchPreparation["playbook"]>;

const file = "/home/mara/payments/release.md";
const text = "# Release the service";
const release = {
	title: "Release the service",
	objective: "Builds, checks and publishes a release.",
	steps: [
		{
			stepId: "build",
			title: "Build",
			instructions: "",
			role: "implementer",
			kind: "work",
			confidence: "high",
			needs: [],
			checks: [{ checkId: "build.1", command: "test -d dist" }],
			actions: [
				{ kind: "command", command: "npm ci\nnpm run build", line: 14 },
				{ kind: "write", path: "VERSION", content: "next\n", line: 19 },
			],
			notRun: [{ line: 24, what: "python fence", reason: "python is not run", text: "print('no')" }],
		},
		{
			stepId: "notes",
			title: "Write the release notes",
			instructions: "Tell what changed.",
			role: "implementer",
			kind: "agent",
			confidence: "high",
			needs: ["build"],
			checks: [],
		},
	],
	checks: [{ checkId: "goal.1", command: "npm test" }],
	notRun: [],
	inputs: [
		{
			name: "target",
			variable: "INPUT_TARGET",
			type: "choice",
			options: ["staging", "production"],
			description: "Where it goes.",
			required: true,
			line: 3,
		},
		{ name: "count", variable: "INPUT_COUNT", type: "number", default: "3", required: false, line: 6 },
		{ name: "dryRun", variable: "INPUT_DRYRUN", type: "boolean", default: "true", required: false, line: 8 },
		{ name: "note", variable: "INPUT_NOTE", type: "string", required: false, line: 10 },
	],
	values: [],
	agents: [{ stepId: "notes", agent: { provider: "codex", model: "gpt-5-codex" } }],
} as unknown as Playbook;
const fixed: Playbook = { ...release, steps: [release.steps[0]!], agents: [], inputs: [] };

/** A playbook in the launch form: chosen, read, asked for its inputs, approved, launched. */
describe("playbook in the launch form", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	const open = async (playbook: Playbook | undefined = release, bad?: string, options: StageOptions = {}) => {
		const page = await stage.open("preflight", { width: 940, height: 1500, ...options });
		await page.getByText("all looked at").waitFor();
		await page.evaluate(
			([path, written, read, wrong]) => {
				const { launch } = window.fake;
				launch.files[path] = written;
				Object.assign(launch, { playbook: read, badPlaybook: wrong, chosenFile: { file: path } });
			},
			[file, text, playbook, bad] as const,
		);
		return page;
	};
	const choose = (page: Page) => page.getByRole("button", { name: /^Playbook: / }).click();
	const launched = async (page: Page) => {
		await page.keyboard.press("Control+Enter");
		return (await asked<Launch>(page, "goal/launch")).at(-1)!;
	};
	const pick = async (page: Page, label: string, value: string) => {
		await page.getByRole("combobox", { name: label }).click();
		await page.getByRole("option", { name: value, exact: true }).click();
	};
	const approve = (page: Page) => page.getByRole("checkbox", { name: /^Approve what it says/ });

	for (const theme of themes)
		it(`shows what it is, what it asks for, what it may do and who does the rest, without a barrier, in ${theme}`, async () => {
			const page = await open(release, undefined, { theme });
			await choose(page);
			await page.getByText("Release the service").waitFor();
			await page.getByText("2 steps").waitFor();
			await page.getByText("npm run build").waitFor();
			await page.getByText("writes VERSION · line 19").waitFor();
			await page.getByText("test -d dist").waitFor();
			await page.getByText("Write the release notes", { exact: true }).waitFor();
			await page.getByText("python fence, line 24").waitFor();
			await page.getByText("codex/gpt-5-codex").waitFor();
			await picture(page, `preflight-playbook-${theme.slice(7)}`);
			await audit(page);
			await page.getByRole("button", { name: "Hide what it says" }).click();
			await page.getByText("npm run build").waitFor({ state: "detached" });
			await leave(page);
		});

	it("launches exactly the text that it shows, with what was said for its inputs, approved only where the box is ticked", async () => {
		const page = await open();
		await choose(page);
		await page.getByText("2 steps").waitFor();
		await pick(page, "Input target", "production");
		await page.getByRole("textbox", { name: "Input note" }).fill("Ship it; rm -rf x");
		await approve(page).click();
		await page
			.getByText("With INPUT_TARGET=production, INPUT_COUNT=3, INPUT_DRYRUN=true, INPUT_NOTE=Ship it; rm -rf x.")
			.waitFor();
		const { prompt, playbook, grantPlaybook, settings } = await launched(page);
		assert.deepEqual(
			[prompt, playbook, grantPlaybook, settings!.checks],
			["", { path: "release.md", text, inputs: { target: "production", note: "Ship it; rm -rf x" } }, true, []],
		);
		assert.deepEqual(settings!.agent, { provider: "codex", model: "gpt-5-codex", effort: "medium" });
		await leave(page);
	});

	it("a playbook without a step for agents asks for none, and adds only the checks that were added", async () => {
		const page = await open(fixed);
		await choose(page);
		await page.getByText("1 step").waitFor();
		await becomes(() => page.getByRole("region", { name: "Primary agent" }).count(), 0);
		await becomes(() => page.getByRole("region", { name: "Roles" }).count(), 0);
		await becomes(() => page.getByRole("button", { name: "Remove npm test" }).count(), 0);
		await page.getByRole("button", { name: "Add check" }).click();
		await page.getByRole("textbox", { name: "Command of the check" }).waitFor();
		await page.keyboard.type("test -f VERSION");
		await page.keyboard.press("Enter");
		const { playbook, grantPlaybook, settings } = await launched(page);
		assert.deepEqual([playbook, grantPlaybook], [{ path: "release.md", text, inputs: {} }, false]);
		assert.deepEqual([settings!.agent, settings!.checks], [undefined, ["test -f VERSION"]]);
		await leave(page);
	});

	it("says what an input lacks beside it, when it was touched or a launch was tried", async () => {
		const page = await open();
		await choose(page);
		await page.getByText("2 steps").waitFor();
		await becomes(() => page.getByText("This playbook needs a value for target.").count(), 0);
		await page.getByRole("textbox", { name: "Input count" }).fill("many");
		await page.getByText("Write it with digits, such as 12 or 0.5.").waitFor();
		await page.keyboard.press("Control+Enter");
		await page.getByText("This playbook needs a value for target.").waitFor();
		await becomes(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Input target");
		await audit(page);
		await page.getByRole("button", { name: "count: back to default" }).click();
		await pick(page, "Input target", "staging");
		assert.deepEqual((await launched(page)).playbook?.inputs, { target: "staging" });
		await leave(page);
	});

	it("says what is wrong in it with its line, which opens, and launches neither it nor a goal without it", async () => {
		const bad =
			"release.md:12: step “join” needs “collct”, which is no step. Name one of: collect.\nrelease.md:30: this fence is not closed. Close it.";
		const page = await open(undefined, bad);
		await choose(page);
		await page
			.getByRole("alert")
			.getByText("step “join” needs “collct”, which is no step. Name one of: collect.")
			.waitFor();
		await page.getByText("this fence is not closed. Close it.").waitFor();
		await page.getByRole("textbox", { name: "Goal" }).fill("Do it all the same");
		await picture(page, "preflight-playbook-wrong");
		await audit(page);
		await page.keyboard.press("Control+Enter");
		await page.getByText("1 thing is to be corrected first.").waitFor();
		assert.deepEqual(await asked(page, "goal/launch", 0), []);
		await page.getByRole("button", { name: "release.md:12" }).click();
		assert.deepEqual(await targets(page), [{ kind: "settingsFile", path: file, line: 12 }]);
		await page.evaluate((playbook) => {
			Object.assign(window.fake.launch, { badPlaybook: undefined, playbook });
			window.dispatchEvent(new Event("focus"));
		}, fixed);
		await page.getByText("this fence is not closed").waitFor({ state: "detached" });
		assert.equal((await launched(page)).prompt, "Do it all the same");
		await leave(page);
	});

	it("another text than the approved one is not approved, and changes that are not saved are said", async () => {
		const page = await open(fixed);
		await choose(page);
		await approve(page).click();
		await page.getByText("Runs without asking: 1 command, 1 file to write, 1 check.").waitFor();
		await page.evaluate((path) => {
			window.fake.launch.files[path] = "# Another text";
			window.fake.launch.unsaved.push(path);
			window.dispatchEvent(new Event("focus"));
		}, file);
		await page.getByText("release.md has changes that are not saved. What runs is the saved file.").waitFor();
		await page.getByText("Each action is asked about as the autonomy says.").waitFor();
		const { playbook, grantPlaybook } = await launched(page);
		assert.deepEqual([playbook!.text, grantPlaybook], ["# Another text", false]);
		await leave(page);
	});

	it("is there again after a reload, and gone when none is chosen", async () => {
		const page = await open();
		await choose(page);
		await page.getByText("2 steps").waitFor();
		await page.getByRole("textbox", { name: "Input note" }).fill("kept");
		await page.waitForFunction(() => JSON.stringify(window.fake.asked("webview/remember").at(-1)).includes("kept"));
		const { memory } = (await asked<{ memory: object }>(page, "webview/remember")).at(-1)!;
		assert.ok(!JSON.stringify(memory).includes(text), "what runs is the file, not what was kept");
		await leave(page);
		const again = await open(release, undefined, { memory });
		await again.evaluate(() => window.dispatchEvent(new Event("focus")));
		await becomes(() => again.getByRole("textbox", { name: "Input note" }).inputValue(), "kept");
		await again.evaluate(() => {
			window.fake.launch.chosenFile = { none: true };
		});
		await choose(again);
		await again.getByRole("button", { name: "Playbook: None" }).waitFor();
		await again.getByRole("textbox", { name: "Goal" }).fill("A prompt again");
		await becomes(() => again.getByRole("region", { name: "Inputs" }).count(), 0);
		await again.getByRole("region", { name: "Roles" }).waitFor();
		const { prompt, playbook } = await launched(again);
		assert.deepEqual([prompt, playbook], ["A prompt again", undefined]);
		await leave(again);
	});

	it("a file that is gone is said, and a step that nobody does stands beside the agent", async () => {
		const gone = await open();
		await gone.evaluate(() => {
			window.fake.launch.chosenFile = { file: "/house/gone.md" };
		});
		await choose(gone);
		await gone
			.getByRole("alert")
			.getByText("/house/gone.md cannot be read. Choose another playbook, or none.")
			.waitFor();
		await leave(gone);

		const page = await open(release);
		await page.evaluate(() => {
			const { prepared } = window.fake.launch;
			const settings = { ...prepared.settings, agent: { provider: "builtin", model: "playbook" }, assignments: [] };
			window.fake.launch.prepared = { ...prepared, settings };
		});
		await choose(page);
		await page
			.getByText("The step “Write the release notes” is for an agent, and none is set up. Choose one.")
			.waitFor();
		await page.getByText("no agent is set up for it").waitFor();
		await leave(page);
	});
});
