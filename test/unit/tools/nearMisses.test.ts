import assert from "node:assert/strict";
import { editFile } from "../../../src/daemon/tools/editFile.ts";
import { ToolError } from "../../../src/daemon/tools/tool.ts";

const file = `import { readFile } from "node:fs/promises";
import path from "node:path";

/** What the ledger's pages say - all of them. */
export interface Ledger {
	readonly title: string;
	readonly pages: readonly Page[];
}

const pageSize = 4096;
const titles = ["Income", 'Spending', "What's left"];

export async function openLedger(folder: string): Promise<Ledger> {
	const text = await readFile(path.join(folder, "ledger.json"), "utf8");
	const { title, pages } = JSON.parse(text) as Ledger;
	if (pages.length > pageSize) {
		throw new Error(\`"\${title}" has too many pages: \${pages.length}.\\n\`);
	}
	return { title, pages: pages.filter((page) => page.total !== 0) };
}

export function sumOf(pages: readonly Page[]): number {
	let sum = 0;
	for (const page of pages) {
		sum += page.total;
	}

	return sum;
}

export const isEmpty = (ledger: Ledger): boolean => ledger.pages.length === 0 && ledger.title === "";
`;
const lines = file.split("\n");

/** From and to, from 1. */
const passages: readonly (readonly [from: number, to: number])[] = [
	[2, 2],
	[4, 8],
	[11, 11],
	[14, 15],
	[16, 18],
	[19, 20],
	[22, 28],
	[24, 26],
	[31, 31],
	[13, 20],
];

type Slip = readonly [name: string, change: (text: string, from: number) => string, words: RegExp];
const each = (text: string, change: (line: string, at: number) => string) => text.split("\n").map(change).join("\n");
const indentation = /differs in the indentation/;
const spaces = /differs in (spaces|the indentation)/;
const alike = /quotes, dashes or spaces that look alike|differs in spaces/;
const numbers = /the line numbers, which are not part of the file/;
const place = /The nearest is lines? \d/;

const slips: readonly Slip[] = [
	["four spaces for a tab", (text) => text.replaceAll("\t", "    "), indentation],
	["two spaces for a tab", (text) => text.replaceAll("\t", "  "), indentation],
	["one level more", (text) => each(text, (line) => (line ? `\t${line}` : line)), indentation],
	[
		"two levels more, but for the first line",
		(text) => each(text, (line, at) => (at && line ? `\t\t${line}` : line)),
		indentation,
	],
	["no indentation", (text) => each(text, (line) => line.trimStart()), indentation],
	["spaces at the end", (text) => each(text, (line) => `${line}  `), /differs in spaces at the end of lines/],
	["a tab at the end", (text) => each(text, (line) => `${line}\t`), /differs in spaces at the end of lines/],
	["spaces within", (text) => each(text, (line) => line.replace(/(\S) (\S)/, "$1  $2")), spaces],
	["no spaces around signs", (text) => each(text, (line) => line.replace(/ (=>?|>|\+=|:) /, "$1")), spaces],
	["typographic double quotes", (text) => text.replace(/"([^"]*)"/g, "“$1”"), alike],
	["typographic single quotes", (text) => text.replaceAll("'", "’"), alike],
	["no-break spaces", (text) => each(text, (line) => line.replace(/(\S) /, "$1\u00a0")), alike],
	["a zero-width space", (text) => each(text, (line) => line.replace(/(\w)(\w)/, "$1\u200b$2")), alike],
	["wide letters", (text) => text.replace("(", "（").replace(")", "）").replace(";", "；"), alike],
	["a dash for a minus", (text) => text.replaceAll(" - ", " – "), alike],
	["capital letters", (text) => text.toUpperCase(), /capital and small letters/],
	[
		"one capital letter",
		(text) => text.replace(/[a-z]/, (letter) => letter.toUpperCase()),
		/capital and small letters/,
	],
	["line numbers with a colon", (text, from) => each(text, (line, at) => `${from + at}: ${line}`), numbers],
	["line numbers with a tab", (text, from) => each(text, (line, at) => `${from + at}\t${line}`), numbers],
	["line numbers with a bar", (text, from) => each(text, (line, at) => ` ${from + at} | ${line}`), numbers],
	["escaped breaks and tabs", (text) => JSON.stringify(text).slice(1, -1), /escapes: the find has/],
	[
		"entities",
		(text) => text.replace(/[<>"&]/g, (sign) => `&${{ "<": "lt", ">": "gt", '"': "quot", "&": "amp" }[sign]};`),
		/entities/,
	],
	["a fence", (text) => `\`\`\`ts\n${text}\n\`\`\``, /the fence around the find/],
	["signs of a diff", (text) => each(text, (line) => `-${line}`), /the signs of a diff/],
	["another word", (text) => text.replace(/\b(pages|path|titles|sum|ledger)\b/, "entries"), place],
	["a word too much", (text) => text.replace(/(\w+)([ ;(.])/, "$1More$2"), place],
	["a letter less", (text) => text.replace(/(\w\w)\w(\w\w)/, "$1$2"), place],
	["another end", (text) => `${text.slice(0, -1)}?!`, place],
	["a first line that it does not have", (text) => `// Here it begins.\n${text}`, place],
];

describe("an edit that nearly fits", () => {
	const rows = slips.flatMap(([name, change, words]) =>
		passages.flatMap(([from, to]) => {
			const text = lines.slice(from - 1, to).join("\n");
			const find = change(text, from);
			return file.includes(find) ? [] : [{ name, from, to, find, words }];
		}),
	);

	it("is looked at in hundreds of ways", () => assert.ok(rows.length > 200, String(rows.length)));

	for (const { name, from, to, find, words } of rows)
		it(`is told where the text is, and how it differs: ${name}, lines ${from}–${to}`, () => {
			const edit = () => editFile.edit({ path: "ledger.ts", edits: [{ find, replace: "x" }] }, Buffer.from(file));
			return assert.rejects(
				async () => edit(),
				(cause) => {
					assert.ok(cause instanceof ToolError);
					assert.match(cause.message, words);
					const [, first, last = first] = /The nearest is lines? (\d+)(?:–(\d+))?/.exec(cause.message) ?? [];
					assert.ok(Number(first) <= to && Number(last) >= from, `${cause.message}\n(it is ${from}–${to})`);
					assert.ok(Math.abs(Number(first) - from) <= 1, `${cause.message}\n(it is ${from}–${to})`);
					assert.ok(cause.message.length < 2500, "a short sentence");
					return true;
				},
			);
		});
});
