/**
 * The wildcards of gitignore: `*`, `?`, `[a-z]` and `**` between slashes. Not compiled to a regular expression, because
 * a workspace may hold a hostile pattern such as `*a*a*a*a*b`: here the time is bounded by the product of the lengths.
 * Patterns and paths are byte strings (see pathText.ts); `test/unit/changes` compares the verdicts with git's own.
 */

/** A pattern without slashes around it, cut at its slashes. */
export type Glob = readonly (Segment | typeof anyFolders)[];

/** Undefined when the pattern is malformed (an unclosed `[`, a last `\`): such a pattern never matches. */
export function parseGlob(pattern: string, ignoreCase: boolean): Glob | undefined {
	const segments: (Segment | typeof anyFolders)[] = [];
	let segment: Token[] = [];
	let starsOnly = true;
	const endSegment = () => {
		segments.push(starsOnly && segment.length > 1 ? anyFolders : collapseStars(segment));
		segment = [];
		starsOnly = true;
	};
	for (let at = 0; at < pattern.length; at++) {
		const char = pattern[at]!;
		if (char === "/") {
			endSegment();
			continue;
		}
		if (char === "*") {
			segment.push(star);
			continue;
		}
		if (char === "\\" && pattern[at + 1] === "/") {
			// An escaped slash separates too, only that git then wants `**` before it to stand for one folder at least.
			if (starsOnly && segment.length > 1) segments.push([star]);
			endSegment();
			at++;
			continue;
		}
		starsOnly = false;
		if (char === "?") {
			segment.push(anyByte);
		} else if (char === "[") {
			const parsed = parseClass(pattern, at, ignoreCase);
			if (!parsed) return undefined;
			segment.push(parsed.set);
			at = parsed.end;
		} else if (char === "\\") {
			at++;
			if (at === pattern.length) return undefined;
			segment.push(fold(pattern.charCodeAt(at), ignoreCase));
		} else {
			segment.push(fold(char.charCodeAt(0), ignoreCase));
		}
	}
	endSegment();
	return segments;
}

/** Whether the whole relative path matches. `**` stands for any folders; at the end for at least one name. */
export function matchPath(glob: Glob, path: string, ignoreCase: boolean): boolean {
	const names = path.split("/");
	let g = 0;
	let n = 0;
	let retryGlob = -1;
	let retryName = 0;
	while (n < names.length) {
		const segment = glob[g];
		if (segment === anyFolders) {
			if (g === glob.length - 1) return true;
			retryGlob = ++g;
			retryName = n;
		} else if (segment && matchName(segment, names[n]!, ignoreCase)) {
			g++;
			n++;
		} else if (retryGlob >= 0) {
			g = retryGlob;
			n = ++retryName;
		} else return false;
	}
	return g === glob.length;
}

/** Whether one name matches one segment; `*` is retried from its last place only, so the time stays quadratic. */
export function matchName(segment: Segment, name: string, ignoreCase: boolean): boolean {
	let s = 0;
	let n = 0;
	let retrySegment = -1;
	let retryName = 0;
	while (n < name.length) {
		const token = segment[s];
		if (token === star) {
			retrySegment = ++s;
			retryName = n;
		} else if (token !== undefined && matchByte(token, name.charCodeAt(n), ignoreCase)) {
			s++;
			n++;
		} else if (retrySegment >= 0) {
			s = retrySegment;
			n = ++retryName;
		} else return false;
	}
	while (segment[s] === star) s++;
	return s === segment.length;
}

export const anyFolders = "**";
export type Segment = readonly Token[];

/** A byte, a set of bytes, any byte, or any run of bytes. */
type Token = number | ReadonlySet<number> | typeof anyByte | typeof star;
const anyByte = "?";
const star = "*";

function matchByte(token: Token, byte: number, ignoreCase: boolean): boolean {
	if (token === anyByte) return true;
	if (typeof token === "object") return token.has(byte);
	return token === fold(byte, ignoreCase);
}

function collapseStars(segment: readonly Token[]): Segment {
	return segment.filter((token, at) => token !== star || segment[at - 1] !== star);
}

function fold(byte: number, ignoreCase: boolean): number {
	return ignoreCase && byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

/** `[…]` from its opening bracket: ranges, `!` or `^`, `[:alpha:]`, a first `]` taken literally, `\` escapes. */
function parseClass(pattern: string, open: number, ignoreCase: boolean): { set: Set<number>; end: number } | undefined {
	const listed = new Set<number>();
	let at = open + 1;
	const negated = pattern[at] === "!" || pattern[at] === "^";
	if (negated) at++;
	let previous = -1;
	for (let first = true; first || pattern[at] !== "]"; first = false, at++) {
		let char = pattern[at];
		if (char === undefined) return undefined;
		if (char === "-" && previous >= 0 && pattern[at + 1] !== undefined && pattern[at + 1] !== "]") {
			char = pattern[++at];
			if (char === "\\") char = pattern[++at];
			if (char === undefined) return undefined;
			for (let byte = previous; byte <= char.charCodeAt(0); byte++) listed.add(byte);
			previous = -1;
			continue;
		}
		if (char === "[" && pattern[at + 1] === ":") {
			const close = pattern.indexOf("]", at + 2);
			if (close < 0) return undefined;
			if (close > at + 2 && pattern[close - 1] === ":") {
				const test = namedClasses[pattern.slice(at + 2, close - 1)];
				if (!test) return undefined;
				for (let byte = 0; byte < 128; byte++) if (test.test(String.fromCharCode(byte))) listed.add(byte);
				at = close;
				previous = -1;
				continue;
			}
		} else if (char === "\\") {
			char = pattern[++at];
			if (char === undefined) return undefined;
		}
		listed.add(char.charCodeAt(0));
		previous = char.charCodeAt(0);
	}
	const set = new Set<number>();
	for (let byte = 1; byte < 256; byte++) {
		const inside =
			listed.has(byte) || (ignoreCase && listed.has(byte ^ 32) && /[a-z]/i.test(String.fromCharCode(byte)));
		if (inside !== negated) set.add(byte);
	}
	return { set, end: at };
}

const namedClasses: Readonly<Record<string, RegExp>> = {
	alnum: /[a-z0-9]/i,
	alpha: /[a-z]/i,
	blank: /[ \t]/,
	cntrl: /[\x00-\x1f\x7f]/,
	digit: /[0-9]/,
	graph: /[\x21-\x7e]/,
	lower: /[a-z]/,
	print: /[\x20-\x7e]/,
	punct: /[!-/:-@[-`{-~]/,
	space: /[ \t\n\v\f\r]/,
	upper: /[A-Z]/,
	xdigit: /[0-9a-f]/i,
};
