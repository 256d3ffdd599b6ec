import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import type { Workbench } from "../host/workbench.ts";
import type { Script } from "../support/modelServer.ts";
import { pictureOfFailure } from "./failure.ts";
import { openPilotStage, type PilotStage } from "./pilotStage.ts";
import { clickUntil } from "./rows.ts";

/** How far an edit reaches that is made while the first step waits for an answer, and what follows from it. */
interface Reach {
	readonly goal: string;
	readonly choice: string;
	/** The new model's name is typed, instead of chosen from the list. */
	readonly typed?: string;
	readonly told: string;
	/** At the implementer in the overview, while the answer is still awaited. */
	readonly label: string;
	/** Who is asked in the first step, request by request. */
	readonly first: readonly string[];
	/** And in the second, which takes two. */
	readonly second: string;
	/** Whether what the first step had written before the edit is there for the attempt that follows. */
	readonly isKept?: boolean;
}

const reaches: readonly Reach[] = [
	{
		goal: "Paint the buoys of the bay",
		choice: "Steps to Come",
		told: "Step 1 goes on with harbour/pilot-2 until its attempt ends. Step 2 will use it.",
		label: "pending next step",
		first: ["pilot-2", "pilot-2", "pilot-2"],
		second: "pilot-3",
	},
	{
		goal: "Paint the buoys of the channel",
		choice: "Also the Step under Way, from Its Next Turn",
		typed: "harbour/pilot-3:high",
		told: "Step 1 uses it from its next turn",
		label: "pending next turn",
		first: ["pilot-2", "pilot-2", "pilot-3:high"],
		second: "pilot-3:high",
	},
	{
		goal: "Paint the buoys of the harbour",
		choice: "Begin the Step under Way Again",
		told: "Step 1 begins again as attempt 2 with harbour/pilot-3; what it changed so far is kept.",
		label: "live, step 1",
		first: ["pilot-2", "pilot-2", "pilot-3", "pilot-3"],
		second: "pilot-3",
		isKept: true,
	},
	{
		goal: "Paint the buoys of the river",
		choice: "Begin the Step under Way Again, without What It Changed",
		told: "Step 1 begins again as attempt 2 with harbour/pilot-3; what was changed so far is taken back: 1 file.",
		label: "live, step 1",
		first: ["pilot-2", "pilot-2", "pilot-3", "pilot-3"],
		second: "pilot-3",
		isKept: false,
	},
];

describe("the roster in the real workbench", function () {
	this.timeout(300_000);
	let stage: PilotStage;
	let window: Workbench;
	let folder: string;

	before(async () => {
		stage = await openPilotStage();
		folder = stage.folder("buoys");
		window = await stage.window(folder);
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	for (const reach of reaches) {
		it(`A person edits the roster while a step is under way, “${reach.choice}”: is told what it means, and the requests carry it.`, async () => {
			// A folder of its own below: a goal of a story that broke off would keep it from the next.
			const place = path.join(folder, slug(reach.choice));
			fs.mkdirSync(place);
			const gate = painters(reach.goal, place);
			stage.model.use(gate.script);
			const since = stage.model.requests.length;
			await stage.mission("launch", reach.goal, "--workspace", place, "--autonomy", "autonomous");
			const overview = await open(window, reach.goal);
			await overview.getByText("live, step 1").waitFor();
			await stage.model.seen(({ text, toolResults }) => text.includes(`${reach.goal}: green`) && toolResults === 1);

			await openEdit(window, overview);
			await window.choose("Edit Roster (2/3): who works as implementer?", "Another Model…");
			const which = "Edit Roster (2/3): which model works as implementer?";
			if (reach.typed) await window.answer(which, reach.typed);
			else await window.choose(which, "harbour/pilot-3");
			await window.quickInput.getByText("Step 1 goes on with harbour/pilot-2 until its attempt ends.").waitFor();
			await window.screenshot(`roster-${slug(reach.choice)}-chosen`);
			await window.choose("Edit Roster (3/3): from when on?", reach.choice);
			await window.toast(reach.told).waitFor();
			const implementer = overview.locator(".roster li", { hasText: "implementer" });
			await implementer.getByText("harbour/pilot-3").waitFor();
			await implementer.getByText(reach.label).waitFor();
			await window.screenshot(`roster-${slug(reach.choice)}`);

			gate.goOn();
			const goals: readonly { goalId: string; title: string }[] = await stage.mission("list");
			await stage.mission("wait", goals.find(({ title }) => title === reach.goal)?.goalId ?? "");
			const asked = (step: string) =>
				stage.model.requests
					.slice(since)
					.filter(({ purpose, text }) => purpose === "work" && text.includes(`${reach.goal}: ${step}`))
					.map(({ model, effort }) => [model, effort].filter(Boolean).join(":"));
			assert.deepEqual(asked("green"), reach.first);
			assert.deepEqual(asked("red"), [reach.second, reach.second]);
			if (reach.isKept !== undefined) assert.equal(gate.foundOnBeginningAgain(), reach.isKept);
		});
	}
});

/** Two steps. The first writes a file, and what comes next waits for `goOn`, from either model. */
function painters(goal: string, folder: string) {
	const file = `${slug(goal)}.md`;
	let goOn: () => void = () => undefined;
	const going = new Promise<void>((resolve) => {
		goOn = resolve;
	});
	let found: boolean | undefined;
	const steps = [
		{ id: "green", title: "Paint the green ones", instructions: `${goal}: green.`, needs: [] },
		{ id: "red", title: "Paint the red ones", instructions: `${goal}: red.`, needs: ["green"] },
	];
	const script: Script = async ({ purpose, model, toolResults, text }) => {
		if (purpose === "plan") return { text: JSON.stringify({ title: goal, summary: "Green, then red.", steps }) };
		// An answer without any act would not end a step.
		const look = { calls: [{ name: "listFiles", args: {} }] };
		if (text.includes(`${goal}: red`)) return toolResults === 0 ? look : { text: "The red ones are painted." };
		if (model === "pilot-3") {
			found ??= fs.existsSync(path.join(folder, file));
			await going;
			return toolResults === 0 ? look : { text: "The green ones are painted." };
		}
		if (toolResults === 0) return { calls: [{ name: "writeFile", args: { path: file, content: "Green.\n" } }] };
		if (toolResults > 1) return { text: "The green ones are painted." };
		await going;
		return look;
	};
	return { script, goOn: () => goOn(), foundOnBeginningAgain: () => found };
}

async function open(window: Workbench, goal: string): Promise<Frame> {
	const row = window.treeRow(goal).first();
	// Not any tab with that name: the row of a thread may have come to lie under the mouse, and opens "planner · …".
	await clickUntil((within) => row.click(within), window.tab(new RegExp(`^${goal}`)));
	// The overview of the goal before may be in front for a moment yet.
	return window.webview(`.overview:has(h1:text-is("${goal}"))`);
}

async function openEdit(window: Workbench, overview: Frame): Promise<void> {
	const title = "Edit Roster (1/3): which role?";
	await clickUntil(
		(within) => overview.getByRole("button", { name: "Edit…" }).click(within),
		window.quickInput.getByText(title),
	);
	await window.choose(title, "implementer");
}

function slug(text: string): string {
	return text.toLowerCase().replace(/[^a-z]+/g, "-");
}
