/**
 * A shell text cut into words, redirections and operators. Quotes, escapes, continued lines and comments are taken away;
 * what expands at run time stays a part of its own. Nothing is run.
 */
export type Lexeme =
	| { readonly kind: "word"; readonly word: RawWord }
	/** `body`: of a here-document, without its delimiter. */
	| { readonly kind: "redirect"; readonly text: string; readonly word: RawWord; readonly body?: string }
	| { readonly kind: "operator"; readonly text: string };

export interface RawWord {
	/** As far as it is text. */
	readonly text: string;
	readonly parts: readonly Part[];
	/** Nothing in it was quoted, and nothing expands. */
	readonly isPlain: boolean;
	readonly isGlob: boolean;
}

export type Part =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "variable"; readonly text: string }
	/** The text of a command whose output stands here. */
	| { readonly kind: "command"; readonly text: string }
	| { readonly kind: "other"; readonly text: string };

export interface Lexed {
	readonly lexemes: readonly Lexeme[];
	readonly problem?: string;
}

class Unreadable extends Error {}

export function lex(text: string): Lexed {
	try {
		return { lexemes: read(text) };
	} catch (cause) {
		if (cause instanceof Unreadable) return { lexemes: [], problem: cause.message };
		throw cause;
	}
}

const operators = ["&&", "||", ";;", "|&", ";", "&", "|", "(", ")", "\n"] as const;
const redirect = /(?:\d*|&)(?:<<<|<<-?|<>|<&|>>|>\||>&|<|>)/y;

function read(text: string): Lexeme[] {
	const lexemes: Lexeme[] = [];
	const awaited: {
		readonly at: number;
		readonly delimiter: string;
		readonly indented: boolean;
		readonly raw: boolean;
	}[] = [];
	let at = 0;
	let inTest = false;
	while (at < text.length) {
		const char = text[at]!;
		if (char === " " || char === "\t" || char === "\r") at++;
		else if (text.startsWith("\\\n", at)) at += 2;
		else if (char === "#") at = lineEnd(text, at);
		else if (/^(?:[<>]\()/.test(text.slice(at, at + 2))) word();
		else if (redirectAt() && !inTest) redirection();
		else if (!inTest && operators.some((one) => text.startsWith(one, at))) operator();
		else if (inTest && /[\n&|<>();]/.test(char)) at++;
		else word();
	}
	if (awaited.length > 0) throw new Unreadable("a here-document is never closed");
	return lexemes;

	function redirectAt(): string | undefined {
		redirect.lastIndex = at;
		return redirect.exec(text)?.[0];
	}

	function operator(): void {
		const found = operators.find((one) => text.startsWith(one, at))!;
		lexemes.push({ kind: "operator", text: found === "\n" ? ";" : found });
		at += found.length;
		if (found === "\n") for (const waiting of awaited.splice(0)) hereDocument(waiting);
	}

	function word(): void {
		const { end, word: found } = readWord(text, at);
		if (end === at) throw new Unreadable(`\`${text[at]}\` stands where it cannot be read`);
		at = end;
		if (found.isPlain && found.text === "[[") inTest = true;
		if (found.isPlain && found.text === "]]") inTest = false;
		lexemes.push({ kind: "word", word: found });
	}

	function redirection(): void {
		const op = redirectAt()!;
		at += op.length;
		while (text[at] === " " || text[at] === "\t") at++;
		const { end, word: target } = readWord(text, at);
		if (end === at) throw new Unreadable("a redirection names no file");
		at = end;
		if (/(?<!<)<<-?$/.test(op)) {
			awaited.push({
				at: lexemes.length,
				delimiter: target.text,
				indented: op.endsWith("-"),
				raw: !target.isPlain,
			});
		}
		lexemes.push({ kind: "redirect", text: op, word: target });
	}

	function hereDocument({ at: index, delimiter, indented, raw }: (typeof awaited)[number]): void {
		let body = "";
		for (;;) {
			if (at >= text.length) throw new Unreadable("a here-document is never closed");
			const end = lineEnd(text, at);
			const line = indented ? text.slice(at, end).replace(/^\t+/, "") : text.slice(at, end);
			at = Math.min(end + 1, text.length);
			if (line === delimiter) break;
			body += `${line}\n`;
			if (end === text.length) throw new Unreadable("a here-document is never closed");
		}
		if (!raw && /\$\(|`/.test(body)) throw new Unreadable("a here-document holds a command");
		lexemes[index] = { ...(lexemes[index] as Lexeme & { kind: "redirect" }), body };
	}
}

function lineEnd(text: string, from: number): number {
	const end = text.indexOf("\n", from);
	return end < 0 ? text.length : end;
}

function readWord(text: string, from: number): { readonly end: number; readonly word: RawWord } {
	const parts: Part[] = [];
	let at = from;
	let isPlain = true;
	let isGlob = false;
	const add = (found: string) => {
		const last = parts.at(-1);
		if (last?.kind === "text") parts[parts.length - 1] = { kind: "text", text: last.text + found };
		else parts.push({ kind: "text", text: found });
	};
	while (at < text.length) {
		const char = text[at]!;
		if (char === "\\") {
			isPlain = false;
			if (text[at + 1] !== "\n") add(text[at + 1] ?? "");
			at += 2;
		} else if (char === "'") {
			isPlain = false;
			const end = text.indexOf("'", at + 1);
			if (end < 0) throw new Unreadable("a quote is never closed");
			add(text.slice(at + 1, end));
			at = end + 1;
		} else if (char === '"') {
			isPlain = false;
			at = doubleQuoted(at + 1);
		} else if (char === "$" && text[at + 1] === "'") {
			isPlain = false;
			at = ansiQuoted(at + 2);
		} else if (char === "$" && text[at + 1] === '"') at++;
		else if (char === "$" || char === "`") {
			isPlain = false;
			at = expansion(at);
		} else if ((char === "<" || char === ">") && text[at + 1] === "(" && at === from) {
			isPlain = false;
			at = expansion(at);
		} else if (/[\s;&|()<>]/.test(char)) break;
		else {
			if (char === "~" && at === from && /[/\s]|^$/.test(text[at + 1] ?? "")) {
				isPlain = false;
				parts.push({ kind: "variable", text: "HOME" });
			} else {
				if (/[*?[{]/.test(char)) isGlob = isGlob || char !== "{" || /^\{[^}\s]*(,|\.\.)/.test(text.slice(at));
				add(char);
			}
			at++;
		}
	}
	const textOf = parts.map((part) => (part.kind === "text" ? part.text : "$")).join("");
	return { end: at, word: { text: textOf, parts, isPlain, isGlob } };

	function doubleQuoted(start: number): number {
		add("");
		for (let now = start; now < text.length; ) {
			const char = text[now]!;
			if (char === '"') return now + 1;
			if (char === "\\") {
				const next = text[now + 1] ?? "";
				if (next !== "\n") add(/[\\"$`]/.test(next) ? next : `\\${next}`);
				now += 2;
			} else if (char === "$" || char === "`") now = expansion(now);
			else {
				add(char);
				now++;
			}
		}
		throw new Unreadable("a quote is never closed");
	}

	function ansiQuoted(start: number): number {
		for (let now = start; now < text.length; now++) {
			if (text[now] === "'") return now + 1;
			if (text[now] === "\\") {
				// What an escape stands for is not worked out: then the word is unknown.
				parts.push({ kind: "other", text: text.slice(now, now + 2) });
				now++;
			} else add(text[now]!);
		}
		throw new Unreadable("a quote is never closed");
	}

	function expansion(start: number): number {
		const rest = text.slice(start);
		if (rest.startsWith("`")) {
			const end = text.indexOf("`", start + 1);
			if (end < 0) throw new Unreadable("a command inside the command is never closed");
			parts.push({ kind: "command", text: text.slice(start + 1, end).replace(/\\([`\\$])/g, "$1") });
			return end + 1;
		}
		const arithmetic = rest.startsWith("$((");
		if (/^[$<>]\(/.test(rest)) {
			const end = closing(text, start + 1);
			const inner = text.slice(start + 2, end);
			parts.push(arithmetic && inner.endsWith(")") ? { kind: "other", text: inner } : { kind: "command", text: inner });
			return end + 1;
		}
		const [plain, name] = /^\$([A-Za-z_]\w*)/.exec(rest) ?? /^\$\{([A-Za-z_]\w*)\}/.exec(rest) ?? [];
		if (plain && name) {
			parts.push({ kind: "variable", text: name });
			return start + plain.length;
		}
		if (rest.startsWith("${")) {
			const end = text.indexOf("}", start);
			if (end < 0) throw new Unreadable("a variable is never closed");
			if (/\$\(|`/.test(text.slice(start, end))) throw new Unreadable("a variable holds a command");
			parts.push({ kind: "other", text: text.slice(start, end + 1) });
			return end + 1;
		}
		if (/^\$[\d@*#?$!-]/.test(rest)) {
			parts.push({ kind: "other", text: rest.slice(0, 2) });
			return start + 2;
		}
		add("$");
		return start + 1;
	}
}

/** Where the bracket ends that opens at `open`. */
function closing(text: string, open: number): number {
	let depth = 0;
	for (let at = open; at < text.length; at++) {
		const char = text[at];
		if (char === "\\") at++;
		else if (char === "'" || char === '"') {
			const quote = char;
			for (at++; at < text.length && text[at] !== quote; at++) if (text[at] === "\\" && quote === '"') at++;
		} else if (char === "(") depth++;
		else if (char === ")" && --depth === 0) return at;
	}
	throw new Unreadable("a command inside the command is never closed");
}
