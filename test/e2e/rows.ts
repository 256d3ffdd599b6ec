import type { Locator } from "playwright-core";

/**
 * Clicks until `effect` is there. A tree that is drawn anew between the moving of the mouse and the click gives the click
 * to what has come to lie under it, or takes the button away; a person then tries again. What is clicked gets the time
 * that it may take.
 */
export async function clickUntil(
	click: (within: { timeout: number }) => Promise<void>,
	effect: Locator,
): Promise<void> {
	for (let left = 6; ; left--) {
		try {
			await click({ timeout: 4000 });
			await effect.first().waitFor({ timeout: left > 0 ? 4000 : 30_000 });
			return;
		} catch (cause) {
			if (left === 0) throw cause;
		}
	}
}
