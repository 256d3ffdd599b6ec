import * as v from "valibot";
import { seenText } from "../text/seenText.ts";
import type { PersonAnswer, PersonQuestion } from "../tools/personQuestion.ts";

/**
 * What a server, or an agent that took this part of MCP over, wants to know from the person, as questions of the inbox:
 * one a field of its form, in its order, or one about an address that the person is to open. Who declines one declines
 * the whole. Nothing is accepted that the person was not shown.
 */
export async function elicited(
	id: string,
	request: unknown,
	ask: (question: PersonQuestion) => Promise<PersonAnswer>,
	redact: (text: string) => string = (text) => text,
): Promise<Elicited> {
	const { message, mode, url, requestedSchema } = v.parse(Request, request);
	const shown = (text: string, maxChars: number, isLong = false) => cut(seenText(redact(text), isLong), maxChars);
	if (mode !== undefined && mode !== "url" && mode !== "form")
		throw new NotAskable(`Nobody is asked by “${shown(mode, maxLabelChars)}” here: use a form or an address.`);
	const asksFor = shown(message, maxMessageChars, true) || "Something is asked for, and not said what.";
	if (mode === "url") {
		const address = webAddress(url);
		const question = `${asksFor}\n${address}`;
		const answer = await ask({ id, question, options: [{ label: done }], closed: true, url: address });
		return answer.kind === "answered" ? { action: "accept" } : ended(answer);
	}
	const { properties, required, title, description } = requestedSchema;
	const heading = [shown(title ?? "", maxTitleChars), shown(description ?? "", maxDescriptionChars, true)];
	const said = [asksFor, heading.filter(Boolean).join(": ")].filter(Boolean).join("\n");
	const fields = Object.entries(properties);
	if (fields.length > maxFields)
		throw new NotAskable(`A person is asked for at most ${maxFields} values at once, and these are ${fields.length}.`);
	if (fields.length === 0) {
		const answer = await ask({ id, question: said, options: [{ label: agree }], closed: true });
		return answer.kind === "answered" ? { action: "accept", content: {} } : ended(answer);
	}
	const content: Record<string, ElicitedValue> = {};
	for (const [name, schema] of fields) {
		const mayBeLeft = required !== undefined && !required.includes(name);
		const field = fieldOf(name, schema, mayBeLeft, shown);
		let problem = "";
		for (let tries = 1; ; tries++) {
			const about = fields.length > 1 ? `${said}\n${field.title}` : `${said}${field.hint}`;
			const question = problem ? `${about}\n${problem}` : about;
			const answer = await ask({ id: `${id} ${name}${tries > 1 ? `#${tries}` : ""}`, question, ...field.shape });
			if (answer.kind !== "answered") return ended(answer);
			if (mayBeLeft && answer.chosen.includes(field.leftOut)) break;
			const read = field.read(answer);
			if ("value" in read) {
				content[name] = read.value;
				break;
			}
			problem = read.problem;
		}
	}
	return { action: "accept", content };
}

export type Elicited =
	| { readonly action: "accept"; readonly content?: Record<string, ElicitedValue> }
	| { readonly action: "decline" | "cancel" };
export type ElicitedValue = string | number | boolean | string[];

/** It cannot be put to a person like that; the sentence is for whoever asks. */
export class NotAskable extends Error {}

const done = "I have done it";
const agree = "Yes";
const leaveOut = "Leave it out";
const maxFields = 20;
const maxChoices = 50;
const maxMessageChars = 4000;
const maxTitleChars = 200;
const maxLabelChars = 100;
const maxDescriptionChars = 500;
const maxUrlChars = 2000;

const Text = v.fallback(v.optional(v.string()), undefined);
const Limit = v.fallback(v.optional(v.number()), undefined);
const Named = v.fallback(
	v.optional(v.array(v.object({ const: v.string(), title: Text, description: Text }))),
	undefined,
);
const offers = {
	enum: v.fallback(v.optional(v.array(v.string())), undefined),
	enumNames: v.fallback(v.optional(v.array(v.string())), undefined),
	oneOf: Named,
	anyOf: Named,
};
const noOffers = { enum: undefined, enumNames: undefined, oneOf: undefined, anyOf: undefined };
const Field = v.object({
	type: Text,
	title: Text,
	description: Text,
	default: v.optional(v.unknown()),
	format: Text,
	minLength: Limit,
	maxLength: Limit,
	minimum: Limit,
	maximum: Limit,
	minItems: Limit,
	maxItems: Limit,
	items: v.fallback(v.object(offers), noOffers),
	...offers,
});
type Field = v.InferOutput<typeof Field>;
const Form = v.object({
	properties: v.fallback(v.record(v.string(), Field), {}),
	required: v.fallback(v.optional(v.array(v.string())), undefined),
	title: Text,
	description: Text,
});
/** It is a stranger's: whatever has not the shape that it should have is not there. */
const Request = v.object({
	message: v.fallback(v.string(), ""),
	mode: Text,
	url: Text,
	requestedSchema: v.fallback(Form, {
		properties: {},
		required: undefined,
		title: undefined,
		description: undefined,
	}),
});

function ended({ kind }: PersonAnswer): Elicited {
	return { action: kind === "declined" ? "decline" : "cancel" };
}

function webAddress(url: string | undefined): string {
	const address = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
	const isWeb = address?.protocol === "https:" || address?.protocol === "http:";
	if (!isWeb) throw new NotAskable("A person opens addresses of the web only: give one that begins with https://.");
	if (address.href.length > maxUrlChars)
		throw new NotAskable(`The address has more than the ${maxUrlChars} characters that are shown whole.`);
	return address.href;
}

type Answered = PersonAnswer & { readonly kind: "answered" };
type Read = { readonly value: ElicitedValue } | { readonly problem: string };
type Shown = (text: string, maxChars: number, isLong?: boolean) => string;

interface AskedField {
	readonly title: string;
	/** Behind the message, where there is one field alone. */
	readonly hint: string;
	readonly shape: Pick<PersonQuestion, "options" | "several" | "closed" | "default">;
	/** The label that leaves it out, where that is offered. */
	readonly leftOut: string;
	/** The problem is said when it is asked again. */
	read(answer: Answered): Read;
}

function fieldOf(name: string, schema: Field, mayBeLeft: boolean, shown: Shown): AskedField {
	const named = shown(schema.title ?? "", maxTitleChars) || shown(name, maxTitleChars);
	const described = shown(schema.description ?? "", maxDescriptionChars, true);
	const about = { title: described ? `${named}: ${described}` : named, hint: described ? `\n${described}` : "" };
	const isList = schema.type === "array";
	const choices = schema.type === "boolean" ? yesOrNo : choicesOf(isList ? schema.items : schema, named, shown);
	const leftOut = distinct(leaveOut, choices);
	const left = mayBeLeft ? [{ label: leftOut }] : [];
	if (choices.length === 0) {
		const usual = schema.default === undefined || schema.default === null ? undefined : [String(schema.default)];
		return {
			...about,
			leftOut,
			shape: { default: usual, ...(mayBeLeft && { options: left }) },
			read: readerOf(schema),
		};
	}
	const given = schema.default === undefined ? [] : [schema.default].flat();
	const labels = given.map((one) => choices.find(({ value }) => value === one)?.label);
	return {
		...about,
		leftOut,
		shape: {
			options: [...choices.map(({ label, description }) => ({ label, description })), ...left],
			closed: true,
			several: isList || undefined,
			default: labels.length > 0 && labels.every((label) => label !== undefined) ? labels : undefined,
		},
		read({ chosen }) {
			const values = choices.filter(({ label }) => chosen.includes(label)).map(({ value }) => value);
			if (isList) return withinCount(values as string[], schema);
			return values[0] === undefined ? { problem: "Choose one of them." } : { value: values[0] };
		},
	};
}

interface Choice {
	readonly value: string | boolean;
	readonly label: string;
	readonly description?: string;
}

const yesOrNo: readonly Choice[] = [
	{ value: true, label: "Yes" },
	{ value: false, label: "No" },
];

/** Of an enum, with or without titles; no two of one label. */
function choicesOf(schema: Pick<Field, keyof typeof offers>, named: string, shown: Shown): readonly Choice[] {
	const titled = schema.oneOf ?? schema.anyOf;
	const plain = schema.enum?.map((one, at) => ({ const: one, title: schema.enumNames?.[at], description: undefined }));
	const offered = titled ?? plain ?? [];
	if (offered.length > maxChoices)
		throw new NotAskable(`“${named}” offers ${offered.length} choices, and at most ${maxChoices} can be shown.`);
	const choices: Choice[] = [];
	for (const { const: value, title, description } of offered) {
		if (choices.some((known) => known.value === value)) continue;
		const label = shown(title ?? "", maxLabelChars) || shown(value, maxLabelChars) || "(empty)";
		const about = shown(description ?? "", maxDescriptionChars);
		choices.push({ value, label: distinct(label, choices), ...(about && { description: about }) });
	}
	return choices;
}

function distinct(label: string, choices: readonly Choice[]): string {
	let free = label;
	for (let at = 2; choices.some((choice) => choice.label === free); at++) free = `${label} (${at})`;
	return free;
}

function withinCount(values: string[], { minItems = 0, maxItems = Number.POSITIVE_INFINITY }: Field): Read {
	if (values.length < minItems) return { problem: `Choose at least ${minItems}.` };
	return values.length > maxItems ? { problem: `Choose at most ${maxItems}.` } : { value: values };
}

function readerOf(schema: Field): (answer: Answered) => Read {
	const isNumber = schema.type === "number" || schema.type === "integer";
	return ({ text, chosen }) => {
		const words = text ?? chosen[0] ?? "";
		return isNumber ? readNumber(words.trim(), schema) : readText(words, schema);
	};
}

function readNumber(words: string, { type, minimum, maximum }: Field): Read {
	const value = Number(words);
	const isWhole = type === "integer";
	if (words === "" || !Number.isFinite(value) || (isWhole && !Number.isInteger(value)))
		return { problem: isWhole ? "It has to be a whole number." : "It has to be a number." };
	if (minimum !== undefined && value < minimum) return { problem: `It has to be at least ${minimum}.` };
	if (maximum !== undefined && value > maximum) return { problem: `It has to be at most ${maximum}.` };
	return { value };
}

function readText(value: string, { minLength = 0, maxLength, format }: Field): Read {
	if (value.length < minLength) return { problem: `It has to have at least ${minLength} characters.` };
	if (maxLength !== undefined && value.length > maxLength)
		return { problem: `It may have at most ${maxLength} characters.` };
	const wanted = format === undefined ? undefined : formats[format];
	return wanted && !wanted.fits(value) ? { problem: wanted.problem } : { value };
}

const formats: Readonly<Record<string, { readonly problem: string; fits(value: string): boolean } | undefined>> = {
	email: { problem: "It has to be an e-mail address.", fits: (value) => /^[^\s@]+@[^\s@]+$/.test(value) },
	uri: { problem: "It has to be a whole address, such as https://example.org/.", fits: URL.canParse },
	date: { problem: "It has to be a date: YYYY-MM-DD.", fits: isDate },
	"date-time": {
		problem: "It has to be a time: YYYY-MM-DDThh:mm:ssZ.",
		fits: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value)),
	},
};

function isDate(value: string): boolean {
	return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
}

function cut(text: string, maxChars: number): string {
	return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
}
