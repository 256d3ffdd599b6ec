import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { names } from "../../../scripts/texts/bareText.ts";
import { parse, walkNodes } from "../../../scripts/texts/syntax.ts";
import { readTables } from "../../../scripts/texts/tableTexts.ts";
import { Autonomy, efforts, PlanApproval, Priority } from "../../../src/core/values.ts";
import { answerWords, reviewWords } from "../../../src/core/words/answers.ts";

/**
 * A language in which each text stands in brackets, so that it shows which words of a page nobody can translate. What a
 * page was told is data, and what core makes of it in words is English everywhere; all other words have to be in
 * brackets.
 */
const root = path.resolve(fileURLToPath(import.meta.url), "../../../..");

export function bracketedTexts(): Readonly<Record<string, string>> {
	const bundle: Readonly<Record<string, string>> = JSON.parse(
		fs.readFileSync(path.join(root, "l10n/bundle.l10n.json"), "utf8"),
	);
	return Object.fromEntries(Object.entries(bundle).map(([text, shown]) => [text, `[!!${shown}!!]`]));
}

/** Words of a page that stand in no brackets. */
export async function wordsWithoutBrackets(page: Page): Promise<readonly string[]> {
	const { shown, told } = await page.evaluate(() => {
		const shown: string[] = [];
		const look = (node: Node): void => {
			if (node instanceof Text) shown.push(node.data);
			if (node instanceof Element) {
				if (/^(script|style)$/i.test(node.tagName)) return;
				for (const name of ["title", "placeholder", "alt", "aria-label", "aria-description", "aria-valuetext"])
					shown.push(node.getAttribute(name) ?? "");
				node.shadowRoot?.childNodes.forEach(look);
			}
			node.childNodes.forEach(look);
		};
		look(document.body);
		return { shown, told: JSON.stringify(window.fake.told) };
	});
	const data = stringsIn(JSON.parse(told, (key, value) => (key === "texts" ? undefined : value)));
	const known = new Set(
		[
			...names,
			...settings,
			...data.flatMap((text) => [text, ...piecesOf(text), ...text.split(/[*`_]+/).flatMap(piecesOf)]),
		].map(plain),
	);
	const isOne = (piece: string) =>
		!hasWords(piece) ||
		known.has(piece) ||
		(piece.length >= longEnough && data.some((text) => oneLine(text).includes(piece))) ||
		english().some((pattern) => pattern.test(piece));
	/** One thing that the page was told, or that core says, or two side by side. */
	const isKnown = (piece: string) =>
		isOne(piece) ||
		[...piece.matchAll(/ /g)].some(({ index }) => isOne(piece.slice(0, index)) && isOne(plain(piece.slice(index))));
	const found = shown
		.flatMap(outsideBrackets)
		.flatMap((rest) => (isKnown(plain(rest)) ? [] : piecesOf(rest).filter((piece) => !isKnown(piece))));
	return [...new Set(found)];
}

/** Values of settings are called the same in every language: presets and files hold them. */
const settings: readonly string[] = [
	...Autonomy.options,
	...PlanApproval.options,
	...Priority.options,
	...efforts,
	"true",
	"false",
];

/** So much of a text of the log does not stand there by chance. */
const longEnough = 12;

/** `a [!!b [!!c!!]!!] d`: a, d */
function outsideBrackets(text: string): readonly string[] {
	const parts: string[] = [];
	let depth = 0;
	for (const part of text.split(/(\[!!|!!\])/)) {
		if (part === "[!!") depth++;
		else if (part === "!!]") depth--;
		else if (depth === 0) parts.push(part);
	}
	return parts;
}

function piecesOf(text: string): readonly string[] {
	return text
		.split(/[·,;:()|/\\↵…“”"\n]+|\s[–-]\s/)
		.map(plain)
		.filter((piece) => piece !== "");
}

function plain(text: string): string {
	return oneLine(text)
		.replace(/[[\]*`]/g, "")
		.replace(/^[\s.,:;·…]+|[\s.,:;·…]+$/g, "");
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ");
}

function hasWords(text: string): boolean {
	return /\p{L}{2,}/u.test(text.replace(/[\d.]+ (ms|s|min|h|d|k|M|B|KB|MB|GB|USD)\b/g, ""));
}

/** With what core says, in words, of an answer that stands there as JSON, and of a verdict. */
function stringsIn(value: unknown): readonly string[] {
	if (typeof value === "string") return [value, answerWords(value) ?? ""];
	if (typeof value !== "object" || value === null) return [];
	const verdict = "verdict" in value ? reviewWords(value as Parameters<typeof reviewWords>[0]) : "";
	return [verdict, ...Object.values(value).flatMap(stringsIn)];
}

const anything = "\u0000";
let patterns: readonly RegExp[] | undefined;

/** What core makes in words: each text that its sources hold, with anything in the place of a value. */
function english(): readonly RegExp[] {
	if (patterns) return patterns;
	const tables = readTables(root);
	const found = new Set<string>();
	const core = path.join(root, "src/core");
	for (const name of fs.readdirSync(core, { recursive: true, encoding: "utf8" })) {
		if (!name.endsWith(".ts")) continue;
		const isWords = name.startsWith("words");
		walkNodes(parse(name, fs.readFileSync(path.join(core, name), "utf8")), (node) => {
			const parts =
				node.type === "TemplateLiteral"
					? node.quasis.map(({ value }) => value.cooked ?? "")
					: node.type === "Literal" && typeof node.value === "string"
						? [node.value]
						: [];
			const text = parts.join("");
			const isSaid = isWords ? /[a-z]{3}/i.test(text) : /[a-z]{2,} [a-z]/i.test(text);
			if (isSaid && !tables.has(text)) found.add(plain(parts.join(anything)));
		});
	}
	patterns = [...found].map((text) => {
		// What stands between values at the end may be missing with them.
		const open = text.replace(new RegExp(`[.:\\s${anything}]+$`), (end) => (end.includes(anything) ? anything : ""));
		const source = open.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(anything, ".*");
		return new RegExp(`^${source}$`, "s");
	});
	return patterns;
}
