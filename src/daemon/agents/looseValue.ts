/**
 * A value out of JSON or of a Python literal, as models write the arguments of calls: single quotes, `True`, line breaks
 * within strings, a trailing comma. Only what has one meaning is read; at anything else there is no value.
 */
export interface ReadValue {
	readonly value: unknown;
	/** Behind it. */
	readonly end: number;
}

const maxDepth = 60;

export function readValue(text: string, from: number, depth = 0): ReadValue | undefined {
	const at = skipSpace(text, from);
	const char = text[at];
	if (depth > maxDepth || char === undefined) return undefined;
	if (char === "{") return readObject(text, at + 1, depth);
	if (char === "[" || char === "(") return readList(text, at + 1, char === "[" ? "]" : ")", depth);
	if (char === '"' || char === "'" || /^[rR]["']/.test(text.slice(at, at + 2))) return readString(text, at);
	const word = /^(?:true|false|null|True|False|None|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/.exec(
		text.slice(at, at + 40),
	);
	if (!word) return undefined;
	const known = words.get(word[0].toLowerCase());
	return { value: known === undefined ? Number(word[0]) : known, end: at + word[0].length };
}

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
	["true", true],
	["false", false],
	["null", null],
	["none", null],
]);

export function skipSpace(text: string, from: number): number {
	let at = from;
	while (/\s/.test(text[at] ?? "")) at++;
	return at;
}

function readObject(text: string, from: number, depth: number): ReadValue | undefined {
	const entries: [string, unknown][] = [];
	for (let at = skipSpace(text, from); ; ) {
		if (text[at] === "}") return { value: Object.fromEntries(entries), end: at + 1 };
		const key = readString(text, at);
		if (!key) return undefined;
		at = skipSpace(text, key.end);
		if (text[at] !== ":") return undefined;
		const value = readValue(text, at + 1, depth + 1);
		if (!value) return undefined;
		entries.push([key.value as string, value.value]);
		at = skipSpace(text, value.end);
		if (text[at] === ",") at = skipSpace(text, at + 1);
		else if (text[at] !== "}") return undefined;
	}
}

function readList(text: string, from: number, closes: string, depth: number): ReadValue | undefined {
	const values: unknown[] = [];
	for (let at = skipSpace(text, from); ; ) {
		if (text[at] === closes) return { value: values, end: at + 1 };
		const value = readValue(text, at, depth + 1);
		if (!value) return undefined;
		values.push(value.value);
		at = skipSpace(text, value.end);
		if (text[at] === ",") at = skipSpace(text, at + 1);
		else if (text[at] !== closes) return undefined;
	}
}

function readString(text: string, from: number): ReadValue | undefined {
	const isRaw = /[rR]/.test(text[from] ?? "");
	const at = isRaw ? from + 1 : from;
	const quote = ['"""', "'''", '"', "'"].find((mark) => text.startsWith(mark, at));
	if (!quote) return undefined;
	const isEmpty = quote.length === 1 && text[at + 1] === quote;
	if (isEmpty) return { value: "", end: at + 2 };
	let value = "";
	for (let now = at + quote.length; now < text.length; ) {
		if (text.startsWith(quote, now)) return { value, end: now + quote.length };
		if (text[now] !== "\\" || isRaw) {
			value += text[now++];
			continue;
		}
		const escaped = /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/.exec(text.slice(now + 1, now + 6));
		const [whole = "", unicode, hex, char = ""] = escaped ?? [];
		const meant = (unicode ?? hex) ? String.fromCharCode(Number.parseInt((unicode ?? hex)!, 16)) : escapes.get(char);
		if (meant === undefined) return undefined;
		value += meant;
		now += 1 + whole.length;
	}
	return undefined;
}

const escapes: ReadonlyMap<string, string> = new Map([
	["n", "\n"],
	["t", "\t"],
	["r", "\r"],
	["b", "\b"],
	["f", "\f"],
	["0", "\0"],
	["\n", ""],
	...['"', "'", "\\", "/"].map((char) => [char, char] as const),
]);
