import assert from "node:assert/strict";
import { themes } from "./harness/pages.ts";
import { audit, leave, openStage, picture, type Stage } from "./harness/stage.ts";

describe("thread", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

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
	void assert;
});
