/** What a search found, in the order it came, as far as it fits into one answer; the rest is counted. */
export interface SearchHits {
	/** A line that matches. False ends the search: so many that nobody needs to know how many. */
	match(file: string, line: number, text: string): boolean;
	/** A line that stands beside one that matches. */
	beside(file: string, line: number, text: string): void;
	/** A file of which only the name is wanted. */
	file(file: string): boolean;
	readonly isEmpty: boolean;
	/** The answer; without any, undefined. */
	text(): string | undefined;
}

/** From here on what is left out is not counted any more. */
export const maxCounted = 10_000;
/** What an event carries whole, with room for the last sentence. */
const maxChars = 22_500;
const maxLineChars = 300;

/** With `isInGroups`, `--` stands between lines that do not follow each other. */
export function createSearchHits(limit: number, isInGroups: boolean): SearchHits {
	const shown: string[] = [];
	const filesLeftOut = new Set<string>();
	let chars = 0;
	let found = 0;
	let unit = "line";
	let leftOut = 0;
	let last: { readonly file: string; readonly line: number } | undefined;

	const show = (text: string): boolean => {
		if (chars + text.length + 1 > maxChars) return false;
		chars += text.length + 1;
		shown.push(text);
		return true;
	};
	const showLine = (file: string, line: number, sign: string, text: string): boolean => {
		const isApart = isInGroups && last && (last.file !== file || last.line + 1 < line);
		const whole = text.replace(/\r$/, "");
		const cut = whole.length > maxLineChars ? `${whole.slice(0, maxLineChars)}…` : whole;
		if (!show(`${isApart ? "--\n" : ""}${file}${sign}${line}${sign} ${cut}`)) return false;
		last = { file, line };
		return true;
	};
	const count = (file: string, isShown: () => boolean): boolean => {
		found += 1;
		if (leftOut > 0 || found > limit || !isShown()) {
			leftOut += 1;
			filesLeftOut.add(file);
		}
		return found < maxCounted;
	};
	return {
		match: (file, line, text) => count(file, () => showLine(file, line, ":", text)),
		beside(file, line, text) {
			if (leftOut === 0 && (found < limit || (last?.file === file && last.line + 1 === line)))
				showLine(file, line, "-", text);
		},
		file(file) {
			unit = "file";
			return count(file, () => show(file));
		},
		get isEmpty() {
			return found === 0;
		},
		text() {
			if (found === 0) return undefined;
			if (leftOut === 0) return shown.join("\n");
			const number = found < maxCounted ? leftOut.toLocaleString("en") : `more than ${leftOut.toLocaleString("en")}`;
			const where =
				unit === "line" && found < maxCounted ? ` in ${filesLeftOut.size} ${plural("file", filesLeftOut.size)}` : "";
			const verb = leftOut === 1 ? "matches" : "match";
			const note = `[${number} more ${plural(unit, leftOut)}${where} ${verb}: make the pattern narrower, or name a folder or a glob]`;
			return [...shown, note].join("\n");
		},
	};
}

function plural(unit: string, count: number): string {
	return count === 1 ? unit : `${unit}s`;
}
