import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import type { Workbench } from "../host/workbench.ts";
import { plainReflection } from "../support/modelServer.ts";
import { decideInToasts, decideNext } from "./deciding.ts";
import { pictureOfFailure } from "./failure.ts";
import { harbour, pilot, prompt } from "./harbour.ts";
import { pictures } from "./pictures.ts";
import { openPilotStage, type PilotStage } from "./pilotStage.ts";
import { clickUntil } from "./rows.ts";

describe("a model in the real workbench", function () {
	this.timeout(300_000);
	let stage: PilotStage;
	let workspace: string;
	let window: Workbench;

	before(async () => {
		stage = await openPilotStage();
		workspace = stage.folder("tide-tables");
		for (const [file, text] of Object.entries(harbour)) {
			fs.mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
			fs.writeFileSync(path.join(workspace, file), text);
		}
		window = await stage.window(workspace);
	});
	afterEach(pictureOfFailure(() => window));
	after(() => stage?.close());

	it("The same goal with a model behind a local server that speaks OpenAI's protocol.", async () => {
		const { script, goOn } = pilot();
		stage.model.use(script);
		await window.palette("Mission Control: Launch Goal");
		await window.quickInput.getByText("Agent: harbour/pilot-2.").waitFor();
		await window.screenshot("model-launch");
		await window.enter(prompt);
		await window.treeRow(prompt).first().waitFor();
		await window.palette("Mission Control: Show Feed");
		const feed = await window.webview(".feed-bar");
		const rows = feed.locator(".feed-row");
		await rows.filter({ hasText: "editFile" }).filter({ hasText: "src/print.js" }).first().waitFor();
		const finished = window.treeRow(/^Finished/);
		const asked = [await decideNext(window, finished), await decideNext(window, finished)].toSorted();
		assert.match(String(asked[0]), /^`editFile src\/print\.js` for step 3 of Tide heights in metres\?/);
		assert.match(String(asked[1]), /^`editFile src\/stations\.js, 4 passages` for step 2 /);
		await rows.filter({ hasText: "changed" }).filter({ hasText: "src/print.js" }).waitFor();

		const step = window.treeRow("2 Convert the stations").first();
		await clickUntil(
			async (within) => {
				await step.hover(within);
				await step.getByRole("button", { name: "Open Changes" }).click(within);
			},
			window.tab(/^Step 2: Convert the stations/),
		);
		await (await window.diff()).getByText("in metres. */").first().waitFor();
		goOn();
		const command = window.toast("Run `node --test` for step 2");
		await command.hover();
		const live = feed.locator(".feed-row.live");
		await live.filter({ hasText: "The words now say metres" }).waitFor();
		await pictures(window, "workbench");
		await decideInToasts(window, finished);
		await window.screenshot("model-completed");
	});

	it("A limit of money over a model without a known price: its price is asked for, and the limit holds.", async () => {
		const step = { id: "a", title: "Weigh the anchor", instructions: "Look around." };
		stage.model.use(({ purpose, toolResults }) => {
			if (purpose === "plan")
				return { text: JSON.stringify({ title: "Weigh the anchor", summary: "", steps: [step] }) };
			if (purpose === "reflect") return { text: plainReflection };
			return toolResults === 0 ? { calls: [{ name: "listFiles", args: {} }] } : { text: "It is heavy." };
		});
		const { goalId } = await stage.mission("launch", "Weigh it", "--workspace", workspace, "--budget-usd", "5");
		const toast = window.toast("No price is known for harbour/pilot-2");
		await toast.getByRole("button", { name: "Set Price…" }).waitFor();
		await window.screenshot("model-unpriced");
		await toast.getByRole("button", { name: "Set Price…" }).click();
		await window.quickInput.getByText("USD per million tokens: input, output").first().waitFor();
		await window.enter("cheap");
		await window.quickInput.getByText("A price is two numbers, for example 0.5, 2.").waitFor();
		await window.screenshot("model-price-asked");
		await window.enter("0.5, 2");
		const goal = await stage.mission("wait", goalId, "--timeout", "60");
		assert.deepEqual([goal.state, goal.budget.usd.limit], ["completed", 5]);
		assert.ok(goal.usage.costUsd > 0, JSON.stringify(goal.usage));
	});

	it("A goal is in the tree within 300 ms of Enter.", async () => {
		// Whatever else the machine does makes it slower, nothing makes it faster: the best of a few is what it takes.
		stage.model.use(() => "hang");
		const tookMs: number[] = [];
		for (let tries = 1; tries <= 8 && Math.min(...tookMs) >= 300; tries++) {
			const title = `Paint pier number ${tries}`;
			await window.palette("Mission Control: Launch Goal");
			await window.quickInput.getByText("Agent: harbour/pilot-2.").waitFor();
			const inTree = timeToTree(window.page, title);
			await window.enter(title);
			tookMs.push(Math.round(await inTree));
		}
		console.log(`      in the tree after ${tookMs.join(", ")} ms`);
		assert.ok(Math.min(...tookMs) < 300, `${tookMs} ms`);
	});
});

/** Milliseconds between Enter and the goal's row in the tree, taken inside the page. */
function timeToTree(page: Page, title: string): Promise<number> {
	return page.evaluate(
		(wanted) =>
			new Promise<number>((resolve) => {
				let enteredAt: number | undefined;
				document.addEventListener(
					"keydown",
					({ key }) => {
						if (key === "Enter") enteredAt ??= performance.now();
					},
					true,
				);
				new MutationObserver((_changes, observer) => {
					const rows = [...document.querySelectorAll(".pane-body .monaco-list-row")];
					if (enteredAt === undefined || !rows.some((row) => row.textContent?.includes(wanted))) return;
					observer.disconnect();
					resolve(performance.now() - enteredAt);
				}).observe(document.body, { childList: true, subtree: true, characterData: true });
			}),
		title,
	);
}
