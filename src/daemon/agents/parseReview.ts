import * as v from "valibot";
import type { EventBody } from "../../core/events.ts";
import { lastJson } from "./jsonInText.ts";

/**
 * A verdict, or a reflection, out of what a model wrote. A pass counts only with the verifier that ran and what it
 * covered: one that names neither is an opinion. What cannot be used comes back as a sentence for the model.
 */
export type ParsedReview = Pick<
	EventBody<"review.completed">,
	"verdict" | "verifier" | "coverage" | "gaps" | "summary" | "diagnosis"
>;

export function parseReview(text: string): ParsedReview | { readonly problem: string } {
	const answer = lastJson(text, "verdict", (value) => withKey(value, "verdict"));
	if ("problem" in answer) return answer;
	const found = answer.value as Fields;
	const verdict = String(found.verdict).trim().toLowerCase();
	if (!isVerdict(verdict)) return { problem: `Unknown verdict “${verdict.slice(0, 40)}”: say pass, soft or hard.` };
	const [verifier, coverage, gaps] = [words(found.verifier), words(found.coverage), words(found.gaps)];
	const [summary, diagnosis] = [words(found.summary), words(found.diagnosis)];
	if (verdict === "pass" && (isNothing(verifier) || isNothing(coverage))) {
		const missing = isNothing(verifier) ? (isNothing(coverage) ? "verifier and coverage" : "verifier") : "coverage";
		return { problem: `A pass without ${missing} does not count: name what verified it and what that covered.` };
	}
	if (verdict !== "pass" && isNothing(diagnosis || summary))
		return { problem: `A “${verdict}” needs a diagnosis: say what is wrong, so that it can be repaired.` };
	return { verdict, verifier, coverage, gaps, summary, diagnosis: diagnosis || undefined };
}

export function parseReflection(text: string): EventBody<"reflection.written"> | { readonly problem: string } {
	const answer = lastJson(text, "reflection", (value) => withKey(value, "reflection") ?? withKey(value, "summary"));
	if ("problem" in answer) return answer;
	const found = answer.value as Fields;
	const [summary, reflection, memory] = [words(found.summary), words(found.reflection), words(found.memory)];
	if (summary === "" || reflection === "")
		return { problem: `“${summary === "" ? "summary" : "reflection"}” is missing or empty.` };
	return { summary, reflection, memory: memory || undefined };
}

const Verdict = v.picklist(["pass", "soft", "hard"]);

function isVerdict(text: string): text is v.InferOutput<typeof Verdict> {
	return v.is(Verdict, text);
}

const maxChars = 4000;

/** A text, or a list of them. */
function words(value: unknown): string {
	const text = Array.isArray(value) ? value.map(words).filter(Boolean).join("; ") : scalar(value);
	return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
}

function scalar(value: unknown): string {
	return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

/** What models write where they have nothing to name. */
function isNothing(text: string): boolean {
	return /^(?:n\/?a|none|nothing|null|unknown|-)?[.!]?$/i.test(text);
}

type Fields = Readonly<Record<string, unknown>>;

function withKey(value: unknown, key: string): Fields | undefined {
	return typeof value === "object" && value !== null && key in value ? (value as Fields) : undefined;
}
