import assert from "node:assert/strict";
import { namesOf } from "../../../src/daemon/policy/shell/programs/options.ts";
import { rows } from "../../../src/daemon/policy/shell/programs/programs.ts";
import type { Verb } from "../../../src/daemon/policy/shell/programs/row.ts";

/** A row and the rows of its verbs, each with what it is the row of. */
function withVerbs(name: string, verb: Verb): readonly (readonly [string, Verb])[] {
	const inner = [...Object.entries(verb.verbs ?? {}), ...(verb.anyVerb ? [["…", verb.anyVerb] as const] : [])];
	return [[name, verb], ...inner.flatMap(([names, one]) => withVerbs(`${name} ${names}`, one))];
}

describe("the table of programs", () => {
	const all = rows.flatMap((row) => withVerbs(row.names, row));

	it("has each program in one row", () => {
		assert.deepEqual(twice(rows.flatMap(({ names }) => names.split(" "))), []);
	});

	it("has each verb of a program once", () => {
		const wrong = all.map(([name, { verbs }]) => [
			name,
			twice(Object.keys(verbs ?? {}).flatMap((one) => one.split(" "))),
		]);
		assert.deepEqual(
			wrong.filter(([, found]) => found!.length > 0),
			[],
		);
	});

	it("has each option of a row once, with effect, with value or as a flag", () => {
		const wrong = all.map(([name, { options = {}, valued = "", flags = "" }]) => [
			name,
			twice([...Object.keys(options), valued, flags].flatMap((text) => namesOf(text).map((one) => one.name))),
		]);
		assert.deepEqual(
			wrong.filter(([, found]) => found!.length > 0),
			[],
		);
	});

	it("spells options with a dash, and names with one blank between", () => {
		const texts = all.flatMap(([, { options = {}, valued, flags }]) => [...Object.keys(options), valued, flags]);
		for (const text of texts) {
			if (text === undefined) continue;
			assert.match(text, /^\S+( \S+)*$/, text);
			for (const { name } of namesOf(text)) assert.match(name, /^-/, text);
		}
		for (const { names } of rows) assert.match(names, /^\S+( \S+)*$/);
	});

	it("says of every row that is more than a read what it does, as the end of “it …”", () => {
		const silent = all.filter(([, verb]) => verb.risk !== "read" && !verb.reason && !verb.judge && !verb.verbs);
		assert.deepEqual(
			silent.map(([name]) => name),
			[],
		);
		const reasons = all.flatMap(([, { reason, options = {} }]) => [
			...(reason === undefined ? [] : [reason]),
			...Object.values(options).map((effect) => effect.reason),
		]);
		for (const reason of reasons) assert.match(reason, /^[a-z].*[a-z)]$/);
	});
});

function twice(names: readonly string[]): readonly string[] {
	return names.filter((name, at) => names.indexOf(name) !== at);
}
