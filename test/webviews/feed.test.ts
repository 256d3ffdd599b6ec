import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { themes } from "./harness/pages.ts";
import { asked, audit, becomes, leave, openStage, picture, type Stage, targets } from "./harness/stage.ts";
import { reviewerSays } from "./harness/story.ts";

describe("feed", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	for (const theme of themes) {
		it(`shows a goal as it is, without a barrier, in ${theme}`, async () => {
			const page = await stage.open("feed", { theme });
			await row(page, "npx tsc --noEmit").waitFor();
			await page.evaluate((text) => window.fake.delta("t-5", "turn-9", text), reviewerSays);
			await page.getByText("so I want to see").waitFor();
			await picture(page, `feed-${theme.slice(7)}`);
			await audit(page);
			assert.equal(await page.locator(".feed [tabindex='0']").first().isVisible(), true);
			await leave(page);
		});
	}

	it("fits 400 pixels and a zoom of 200 %", async () => {
		for (const [name, size] of [
			["narrow", { width: 400, height: 420 }],
			["zoomed", { width: 600, height: 240, scale: 2 }],
		] as const) {
			const page = await stage.open("feed", { ...size, reducedMotion: true });
			await row(page, "npm run typecheck").waitFor();
			const sideways = await page.evaluate(
				() =>
					document.documentElement.scrollWidth > window.innerWidth ||
					document.querySelector(".feed")!.scrollWidth > window.innerWidth,
			);
			assert.equal(sideways, false, `${name} scrolls sideways`);
			await scrollTo(page, await topOf(page, "approval:a-1"));
			await page.getByRole("button", { name: /^Approve: / }).waitFor();
			await picture(page, `feed-${name}`);
			await audit(page);
			await leave(page);
		}
	});

	describe("rows", () => {
		it("a call is one row, from its request to its outcome", async () => {
			const page = await stage.open("feed", { ticking: true });
			await page.evaluate(() =>
				window.fake.append([
					{
						type: "tool.requested",
						toolCallId: "c-99" as never,
						threadId: "t-4" as never,
						turnId: "turn-5" as never,
						stepId: "upgrade" as never,
						attempt: 1,
						name: "runCommand",
						args: {},
						effect: "workspace",
						summary: "npm run build",
					},
					{ type: "tool.started", toolCallId: "c-99" as never, run: 1 },
				]),
			);
			await page.getByText(/^running · \d+ s$/).waitFor();
			await becomes(() => row(page, "npm run build").count(), 1);
			await page.evaluate(() =>
				window.fake.append([
					{
						type: "tool.completed",
						toolCallId: "c-99" as never,
						ok: false,
						exitCode: 3,
						durationMs: 2300,
						output: { head: "first\nsecond\n", tail: "", bytes: 13, sha256: "00" },
					},
				]),
			);
			await row(page, "npm run build").getByText("exit 3").waitFor();
			await row(page, "npm run build").getByText("2.3 s").waitFor();
			await becomes(() => row(page, "npm run build").count(), 1);
			await page.getByText("second").waitFor();
			await leave(page);
		});

		it("text that is being written shows at once, and gives way to the message", async () => {
			const page = await stage.open("feed");
			await row(page, "npm run typecheck").waitFor();
			await page.evaluate(() => window.fake.delta("t-5", "turn-9", "I am reading"));
			await page.locator(".live").getByText("I am reading").waitFor();
			await page.evaluate(() =>
				window.fake.append([
					{
						type: "message.added",
						messageId: "m-9" as never,
						threadId: "t-5" as never,
						from: "reviewer",
						text: "I have **read** [it](src/a.ts).",
					},
				]),
			);
			await row(page, "I have read it.").waitFor();
			await becomes(() => page.locator(".live").count(), 0);
			await leave(page);
		});

		it("a check that went stale says so, and can be run again", async () => {
			const page = await stage.open("feed");
			await page.evaluate(() =>
				window.fake.append([
					{
						type: "file.changed",
						path: "src/routes/refunds.ts",
						status: "modified",
						toolCallIds: [],
						stepId: "removed" as never,
						added: 1,
						removed: 1,
						by: "agent",
					},
				]),
			);
			const lint = row(page, "npm run lint");
			await lint.getByText("stale: files changed since").waitFor();
			await lint.getByText("Run Again").click();
			assert.deepEqual(await asked(page, "check/run"), [{ goalId: "goal-1", checkId: "k-lint" }]);
			await leave(page);
		});

		it("a changed file opens its diff, an output its whole text, a group its thread", async () => {
			const page = await stage.open("feed", { height: 500 });
			await page.getByRole("button", { name: "package.json", exact: true }).click();
			await page.getByText("33 more lines").click();
			await page.locator("[data-key^='group:']").getByText("Open Thread").last().click();
			const opened = await targets(page, 3);
			assert.deepEqual(opened[0], {
				kind: "change",
				goalId: "goal-1",
				path: "package.json",
				before: "aaaa",
				after: "bbbb",
			});
			assert.equal((opened[1] as { kind: string }).kind, "output");
			assert.deepEqual(opened[2], { kind: "thread", goalId: "goal-1", threadId: "t-4" });
			await leave(page);
		});

		it("an event of a type that is not known here is passed over", async () => {
			const page = await stage.open("feed");
			await page.evaluate(() =>
				window.fake.append([
					{ type: "future.happened", what: 1 } as never,
					{ type: "goal.reopened", by: { client: "CLI" } },
				]),
			);
			await row(page, "reopened").waitFor();
			await leave(page);
		});
	});

	describe("follow", () => {
		it("goes along with the end, unless the reader scrolled up", async () => {
			const page = await stage.open("feed");
			await row(page, "npm run typecheck").waitFor();
			await say(page, "one more");
			await row(page, "one more").waitFor();
			assert.equal(await isAtEnd(page), true);
			await page.getByRole("button", { name: "Following" }).waitFor();

			await page.locator(".feed").hover();
			await page.mouse.wheel(0, -200);
			await page.getByRole("button", { name: /^Follow$/ }).waitFor();
			const before = await page.locator(".feed").evaluate((feed) => feed.scrollTop);
			for (const text of ["the second", "the third", "the fourth"]) await say(page, text);
			await page.getByRole("button", { name: "3 new" }).waitFor();
			assert.equal(await page.locator(".feed").evaluate((feed) => feed.scrollTop), before);

			await page.getByRole("button", { name: "3 new" }).click();
			await row(page, "the fourth").waitFor();
			assert.equal(await isAtEnd(page), true);
			await page.getByRole("button", { name: "Following" }).waitFor();
			await leave(page);
		});

		it("a gap in the events is closed by watching again", async () => {
			const page = await stage.open("feed");
			await row(page, "npm run typecheck").waitFor();
			await page.evaluate(() =>
				window.fake.lose([{ type: "goal.reopened", reason: "was lost", by: { client: "CLI" } }]),
			);
			await say(page, "after the gap");
			await row(page, "after the gap").waitFor();
			await row(page, "was lost").waitFor();
			assert.equal((await asked(page, "goal/watch", 2)).length, 2);
			await leave(page);
		});

		it("what happened while the daemon was away is there when it is back", async () => {
			const page = await stage.open("feed");
			await row(page, "npm run typecheck").waitFor();
			await page.evaluate(() => window.fake.connect({ state: "connecting", lastSeen: "2026-03-12T14:32:00.000Z" }));
			await page.getByText("Last seen 14:32. Trying again.").waitFor();
			await page.getByRole("button", { name: "Start" }).click();
			assert.equal((await asked(page, "webview/startDaemon")).length, 1);
			await page.evaluate(() => {
				window.fake.lose([{ type: "goal.reopened", reason: "meanwhile", by: { client: "CLI" } }]);
				window.fake.connect({ state: "connected" });
			});
			await row(page, "meanwhile").waitFor();
			await becomes(() => page.getByText("Trying again").count(), 0);
			await leave(page);
		});
	});

	describe("filter", () => {
		it("kinds of rows can be switched off, and errors stay", async () => {
			const page = await stage.open("feed", { height: 600 });
			await row(page, "npm view express@5").waitFor();
			await page.getByRole("switch", { name: "Tools" }).click();
			await row(page, "npm view express@5").waitFor({ state: "detached" });
			await row(page, "npx tsc --noEmit").waitFor();
			await becomes(() => page.getByRole("switch", { name: "Tools" }).getAttribute("aria-checked"), "false");
			await page.getByRole("switch", { name: "Errors" }).click();
			await row(page, "npx tsc --noEmit").waitFor({ state: "detached" });
			const kept = (await asked(page, "webview/remember", 3)).at(-1);
			assert.deepEqual((kept as { memory: { filter: unknown } }).memory.filter, {
				text: "",
				off: ["tools", "errors"],
			});
			await leave(page);
		});

		it("`step:4 express` finds rows of that step with that word", async () => {
			const page = await stage.open("feed", { height: 600 });
			await page.getByRole("textbox", { name: "Filter" }).fill("step:4 express");
			await row(page, "npm view express@5").waitFor();
			await row(page, "npm run lint").waitFor({ state: "detached" });
			const outcome = row(page, "npm view express@5");
			await outcome.getByText("1.4 s").waitFor();
			const titles = await page.locator(".feed-space .feed-group").allInnerTexts();
			assert.ok(
				titles.every((title) => /^(Step 4: |Research: )|step 4/.test(title)),
				titles.join(),
			);
			await picture(page, "feed-filtered");
			await leave(page);
		});

		it("says that nothing matches, and offers to clear", async () => {
			const page = await stage.open("feed");
			await page.getByRole("textbox", { name: "Filter" }).fill("no such word anywhere");
			await page.getByText("No event matches.").waitFor();
			await audit(page);
			await page.getByRole("button", { name: "Clear filter" }).click();
			await row(page, "npm run typecheck").waitFor();
			await becomes(() => page.getByRole("textbox", { name: "Filter" }).inputValue(), "");
			await leave(page);
		});

		it("is there again after a reload", async () => {
			const page = await stage.open("feed", { memory: { filter: { text: "step:3", off: ["todos", "files"] } } });
			await row(page, "npm run typecheck").waitFor();
			await becomes(() => page.getByRole("textbox", { name: "Filter" }).inputValue(), "step:3");
			await becomes(() => row(page, "npx tsc --noEmit").count(), 0);
			await leave(page);
		});
	});

	describe("approvals", () => {
		it("are answered with what the person saw, and tell everyone who answered", async () => {
			const page = await stage.open("feed");
			await page.getByRole("button", { name: /^Approve: npm install/ }).click();
			await row(page, "npm install express@5").getByText("approved by mara in editor").waitFor();
			assert.deepEqual(await asked(page, "approval/answer"), [
				{ approvalId: "a-1", answer: "approve", scope: "once", digest: "d1" },
			]);
			await becomes(() => page.locator(".waiting").count(), 0);
			await leave(page);
		});

		it("for the goal, and deny with a reason that the agent reads", async () => {
			const page = await stage.open("feed");
			await page.getByRole("button", { name: /^Deny: / }).click();
			await page.getByRole("textbox", { name: "Reason, read by the agent" }).fill("use pnpm");
			await page.keyboard.press("Enter");
			await page.getByText("denied by mara in editor").waitFor();
			const [answer] = (await asked(page, "approval/answer")) as {
				answer: string;
				reason: string;
			}[];
			assert.deepEqual([answer?.answer, answer?.reason], ["deny", "use pnpm"]);
			await leave(page);
		});

		it("that need a value ask for it, and say what is no such value", async () => {
			const page = await stage.open("feed");
			await page.evaluate(() => {
				const waiting = Object.values(window.fake.goal().approvals);
				window.fake.append([
					...waiting.map(({ approvalId }) => ({ type: "approval.superseded" as const, approvalId, reason: "gone" })),
					{
						...waiting[0]!,
						type: "approval.requested",
						approvalId: "a-usd" as never,
						kind: "budget",
						question: "budget",
						resource: "usd",
						unpriced: { provider: "local", model: "qwen3" },
						command: undefined,
						toolCallId: undefined,
						goalScope: undefined,
						summary:
							"The budget stops the goal: No price is known for local/qwen3, so a limit of 8 USD cannot be held.",
						options: ["price", "tokens", "raise", "stop"],
						digest: "d-usd",
					},
				]);
			});
			const name = "USD per million tokens: input, output";
			await page.getByRole("button", { name: /^Set Price: / }).waitFor();
			await picture(page, "feed-unpriced");
			await page.getByRole("button", { name: /^Set Price: / }).click();
			await page.getByRole("textbox", { name }).fill("cheap");
			await page.keyboard.press("Enter");
			await page.getByRole("alert").getByText("A price is two numbers").waitFor();
			await picture(page, "feed-unpriced-refused");
			await page.getByRole("textbox", { name }).fill("0.5, 2");
			await page.keyboard.press("Enter");
			await becomes(() => page.locator(".waiting").count(), 0);
			assert.deepEqual(await asked(page, "approval/answer"), [
				{ approvalId: "a-usd", answer: "price", scope: "once", digest: "d-usd", price: { input: 0.5, output: 2 } },
			]);
			await leave(page);
		});

		it("that someone else answered are gone at once, with their name", async () => {
			const page = await stage.open("feed");
			await page.locator(".waiting").waitFor();
			await page.evaluate(() =>
				window.fake.append([
					{
						type: "approval.answered",
						approvalId: "a-1" as never,
						answer: "approve",
						scope: "goal",
						by: { client: "CLI", user: "mara" },
					},
				]),
			);
			await page.getByText("approved for the goal by mara in the CLI").waitFor();
			await becomes(() => page.locator(".waiting").count(), 0);
			await leave(page);
		});

		it("that are refused say the daemon's sentence", async () => {
			const page = await stage.open("feed");
			await page.evaluate(() => {
				window.fake.refusals["approval/answer"] = "The command has changed since you saw it.";
			});
			await page.getByRole("button", { name: /^Approve: / }).click();
			await page.getByRole("alert").getByText("The command has changed since you saw it.").waitFor();
			await leave(page);
		});

		it("of a command that is not wholly visible offer Show, never Approve", async () => {
			const page = await stage.open("feed");
			for (const command of [`npm install ${"x".repeat(400)}`, "echo one\nrm -rf /"]) {
				await page.evaluate((text) => {
					const asked = Object.values(window.fake.goal().approvals)[0]!;
					window.fake.append([
						{ type: "approval.superseded", approvalId: asked.approvalId, reason: "asked anew" },
						{
							...asked,
							type: "approval.requested",
							approvalId: `a-${text.length}` as never,
							command: text,
							summary: text,
						},
					]);
				}, command);
				await page.locator(`[data-key="approval:a-${command.length}"].waiting`).waitFor();
				await page.getByRole("button", { name: /^Show: / }).waitFor();
				await becomes(() => page.getByRole("button", { name: /^Approve/ }).count(), 0);
			}
			await picture(page, "feed-long-command");
			await page.getByRole("button", { name: /^Show: / }).click();
			const [open] = (await asked(page, "webview/open")) as { target: { kind: string } }[];
			assert.equal(open?.target.kind, "approval");
			await leave(page);
		});

		it("show characters that have no shape", async () => {
			const page = await stage.open("feed");
			await page.evaluate(() => {
				const asked = Object.values(window.fake.goal().approvals)[0]!;
				window.fake.append([
					{
						...asked,
						type: "approval.requested",
						approvalId: "a-2" as never,
						command: "ls \u202e fdsa\u200b",
						summary: "ls",
					},
				]);
			});
			await page.getByText("ls \\u{202e} fdsa\\u{200b}").waitFor();
			await leave(page);
		});

		it("are not approved by Enter on their row, and are spoken once, command first", async () => {
			const page = await stage.open("feed");
			const waiting = page.locator(".waiting");
			await waiting.focus();
			await page.keyboard.press("Enter");
			await page.keyboard.press("Space");
			const [open] = (await asked(page, "webview/open")) as { target: { kind: string } }[];
			assert.equal(open?.target.kind, "approval");
			assert.deepEqual(await page.evaluate(() => window.fake.asked("approval/answer")), []);
			const spoken = await page.locator("[data-live='assertive']").textContent();
			assert.match(spoken ?? "", /^Approval needed: npm install express@5 --save\. Network: installs from the network/);
			await leave(page);
		});
	});

	describe("keyboard", () => {
		it("one stop for Tab; arrows move, Space folds, Enter opens, Escape comes back, End follows", async () => {
			const page = await stage.open("feed", { height: 600 });
			await row(page, "npm run typecheck").waitFor();
			await page.locator("[data-seq]").nth(-2).focus();
			const word = () => page.evaluate(() => (document.activeElement as HTMLElement).getAttribute("aria-label") ?? "");
			assert.match(await word(), /asked again at/);
			await becomes(() => page.locator(".feed-space [tabindex='0']").count(), 1);
			await page.keyboard.press("ArrowUp");
			assert.match(await word(), /check npm run typecheck.*folded$/);
			await page.keyboard.press("Space");
			await page.getByText("no errors").waitFor();
			assert.match(await word(), /unfolded$/);
			await page.keyboard.press("ArrowLeft");
			await page.getByText("no errors").waitFor({ state: "detached" });
			await page.keyboard.press("Enter");
			const opened = (await asked(page, "webview/open")) as { target: { kind: string } }[];
			assert.equal(opened.length, 1);

			await page.getByRole("textbox", { name: "Filter" }).focus();
			await page.keyboard.press("Escape");
			assert.match(await word(), /npm run typecheck/);
			await page.keyboard.press("Home");
			await row(page, "launched: Express 4 to 5").waitFor();
			await page.keyboard.press("End");
			await page.getByRole("button", { name: "Following" }).waitFor();
			await leave(page);
		});

		it("after an answer the focus goes to the next approval, not onto its button", async () => {
			const page = await stage.open("feed");
			await page.evaluate(() => {
				const asked = Object.values(window.fake.goal().approvals)[0]!;
				window.fake.append([
					{
						...asked,
						type: "approval.requested",
						approvalId: "a-2" as never,
						command: "npm audit fix",
						summary: "npm audit fix",
					},
				]);
			});
			await page.getByText("npm audit fix").first().waitFor();
			await page.getByRole("button", { name: /^Approve: npm install/ }).focus();
			await page.keyboard.press("Space");
			await page.getByText("approved by mara in editor").waitFor();
			await page.waitForFunction(() => (document.activeElement as HTMLElement).dataset.key === "approval:a-2");
			await leave(page);
		});
	});

	describe("screen readers", () => {
		it("hear at most one sentence in five seconds", async () => {
			const page = await stage.open("feed", { ticking: true });
			await row(page, "npm run typecheck").waitFor();
			await page.evaluate(() => {
				const said: string[] = [];
				Object.assign(window, { said });
				const region = document.querySelector("[data-live='polite']")!;
				new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, {
					childList: true,
					subtree: true,
					characterData: true,
				});
			});
			const began = performance.now();
			for (let turn = 0; turn < 30; turn++) {
				await say(page, `message ${turn}`);
				await page.waitForTimeout(100);
			}
			await page.waitForTimeout(5200);
			const said = await page.evaluate(() => (window as unknown as { said: string[] }).said.filter(Boolean));
			const spans = Math.ceil((performance.now() - began) / 5000);
			assert.ok(said.length >= 1 && said.length <= spans, JSON.stringify(said));
			assert.match(said.join(), /\d+ new/);
			await becomes(() => page.getByRole("log").getAttribute("aria-live"), "off");
			await leave(page);
		});
	});

	describe("places", () => {
		it("without a goal it offers the goals, and shows the one that is chosen", async () => {
			const page = await stage.open("feed", { story: "none" });
			await page.getByRole("button", { name: /Express 4 to 5/ }).waitFor();
			await audit(page);
			await picture(page, "feed-picker");
			await page.getByRole("button", { name: /Express 4 to 5/ }).click();
			await row(page, "npm run typecheck").waitFor();
			await leave(page);
		});

		it("without any goals it says so", async () => {
			const page = await stage.open("feed", { story: "none", noGoals: true });
			await page.getByText("No goals yet.").waitFor();
			await leave(page);
		});

		it("a goal of which nothing happened says so", async () => {
			const page = await stage.open("feed", { story: "empty" });
			await page.getByText("Nothing has happened yet.").waitFor();
			await audit(page);
			await leave(page);
		});

		it("the editor can ask for a place in it, also before there is anything to show", async () => {
			const early = await stage.open("feed", { story: "long:5000" });
			await early.evaluate(() => window.fake.show({ seq: 1000 }));
			await early.locator(".marked").waitFor();
			await leave(early);
			const page = await stage.open("feed", { story: "long:20000" });
			await page.locator("[data-seq='19999'], [data-seq='20000'], [data-seq='19998']").first().waitFor();
			await page.evaluate(() => window.fake.show({ seq: 7000 }));
			await page
				.locator("[data-seq='7000'].marked, [data-seq='7001'].marked, [data-seq='7002'].marked")
				.first()
				.waitFor();
			await leave(page);
		});
	});
});

function row(page: Page, text: string) {
	return page.locator("[data-seq]", { hasText: text });
}

async function say(page: Page, text: string): Promise<void> {
	await page.evaluate(
		(words) =>
			window.fake.append([
				{
					type: "message.added",
					messageId: `m-${words}`.replaceAll(" ", "-") as never,
					threadId: "t-4" as never,
					from: "implementer",
					text: words,
				},
			]),
		text,
	);
}

async function isAtEnd(page: Page): Promise<boolean> {
	return page.locator(".feed").evaluate((feed) => feed.scrollTop + feed.clientHeight >= feed.scrollHeight - 4);
}

async function scrollTo(page: Page, top: number): Promise<void> {
	await page.locator(".feed").evaluate((feed, y) => feed.scrollTo(0, y), top);
}

async function topOf(page: Page, key: string): Promise<number> {
	return page.locator(`[data-key="${key}"]`).evaluate((item) => (item as HTMLElement).offsetTop - 60);
}
