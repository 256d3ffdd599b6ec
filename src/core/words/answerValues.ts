import * as v from "valibot";
import { isLimit, limitText } from "../budgetLimits.ts";

/** What an answer carries beside its option: a price, or a number of tokens. */
export const answerValueKinds = ["price", "tokens"] as const;
export type AnswerValueKind = (typeof answerValueKinds)[number];

/** USD per million tokens. */
const TypedPrice = v.object({
	input: amount(),
	output: amount(),
	/** Of what the provider keeps for a later request. */
	cacheWrite: v.optional(amount()),
});
const TypedTokens = v.pipe(
	v.number(),
	v.check((tokens) => isLimit("tokens", tokens), `a limit of tokens is ${limitText("tokens")}`),
);

/** The values as they are sent, each under the name of its kind. */
export const AnswerValues = v.object({ price: v.optional(TypedPrice), tokens: v.optional(TypedTokens) });
export type AnswerValues = v.InferOutput<typeof AnswerValues>;

interface ValueRow {
	/** The label of a field. */
	readonly label: string;
	readonly example: string;
	/** What a person typed; undefined where it is no such value. */
	parse(text: string): AnswerValues | undefined;
	/** What is wrong with it, and what to type. */
	readonly problem: string;
}

/** Each kind of value as people type it, wherever they do. A new kind is one row and a field of `AnswerValues`. */
export const answerValues: { readonly [K in AnswerValueKind]: ValueRow } = {
	price: {
		label: "USD per million tokens: input, output",
		example: "0.5, 2",
		problem: "A price is two numbers, for example 0.5, 2.",
		parse(text) {
			// By its name: a third number alone may be a decimal comma that was meant.
			const [, both = "", cache] = /^(.*?)(?:[\s,;/]+cache[\s:=]*(.*))?$/is.exec(text.trim())!;
			const [input, output, ...more] = both.split(/\s*[,;/]\s*|\s+/);
			if (more.length > 0) return undefined;
			const price = { input: number(input), output: number(output) };
			return valid({ price: cache === undefined ? price : { ...price, cacheWrite: number(cache) } });
		},
	},
	tokens: {
		label: "Tokens that the goal may use in all",
		example: "200000",
		problem: "A limit of tokens is a whole number above 0, for example 200000.",
		parse: (text) => valid({ tokens: number(text.trim()) }),
	},
};

function amount() {
	return v.pipe(v.number(), v.finite(), v.minValue(0, "a price is not below 0"));
}

function number(text = ""): number {
	return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function valid(values: AnswerValues): AnswerValues | undefined {
	const parsed = v.safeParse(AnswerValues, values);
	return parsed.success ? parsed.output : undefined;
}
