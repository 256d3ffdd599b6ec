import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { foldRows, histories } from "../histories/history.ts";
import { themes } from "./harness/pages.ts";
import { audit, leave, openStage, type Stage } from "./harness/stage.ts";

/** Goals that really ran, in every page that shows a goal. A page that complains about anything fails its test. */
describe("pages of recorded goals", function () {
	this.timeout(120_000);
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage.close());

	for (const [index, history] of histories().entries()) {
		const goal = foldRows(history.rows);
		// Nothing opens a goal that was deleted.
		if (goal.deleted) continue;
		const recorded = { story: `history:${history.name}`, theme: themes[index % themes.length], height: 900 };

		it(`${history.name}: ${history.expected.about}`, async () => {
			const feed = await stage.open("feed", recorded);
			await feed.locator(".feed-row").first().waitFor();
			await readsWell(feed);
			await leave(feed);

			const overview = await stage.open("overview", recorded);
			await overview.getByRole("heading", { name: goal.title }).first().waitFor();
			for (const step of Object.values(goal.steps)) {
				if (goal.plan?.order.includes(step.stepId)) await overview.getByText(step.title).first().waitFor();
			}
			await readsWell(overview);
			await audit(overview);
			await leave(overview);

			const threads = Object.values(goal.threads);
			for (const { threadId } of [threads[0], threads.at(-1)].flatMap((one) => one ?? [])) {
				const thread = await stage.open("thread", { ...recorded, thread: threadId });
				await thread.locator(".transcript > *").first().waitFor();
				await readsWell(thread);
				await leave(thread);
			}
		});
	}
});

/** Words for people, and nothing that a program left in them. */
async function readsWell(page: Page): Promise<void> {
	const text = (await page.locator("body").allInnerTexts()).join("\n");
	assert.ok(!/\bundefined\b|\[object |\bNaN\b/.test(text), text);
}
