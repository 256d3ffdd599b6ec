import type { Locator } from "playwright-core";
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
	const toast = window.page.locator(".notification-toast").first();
	const button = toast.getByRole("button", { name: /^(Approve|Show)$/ }).first();
	await button.or(over).first().waitFor({ timeout: 60_000 });
	if (await over.isVisible()) return undefined;
	const said = (await toast.locator(".notification-list-item-message").textContent()) ?? "";
	const isWhole = (await button.textContent()) === "Approve";
	await button.click();
	if (!isWhole) await approveInDocument(window);
	await window.toast(said).first().waitFor({ state: "detached" });
	return said;
}

/** The document in front shows the exact action; its lens approves it. */
export async function approveInDocument(window: Workbench): Promise<void> {
	const lens = window.page.locator(".codelens-decoration a").filter({ hasText: /^Approve$/ });
	await lens.first().click();
	await lens.first().waitFor({ state: "detached" });
}

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
