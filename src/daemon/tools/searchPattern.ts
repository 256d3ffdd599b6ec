/**
 * What an agent searches for, read once, so that ripgrep and our own search are asked the same. Both are handed a pattern
 * in which case and line breaks are settled; what only the syntaxes differ in is translated for ours.
 */
export interface SearchPattern {
	/** For ripgrep. */
	readonly source: string;
	/** The same for JavaScript, with the flag `u`. */
	readonly unicodeSource: string;
	readonly ignoreCase: boolean;
	/** A match may go over several lines. */
	readonly spansLines: boolean;
	/** In which `.` is a line break too. */
	readonly dotAll: boolean;
}

export interface SearchWish {
	readonly pattern: string;
	readonly literal?: boolean;
	readonly case?: "sensitive" | "smart" | "ignore";
	readonly multiline?: boolean;
}

export function searchPattern(wish: SearchWish): SearchPattern {
	const [, inline = "", rest] = wish.literal ? [] : /^(?:\(\?([ims]+)\))?(.*)$/s.exec(wish.pattern)!;
	const tokens = tokensOf(wish.literal ? wish.pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : rest!);
	return {
		source: tokens.map(({ text, isBreak }) => (isBreak ? lineBreak : text)).join(""),
		unicodeSource: tokens.map((token) => (token.isBreak ? lineBreak : translated(token))).join(""),
		ignoreCase: inline.includes("i") || wish.case === "ignore" || (wish.case === "smart" && !tokens.some(isCapital)),
		spansLines: wish.multiline === true || tokens.some(({ isBreak }) => isBreak),
		dotAll: wish.multiline === true || inline.includes("s"),
	};
}

interface Token {
	readonly text: string;
	readonly inClass: boolean;
	/** A line break outside of `[…]`, however it is written. */
	readonly isBreak: boolean;
}

/** Whatever ends the lines of a file. */
const lineBreak = "(?:\\r?\\n)";

function tokensOf(pattern: string): readonly Token[] {
	const tokens: Token[] = [];
	let inClass = false;
	for (const [text] of pattern.matchAll(/(?:\\r\??|\r)?(?:\\n|\n)|\\[pPux]\{[^}]*\}|\\.|\[:\^?\w+:\]|./gsu)) {
		const isBreak = !inClass && /^(?:\\r\??|\r)?(?:\\n|\n)$/.test(text);
		tokens.push({ text, inClass, isBreak });
		if (!inClass && text === "[") inClass = true;
		else if (text === "]") inClass = false;
	}
	return tokens;
}

function isCapital({ text }: Token): boolean {
	return !text.startsWith("\\") && /\p{Lu}/u.test(text);
}

/** Letters and digits are those of every script in ripgrep, and those of English in JavaScript. */
function translated({ text, inClass }: Token): string {
	const named = inClass && /^\[:(\^?)(\w+):\]$/.exec(text);
	if (named && !named[1]) return posixClasses[named[2]!] ?? text;
	const characters = { "\\w": word, "\\d": digit }[text];
	if (characters) return inClass ? characters : `[${characters}]`;
	return inClass ? text : (outsideClasses[text] ?? text);
}

const word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
const digit = "\\p{Nd}";
const outsideClasses: Readonly<Record<string, string>> = {
	"\\W": `[^${word}]`,
	"\\D": `[^${digit}]`,
	"\\b": `(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`,
	"\\B": `(?:(?<=[${word}])(?=[${word}])|(?<![${word}])(?![${word}]))`,
	"\\A": "(?<![^])",
	"\\z": "(?![^])",
};

const posixClasses: Readonly<Record<string, string>> = {
	alnum: "a-zA-Z0-9",
	alpha: "a-zA-Z",
	blank: " \\t",
	digit: "0-9",
	lower: "a-z",
	punct: "!-\\/:-@\\[-`\\{-~",
	space: "\\s",
	upper: "A-Z",
	word: "a-zA-Z0-9_",
	xdigit: "0-9a-fA-F",
};
