import { themes } from "./harness/pages.ts";
import { audit, leave, openStage, picture, type Stage } from "./harness/stage.ts";

describe("overview", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	for (const theme of themes) {
		it(`shows state, what waits, steps and the rest, without a barrier, in ${theme}`, async () => {
			const page = await stage.open("overview", { theme, width: 1000, height: 1180 });
			await page.getByText("test/contract/charges.test.ts").waitFor();
			await picture(page, `overview-${theme.slice(7)}`);
			await audit(page);
			await leave(page);
		});
	}
});
