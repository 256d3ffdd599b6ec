import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type History, histories } from "../histories/history.ts";
import { wordsWithoutBrackets } from "./harness/brackets.ts";
import { leave, openStage, type Stage, type StageOptions } from "./harness/stage.ts";

/** The pages in a language whose texts all stand in brackets: a word that does not is one that nobody can translate. */
describe("pages in another language", function () {
	this.timeout(120_000);
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	const open = (app: string, options: StageOptions = {}) =>
		stage.open(app, { bracketed: true, width: 1200, height: 3000, ...options });

	async function allBracketed(page: Page): Promise<void> {
		assert.match((await page.locator("#app").textContent()) ?? "", /\[!!/);
		assert.deepEqual(await wordsWithoutBrackets(page), []);
	}

	it("a word outside brackets is found, and data is not", async () => {
		const page = await open("overview");
		await page.getByRole("heading", { name: "[!!Steps!!]" }).waitFor();
		await page.evaluate(() =>
			document.querySelector("main")!.append("Roster of [!!one!!]", "implementer · 18 min 4 s"),
		);
		assert.deepEqual(await wordsWithoutBrackets(page), ["Roster of"]);
		await leave(page);
	});

	it("launch form", async () => {
		const page = await open("preflight");
		await page.getByRole("heading", { name: "[!!Launch a goal!!]" }).waitFor();
		await page.getByText("ripgrep").waitFor();
		await page.getByRole("button", { name: "[!!Add role!!]" }).click();
		await page.getByRole("button", { name: "[!!Add check!!]" }).click();
		for (const button of await page.getByRole("button", { name: /^\[!!Instructions of/ }).all()) await button.click();
		await page.getByRole("button", { name: "[!!Launch Goal!!]" }).click();
		await page.getByText("[!!Say what is to be done.!!]").waitFor();
		await allBracketed(page);
		await page.evaluate(() => {
			const step = {
				stepId: "build",
				title: "Build",
				instructions: "",
				needs: [],
				checks: [{ checkId: "c", command: "test -d dist" }],
			};
			const actions = [
				{ kind: "command", command: "make", line: 4 },
				{ kind: "write", path: "VERSION", content: "next", line: 9 },
			];
			const input = { variable: "INPUT_A", required: false, line: 2 };
			const playbook = {
				title: "Release it all",
				objective: "",
				steps: [{ ...step, actions, notRun: [{ line: 12, what: "python fence", reason: "not run here", text: "x" }] }],
				checks: [],
				notRun: [],
				inputs: [
					{ ...input, name: "count", type: "number", required: true },
					{ ...input, name: "dry", type: "boolean", default: "true" },
				],
				values: [],
				agents: [{ stepId: "build" }],
			};
			const file = "/home/mara/release.md";
			Object.assign(window.fake.launch, { playbook, chosenFile: { file }, files: { [file]: "x" }, unsaved: [file] });
		});
		await page.getByRole("button", { name: /Playbook/ }).click();
		await page.getByText("[!!What it does!!]").waitFor();
		await allBracketed(page);
		await leave(page);

		const slow = await open("preflight", { story: "slow" });
		await slow.getByText("[!!looking!!]").first().waitFor();
		await allBracketed(slow);
		await leave(slow);
	});

	it("overview", async () => {
		const page = await open("overview");
		await page.getByRole("heading", { name: "[!!Steps!!]" }).waitFor();
		for (const step of await page.locator(".step").all()) {
			await step.click();
			await allBracketed(page);
		}
		await page.getByRole("button", { name: "[!!Cancel…!!]" }).click();
		await allBracketed(page);
		await page.evaluate(() => window.fake.connect({ state: "stopped", lastSeen: new Date().toISOString() }));
		await page.getByText("[!!Not connected.!!]").waitFor();
		await allBracketed(page);
		await leave(page);
	});

	it("feed", async () => {
		const page = await open("feed");
		await page.locator(".feed-row").first().waitFor();
		await allBracketed(page);
		await page.evaluate(() => window.fake.delta("t-4", "u-9", "It goes on"));
		await page.getByText("[!!writing!!]").waitFor();
		await allBracketed(page);
		await leave(page);

		for (const options of [{ story: "none" }, { story: "none", noGoals: true }, { story: "empty" }]) {
			const other = await open("feed", options);
			await other.getByText("[!!").first().waitFor();
			await allBracketed(other);
			await leave(other);
		}
	});

	it("thread", async () => {
		const page = await open("thread", { thread: "t-4" });
		await page.locator(".transcript > *").first().waitFor();
		const folded = page.locator(".fold-twist[aria-expanded=false]");
		for (let left = await folded.count(); left > 0; left--) await folded.first().click();
		await page.evaluate(() => window.fake.delta("t-4", "u-9", "It goes on"));
		await page.getByText("[!!writing!!]").waitFor();
		await allBracketed(page);
		await leave(page);
	});

	for (const { name } of tellingHistories())
		it(`the recorded goal ${name}, in feed, overview and thread`, async () => {
			for (const app of ["feed", "overview", "thread"]) {
				const page = await open(app, { story: `history:${name}` });
				await page.locator(".feed-row, .objective, .transcript > *").first().waitFor();
				assert.deepEqual(await wordsWithoutBrackets(page), [], app);
				await leave(page);
			}
		});
});

/** Each has a kind of event that none before it has. */
function tellingHistories(): readonly History[] {
	const seen = new Set<string>();
	return histories().filter(({ rows }) => {
		const isNew = rows.some(({ type }) => !seen.has(type));
		// Nothing opens a goal that was deleted.
		if (!isNew || rows.some(({ type }) => type === "goal.deleted")) return false;
		for (const { type } of rows) seen.add(type);
		return true;
	});
}
