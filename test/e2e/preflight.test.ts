import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import type { Workbench } from "../host/workbench.ts";
import { png } from "../support/images.ts";
import { plainReflection, type Script } from "../support/modelServer.ts";
import { until } from "../support/until.ts";
import { pictureOfFailure } from "./failure.ts";
import { pictures } from "./pictures.ts";
import { openPilotStage, type PilotStage } from "./pilotStage.ts";
import { clickUntil } from "./rows.ts";

const plan = {
	title: "Chart the bay",
	summary: "One step, looked at by somebody else.",
	steps: [{ id: "chart", title: "Chart the bay", instructions: "Draw the chart of the bay.", needs: [] }],
};

/** A repository whose preset names a reviewer, and says how much the goal may use. */
const preset = `agent: harbour/pilot-2
assignments:
  - role: reviewer
    provider: harbour
    model: pilot-2
budget:
  turns: 40
checks:
  - test -f chart.md
`;

describe("the launch form in the real workbench", function () {
	this.timeout(240_000);
	let stage: PilotStage;
	let window: Workbench;
	let folder: string;

	before(async () => {
		stage = await openPilotStage();
		folder = stage.folder("bay");
		fs.mkdirSync(path.join(folder, ".mission/presets"), { recursive: true });
		fs.writeFileSync(path.join(folder, ".mission/presets/bay-team.yaml"), preset);
		window = await stage.window(folder);
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("A person opens the form, gives the reviewer another model, launches, gives the implementer another during the run, and each request carries it.", async () => {
		let goOn: () => void = () => undefined;
		const going = new Promise<void>((resolve) => {
			goOn = resolve;
		});
		stage.model.use(async (asked) => {
			if (asked.purpose !== "work" || asked.toolResults !== 1) return chartmaker(asked);
			await going;
			return { calls: [{ name: "listFiles", args: {} }] };
		});
		const form = await openForm(window);
		await form.getByRole("textbox", { name: "Goal" }).fill("Chart the bay, depths in metres.");
		await choose(form, "Preset", "bay-team");
		await form.getByText("presets/bay-team.yaml").waitFor();
		const reviewer = form.getByRole("group", { name: "Role reviewer" });
		await reviewer.getByText("harbour/pilot-2").waitFor();
		await clickUntil(
			(within) => reviewer.getByRole("button", { name: /^Agent of the reviewer/ }).click(within),
			window.quickInput.getByText("Who works as reviewer?"),
		);
		await window.pick("harbour/pilot-3");
		await reviewer.getByText("harbour/pilot-3").waitFor();
		await reviewer.getByText("Back to bay-team").waitFor();
		await form.getByRole("radio", { name: "autonomous" }).click();
		await form.getByRole("button", { name: "Run test -f chart.md" }).click();
		await form.getByText("Already red before launch").waitFor();
		await form.getByText("all looked at").waitFor();
		await pictures(window, "preflight");

		await form.getByRole("textbox", { name: "Goal" }).press("Control+Enter");
		await window.treeRow("1 Chart the bay").waitFor();
		const [{ goalId }] = await stage.mission("list");
		await window.tab(/^Chart the bay/).waitFor();
		await window.tab("Launch Goal").waitFor({ state: "detached" });
		await stage.model.seen(({ purpose, toolResults }) => purpose === "work" && toolResults === 1);
		const overview = await window.webview('.overview:has(h1:has-text("Chart the bay"))');
		await editImplementer(window, overview);
		await overview.locator(".roster li", { hasText: "implementer" }).getByText("pending next turn").waitFor();
		await window.screenshot("preflight-edited");
		goOn();
		await stage.mission("wait", goalId);
		const modelsOf = (purpose: string) =>
			stage.model.requests.filter((one) => one.purpose === purpose).map(({ model }) => model);
		assert.deepEqual(modelsOf("plan"), ["pilot-2"]);
		assert.deepEqual(modelsOf("work"), ["pilot-2", "pilot-2", "pilot-3"]);
		assert.deepEqual(new Set(modelsOf("review")), new Set(["pilot-3"]));
		const { roster, budget } = await stage.mission("show", goalId);
		const named = roster.assignments.find(({ role }: { role: string }) => role === "reviewer");
		assert.deepEqual([named.model, named.source, budget.turns.limit], ["pilot-3", "launch", 40]);
		await window.screenshot("preflight-launched");
	});

	it("What is selected in an editor goes with the prompt, from the box into the form; the box names the preset.", async () => {
		stage.model.use(chartmaker);
		fs.writeFileSync(path.join(folder, "soundings.txt"), "North Pier 3.69\nSouth Pier 2.40\n");
		await stage.mission("presets", "save", "deep-water", "--agent", "harbour/pilot-3");
		await stage.mission("presets", "default", "deep-water");
		await openFile(window, "soundings.txt");
		await window.page.locator(".monaco-editor .view-line").filter({ hasText: "North Pier" }).first().click();
		await window.page.keyboard.press("Control+Home");
		await window.page.keyboard.press("Shift+End");
		await window.palette("Mission Control: Launch Goal about Selection…");
		await window.quickInput.getByText("Launch Goal about soundings.txt:1").waitFor();
		await window.quickInput.getByText("Agent: harbour/pilot-3. Preset: deep-water.").waitFor();
		await window.screenshot("preflight-quick");
		await window.quickInput.locator("input:visible").fill("Is this right?");
		await window.quickInput.getByRole("button", { name: "Open the Form" }).click();
		const form = await window.webview(".preflight");
		const goal = form.getByRole("textbox", { name: "Goal" });
		await form.getByText("harbour · pilot-3").first().waitFor();
		await holds(form, "Goal", "Is this right?\n\nsoundings.txt:1\n\n```\nNorth Pier 3.69\n```");
		await window.screenshot("preflight-selection");
		await goal.press("Control+Enter");
		const asked = await stage.model.seen(({ text }) => text.includes("Is this right?"));
		assert.match(asked.text, /soundings\.txt:1\n\n```\nNorth Pier 3\.69/);
		assert.equal(asked.model, "pilot-3");
		await window.tab("Launch Goal").waitFor({ state: "detached" });
	});

	it("A playbook launched from the form is the goal that the command line launches; an image goes along, is there after a reload, reaches the agent, and opens in the editor.", async () => {
		const seen: string[] = [];
		stage.model.use(async (asked) => {
			if (asked.purpose === "work") seen.push(JSON.stringify(asked.body));
			return chartmaker(asked);
		});
		const file = path.join(folder, "sound-the-bay.md");
		fs.writeFileSync(file, soundTheBay);
		const form = await openForm(window);
		await form.getByRole("textbox", { name: "Goal" }).fill("");
		await form.getByRole("textbox", { name: "Budget, US dollars" }).fill("");
		await clickUntil(
			(within) => form.getByRole("button", { name: /^Playbook:/ }).click(within),
			window.quickInput.getByText("Choose File…"),
		);
		await window.pick("sound-the-bay.md");
		await form.getByText("Sound the bay").first().waitFor();
		await form.getByText("harbour/pilot").first().waitFor();
		await dropImage(form);
		await form.getByText("mole.png", { exact: true }).waitFor();
		const tab = window.tab("Launch Goal");
		await tab.hover();
		await tab.getByRole("button", { name: /^Close/ }).click();
		await tab.waitFor({ state: "detached" });
		await (await openForm(window)).getByText("mole.png", { exact: true }).waitFor();
		await window.reload();
		const again = await openForm(window);
		await again.getByText("mole.png", { exact: true }).waitFor();
		await again.locator("img.thumbnail").waitFor();
		await again.getByRole("textbox", { name: "Input pier" }).fill("South; rm -rf x");
		await again.getByRole("checkbox", { name: /^Approve what it says/ }).click();
		await again.getByText("INPUT_PIER=South; rm -rf x").waitFor();
		await pictures(window, "preflight-playbook");
		await again.getByRole("textbox", { name: "Goal" }).press("Control+Enter");
		await window.tab("Launch Goal").waitFor({ state: "detached" });
		await window.treeRow("Sound the bay").first().waitFor();
		const [{ goalId }] = (await stage.mission("list")).filter(
			({ title }: { title: string }) => title === "Sound the bay",
		);
		const launch = ["launch", "--workspace", folder, "--playbook", file, "--input", "pier=South; rm -rf x"];
		const other = await stage.mission(...launch, "--grant", "playbook");
		const whatItIs = async (id: string) => {
			const { plan: made, autonomy, prompt, title, budget, checks, roster } = await stage.mission("show", id);
			const steps = made.steps.map(({ title, needs }: { title: string; needs: string[] }) => [title, needs]);
			const commands = checks.map(({ command }: { command: string }) => command);
			const limits = Object.values(budget).map((one) => (one as { limit: unknown }).limit);
			return { steps, autonomy, prompt, title, limits, commands, roster: roster.assignments };
		};
		assert.deepEqual(await whatItIs(goalId), await whatItIs(other.goalId));
		await until("the agent was asked", () => seen.some((body) => body.includes("data:image/png;base64,")));
		assert.equal(fs.readFileSync(path.join(folder, "pier.txt"), "utf8"), "South; rm -rf x\n");
		await window.palette("Mission Control: Show Feed");
		const feed = await window.webview(".feed-bar");
		await feed.getByRole("button", { name: "Open the image mole.png" }).first().click();
		await window.tab("mole.png").waitFor();
		const shown = await window.webview(".container.ready img");
		assert.equal(await shown.locator("img").evaluate((image) => (image as HTMLImageElement).naturalWidth), 160);
		await window.screenshot("preflight-image");
	});

	it("What was written is there again after the form was closed, and after the window was loaded anew.", async () => {
		const form = await openForm(window);
		await form.getByRole("textbox", { name: "Goal" }).fill("Sound the channel");
		await form.getByRole("textbox", { name: "Budget, US dollars" }).fill("2");
		const tab = window.tab("Launch Goal");
		await tab.hover();
		await tab.getByRole("button", { name: /^Close/ }).click();
		await tab.waitFor({ state: "detached" });
		await isAsLeft(await openForm(window));
		await window.reload();
		await isAsLeft(await openForm(window));
	});
});

/** One step of its own, and one for an agent. */
const soundTheBay = `---
inputs:
  pier:
    description: Where it is sounded.
---
# Sound the bay

## Name the pier

\`\`\`sh
printf '%s\\n' "$INPUT_PIER" > pier.txt
\`\`\`

## Draw the chart
agent: implementer

Draw the chart of the bay.
`;

/** As a person drops a file that lies on the desktop. */
async function dropImage(form: Frame): Promise<void> {
	await form.evaluate(
		(base64) => {
			const data = new DataTransfer();
			const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
			data.items.add(new File([bytes], "mole.png", { type: "image/png" }));
			const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, composed: true, cancelable: true });
			document.querySelector("vscode-text-area")!.dispatchEvent(event);
		},
		png(160, 120, [30, 120, 200]).toString("base64"),
	);
}

async function isAsLeft(form: Frame): Promise<void> {
	await holds(form, "Goal", "Sound the channel");
	await holds(form, "Budget, US dollars", "2");
}

/** A field of the toolkit shows what it was given a moment later. */
async function holds(form: Frame, label: string, value: string): Promise<void> {
	await form.waitForFunction(
		([name, wanted]) =>
			[...document.querySelectorAll<HTMLInputElement>("vscode-text-area, vscode-text-field")].some(
				(field) => field.getAttribute("aria-label") === name && field.value === wanted,
			),
		[label, value] as const,
	);
}

const chartmaker: Script = ({ purpose, toolResults }) => {
	if (purpose === "plan") return { text: JSON.stringify(plan) };
	if (purpose === "reflect") return { text: plainReflection };
	if (purpose === "review") return { text: JSON.stringify(pass) };
	if (toolResults > 0) return { text: "The chart is drawn." };
	return { calls: [{ name: "writeFile", args: { path: "chart.md", content: "North Pier: 3.69 m\n" } }] };
};

const pass = {
	verdict: "pass",
	verifier: "test -f chart.md",
	coverage: "That there is a chart.",
	summary: "The chart is there.",
};

async function openForm(window: Workbench): Promise<Frame> {
	await window.palette("Mission Control: Prepare Goal…");
	const form = await window.webview(".preflight");
	await form.getByRole("heading", { name: "Launch a goal" }).waitFor();
	return form;
}

async function editImplementer(window: Workbench, overview: Frame): Promise<void> {
	const title = "Edit Roster (1/3): which role?";
	await clickUntil(
		(within) => overview.getByRole("button", { name: "Edit…" }).click(within),
		window.quickInput.getByText(title),
	);
	await window.choose(title, "implementer");
	await window.choose("Edit Roster (2/3): who works as implementer?", "Another Model…");
	await window.choose("Edit Roster (2/3): which model works as implementer?", "harbour/pilot-3");
	await window.choose("Edit Roster (3/3): from when on?", "Also the Step under Way, from Its Next Turn");
}

async function openFile(window: Workbench, name: string): Promise<void> {
	await window.page.keyboard.press("Control+P");
	await window.quickInput.locator("input:visible").fill(name);
	await window.pick(name);
	await window.tab(name).waitFor();
}

async function choose(form: Frame, label: string, option: string): Promise<void> {
	await clickUntil(
		(within) => form.getByRole("combobox", { name: label }).click(within),
		form.getByRole("option", { name: option }),
	);
	await form.getByRole("option", { name: option }).click();
}
