import type { Workbench } from "../host/workbench.ts";

/** For `afterEach`: what the window looked like when a story broke off. */
export function pictureOfFailure(window: () => Workbench | undefined): (this: Mocha.Context) => Promise<void> {
	return async function () {
		if (this.currentTest?.state !== "failed") return;
		const name = this.currentTest.title.replace(/[^a-z]+/gi, "-").slice(0, 120);
		await window()?.screenshot(`failed-${name}`);
	};
}
