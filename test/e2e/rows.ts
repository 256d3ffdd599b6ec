import type { Locator } from "playwright-core";

/**
 * Clicks until `effect` is there. A tree that is drawn anew between the moving of the mouse and the click gives the click
 * to what has come to lie under it; a person then clicks again.
 */
export async function clickUntil(click: () => Promise<void>, effect: Locator): Promise<void> {
	for (let left = 5; ; left--) {
		await click();
		try {
			await effect.first().waitFor({ timeout: left > 0 ? 4000 : 30_000 });
			return;
		} catch (cause) {
			if (left === 0) throw cause;
		}
	}
}
