import { Marked, type Token, type Tokens } from "marked";

/**
 * Words of agents and people inside the account. They stay words: nothing in them becomes a heading, a picture, raw HTML
 * or mathematics of the account, and nothing is fetched when it is opened (an agent could send away what it read in the
 * address of a picture). What a report says in lists, tables and code stays that, written anew by us, so that it does
 * not matter how a reader takes apart what the agent wrote.
 */
const marked = new Marked({ gfm: true });

/** One line of text. Pieces in backticks stay code. */
export function inline(text: string, maxChars = 400): string {
	return clean(shorten(oneLine(text), maxChars))
		.split(/((?<!`)(`+)(?!`)(?:.*?[^`])\2(?!`))/)
		.map((piece, index) =>
			index % 3 === 2 ? "" : index % 3 === 1 ? code(piece.replace(/^`+|`+$/g, "")) : escaped(piece),
		)
		.join("");
}

/** A command, a path, an id. */
export function code(text: string, maxChars = 600): string {
	const flat = clean(shorten(oneLine(text), maxChars));
	if (flat === "") return "";
	const ticks = "`".repeat(longestRun(flat) + 1);
	const padded = /^`|`$/.test(flat) ? ` ${flat} ` : flat;
	return `${ticks}${padded}${ticks}`;
}

/** Lines as they are. */
export function fence(text: string, language = ""): string {
	const shown = clean(text).trimEnd();
	const ticks = "`".repeat(Math.max(3, longestRun(shown) + 1));
	return `${ticks}${/^[\w+#.-]{0,20}$/.test(language) ? language : ""}\n${shown}\n${ticks}`;
}

/** A text that may be Markdown, as a quotation. */
export function quote(text: string): string {
	const shown = clean(text).trim();
	return prefixed(isTangled(shown) ? fence(shown) : blocks(marked.lexer(shown)), "> ");
}

/** Text that would keep a parser busy for seconds, or nest until its stack ends, is no report. It is shown as it is. */
function isTangled(text: string): boolean {
	return (text.match(/[*_~[\]!<=]/g)?.length ?? 0) > manyMarks || deepNesting.test(text);
}

const manyMarks = 600;
const deepNesting = /^[ \t]*(?:(?:>[ \t]?|(?:[-*+]|\d{1,9}[.)])[ \t]+)){20,}/m;

/** Inside a table a bar would begin the next cell, also in code. */
export function cell(markdown: string): string {
	return markdown.replaceAll("|", "\\|");
}

function blocks(tokens: readonly Token[], between = "\n\n"): string {
	return tokens
		.map(block)
		.filter((text) => text !== "")
		.join(between);
}

function block(token: Token): string {
	switch (token.type) {
		case "space":
		case "hr":
		case "def":
			return "";
		case "heading":
			return wrapped("**", spans(token.tokens));
		case "code":
			return fence(token.text, token.lang);
		case "blockquote":
			return prefixed(blocks(token.tokens ?? []), "> ");
		case "list":
			return list(token as Tokens.List);
		case "table":
			return table(token as Tokens.Table);
		case "paragraph":
		case "text":
			return lineStarts(spans(token.tokens ?? [{ type: "text", raw: token.raw, text: token.text }]));
		default:
			return lineStarts(escaped(token.raw.trim()));
	}
}

function list({ items, ordered, start, loose }: Tokens.List): string {
	return items
		.map((item, index) => {
			const mark = ordered ? `${(Number(start) || 1) + index}. ` : "- ";
			const box = item.task ? (item.checked ? "☑ " : "☐ ") : "";
			const text = blocks(
				item.tokens.filter((token) => token.type !== "checkbox"),
				loose ? "\n\n" : "\n",
			);
			return mark + box + prefixed(text, " ".repeat(mark.length)).trimStart();
		})
		.join("\n");
}

function table({ header, rows }: Tokens.Table): string {
	const row = (cells: readonly Tokens.TableCell[]) =>
		`| ${cells.map((one) => cell(oneLine(spans(one.tokens)))).join(" | ")} |`;
	return [row(header), `|${"---|".repeat(header.length)}`, ...rows.map(row)].join("\n");
}

function spans(tokens: readonly Token[] | undefined): string {
	return (tokens ?? []).map(span).join("");
}

function span(token: Token): string {
	switch (token.type) {
		case "strong":
			return wrapped("**", spans(token.tokens));
		case "em":
			return wrapped("*", spans(token.tokens));
		case "del":
			return wrapped("~~", spans(token.tokens));
		case "codespan":
			return code(token.text);
		case "br":
			return "\\\n";
		case "link":
		case "image":
			return escaped(token.text === token.href ? token.href : `${token.text} (${token.href})`);
		default:
			return "tokens" in token && token.tokens ? spans(token.tokens) : escaped(literal(token));
	}
}

function wrapped(mark: string, text: string): string {
	return text.trim() === "" ? "" : mark + text + mark;
}

/** What the writer meant: `\*` is a star. */
function literal(token: Token): string {
	return token.type === "html" ? token.raw : "text" in token ? String(token.text) : token.raw;
}

/**
 * Characters that mean something in Markdown, HTML or mathematics mean nothing. An address of the web is a link to what
 * it says; left bare, some readers would take what follows it for a part of it, with the backslash that should have
 * kept it harmless.
 */
function escaped(text: string): string {
	return text
		.split(/(https?:\/\/[\w.~:/?#@!&+,;=%-]*[\w/=&%#-])/)
		.map((piece, index) => (index % 2 === 1 ? `<${piece}>` : withoutMeaning(piece)))
		.join("");
}

function withoutMeaning(text: string): string {
	return text
		.replace(/[\\`*$]/g, "\\$&")
		.replace(/&(?=#?\w+;)/g, "&amp;")
		.replace(/</g, "&lt;")
		.replace(/(?<!\w)_|_(?!\w)/g, "\\_")
		.replace(/~(?=~)|(?<=~)~/g, "\\~")
		.replace(/](?=[[(:])/g, "\\]")
		.replace(/!(?=\[)/g, "\\!")
		.replace(/:(?=\/\/)/g, ":\\");
}

/** What would begin a heading, a list, a quotation or a rule at the start of a line. */
function lineStarts(text: string): string {
	return text
		.replace(/^(\s*)([#>+=~-])/gm, "$1\\$2")
		.replace(/^(\s*\d{1,9})([.)])/gm, "$1\\$2")
		.replace(/^ {4,}|^\t+/gm, "");
}

function prefixed(text: string, prefix: string): string {
	return text
		.split("\n")
		.map((line) => (prefix + line).trimEnd())
		.join("\n");
}

function longestRun(text: string): number {
	return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}

export function oneLine(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}

export function shorten(text: string, maxChars: number): string {
	return text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
}

/** Without colours of a terminal, and with what would hide or reverse text made visible. */
function clean(text: string): string {
	return text
		.replace(/\r\n?/g, "\n")
		.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, "")
		.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "\ufffd");
}
