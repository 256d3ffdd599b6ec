import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { ensurePrograms, findProgram } from "../../../scripts/debian.mjs";
import type { Fake } from "./fakeHost.ts";
import { type PageOptions, type Pages, servePages } from "./pages.ts";
import { now } from "./story.ts";

/** A browser with the pages in it. Whatever a page complains about (an error, a refused style) fails its test. */
export interface Stage {
	readonly pages: Pages;
	open(app: string, options?: StageOptions): Promise<Page>;
	close(): Promise<void>;
}

export interface StageOptions extends PageOptions {
	readonly width?: number;
	readonly height?: number;
	/** The real clock, instead of one that stands still at the story's moment. */
	readonly ticking?: boolean;
	readonly reducedMotion?: boolean;
	readonly scale?: number;
}

declare global {
	interface Window {
		fake: Fake;
	}
}

const complaints = new WeakMap<Page, string[]>();

export async function openStage(): Promise<Stage> {
	await ensurePrograms(["chromium"]);
	const pages = await servePages();
	const browser: Browser = await chromium.launch({
		executablePath: findProgram("chromium")!,
		headless: true,
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-dev-shm-usage",
			"--no-first-run",
			"--disable-background-networking",
		],
	});
	return {
		pages,
		async open(app, options = {}) {
			const context = await browser.newContext({
				viewport: { width: options.width ?? 1200, height: options.height ?? 320 },
				timezoneId: "UTC",
				locale: "en-US",
				reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
				deviceScaleFactor: options.scale ?? 1,
			});
			const page = await context.newPage();
			page.setDefaultTimeout(15_000);
			// A story of 100,000 events is made while the page loads.
			page.setDefaultNavigationTimeout(60_000);
			// Functions that tests hand to the page were compiled with this in them.
			await page.addInitScript("globalThis.__name = (value) => value");
			const said: string[] = [];
			complaints.set(page, said);
			page.on("pageerror", (error) => said.push(String(error)));
			page.on("console", (message) => {
				if (message.type() === "error" || /Content.Security.Policy/i.test(message.text())) said.push(message.text());
			});
			if (!options.ticking) await page.clock.setFixedTime(now);
			await page.goto(pages.url(app, options));
			return page;
		},
		async close() {
			await browser.close();
			await pages.close();
		},
	};
}

/** Closes the page; it must not have complained. */
export async function leave(page: Page): Promise<void> {
	const said = (complaints.get(page) ?? []).filter((text) => !text.includes(emptyStyle));
	await page.context().close();
	assert.deepEqual(said, []);
}

/** What is read comes to this: the toolkit's parts, and whatever is drawn, follow a frame or two behind the state. */
export async function becomes<T>(read: () => Promise<T>, expected: T): Promise<void> {
	for (const deadline = performance.now() + 30_000; ; await new Promise((wait) => setTimeout(wait, 20))) {
		const now = await read();
		if (isDeepStrictEqual(now, expected) || performance.now() > deadline) return assert.deepEqual(now, expected);
	}
}

/** What the page asked of the editor under this name, once it has asked `count` times. */
export async function asked<T = unknown>(page: Page, method: string, count = 1): Promise<T[]> {
	await page.waitForFunction(([name, least]) => window.fake.asked(name).length >= least, [method, count] as const);
	return (await page.evaluate((name) => window.fake.asked(name), method)) as T[];
}

/** What the page wanted to be shown elsewhere. */
export async function targets(page: Page, count = 1): Promise<{ kind: string }[]> {
	return (await asked<{ target: { kind: string } }>(page, "webview/open", count)).map((one) => one.target);
}

/** The digest of an empty style sheet: axe adds one, which the policy refuses. */
const emptyStyle = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

const output = path.resolve(fileURLToPath(import.meta.url), "../../../output/webviews");

export async function picture(page: Page, name: string): Promise<void> {
	await mkdir(output, { recursive: true });
	await page.screenshot({ path: path.join(output, `${name}.png`), animations: "disabled" });
}

/** Every rule of axe that applies to a part of a page. */
export async function audit(page: Page): Promise<void> {
	await page.evaluate(axe.source);
	const violations = await page.evaluate(async () => {
		const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } };
		interface Violation {
			readonly id: string;
			readonly help: string;
			readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
		}
		// A webview is a part of the editor's page, which brings landmarks and the first heading.
		const result = await axe.run({
			rules: Object.fromEntries(
				["region", "landmark-one-main", "page-has-heading-one"].map((rule) => [rule, { enabled: false }]),
			),
		});
		return result.violations.map(
			(one) =>
				`${one.id}: ${one.help}\n${one.nodes.map((node) => `  ${node.html.slice(0, 200)}\n  ${node.failureSummary ?? ""}`).join("\n")}`,
		);
	});
	assert.deepEqual(violations, []);
}
