import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { leave, openStage, type Stage } from "./harness/stage.ts";

/** The feed of a goal with 100,000 events. How long things take is printed and bounds nothing: `npm run bench` measures. */
const events = 100_000;

describe("feed of 100,000 events", function () {
	this.timeout(120_000);
	let stage: Stage;
	let page: Page;
	before(async () => {
		stage = await openStage();
		page = await stage.open("feed", { story: `long:${events}`, ticking: true });
		page.setDefaultTimeout(30_000);
		await page.locator("[data-seq]").last().waitFor();
	});
	after(async () => {
		await stage?.close();
	});

	it("is shown from its end, with a page of it in memory", async () => {
		const pages = await page.evaluate(() => window.fake.asked("goal/events").length);
		assert.ok(pages <= 3, `${pages} pages`);
		await page.getByText("100,000 events").waitFor();
		assert.ok((await domNodes(page)) < 1500);
	});

	it("scrolls in both directions with few rows in the document, and shows rows where it comes to rest", async () => {
		const up = await scrollBy(page, -60, 240);
		await settled(page);
		const down = await scrollBy(page, 60, 120);
		const nodes = await domNodes(page);
		print("scrolling up", up, nodes);
		print("scrolling down", down, nodes);
		assert.ok(nodes < 2500, `${nodes} nodes`);
		assert.ok(up.restsOnRow && down.restsOnRow, "no row in the middle of the list");
	});

	it("can be dragged to any place at once", async () => {
		for (const part of [0.5, 0.1, 0.9, 0]) {
			await page.locator(".feed").evaluate((feed, at) => feed.scrollTo(0, at * feed.scrollHeight), part);
			await page.waitForFunction((at) => {
				const feed = document.querySelector(".feed")!.getBoundingClientRect();
				const shown = [...document.querySelectorAll<HTMLElement>("[data-seq]")].filter((row) => {
					const box = row.getBoundingClientRect();
					return box.bottom > feed.top && box.top < feed.bottom;
				});
				const seq = Number(shown[0]?.dataset.seq ?? Number.NaN);
				return shown.length >= 3 && Math.abs(seq / 100_000 - at) < 0.04;
			}, part);
		}
		assert.ok((await domNodes(page)) < 2500);
	});

	it("keeps its memory bounded while it is read from end to end", async () => {
		await page.getByRole("button", { name: /Follow|new/ }).click();
		await page.getByRole("button", { name: "Following" }).waitFor();
		for (let turn = 0; turn < 40; turn++) {
			await page.locator(".feed").evaluate((feed) => feed.scrollBy(0, -6000));
			await settled(page);
		}
		assert.ok((await domNodes(page)) < 2500);
		assert.match(
			await page.evaluate(() => document.querySelector<HTMLElement>("[data-seq]")?.dataset.seq ?? ""),
			/^\d+$/,
		);
	});

	it("shows every event that arrives while it follows", async () => {
		await page
			.getByRole("button", { name: /Follow|new/ })
			.first()
			.click();
		await page.getByRole("button", { name: "Following" }).waitFor();
		const times = await page.evaluate(async () => {
			const taken: number[] = [];
			for (let turn = 0; turn < 200; turn++) {
				const text = `event number ${turn} arrives`;
				const began = performance.now();
				window.fake.append([
					{
						type: "message.added",
						messageId: `m-p-${turn}` as never,
						threadId: "t-6" as never,
						from: "implementer",
						text,
					},
				]);
				await new Promise<void>((shown) => {
					const look = () => {
						const rows = document.querySelectorAll("[data-seq]");
						if (rows[rows.length - 1]?.textContent?.includes(text)) shown();
						else requestAnimationFrame(look);
					};
					look();
				});
				taken.push(performance.now() - began);
			}
			return taken.sort((a, b) => a - b);
		});
		const p99 = times[Math.floor(times.length * 0.99)]!;
		console.log(`      event to row: p50 ${times[100]!.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
		await leave(page);
	});
});

interface Scrolled {
	readonly frames: number;
	readonly p50: number;
	readonly p95: number;
	readonly worst: number;
	/** Frames in which the middle of the list showed no row. */
	readonly blank: number;
	/** Whether the middle of the list shows a row soon after the last frame. */
	readonly restsOnRow: boolean;
}

async function scrollBy(page: Page, px: number, frames: number): Promise<Scrolled> {
	return page.evaluate(
		async ([step, count]) => {
			const feed = document.querySelector(".feed")!;
			const box = feed.getBoundingClientRect();
			const times: number[] = [];
			const isOnRow = () => {
				const at = document.elementFromPoint(box.left + 300, box.top + box.height / 2);
				return at?.closest(".feed-row, .feed-group, .feed-line") != null;
			};
			let blank = 0;
			let last = performance.now();
			for (let turn = 0; turn < count!; turn++) {
				feed.scrollTop += step!;
				await new Promise(requestAnimationFrame);
				const now = performance.now();
				times.push(now - last);
				last = now;
				if (!isOnRow()) blank++;
			}
			for (let frames = 0; frames < 300 && !isOnRow(); frames++) await new Promise(requestAnimationFrame);
			times.sort((a, b) => a - b);
			const part = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
			return { frames: count!, p50: part(0.5), p95: part(0.95), worst: part(1), blank, restsOnRow: isOnRow() };
		},
		[px, frames],
	);
}

/** Nothing is being fetched. */
async function settled(page: Page): Promise<void> {
	await page.evaluate(async () => {
		let before = -1;
		for (let same = 0; same < 3; ) {
			await new Promise((wait) => setTimeout(wait, 30));
			const now = window.fake.requests.length;
			same = now === before ? same + 1 : 0;
			before = now;
		}
	});
}

async function domNodes(page: Page): Promise<number> {
	return page.evaluate(() => document.querySelectorAll("*").length);
}

function print(what: string, { p50, p95, worst, blank, frames }: Scrolled, nodes: number): void {
	console.log(
		`      ${what}: ${frames} frames, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, worst ${worst.toFixed(1)} ms, ${blank} blank, ${nodes} DOM nodes`,
	);
}
