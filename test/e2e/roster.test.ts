import assert from "node:assert/strict";
import type { Workbench } from "../host/workbench.ts";
import type { Script } from "../support/modelServer.ts";
import { pictureOfFailure } from "./failure.ts";
import { openPilotStage, type PilotStage } from "./pilotStage.ts";
import { clickUntil } from "./rows.ts";

const steps = [
	{ id: "green", title: "Paint the green buoys", instructions: "Paint all green buoys.", needs: [] },
	{ id: "red", title: "Paint the red buoys", instructions: "Paint all red buoys.", needs: ["green"] },
];

/** How far an edit reaches that is made while the first step's first answer is under way, and who is asked in which step. */
const reaches = [
	{
		goal: "Paint the buoys",
		reach: "Also the Step under Way, from Its Next Turn",
		told: "Step 1 uses it from its next turn",
		label: "pending next turn",
		green: ["pilot-2", "pilot-3"],
	},
	{
		goal: "Paint them again",
		reach: "Steps to Come",
		told: "Step 1 goes on with harbour/pilot-2 until its attempt ends. Step 2 will use it.",
		label: "pending next step",
		green: ["pilot-2", "pilot-2"],
	},
	{
		goal: "Paint them at last",
		reach: "Begin the Step under Way Again",
		told: "Step 1 begins again as attempt 2 with harbour/pilot-3; what it changed so far is kept.",
		label: "live, step 1",
		green: ["pilot-2", "pilot-3", "pilot-3"],
	},
] as const;

describe("the roster in the real workbench", function () {
	this.timeout(300_000);
	let stage: PilotStage;
	let window: Workbench;

	before(async () => {
		stage = await openPilotStage();
		window = await stage.window(stage.folder("buoys"));
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	for (const { goal, reach, told, label, green } of reaches) {
		it(`A person edits the roster from the overview while a step is under way, “${reach}”: is told what it means, and the requests carry it.`, async () => {
			let goOn: () => void = () => undefined;
			const going = new Promise<void>((resolve) => {
				goOn = resolve;
			});
			const painter: Script = async ({ purpose, model, toolResults, text }) => {
				if (purpose === "plan") return { text: JSON.stringify({ title: goal, summary: "Green, then red.", steps }) };
				if (toolResults > 0) return { text: "They are painted." };
				if (model === "pilot-2" && text.includes("Paint all green buoys.")) await going;
				return { calls: [{ name: "listFiles", args: {} }] };
			};
			stage.model.use(painter);
			const since = stage.model.requests.length;
			await window.palette("Mission Control: Launch Goal");
			await window.quickInput.getByText("Agent: harbour/pilot-2.").waitFor();
			await window.enter(goal);
			const row = window.treeRow(goal).first();
			await row.waitFor();
			await clickUntil((within) => row.click(within), window.tab(goal));
			// The overview of the goal before may be in front for a moment yet.
			const overview = await window.webview(`.overview:has-text("${goal}")`);
			await overview.getByText("live, step 1").waitFor();

			await overview.getByRole("button", { name: "Edit…" }).click();
			await window.pick("implementer");
			await window.pick("Another Model…");
			await window.pick("harbour/pilot-3");
			await window.quickInput.getByText("Step 1 goes on with harbour/pilot-2 until its attempt ends.").waitFor();
			await window.screenshot("roster-reach");
			await window.pick(reach);
			await window.toast(told).waitFor();
			await overview.getByText(label).waitFor();
			await overview.getByText("harbour/pilot-3").first().waitFor();
			await window.screenshot(`roster-${label.replace(/\W+/g, "-")}`);

			goOn();
			const { goalId } = (await stage.mission("list")).find(({ title }: { title: string }) => title === goal);
			await stage.mission("wait", goalId);
			const asked = (step: string) =>
				stage.model.requests
					.slice(since)
					.filter(({ purpose, text }) => purpose === "work" && text.includes(`Paint all ${step} buoys.`))
					.map(({ model }) => model);
			assert.deepEqual(asked("green"), green);
			assert.deepEqual(new Set(asked("red")), new Set(["pilot-3"]));
		});
	}
});
