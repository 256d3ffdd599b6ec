import type { CreateElicitationResponse, ElicitationContentValue } from "@agentclientprotocol/sdk";
import type { SessionAnswer, SessionQuestion } from "../agents/turnSession.ts";
import { cut, type Fields, fieldsOf, listOf, textOf } from "./fields.ts";

/**
 * What an agent wants to know from the person, as questions of the inbox: one a field of its form, in its order, or one
 * about an address that the person is to open. Who declines one declines the whole.
 */
export async function elicited(
	id: string,
	request: Fields,
	ask: (question: SessionQuestion) => Promise<SessionAnswer>,
): Promise<CreateElicitationResponse> {
	const message = cut(textOf(request.message) ?? "The agent asks for something.", 4000);
	if (request.mode === "url") {
		const question = `${message}\n${cut(textOf(request.url) ?? "", 2000)}`;
		const answer = await ask({ id, question, options: [{ label: done }], closed: true });
		return answer.kind === "answered" ? { action: "accept" } : ended(answer);
	}
	const fields = Object.entries(fieldsOf(fieldsOf(request.requestedSchema).properties));
	const content: Record<string, ElicitationContentValue> = {};
	for (const [name, schema] of fields.slice(0, maxFields)) {
		const field = fieldOf(name, fieldsOf(schema));
		let problem = "";
		for (let tries = 1; ; tries++) {
			const title = fields.length > 1 ? `${message}\n${field.title}` : `${message}${field.hint}`;
			const question = problem ? `${title}\n${problem}` : title;
			const answer = await ask({ id: `${id} ${name}${tries > 1 ? `#${tries}` : ""}`, question, ...field.shape });
			if (answer.kind !== "answered") return ended(answer);
			const value = field.read(answer);
			if (value !== undefined) {
				content[name] = value;
				break;
			}
			problem = field.problem;
		}
	}
	return { action: "accept", content };
}

const done = "I have done it";
const maxFields = 20;

function ended({ kind }: SessionAnswer): CreateElicitationResponse {
	return { action: kind === "declined" ? "decline" : "cancel" };
}

interface Field {
	readonly title: string;
	/** Behind the message, where there is one field alone. */
	readonly hint: string;
	readonly shape: Pick<SessionQuestion, "options" | "several" | "closed" | "default">;
	/** Said when the answer cannot be read. */
	readonly problem: string;
	/** Undefined when it cannot be what is asked for. */
	read(answer: Answered): ElicitationContentValue | undefined;
}

type Answered = SessionAnswer & { readonly kind: "answered" };

function fieldOf(name: string, schema: Fields): Field {
	const named = textOf(schema.title) ?? name;
	const described = textOf(schema.description);
	const title = described ? `${named}: ${described}` : named;
	const about = { title, hint: described ? `\n${described}` : "" };
	const { type } = schema;
	if (type === "boolean") {
		const labels = schema.default === undefined ? undefined : [schema.default === true ? "Yes" : "No"];
		return {
			...about,
			shape: { options: [{ label: "Yes" }, { label: "No" }], closed: true, default: labels },
			problem: "",
			read: ({ chosen }) => chosen[0] === "Yes",
		};
	}
	const choices = choicesOf(type === "array" ? fieldsOf(schema.items) : schema);
	if (choices.length > 0) {
		const given = (Array.isArray(schema.default) ? schema.default : [schema.default]).map((one) =>
			labelOf(choices, one),
		);
		const valueNamed = (label: string) => choices.find((choice) => choice.label === label)?.value;
		return {
			...about,
			shape: {
				options: choices.map(({ label, description }) => ({ label, description })),
				closed: true,
				several: type === "array",
				default: given.every((label) => label !== undefined) ? (given as string[]) : undefined,
			},
			problem: "",
			read: ({ chosen }) =>
				type === "array" ? chosen.flatMap((label) => valueNamed(label) ?? []) : valueNamed(chosen[0] ?? ""),
		};
	}
	const usual = schema.default === undefined || schema.default === null ? undefined : [String(schema.default)];
	if (type !== "number" && type !== "integer") return { ...about, shape: { default: usual }, problem: "", read: words };
	return {
		...about,
		shape: { default: usual },
		problem: type === "integer" ? "It has to be a whole number." : "It has to be a number.",
		read(answer) {
			const text = words(answer).trim();
			const number = Number(text);
			const fits = text !== "" && Number.isFinite(number) && (type === "number" || Number.isInteger(number));
			return fits ? number : undefined;
		},
	};
}

function words({ text, chosen }: Answered): string {
	return text ?? chosen[0] ?? "";
}

interface Choice {
	readonly value: string;
	readonly label: string;
	readonly description?: string;
}

/** Of an enum, with or without titles; no two of one label. */
function choicesOf(schema: Fields): readonly Choice[] {
	const titled = listOf(schema.oneOf ?? schema.anyOf).flatMap((one): Choice[] => {
		const value = textOf(one.const);
		const description = textOf(one.description);
		return value === undefined
			? []
			: [{ value, label: textOf(one.title) ?? value, ...(description && { description }) }];
	});
	const plain = (Array.isArray(schema.enum) ? schema.enum : []).flatMap((one): Choice[] => {
		const value = textOf(one);
		return value === undefined ? [] : [{ value, label: value }];
	});
	const all = titled.length > 0 ? titled : plain;
	return all.filter((one, index) => all.findIndex(({ label }) => label === one.label) === index);
}

function labelOf(choices: readonly Choice[], value: unknown): string | undefined {
	return choices.find((choice) => choice.value === value)?.label;
}
