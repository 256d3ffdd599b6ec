import { isRecord } from "./isRecord.ts";

/** An error that stands where an answer should, in one shape. */
export interface SaidError {
	readonly message: string;
	readonly type?: string;
	readonly code?: string | number;
	readonly param?: string;
}

/** `event` is the name of the event that carried it. Undefined when it is no error. */
export function errorIn(value: unknown, event?: string): SaidError | undefined {
	if (!isRecord(value)) return event === "error" ? { message: String(value) } : undefined;
	const { error, choices, message, detail, object, type } = value;
	if (isRecord(error)) return shaped(error);
	if (typeof error === "string" && error !== "") return shaped({ ...value, message: error });
	const isNamed = event === "error" || object === "error" || type === "error" || object === "Error";
	if (isNamed) return shaped(value);
	if (choices !== undefined) return undefined;
	return typeof message === "string" || detail !== undefined ? shaped(value) : undefined;
}

function shaped(error: Record<string, unknown>): SaidError {
	const { message, detail, msg, type, code, status, param } = error;
	const text = [message, detail, msg].map(sentenceOf).find((each) => each !== "");
	return {
		message: text ?? "The provider reported an error.",
		...(typeof type === "string" && { type }),
		...codeOf([code, status]),
		...(typeof param === "string" && { param }),
	};
}

/** A text, or a list of what is wrong with which field. */
function sentenceOf(value: unknown): string {
	if (typeof value === "string") return value.trim();
	if (Array.isArray(value)) return value.map(sentenceOf).filter(Boolean).join("; ");
	if (!isRecord(value)) return "";
	const { loc, msg, message, detail, error } = value;
	const text = [msg, message, detail, error].map(sentenceOf).find((each) => each !== "") ?? JSON.stringify(value);
	const place = Array.isArray(loc) ? loc.join(".") : "";
	return place ? `${place}: ${text}` : text;
}

function codeOf(candidates: readonly unknown[]): { readonly code?: string | number } {
	const code = candidates.find((each) => typeof each === "number" || (typeof each === "string" && each !== ""));
	return code === undefined ? {} : { code: code as string | number };
}
