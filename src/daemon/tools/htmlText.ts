import { Parser } from "htmlparser2";

/**
 * A page as text that reads like Markdown: headings, lists, tables, code and links stay, everything that runs or only
 * looks goes. Where the page says which part of it is the matter (`main`, `article`), only that is given.
 */
export function htmlText(html: string, base: string): { readonly title: string; readonly text: string } {
	const page = new Page(base);
	let depth = 0;
	const parser = new Parser({
		onopentag(name, attributes) {
			depth++;
			page.open(name, attributes);
		},
		ontext: (text) => page.say(text),
		onclosetag(name) {
			depth--;
			page.close(name);
		},
	});
	// No page means thousands of elements in each other, and each one more costs more than the one before.
	for (let at = 0; at < html.length && depth < maxDepth; at += pieceChars)
		parser.write(html.slice(at, at + pieceChars));
	parser.end();
	return { title: page.title.trim(), text: page.text() };
}

const maxDepth = 1000;
const pieceChars = 16 * 1024;
const maxLineChars = 8 * 1024;
/** A longer one says nothing to a reader. */
const maxHrefChars = 500;
/** Addresses in full may make the text much longer than the page. */
const maxChars = 4 * 1024 * 1024;

const silent = new Set("script style noscript template svg math iframe object canvas form button select".split(" "));
const blocks = new Set(
	"p div section article main header footer aside nav figure figcaption dl dt dd details summary fieldset address ul ol table".split(
		" ",
	),
);
const maxListDepth = 8;

class Page {
	title = "";
	private lines: string[] = [];
	private readonly line = new Line();
	private chars = 0;
	private skipped = 0;
	private readonly lists: { ordered: boolean; count: number }[] = [];
	/** Links do not stand in each other: an open one ends where the next begins. */
	private link: { readonly href: string; readonly from: number } | undefined;
	private pre = 0;
	private quotes = 0;
	private isTitle = false;
	private cells = 0;
	private main: { from: number; to: number } | undefined;
	private mainDepth = 0;

	constructor(private readonly base: string) {}

	open(name: string, attributes: Readonly<Record<string, string>>): void {
		if (name === "title") this.isTitle = true;
		if (this.skipped > 0 || silent.has(name)) {
			if (silent.has(name)) this.skipped++;
			return;
		}
		if (name === "main" || name === "article") {
			this.end(true);
			if (this.mainDepth++ === 0 && !this.main) this.main = { from: this.lines.length, to: -1 };
		} else if (/^h[1-6]$/.test(name)) {
			this.end(true);
			this.add(`${"#".repeat(Number(name[1]))} `);
		} else if (name === "li") {
			this.end(false);
			const list = this.lists.at(-1);
			const depth = Math.min(this.lists.length, maxListDepth);
			const sign = list?.ordered ? `${++list.count}.` : "-";
			this.add(`${"  ".repeat(Math.max(0, depth - 1))}${sign} `);
		} else if (name === "pre") {
			this.end(true);
			if (this.pre++ === 0) this.put("```");
		} else if (name === "code") {
			if (this.pre === 0) this.add("`");
		} else if (name === "blockquote") {
			this.end(true);
			this.quotes++;
		} else if (name === "br") this.end(false);
		else if (name === "hr") {
			this.end(true);
			this.put("---");
		} else if (name === "tr") {
			this.end(false);
			this.cells = 0;
		} else if (name === "td" || name === "th") this.add(this.cells++ === 0 ? "| " : " | ");
		else if (name === "img") {
			const alt = attributes.alt?.trim();
			if (alt) this.add(`[image: ${alt}]`);
		} else if (name === "a") this.link = { href: this.absolute(attributes.href), from: this.line.pieces };
		else if (blocks.has(name)) this.end(name !== "dd" && name !== "dt");
		if (name === "ul" || name === "ol") this.lists.push({ ordered: name === "ol", count: 0 });
	}

	say(text: string): void {
		if (this.isTitle) this.title += text;
		if (this.skipped > 0 || this.isTitle) return;
		if (this.pre > 0) {
			const [first = "", ...rest] = text.split("\n");
			this.add(first);
			for (const more of rest) {
				this.put(this.line.take());
				this.add(more);
			}
			return;
		}
		const plain = text.replace(/\s+/g, " ");
		this.add(this.line.isOpen ? plain.trimStart() : plain);
	}

	close(name: string): void {
		if (name === "title") this.isTitle = false;
		if (silent.has(name) && this.skipped > 0) {
			this.skipped--;
			return;
		}
		if (this.skipped > 0) return;
		if (name === "a") {
			const { href = "", from = 0 } = this.link ?? {};
			this.link = undefined;
			if (!href) return;
			const text = this.line.take(from);
			const label = text.trim();
			this.add(label ? `[${label}](${href})` : text);
		} else if (name === "pre") {
			this.put(this.line.take());
			if (--this.pre === 0) this.put("```", "");
		} else if (name === "code") {
			if (this.pre === 0) this.add("`");
		} else if (name === "tr") {
			if (this.line.chars > 0) this.add(" |");
			this.end(false);
		} else if (name === "blockquote") {
			this.end(true);
			this.quotes = Math.max(0, this.quotes - 1);
		} else if (name === "main" || name === "article") {
			this.end(true);
			if (--this.mainDepth === 0 && this.main && this.main.to < 0) this.main.to = this.lines.length;
		} else if (/^h[1-6]$/.test(name) || blocks.has(name)) this.end(name !== "dd" && name !== "dt");
		else if (name === "li") this.end(false);
		if (name === "ul" || name === "ol") this.lists.pop();
	}

	text(): string {
		this.end(false);
		const { from = 0, to = -1 } = this.main ?? {};
		const main = this.lines.slice(from, to < 0 ? undefined : to);
		const isEnough = main.join("").length > 200;
		const all = isEnough ? main : this.lines;
		return all
			.join("\n")
			.replace(/\n{3,}/g, "\n\n")
			.trim();
	}

	/** The line is over; a paragraph is, where an empty line follows. */
	private end(isParagraph: boolean): void {
		if (this.pre > 0) return;
		// A link around blocks is no link any more.
		this.link = undefined;
		const line = this.line.take();
		if (/[^\s#-]/.test(line)) this.put(line.trimEnd());
		if (isParagraph && this.lines.at(-1) !== "") this.lines.push("");
	}

	/** A line that does not end is one of its own now and then. A link in it is none any more. */
	private add(text: string): void {
		this.line.add(text);
		if (this.line.chars < maxLineChars) return;
		this.link = undefined;
		const line = this.line.take();
		const end = this.pre > 0 ? line.length : line.lastIndexOf(" ") + 1 || line.length;
		this.put(this.pre > 0 ? line : line.slice(0, end).trimEnd());
		this.line.add(line.slice(end));
	}

	private put(...lines: readonly string[]): void {
		if (this.chars > maxChars) return;
		for (const line of lines) this.chars += line.length + 1;
		if (this.chars > maxChars) lines = [...lines, "[the text of the page is longer than is read]"];
		this.lines.push(...lines.map((line) => (this.quotes > 0 && line ? `> ${line}` : line)));
	}

	private absolute(href: string | undefined): string {
		if (!href || href.startsWith("#") || !URL.canParse(href, this.base)) return "";
		const url = new URL(href, this.base);
		return /^(https?|mailto):$/.test(url.protocol) && url.href.length <= maxHrefChars ? url.href : "";
	}
}

/** What a line is made of, put together once: a string that is looked at after each piece is copied as often. */
class Line {
	chars = 0;
	private parts: string[] = [];

	get pieces(): number {
		return this.parts.length;
	}

	/** No space is needed before what comes next. */
	get isOpen(): boolean {
		return this.parts.at(-1)?.endsWith(" ") ?? true;
	}

	add(text: string): void {
		if (text === "") return;
		this.parts.push(text);
		this.chars += text.length;
	}

	/** What came since there were so many pieces. */
	take(from = 0): string {
		const text = this.parts.splice(from).join("");
		this.chars -= text.length;
		return text;
	}
}
