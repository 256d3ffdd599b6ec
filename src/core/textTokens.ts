/**
 * How many tokens a text has, without the tokenizer of whichever model reads it. Three numbers, for three uses: the
 * fewest that any tokenizer in use makes of it (a smaller count is not believed), the likely number (counted where no
 * count can be believed), and the most (reserved before a turn). Bytes alone would not do: a Chinese character has three
 * and is about one token, three Latin letters are less than one.
 */
export interface TokenCount {
	readonly fewest: number;
	readonly likely: number;
}

/** Adds up texts, also one that comes in pieces. */
export interface TokenMeter extends TokenCount {
	add(text: string): void;
}

/** Tokens for each character of a kind. Measured on prose and source code with the tokenizers of GPT-4o, Llama 3 and Qwen. */
const kinds = {
	/** English prose has 4 to 5 characters a token, source code 3 to 4; no text of ordinary words reaches 8. */
	ascii: { fewest: 1 / 8, likely: 1 / 4 },
	/** Alphabets other than Latin: 2 to 4 characters a token, by the age of the tokenizer. */
	letter: { fewest: 1 / 8, likely: 1 / 3 },
	/** Chinese, Japanese, Korean, emoji: about one token each; frequent pairs are one token in newer tokenizers. */
	wide: { fewest: 1 / 2, likely: 1 },
	/** One character again and again, such as indentation or a ruled line: tokenizers know runs of up to 64 or more. */
	repeated: { fewest: 1 / 64, likely: 1 / 4 },
} as const;

/** From this many on, equal characters in a row are a run. */
const runLength = 4;

export function tokenMeter(): TokenMeter {
	const counts: Record<keyof typeof kinds, number> = { ascii: 0, letter: 0, wide: 0, repeated: 0 };
	let last = -1;
	let times = 0;
	const sum = (of: keyof TokenCount) =>
		Math.ceil(
			counts.ascii * kinds.ascii[of] +
				counts.letter * kinds.letter[of] +
				counts.wide * kinds.wide[of] +
				counts.repeated * kinds.repeated[of],
		);
	return {
		add(text) {
			for (let index = 0; index < text.length; index++) {
				const unit = text.charCodeAt(index);
				times = unit === last ? times + 1 : 1;
				last = unit;
				if (isLowSurrogate(unit)) continue;
				if (isWide(unit)) counts.wide++;
				else if (times > runLength) counts.repeated++;
				else if (unit < 0x80) counts.ascii++;
				else counts.letter++;
			}
		},
		get fewest() {
			return sum("fewest");
		},
		get likely() {
			return sum("likely");
		},
	};
}

/** So many characters of Latin text have as many tokens as this text has at most. */
export function latinLength(text: string): number {
	if (!beyondAscii.test(text)) return text.length;
	let length = 0;
	for (let index = 0; index < text.length; index++) {
		const unit = text.charCodeAt(index);
		if (!isLowSurrogate(unit)) length += isWide(unit) ? wideLength : unit < 0x80 ? 1 : letterLength;
	}
	return length;
}

/** Of `charsPerToken` Latin characters to a token: at most 4/3 tokens for a wide character, 2/3 for another letter. */
const wideLength = 4;
const letterLength = 2;
const beyondAscii = /[^\x00-\x7f]/;

function isLowSurrogate(unit: number): boolean {
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Chinese, Japanese and Korean with their punctuation and full-width forms, and whatever is beyond the first plane. */
function isWide(unit: number): boolean {
	return (
		(unit >= 0x2e80 && unit <= 0xa4cf) ||
		(unit >= 0xac00 && unit <= 0xdbff) ||
		(unit >= 0xf900 && unit <= 0xfaff) ||
		(unit >= 0xff00 && unit <= 0xffef)
	);
}
