import fs from "node:fs";
import path from "node:path";
import type { Frame, Locator, Page } from "playwright-core";
import { root } from "../../scripts/paths.mjs";

/**
 * One window of VS Code, in the words of a person who uses it. Selectors of the workbench stand here and nowhere else.
 * Every wait ends: after 30 s it fails with what it waited for.
 */
export interface Workbench {
	/** For what has no word here. */
	readonly page: Page;
	/** Runs a command from the command palette, found by its whole title ("Mission Control: Launch Goal"). */
	palette(title: string): Promise<void>;
	/** The box of the command palette, quick picks and input boxes. */
	readonly quickInput: Locator;
	/** Chooses the row of the open quick pick that has this text. */
	pick(text: string): Promise<void>;
	/**
	 * Chooses the row of this name in the quick pick of this title, and comes back when it is gone. For picks that follow
	 * each other: the next one may have a row of that text too, and stands a moment after the one before has closed.
	 */
	choose(title: string, name: string): Promise<void>;
	/** Types into the quick pick or input box of this title as fast as keys can follow each other, and presses Enter. */
	answer(title: string, text: string): Promise<void>;
	/** Types into the open input box and confirms it. */
	enter(text: string): Promise<void>;
	/** Opens a view container by its name in the activity bar or the panel ("Mission Control"). */
	openView(name: string): Promise<void>;
	/** A row of any tree or list in a side bar or panel. */
	treeRow(text: string | RegExp): Locator;
	/** Notification toasts with this text. Their buttons: `.getByRole("button", { name })`. */
	toast(text: string | RegExp): Locator;
	/** What waits in a toast, or in the list of notifications when that is open: toasts go there after some seconds. */
	readonly notification: Locator;
	/** The modal dialog with this text. */
	dialog(text: string | RegExp): Locator;
	/** The entry of the status bar with this text. */
	statusBar(text: string | RegExp): Locator;
	/** The tab of an editor with this name. */
	tab(name: string | RegExp): Locator;
	/** The document of the webview in which `selector` is visible: its own page inside two frames. */
	webview(selector: string): Promise<Frame>;
	/** Waits for a diff editor with content in it. */
	diff(): Promise<Locator>;
	/** Loads the window anew, as "Developer: Reload Window" does. */
	reload(): Promise<void>;
	/** Closes the window. The editor goes on. */
	close(): Promise<void>;
	/** A picture in test/output, for people. Returns its path. */
	screenshot(name: string): Promise<string>;
}

/** Wraps a page that is loading a workbench; resolves when it can be used. */
export async function workbenchOf(page: Page): Promise<Workbench> {
	page.setDefaultTimeout(timeoutMs);
	await standing(page);
	const quickInput = page.locator(".quick-input-widget");
	const input = quickInput.locator("input").and(page.locator(":visible")).first();
	/** "Pause Goal" is not "Pause Goal Now". */
	const command = (title: string) =>
		quickInput
			.locator(".monaco-list-row")
			.filter({ has: page.getByText(title, { exact: true }) })
			.first();
	const pick = (text: string) => row(quickInput, text).click();
	const titled = (title: string) =>
		quickInput.filter({ has: page.locator(".quick-input-title").getByText(title, { exact: true }) });
	return {
		page,
		quickInput,
		pick,
		async choose(title, name) {
			const wanted = titled(title)
				.locator(".monaco-list-row")
				.filter({ has: page.getByText(name, { exact: true }) })
				.first();
			await wanted.waitFor();
			await goneAfter(wanted, (within) => wanted.click(within));
		},
		async palette(title) {
			// A list that is open does not take in the commands of an extension that is found a moment later, and it closes
			// when something else takes the focus; a view that loads may swallow the key: ask again.
			const deadline = Date.now() + timeoutMs;
			// Each time longer, for a machine that is slow.
			for (let timeout = 2000; ; timeout *= 2) {
				await page.bringToFront();
				await page.keyboard.press("F1");
				const chosen = input
					.fill(`>${title}`, { timeout })
					.then(() => command(title).waitFor({ timeout }))
					.then(() => command(title).click({ timeout }));
				if (
					await chosen.then(
						() => true,
						() => false,
					)
				)
					return;
				if (Date.now() > deadline) throw new Error(`The command palette does not offer "${title}".`);
				await page.keyboard.press("Escape");
			}
		},
		async answer(title, text) {
			const asked = titled(title).locator("input:visible").first();
			await asked.focus();
			await page.keyboard.type(text);
			await page.keyboard.press("Enter");
		},
		async enter(text) {
			await input.fill(text);
			await page.keyboard.press("Enter");
		},
		async openView(name) {
			// The item, not its link: a badge may lie over the link.
			const item = page.locator(`.composite-bar .action-item:has(a[aria-label^="${name}"])`).first();
			const open = await item.locator("a").getAttribute("aria-expanded");
			if (open !== "true" && !(await item.getAttribute("class"))?.includes("checked")) await item.click();
		},
		treeRow: (text) => page.locator(".pane-body .monaco-list-row").filter({ hasText: text }),
		toast: (text) => page.locator(".notification-toast").filter({ hasText: text }),
		notification: page.locator(".notification-toast, .notifications-center.visible").locator(".notification-list-item"),
		dialog: (text) => page.locator(".monaco-dialog-box").filter({ hasText: text }),
		statusBar: (text) => page.locator(".statusbar-item").filter({ hasText: text }),
		tab: (name) => page.locator(".tabs-container .tab").filter({ hasText: name }),
		webview: (selector) => webviewWith(page, selector),
		async diff() {
			const editor = page.locator(".monaco-diff-editor, .multiDiffEditor, .monaco-multi-diff-editor").first();
			await editor.locator(".view-line").first().waitFor();
			return editor;
		},
		async reload() {
			await page.reload();
			await standing(page);
		},
		close: () => page.close(),
		async screenshot(name) {
			const file = path.join(root, "test/output", `${name}.png`);
			fs.mkdirSync(path.dirname(file), { recursive: true });
			await page.screenshot({ path: file });
			return file;
		},
	};
}

const timeoutMs = 60_000;

async function standing(page: Page): Promise<void> {
	await page.locator(".monaco-workbench .activitybar").waitFor({ timeout: 60_000 });
	// The status bar is filled when the window's own contributions have run; commands work from then on.
	await page.locator(".statusbar-item").first().waitFor();
}

/** A click that a list drawn anew has swallowed is made again, as long as what was to be clicked is there. */
async function goneAfter(target: Locator, click: (within: { timeout: number }) => Promise<void>): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		try {
			await click({ timeout: 2000 });
			await target.waitFor({ state: "hidden", timeout: 2000 });
			return;
		} catch (cause) {
			if (!(await target.isVisible())) return;
			if (Date.now() > deadline) throw cause;
		}
	}
}

function row(list: Locator, text: string): Locator {
	return list.locator(".monaco-list-row").filter({ hasText: text }).first();
}

/** Hidden webviews keep their frames, and frames are replaced while they load: so all are asked until one has it. */
async function webviewWith(page: Page, selector: string): Promise<Frame> {
	const deadline = Date.now() + timeoutMs;
	while (Date.now() < deadline) {
		for (const frame of page.frames()) {
			if (frame === page.mainFrame()) continue;
			const visible = await frame
				.locator(selector)
				.first()
				.isVisible()
				.catch(() => false);
			if (visible) return frame;
		}
		await page.waitForTimeout(100);
	}
	throw new Error(`No webview showed ${selector} within ${timeoutMs} ms. Frames: ${page.frames().length}`);
}
