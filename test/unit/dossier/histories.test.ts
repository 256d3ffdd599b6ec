import assert from "node:assert/strict";
import * as v from "valibot";
import { eventTypes, RecordedEventSchema } from "../../../src/core/events.ts";
import { readEvent } from "../../../src/core/upcast.ts";
import { dossierOf, expectedOf, foldRows, histories, plain } from "../../histories/history.ts";

describe("a history that was recorded once", () => {
	const all = histories();

	for (const { name, rows, expected, dossier } of all) {
		describe(`${name}: ${expected.about}`, () => {
			it("is read by today's protocol, event by event", () => {
				for (const row of rows) {
					if (row.body === undefined) continue;
					const read = v.safeParse(RecordedEventSchema, readEvent(row));
					assert.ok(read.success, `event ${row.seq} (${row.type}): ${JSON.stringify(read.issues)}`);
				}
			});

			it("folds to what it came to then", () => {
				const now = expectedOf(expected.about, rows);
				assert.deepEqual(partOf(now, expected), expected);
			});

			it("folds to the same from a checkpoint after any event", () => {
				const whole = plain(foldRows(rows));
				for (let at = 1; at < rows.length; at++) {
					const checkpoint = plain(foldRows(rows.slice(0, at)));
					assert.deepEqual(plain(foldRows(rows.slice(at), checkpoint)), whole, `after event ${at}`);
				}
			});

			it("has the account that it had then, after a change that was meant `npm run record-history -- --expect`", () => {
				assert.equal(dossierOf(rows), dossier);
			});
		});
	}

	it("has every type of event, so that each released shape is replayed", () => {
		const seen = new Set(all.flatMap(({ rows }) => rows.map(({ type }) => type)));
		const missing = eventTypes.filter((type) => !seen.has(type));
		assert.deepEqual(missing, [], "record a story with it: `npm run record-history`");
	});
});

/** Fields that came later are no difference. */
function partOf(value: unknown, pattern: unknown): unknown {
	if (Array.isArray(value) && Array.isArray(pattern)) {
		return value.map((item, index) => (index < pattern.length ? partOf(item, pattern[index]) : item));
	}
	if (typeof value !== "object" || value === null || typeof pattern !== "object" || pattern === null) return value;
	const known = new Set(Object.keys(pattern));
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => known.has(name))
			.map(([name, item]) => [name, partOf(item, (pattern as Record<string, unknown>)[name])]),
	);
}
