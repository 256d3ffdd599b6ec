import { searchText } from "./searchText.ts";
import type { SqliteFile } from "./sqliteFile.ts";

/**
 * The full-text index over bodies: contentless, so it holds only what is needed to find rows. It can be lost at any
 * time. A contentless index cannot forget single rows, so whoever erases a body discards the whole index; the discarded
 * one is taken apart a piece at a time, because a large drop would hold all of its pages in memory.
 *
 * All functions but `find` run inside a transaction.
 */
export interface FullText {
	/** Creates the index if there is none. */
	prepare(): void;
	add(id: number, body: string): void;
	/** Ids between two others whose bodies have words beginning with each of `words`, greatest first. */
	find(words: readonly string[], after: number, before: number, limit: number): readonly number[];
	/** Puts the index aside; false while an older one is still being removed. */
	discard(): boolean;
	/** Removes a piece of what was put aside; true when nothing is left. */
	removeSome(): boolean;
}

export function createFullText(file: SqliteFile): FullText {
	const exists = (table: string) =>
		file.row("SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?", [table]) !== undefined;

	return {
		prepare() {
			if (exists("words")) return;
			file.script(`CREATE VIRTUAL TABLE words USING fts4(content="", text)`);
			file.run(`INSERT INTO words (words) VALUES ('automerge=8')`); // small merges often, instead of a huge one
		},
		add(id, body) {
			file.run("INSERT INTO words (docid, text) VALUES (CAST(? AS INTEGER),?)", [id, searchText(body)]);
		},
		find(words, after, before, limit) {
			const found: number[] = [];
			file.rows(
				"SELECT docid FROM words WHERE words MATCH ? AND docid > CAST(? AS INTEGER) AND docid < CAST(? AS INTEGER) ORDER BY docid DESC LIMIT ?",
				[words.map((word) => `"${word}*"`).join(" "), after, before, limit],
				([id]) => {
					found.push(Number(id));
					return true;
				},
			);
			return found;
		},
		discard() {
			if (exists("words_discarded")) return false;
			if (exists("words")) file.script("ALTER TABLE words RENAME TO words_discarded");
			return true;
		},
		removeSome() {
			if (!exists("words_discarded")) return true;
			const table = "words_discarded_segments";
			file.run(`DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} LIMIT ${removedSegments})`);
			if (file.row(`SELECT 1 FROM ${table} LIMIT 1`) === undefined) file.script("DROP TABLE words_discarded");
			return false;
		},
	};
}

/** Each is a page or less. */
const removedSegments = 500;
