import assert from "node:assert/strict";
import type { RecordedEvent } from "../../src/core/events.ts";
import { evolve, evolveAll, newGoal } from "../../src/core/folds/evolve.ts";
import { newFeed } from "../../src/webviews/feed/feed.ts";
import { noFilter } from "../../src/webviews/feed/filter.ts";
import { layOut } from "../../src/webviews/feed/layout.ts";
import { newRowProjection } from "../../src/webviews/feed/rowProjection.ts";
import { shownTypes } from "../../src/webviews/feed/rows.ts";
import type { GoalWatch } from "../../src/webviews/shared/goalWatch.ts";
import type { Host } from "../../src/webviews/shared/host.ts";
import { seeded } from "../support/seed.ts";
import { goalId, longHistory, migration } from "./harness/story.ts";

describe("feed model", () => {
	before(() => {
		globalThis.requestAnimationFrame ??= (draw) => setTimeout(() => draw(0), 1) as unknown as number;
		globalThis.cancelAnimationFrame ??= (frame) => clearTimeout(frame);
	});

	it("rows are the same in whatever pages the log is read", () => {
		const random = seeded("pages");
		const all = longHistory(3000);
		const goal = evolveAll(newGoal(goalId), all);
		const whole = newRowProjection();
		whole.append(all, goal);
		for (let turn = 0; turn < 20; turn++) {
			const projection = newRowProjection();
			let first = random.between(0, all.length);
			let last = first;
			while (first > 0 || last < all.length) {
				const size = random.between(1, 400);
				if (random.next() < 0.5) {
					projection.prepend(all.slice(Math.max(0, first - size), first), goal);
					first = Math.max(0, first - size);
				} else {
					projection.append(all.slice(last, last + size), goal);
					last = Math.min(all.length, last + size);
				}
				if (random.next() < 0.2 && projection.rows().length > 10) {
					// What is cut at an end is read again.
					const count = random.between(1, 5);
					if (random.next() < 0.5) {
						projection.cutStart(count);
						first = projection.rows()[0]!.seq - 1;
					} else {
						const rows = projection.rows();
						last = rows[rows.length - count]!.seq - 1;
						projection.cutEnd(count);
					}
				}
			}
			assert.deepEqual(
				projection.rows().map(({ key, seq, text, result, note }) => [key, seq, text, result, note]),
				whole.rows().map(({ key, seq, text, result, note }) => [key, seq, text, result, note]),
			);
		}
	});

	it("whatever comes while pages are under way, every row is there once, in its order", async function () {
		this.timeout(60_000);
		const random = seeded("feed");
		for (let turn = 0; turn < 4; turn++) {
			const all = longHistory(random.between(1200, 6000));
			const { host, watch, append, settled } = scripted(all, random.between(1, all.length), random);
			const feed = newFeed(host, watch, noFilter);
			feed.resized({ height: 400, narrow: false, columns: 80 });
			while (append(random.between(0, 300)) < all.length) {
				const choice = random.next();
				if (choice < 0.3) feed.scrolled(random.next() * total(feed));
				else if (choice < 0.4) feed.follow();
				else if (choice < 0.5) feed.goHome();
				else if (choice < 0.6) feed.setFilter({ text: "", off: random.next() < 0.5 ? ["tools"] : ["todos"] });
				else if (choice < 0.7) feed.goTo(random.between(1, all.length));
				await new Promise((wait) => setTimeout(wait, random.between(0, 3)));
			}
			feed.setFilter(noFilter);
			await settled();
			feed.goHome();
			await settled();
			const seen: string[] = [];
			for (let steps = 0; steps < 5000; steps++) {
				const { items, tops } = feed.layout();
				const from = feed.scrollTop() - feed.pads().top;
				items.forEach((item, index) => {
					const shown = tops[index]! < from + 400 && tops[index + 1]! > from;
					if (item.kind === "row" && shown && !seen.slice(-200).includes(item.key)) seen.push(item.key);
				});
				if (feed.status().toEnd && feed.scrollTop() + 400 >= total(feed) - 1) break;
				feed.scrolled(Math.min(feed.scrollTop() + 300, total(feed) - 400));
				await settled();
			}
			const projection = newRowProjection();
			projection.append(all, evolveAll(newGoal(goalId), all));
			assert.deepEqual(
				seen,
				projection.rows().map((row) => row.key),
				`turn ${turn} of ${all.length} events`,
			);
			feed.close();
		}
	});

	it("the row at the top edge stays where it is when a page comes before it", async () => {
		const random = seeded("anchor");
		const all = longHistory(20_000);
		const { host, watch, append, settled } = scripted(all, all.length, random);
		append(0);
		const feed = newFeed(host, watch, noFilter);
		feed.resized({ height: 400, narrow: false, columns: 80 });
		await settled();
		for (let turn = 0; turn < 60; turn++) {
			feed.scrolled(feed.scrollTop() - 700);
			const before = topRow(feed);
			await settled();
			assert.deepEqual(topRow(feed), before);
		}
		assert.ok(feed.layout().items.length < 6000);
	});

	it("an approval that waits is shown even in a folded group", () => {
		const all = migration();
		const goal = evolveAll(newGoal(goalId), all);
		const projection = newRowProjection();
		projection.append(all, goal);
		const choices = {
			folds: new Map(),
			narrow: false,
			columns: 80,
			isWaiting: (row: { approvalId?: string }) => row.approvalId === "a-1",
		};
		const open = layOut(projection.rows(), [], goal, { ...choices, closedGroups: new Set() });
		const groups = new Set(open.items.flatMap((item) => (item.kind === "group" ? item.group.key : [])));
		const closed = layOut(projection.rows(), [], goal, { ...choices, closedGroups: groups });
		assert.deepEqual(
			closed.items.flatMap((item) => (item.kind === "row" ? item.key : [])),
			["approval:a-1"],
		);
	});

	it("asks the daemon for no events that have no row", () => {
		assert.ok(!shownTypes.includes("turn.started"));
		assert.ok(!shownTypes.includes("snapshot.taken"));
	});
});

type Feed = ReturnType<typeof newFeed>;

function total(feed: Feed): number {
	const { top, bottom } = feed.pads();
	return top + feed.layout().height + bottom;
}

/** The first row that is visible, and its place on the screen. */
function topRow(feed: Feed): { readonly key: string; readonly y: number } | undefined {
	const { items, tops } = feed.layout();
	for (let index = 0; index < items.length; index++) {
		const y = feed.pads().top + tops[index]! - feed.scrollTop();
		if (y >= 0 && items[index]!.kind === "row") return { key: items[index]!.key, y: Math.round(y) };
	}
	return undefined;
}

/** A daemon that answers late, and a goal whose events come in the middle of it. */
function scripted(all: readonly RecordedEvent[], start: number, random: { between(min: number, max: number): number }) {
	let goal = evolveAll(newGoal(goalId), all.slice(0, start));
	const listeners = new Set<(events: readonly RecordedEvent[] | undefined) => void>();
	let open = 0;
	const watch: GoalWatch = {
		goalId,
		goal: () => goal,
		problem: () => undefined,
		live: () => new Map(),
		subscribe: (listen) => {
			listeners.add(listen);
			return () => listeners.delete(listen);
		},
		close: () => undefined,
	};
	const request = async (
		method: string,
		ask: { afterSeq?: number; beforeSeq?: number; limit: number; types?: string[]; descending?: boolean },
	) => {
		assert.equal(method, "goal/events");
		open++;
		await wait();
		const found = all
			.slice(0, goal.seq)
			.filter(
				(event) =>
					event.seq > (ask.afterSeq ?? 0) &&
					event.seq < (ask.beforeSeq ?? Number.POSITIVE_INFINITY) &&
					(!ask.types || ask.types.includes(event.type)),
			);
		const page = ask.descending ? found.slice(-ask.limit).reverse() : found.slice(0, ask.limit);
		await wait();
		open--;
		return { events: page, lastSeq: goal.seq };
	};
	const wait = () => new Promise((done) => setTimeout(done, random.between(0, 2)));
	return {
		host: { request, on: () => () => undefined } as unknown as Host,
		watch,
		append(count: number): number {
			const events = all.slice(goal.seq, goal.seq + count);
			for (const event of events) goal = evolve(goal, event);
			if (events.length > 0) for (const listen of [...listeners]) listen(events);
			return goal.seq;
		},
		async settled(): Promise<void> {
			for (let quiet = 0; quiet < 4; ) {
				await new Promise((done) => setTimeout(done, 2));
				quiet = open === 0 ? quiet + 1 : 0;
			}
		},
	};
}
