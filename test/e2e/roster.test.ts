import assert from "node:assert/strict";
import type { Workbench } from "../host/workbench.ts";
import type { Script } from "../support/modelServer.ts";
import { pictureOfFailure } from "./failure.ts";
import { openPilotStage, type PilotStage } from "./pilotStage.ts";
import { clickUntil } from "./rows.ts";

const plan = {
	title: "Paint the buoys",
	summary: "First the green ones, then the red ones.",
	steps: [
		{ id: "green", title: "Paint the green buoys", instructions: "Paint all green buoys.", needs: [] },
		{ id: "red", title: "Paint the red buoys", instructions: "Paint all red buoys.", needs: ["green"] },
	],
};

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

	it("A person edits the roster from the overview while a step is under way, is told what it means, and the next request carries it.", async () => {
		let goOn: () => void = () => undefined;
		const going = new Promise<void>((resolve) => {
			goOn = resolve;
		});
		const painter: Script = async ({ purpose, toolResults, text }) => {
			if (purpose === "plan") return { text: JSON.stringify(plan) };
			if (toolResults > 0) return { text: "They are painted." };
			if (text.includes("Paint all green buoys.")) await going;
			return { calls: [{ name: "listFiles", args: {} }] };
		};
		stage.model.use(painter);
		await window.palette("Mission Control: Launch Goal");
		await window.quickInput.getByText("Agent: harbour/pilot-2.").waitFor();
		await window.enter("Paint the buoys");
		await window.treeRow("1 Paint the green buoys").waitFor();
		await clickUntil(
			(within) => window.treeRow("Paint the buoys").first().click(within),
			window.tab(/^Paint the buoys/),
		);
		const overview = await window.webview(".overview");
		await overview.getByText("live, step 1").waitFor();

		await overview.getByRole("button", { name: "Edit…" }).click();
		await window.pick("implementer");
		await window.pick("Another Model…");
		await window.pick("harbour/pilot-3");
		await window.quickInput.getByText("Step 1 goes on with harbour/pilot-2 until its attempt ends.").waitFor();
		await window.screenshot("roster-reach");
		await window.pick("Also the Step under Way, from Its Next Turn");
		await window.toast("Step 1 uses it from its next turn").waitFor();
		await overview.getByText("pending next turn").waitFor();
		await overview.getByText("harbour/pilot-3").first().waitFor();
		await window.screenshot("roster-pending");

		goOn();
		const [{ goalId }] = await stage.mission("list");
		await stage.mission("wait", goalId);
		const asked = (step: string) =>
			stage.model.requests
				.filter(({ purpose, text }) => purpose === "work" && text.includes(`Paint all ${step} buoys.`))
				.map(({ model }) => model);
		assert.deepEqual(asked("green").slice(0, 2), ["pilot-2", "pilot-3"]);
		assert.deepEqual(new Set(asked("red")), new Set(["pilot-3"]));
	});
});
