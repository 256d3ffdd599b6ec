import assert from "node:assert/strict";
import { themes } from "./harness/pages.ts";
import { asked, audit, becomes, leave, openStage, picture, type Stage, targets } from "./harness/stage.ts";

describe("thread", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	const open = (options: { thread?: string; width?: number; height?: number; memory?: unknown } = {}) =>
		stage.open("thread", { thread: "t-4", width: 600, height: 960, ...options });

	for (const theme of themes) {
		it(`shows who said and did what, without a barrier, in ${theme}`, async () => {
			const page = await stage.open("thread", { theme, thread: "t-4", width: 600, height: 960 });
			await page.getByText("Four type errors").waitFor();
			await page.getByText('"node": ">=18"').waitFor();
			await picture(page, `thread-${theme.slice(7)}`);
			await audit(page);
			await leave(page);
		});
	}

	it("fits 400 pixels and a zoom of 200 %", async () => {
		for (const [name, size] of [
			["narrow", { width: 400, height: 700 }],
			["zoomed", { width: 500, height: 400, scale: 2 }],
		] as const) {
			const page = await stage.open("thread", { thread: "t-4", reducedMotion: true, ...size });
			await page.getByText("Four type errors").waitFor();
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), name);
			await picture(page, `thread-${name}`);
			await audit(page);
			await leave(page);
		}
	});

	it("one action leads back to the goal", async () => {
		const page = await open();
		await page.getByRole("button", { name: "Return to Goal" }).click();
		await page.keyboard.press("Alt+ArrowLeft");
		assert.deepEqual(await targets(page, 2), [
			{ kind: "overview", goalId: "goal-1" },
			{ kind: "overview", goalId: "goal-1" },
		]);
		await leave(page);
	});

	it("calls unfold to the beginning of their output, files to their first lines", async () => {
		const page = await open();
		await page.getByRole("button", { name: "npx tsc --noEmit -p tsconfig.json" }).click();
		await page.getByText("src/app.ts(52,18)").waitFor();
		await page.getByText("27 more lines").click();
		await page.getByRole("button", { name: "Open Diff" }).click();
		const opened = await targets(page, 2);
		assert.equal(opened[0]?.kind, "output");
		assert.deepEqual(opened[1], {
			kind: "change",
			goalId: "goal-1",
			path: "package.json",
			before: "aaaa",
			after: "bbbb",
		});
		assert.deepEqual(await asked(page, "change/diff"), [{ goalId: "goal-1", stepId: "upgrade", path: "package.json" }]);
		await leave(page);
	});

	it("shows its sub-agents and what it was summed up to, and leads there and back", async () => {
		const page = await open();
		await page.getByText("Four type errors").waitFor();
		await page.evaluate(() => {
			const call = { toolCallId: "c-90" as never, threadId: "t-4" as never, turnId: "u-90" as never };
			window.fake.append([
				{
					type: "tool.requested",
					...call,
					name: "delegate",
					args: {},
					effect: "none",
					summary: "researcher: Read the docs",
				},
				{ type: "tool.started", toolCallId: call.toolCallId, run: 1 },
				{
					type: "thread.opened",
					threadId: "t-90" as never,
					role: "researcher",
					stepId: "upgrade" as never,
					attempt: 1,
					assignment: { provider: "local", model: "qwen3" },
					parentThreadId: call.threadId,
					parentCallId: call.toolCallId,
					title: "Read the docs",
				},
				{
					type: "thread.compacted",
					threadId: call.threadId,
					upTo: 1,
					summary: { objective: "Express 5", decisions: [], openWork: ["the types"], verifiedFacts: [] },
					account: "runCommand npm test: done",
					chars: 100,
				},
			]);
		});
		await page.getByText("Sub-agents").waitFor();
		await page.getByRole("button", { name: /Summed up/ }).click();
		await page.getByText("runCommand npm test: done").waitFor();
		await audit(page);
		await picture(page, "thread-subagent");
		await page.getByRole("button", { name: "Research: Read the docs", exact: true }).click();
		assert.deepEqual(await targets(page), [{ kind: "thread", goalId: "goal-1", threadId: "t-90" }]);
		await leave(page);
	});

	it("a message is sent with Ctrl+Enter, waits visibly, and is read by the next turn", async () => {
		const page = await open();
		const field = page.getByRole("textbox", { name: "Message the implementer of step 4" });
		await field.fill("Use the lock file.");
		await field.press("Enter");
		assert.deepEqual(await page.evaluate(() => window.fake.asked("thread/send")), []);
		await field.fill("Use the lock file.");
		await field.press("Control+Enter");
		await page.locator(".queued").getByText("Use the lock file.").waitFor();
		await page.getByText("will be read before the next turn").nth(1).waitFor();
		await becomes(() => field.inputValue(), "");
		assert.equal((await asked(page, "thread/send")).length, 1);
		await page.evaluate(() =>
			window.fake.append([
				{
					type: "turn.started",
					turnId: "turn-12" as never,
					threadId: "t-4" as never,
					asked: { provider: "acp", model: "gpt-5-codex" },
					reserved: { tokens: 1, usd: null },
				},
			]),
		);
		await page.locator(".queued").first().waitFor({ state: "detached" });
		await page.locator(".message").getByText("Use the lock file.").waitFor();
		await leave(page);
	});

	it("a refused message stays in the field, with the daemon's sentence", async () => {
		const page = await open();
		await page.evaluate(() => {
			window.fake.refusals["thread/send"] = "This goal is over; reopen it first.";
		});
		const field = page.getByRole("textbox", { name: /^Message/ });
		await field.fill("Hello");
		await field.press("Control+Enter");
		await page.getByRole("alert").getByText("This goal is over; reopen it first.").waitFor();
		await becomes(() => field.inputValue(), "Hello");
		await leave(page);
	});

	it("a draft is there again after a reload", async () => {
		const page = await open({ memory: { threadId: "t-4", draft: "half a thou" } });
		await becomes(() => page.getByRole("textbox", { name: /^Message/ }).inputValue(), "half a thou");
		await leave(page);
	});

	it("an approval is answered here, with its exact command", async () => {
		const page = await open();
		await page.getByRole("button", { name: "Copy the command" }).click();
		await page.getByRole("button", { name: /^Approve for Goal: / }).click();
		await page.getByText("Approved by mara in editor").waitFor();
		assert.deepEqual(await asked(page, "webview/copy"), [{ text: "npm install express@5 --save" }]);
		assert.deepEqual(await asked(page, "approval/answer"), [
			{ approvalId: "a-1", answer: "approve", scope: "goal", digest: "d1" },
		]);
		await becomes(() => page.locator(".ask").count(), 0);
		await leave(page);
	});

	it("text that is being written shows as it comes", async () => {
		const page = await open({ thread: "t-5" });
		await page.getByText("closed the connection").waitFor();
		await page.evaluate(() => {
			window.fake.delta("t-5", "turn-9", "I read ");
			window.fake.delta("t-5", "turn-9", "`refunds.ts`");
		});
		await page.locator(".message code", { hasText: "refunds.ts" }).waitFor();
		await page.evaluate(() => window.fake.delta("t-4", "turn-10", "of another thread"));
		await becomes(() => page.getByText("of another thread").count(), 0);
		await leave(page);
	});

	it("text of a model never becomes more than text, code, lists, emphasis and links", async () => {
		const page = await open();
		await page.evaluate(() =>
			window.fake.append([
				{
					type: "message.added",
					messageId: "m-x" as never,
					threadId: "t-4" as never,
					from: "implementer",
					text: [
						"<img src=x onerror=alert(1)> <script>alert(2)</script>",
						"[run](javascript:alert(3)) [go](command:evil) [web](https://example.com/a) [file](./src/a.ts#L3)",
						"",
						"1. one",
						"2. **two**",
						"",
						"```ts",
						"const <b>x</b> = `1`;",
						"```",
					].join("\n"),
				},
			]),
		);
		await page.getByText("<img src=x onerror=alert(1)>").waitFor();
		const body = page.locator(".message-body").last();
		await becomes(() => body.locator("img, script, b").count(), 0);
		assert.deepEqual(
			await body.locator("a").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href)),
			["https://example.com/a"],
		);
		assert.equal(await body.locator("ol li strong").textContent(), "two");
		assert.equal(await body.locator("pre").textContent(), "const <b>x</b> = `1`;");
		await body.getByRole("button", { name: "file" }).click();
		assert.deepEqual(await targets(page), [{ kind: "file", goalId: "goal-1", path: "src/a.ts" }]);
		await leave(page);
	});

	it("says when another model answered than was asked", async () => {
		const page = await open();
		await page.getByText("as asked").waitFor();
		await page.evaluate(() =>
			window.fake.append([
				{
					type: "turn.completed",
					turnId: "turn-5" as never,
					threadId: "t-4" as never,
					asked: { provider: "acp", model: "gpt-5-codex" },
					answered: "small-model",
					usage: { inputTokens: 1, outputTokens: 1, costUsd: 0 },
					finish: "stop",
				},
			]),
		);
		await page.getByText("another model than asked").waitFor();
		await leave(page);
	});

	it("a closed thread says so instead of taking messages", async () => {
		const page = await open({ thread: "t-2" });
		await page.getByText("That thread has ended").waitFor();
		await becomes(() => page.getByRole("textbox").count(), 0);
		await leave(page);
	});

	it("a long thread comes in pages, and stays where it is read", async () => {
		const page = await stage.open("thread", { story: "long:20000", thread: "t-6", width: 600, height: 700 });
		await page.getByRole("button", { name: "Show earlier messages" }).waitFor();
		const before = await page.locator(".fold-row").count();
		await page.getByRole("button", { name: "Show earlier messages" }).click();
		await page.waitForFunction((count) => document.querySelectorAll(".fold-row").length > count, before);
		await leave(page);
	});
});
