import * as v from "valibot";
import { seenText } from "../text/seenText.ts";
import { type QuestionTool, ToolError } from "./tool.ts";

export const maxOptions = 20;
const maxQuestionChars = 2000;
const maxLabelChars = 100;

const Option = v.object({
	label: v.pipe(v.string(), v.description("The answer, in a few words.")),
	description: v.optional(v.pipe(v.string(), v.description("What it means for the work, in a sentence."))),
});
const Params = v.object({
	question: v.pipe(v.string(), v.description("All that the person needs to decide, in a few sentences.")),
	options: v.optional(
		v.pipe(
			v.array(v.union([Option, v.string()])),
			v.description("Answers to choose from; none for an answer in words."),
		),
	),
	several: v.optional(v.pipe(v.boolean(), v.description("More than one option may be chosen."))),
	default: v.optional(
		v.pipe(
			v.union([v.string(), v.array(v.string())]),
			v.description("What you would take: labels of options, or an answer in words where there are none."),
		),
	),
});

/** A question to the person, with the answers that the agent can think of. They may answer in words, or not at all. */
export const askPerson: QuestionTool<v.InferOutput<typeof Params>> = {
	name: "askPerson",
	kind: "question",
	description: `Asks the person who watches over this goal, and gives their answer. Ask only what you can neither find out nor decide safely: they may answer in hours. At most ${maxOptions} options; they may also answer in words, or decline.`,
	params: Params,
	summarize: ({ question }) => question.trim().slice(0, 200),
	question({ question, options = [], several, default: taken }) {
		const text = seenText(question, true);
		if (text === "") throw new ToolError("The question is empty: say what you want to know.");
		if (text.length > maxQuestionChars)
			throw new ToolError(`The question has ${text.length} characters, at most ${maxQuestionChars}: say it shorter.`);
		if (options.length > maxOptions)
			throw new ToolError(`These are ${options.length} options, at most ${maxOptions}: offer the likeliest.`);
		const offered = options.map((option, at) => readOption(option, at));
		const labels = offered.map(({ label }) => label);
		const twice = labels.find((label, at) => labels.some((other, before) => before < at && sameWord(other, label)));
		if (twice !== undefined) throw new ToolError(`Two options are called “${twice}”: name each differently.`);
		if (offered.length === 1) throw new ToolError("One option leaves nothing to choose: offer another, or none.");
		if (several && offered.length === 0) throw new ToolError("several needs options to choose from.");
		return { question: text, options: offered, several, default: readDefault(taken, labels, several) };
	},
};

function readOption(option: v.InferOutput<typeof Option> | string, at: number) {
	const { label, description } = typeof option === "string" ? { label: option, description: undefined } : option;
	const name = seenText(label);
	if (name === "") throw new ToolError(`Option ${at + 1} has no label.`);
	if (name.length > maxLabelChars)
		throw new ToolError(
			`The label of option ${at + 1} has ${name.length} characters, at most ${maxLabelChars}: put more into its description.`,
		);
	return { label: name, description: description === undefined ? undefined : seenText(description).slice(0, 500) };
}

function readDefault(
	given: string | readonly string[] | undefined,
	labels: readonly string[],
	several: boolean | undefined,
): string[] | undefined {
	const taken = (typeof given === "string" ? [given] : (given ?? [])).map((one) => seenText(one)).filter(Boolean);
	if (taken.length === 0) return undefined;
	if (labels.length === 0) return [taken.join(", ").slice(0, maxQuestionChars)];
	const chosen = taken.map((one) => {
		const label = labels.find((known) => sameWord(known, one));
		if (label === undefined)
			throw new ToolError(`The default “${one.slice(0, 100)}” is none of the options: ${labels.join(", ")}.`);
		return label;
	});
	if (chosen.length > 1 && !several)
		throw new ToolError("The default names several options, and only one may be chosen.");
	return labels.filter((label) => chosen.includes(label));
}

function sameWord(a: string, b: string): boolean {
	return a.toLowerCase() === b.toLowerCase();
}
