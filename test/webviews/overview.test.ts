import assert from "node:assert/strict";
import { themes } from "./harness/pages.ts";
import { asked, audit, becomes, leave, openStage, picture, type Stage, targets } from "./harness/stage.ts";

describe("overview", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	const open = () => stage.open("overview", { width: 1000, height: 1080 });

	for (const theme of themes) {
		it(`shows state, what waits, steps and the rest, without a barrier, in ${theme}`, async () => {
			const page = await stage.open("overview", { theme, width: 1000, height: 1080 });
			await page.getByText("test/contract/charges.test.ts").waitFor();
			await picture(page, `overview-${theme.slice(7)}`);
			await audit(page);
			await leave(page);
		});
	}

	it("is one column in reading order at 400 pixels and at a zoom of 200 %", async () => {
		for (const [name, size] of [
			["narrow", { width: 400, height: 1900 }],
			["zoomed", { width: 600, height: 800, scale: 2 }],
		] as const) {
			const page = await stage.open("overview", { ...size, reducedMotion: true });
			await page.getByText("test/contract/charges.test.ts").waitFor();
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), name);
			const order = await page.locator("h1, h2").allInnerTexts();
			assert.deepEqual(order, [
				"Express 4 to 5",
				"Waiting for you",
				"Steps",
				"Changed files",
				"Threads",
				"Checks",
				"Roster",
				"Budget",
			]);
			await picture(page, `overview-${name}`);
			await audit(page);
			await leave(page);
		}
	});

	it("has one primary button, and it belongs to what waits for the person", async () => {
		const page = await open();
		await page.locator(".ask").waitFor();
		const primary = page.locator("vscode-button[appearance=primary]");
		await becomes(() => primary.count(), 1);
		await becomes(() => page.locator(".ask vscode-button[appearance=primary]").count(), 1);
		await primary.click();
		await page.locator(".ask").waitFor({ state: "detached" });
		assert.deepEqual(await asked(page, "approval/answer"), [
			{ approvalId: "a-1", answer: "approve", scope: "once", digest: "d1" },
		]);
		await leave(page);
	});

	it("shows what runs in the background and what it printed last, and stops it", async () => {
		const page = await open();
		await page.locator(".ask").waitFor();
		const call = (toolCallId: string) => ({ toolCallId: toolCallId as never, threadId: "t-4" as never });
		await page.evaluate(
			([watch, build]) =>
				window.fake.append([
					{ type: "background.started", ...build, command: "npm run build", run: 1, timeoutMs: 0 },
					{ type: "background.started", ...watch, command: "npm run watch -- --verbose", run: 1, timeoutMs: 0 },
					{
						...{ type: "background.ended", ...build, run: 1, exitCode: 2, durationMs: 1 },
						output: { head: "", tail: "Cannot find tsc.\n", bytes: 17, sha256: "" },
					},
				]),
			[call("c-watch"), call("c-build")] as const,
		);
		const block = page.getByRole("region", { name: "In the background" });
		const rows = () => block.locator("[data-background]").allInnerTexts();
		const flat = async () => (await rows()).map((row) => row.replace(/\s+/g, " ").trim());
		await becomes(flat, [
			"npm run watch -- --verbose Stop since 14:31 · 0 s c-watch says: ready on port 3000",
			"npm run build ended with exit code 2 Cannot find tsc.",
		]);
		await audit(page);
		await block.scrollIntoViewIfNeeded();
		await picture(page, "overview-background");
		const stop = block.getByRole("button", { name: "Stop npm run watch -- --verbose" });
		await stop.focus();
		await page.keyboard.press("Enter");
		assert.deepEqual(await asked(page, "background/stop"), [{ goalId: "goal-1", toolCallId: "c-watch" }]);
		await becomes(
			async () => (await flat())[0],
			"npm run watch -- --verbose being stopped c-watch says: ready on port 3000",
		);
		await page.evaluate(
			(watch) =>
				window.fake.append([
					{
						...{ type: "background.ended", ...watch, run: 1, exitCode: 143, durationMs: 1 },
						output: { head: "", tail: "bye\n", bytes: 4, sha256: "" },
					},
				]),
			call("c-watch"),
		);
		await becomes(
			async () => (await flat())[0],
			"npm run watch -- --verbose ended with exit code 143 stopped by mara in editor · bye",
		);
		await leave(page);
	});

	it("says who answered what was asked here", async () => {
		const page = await open();
		await page.locator(".ask").waitFor();
		await page.evaluate(() =>
			window.fake.append([
				{
					type: "approval.answered",
					approvalId: "a-1" as never,
					answer: "approve",
					by: { client: "CLI", user: "mara" },
				},
			]),
		);
		await page.getByText("Approved by mara in the CLI, 14:31").waitFor();
		await becomes(() => page.locator(".ask").count(), 0);
		await leave(page);
	});

	it("counts down to when a provider is asked again, and speaks of it once", async () => {
		const page = await open();
		await page.locator(".ask").waitFor();
		await page.evaluate(() =>
			window.fake.append([
				{ type: "approval.superseded", approvalId: "a-1" as never, reason: "It waits." },
				{
					type: "hold.placed",
					holdId: "h-9" as never,
					cause: "quota",
					reason: "crew/clay: Provider “crew” asks to wait 90 s (429): slow down. Resume tries now.",
					wakeAt: new Date(Date.now() + 90_000).toISOString(),
					now: false,
				},
			]),
		);
		const countdown = page.locator(".state-line .countdown");
		await countdown.waitFor();
		assert.match((await countdown.textContent()) ?? "", /^in (1 min )?\d+ s$/);
		assert.equal(await countdown.getAttribute("aria-hidden"), "true");
		await picture(page, "overview-waits");
		await page
			.getByRole("status")
			.getByText(/Tries again at \d\d:\d\d\./)
			.waitFor();
		await page.evaluate(() => window.fake.append([{ type: "hold.lifted", holdId: "h-9" as never }]));
		await countdown.waitFor({ state: "detached" });
		await leave(page);
	});

	it("pauses, resumes, and cancels only when that is meant", async () => {
		const page = await open();
		await page.getByRole("button", { name: "Pause" }).click();
		await page.getByRole("status").getByText("Paused", { exact: true }).waitFor();
		await page.getByRole("button", { name: "Resume" }).click();
		await page.getByRole("status").getByText("Running", { exact: true }).waitFor();
		await page.getByRole("button", { name: "Cancel…" }).click();
		await page.getByRole("button", { name: "Keep" }).click();
		await page.getByRole("button", { name: "Cancel…" }).click();
		await page.getByRole("button", { name: "Cancel Goal" }).click();
		await page.getByRole("status").getByText("Cancelled", { exact: true }).waitFor();
		const actions = await asked<{ action: string }>(page, "goal/control", 3);
		assert.deepEqual(
			actions.map((one) => one.action),
			["pause", "resume", "cancel"],
		);
		await leave(page);
	});

	it("says the daemon's sentence when it refuses", async () => {
		const page = await open();
		await page.evaluate(() => {
			window.fake.refusals["goal/control"] = "The goal is over; there is nothing to pause.";
		});
		await page.getByRole("button", { name: "Pause" }).click();
		await page.getByRole("alert").getByText("The goal is over; there is nothing to pause.").waitFor();
		await leave(page);
	});

	it("steps: arrows move, Space unfolds, Enter opens the thread", async () => {
		const page = await open();
		const current = page.getByRole("button", { name: /^Step 4 of 7/ });
		await current.focus();
		await becomes(() => current.getAttribute("aria-expanded"), "true");
		await current.getByText("Upgrade express and its types").first().waitFor();
		await page.keyboard.press("ArrowUp");
		await page.keyboard.press("Space");
		const third = page.getByRole("button", { name: /^Step 3 of 7/ });
		await becomes(() => third.getAttribute("aria-expanded"), "true");
		await becomes(() => current.getAttribute("aria-expanded"), "false");
		await page.getByText("npm run lint").first().waitFor();
		await page.keyboard.press("Enter");
		assert.deepEqual(await targets(page), [{ kind: "thread", goalId: "goal-1", threadId: "t-3" }]);
		await leave(page);
	});

	it("links lead to diffs, threads, feed, dossier and all changes", async () => {
		const page = await open();
		await page.getByRole("button", { name: "package.json" }).click();
		await page.getByRole("button", { name: "All changes" }).click();
		await page.getByRole("button", { name: "Review of step 3" }).click();
		await page.getByRole("button", { name: "Open Feed" }).click();
		await page.getByRole("button", { name: "Dossier" }).click();
		assert.deepEqual(
			(await targets(page, 5)).map((target) => target.kind),
			["change", "changes", "thread", "feed", "dossier"],
		);
		await leave(page);
	});

	it("stale checks say so, and are run again together", async () => {
		const page = await open();
		await page.getByText("was green; files changed since").waitFor();
		await page.getByRole("button", { name: "Run Stale" }).click();
		assert.deepEqual(await asked(page, "check/run"), [{ goalId: "goal-1", checkId: "k-contract" }]);
		await leave(page);
	});

	it("meters say value and limit, and when a limit is near; unknown money has no number", async () => {
		const page = await open();
		const meter = page.getByRole("meter", { name: "Tokens" });
		await becomes(() => meter.getAttribute("aria-valuetext"), "382 k of 4 M");
		await page.evaluate(() =>
			window.fake.append([
				{
					type: "turn.completed",
					turnId: "turn-x" as never,
					threadId: "t-4" as never,
					asked: { provider: "acp", model: "gpt-5-codex" },
					answered: "gpt-5-codex",
					usage: { inputTokens: 3_400_000, outputTokens: 0, costUsd: null },
					finish: "stop",
				},
			]),
		);
		await page.getByText("near limit").waitFor();
		await page.getByText("no price known").first().waitFor();
		await leave(page);
	});

	it("shows sub-agents under the thread that asked for them", async () => {
		const page = await open();
		await page.evaluate(() =>
			window.fake.append([
				{
					type: "thread.opened",
					threadId: "t-90" as never,
					role: "researcher",
					stepId: "upgrade" as never,
					attempt: 1,
					assignment: { provider: "local", model: "qwen3" },
					parentThreadId: "t-4" as never,
					parentCallId: "c-90" as never,
					title: "Read the docs",
				},
			]),
		);
		const child = page.getByRole("listitem").filter({ hasText: "Research: Read the docs" });
		await child.waitFor();
		const parent = child.locator("xpath=preceding-sibling::li[1]");
		assert.match((await parent.textContent()) ?? "", /^.*implementer/);
		const indent = (item: typeof child) =>
			item.evaluate((element) => Number.parseFloat(getComputedStyle(element).paddingLeft));
		assert.ok((await indent(child)) > (await indent(parent)));
		await leave(page);
	});

	it("shows a step that another plan dropped below the others, with its thread and its files", async () => {
		const page = await open();
		await page.evaluate(() =>
			window.fake.append([
				{ type: "plan.reopened", reason: "A better way." },
				{
					type: "plan.proposed",
					revision: 9,
					summary: "",
					steps: [
						{
							stepId: "roof" as never,
							title: "The roof",
							instructions: "",
							kind: "work",
							role: "implementer",
							needs: [],
							checks: [],
							confidence: "high",
						},
					],
					checks: [],
				},
			]),
		);
		const dropped = page.locator(".dropped-step").first();
		await dropped.waitFor();
		await dropped.getByText("no longer in the plan").first().waitFor();
		await becomes(() => page.locator(".board .step").count(), 1);
		await dropped
			.getByRole("button", { name: /^Files of/ })
			.or(dropped.getByRole("link", { name: /^Files of/ }))
			.click();
		await picture(page, "overview-dropped");
		await audit(page);
		await leave(page);
	});

	it("without steps it says what is going on", async () => {
		const page = await stage.open("overview", { story: "empty", width: 800, height: 500 });
		await page.getByText("There are no steps yet.").waitFor();
		await audit(page);
		await leave(page);
	});

	it("without the daemon the last known state stays, and can be started from here", async () => {
		const page = await open();
		await page.locator(".ask").waitFor();
		await page.evaluate(() => window.fake.connect({ state: "stopped", lastSeen: "2026-03-12T14:32:00.000Z" }));
		await page.getByText("Not connected.").waitFor();
		await page.getByText("Last seen 14:32.").waitFor();
		await becomes(() => page.getByRole("button", { name: /^Step \d of 7/ }).count(), 7);
		await page.getByRole("button", { name: "Start" }).click();
		assert.equal((await asked(page, "webview/startDaemon")).length, 1);
		await leave(page);
	});
});
