import assert from "node:assert/strict";
import { themes } from "./harness/pages.ts";
import { audit, leave, openStage, picture, type Stage } from "./harness/stage.ts";
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
			await page.getByText("npx tsc --noEmit -p tsconfig.json").waitFor();
			await page.evaluate((text) => window.fake.delta("t-5", "turn-9", text), reviewerSays);
			await page.getByText("so I want to see").waitFor();
			await picture(page, `feed-${theme.slice(7)}`);
			await audit(page);
			assert.equal(await page.locator("[data-active]").count(), 1);
			await leave(page);
		});
	}
});
