import type { Locator, Page } from "playwright-core";
import type { Workbench } from "../host/workbench.ts";

/**
 * Decides what comes up in notifications until `over` is there, as a person does who agrees: Approve where the whole
 * command is shown, else Show, and Approve above the document with all of it. Returns what each notification said.
 */
export async function decideInToasts(window: Workbench, over: Locator): Promise<readonly string[]> {
	const all: string[] = [];
	for (let said = await decideNext(window, over); said !== undefined; said = await decideNext(window, over))
		all.push(said);
	return all;
}

/** The same for the next one. Nothing, when `over` was there first. */
export async function decideNext(window: Workbench, over: Locator): Promise<string | undefined> {
	for (const deadline = Date.now() + 90_000; ; ) {
		try {
			const waiting = window.notification.filter({ has: answerButton(window.page) }).first();
			await waiting.or(over).first().waitFor({ timeout: shortMs });
			if (await over.isVisible()) return undefined;
			return await answer(window, waiting);
		} catch (cause) {
			if (Date.now() > deadline) throw cause;
			// A toast that nobody looked at for some seconds has gone into the list.
			if (!(await window.notification.first().isVisible())) await window.palette("Notifications: Show Notifications");
		}
	}
}

/** Toasts move up while others go, and a machine may be slow: so each click has its time, and what was clicked is gone. */
async function answer(window: Workbench, waiting: Locator): Promise<string> {
	const said = (await waiting.locator(".notification-list-item-message").textContent({ timeout: shortMs })) ?? "";
	const same = window.notification.filter({ hasText: said }).first();
	const button = same.locator(answerButton(window.page)).first();
	const isWhole = (await button.textContent({ timeout: shortMs })) === "Approve";
	await button.click({ timeout: shortMs });
	if (!isWhole) await approveInDocument(window);
	await same.waitFor({ state: "detached", timeout: 2 * shortMs });
	return said;
}

function answerButton(page: Page): Locator {
	return page.getByRole("button", { name: /^(Approve|Show)$/ });
}

/** The document in front shows the exact action; its lens approves it. */
export async function approveInDocument({ page }: Workbench): Promise<void> {
	const lens = page
		.locator(".codelens-decoration a")
		.filter({ hasText: /^Approve$/ })
		.first();
	for (let left = 3; ; left--) {
		try {
			await lens.click({ timeout: 2 * shortMs });
			await lens.waitFor({ state: "detached", timeout: 2 * shortMs });
			return;
		} catch (cause) {
			// Nothing to click any more: the click before did it.
			if (left < 3 && !(await lens.isVisible())) return;
			if (left === 0) throw cause;
		}
	}
}

const shortMs = 5000;

/** Closes what is shown, one after another: it still waits in the tree, the feed and the status bar. */
export async function putToastsAway(window: Workbench): Promise<void> {
	const toast = window.page.locator(".notification-toast").first();
	while (await toast.waitFor({ timeout: 2000 }).then(yes, no)) {
		await toast.hover();
		await toast.getByRole("button", { name: /^Clear Notification/ }).click();
	}
}

const yes = () => true;
const no = () => false;
