import type { ReviewVerdict } from "../values.ts";
import { capital } from "./capital.ts";
import { reviewMarks } from "./marks.ts";

/**
 * Answers that a model gives as JSON (a plan, a verdict, a reflection, a summary), as people read them: headings and
 * sentences in Markdown. Undefined for what is no such answer; then the text stands as it was said.
 */
export function answerWords(text: string): string | undefined {
	for (const { document, before } of documents(withoutReasoning(text))) {
		const words = wordsOf(document);
		if (words) return [before, words].filter(Boolean).join("\n\n");
	}
	return undefined;
}

/** It begins like an answer in JSON: while it is being written there are no words for it yet. */
export function isDocument(text: string): boolean {
	return /^\s*(?:(?:```|~~~)\w*\s*)?\{\s*"/.test(withoutReasoning(text));
}

type Fields = Readonly<Record<string, unknown>>;

function wordsOf(document: unknown): string | undefined {
	if (typeof document !== "object" || document === null || Array.isArray(document)) return undefined;
	const fields = document as Fields;
	if (fields.verdict === "pass" || fields.verdict === "soft" || fields.verdict === "hard") return ofReview(fields);
	if (Array.isArray(fields.steps)) return plan(fields);
	if (typeof fields.reflection === "string") return reflection(fields);
	return typeof fields.objective === "string" ? summary(fields) : undefined;
}

/** The same of a verdict that the log holds: what was verified, what was covered, what not, and why. */
export function reviewWords(review: {
	readonly verdict: ReviewVerdict;
	readonly verifier?: string;
	readonly coverage?: string;
	readonly gaps?: string;
	readonly summary?: string;
	readonly diagnosis?: string;
}): string {
	return ofReview(review as Fields);
}

function ofReview(fields: Fields): string {
	return lines(
		[`**${capital(reviewMarks[fields.verdict as ReviewVerdict].word)}.**`, said(fields.summary)]
			.filter(Boolean)
			.join(" "),
		part("Verified by", fields.verifier),
		part("Covered", fields.coverage),
		part("Not covered", fields.gaps),
		part("Diagnosis", fields.diagnosis),
	);
}

function plan(fields: Fields): string {
	const steps = (fields.steps as readonly unknown[]).flatMap((step, index) => {
		if (typeof step !== "object" || step === null) return [];
		const { title, id, instructions } = step as Fields;
		const what = said(instructions).replace(/\s+/g, " ");
		return [`${index + 1}. **${said(title) || said(id) || "Step"}**${what ? `: ${what}` : ""}`];
	});
	const checks = list(fields.checks).map((check) => `- \`${check}\``);
	return lines(
		said(fields.title) ? `**Plan: ${said(fields.title)}**` : "**Plan**",
		said(fields.summary),
		steps.join("\n"),
		checks.length > 0 ? `Checks of the goal:\n${checks.join("\n")}` : "",
	);
}

function reflection(fields: Fields): string {
	return lines(said(fields.summary), said(fields.reflection), part("To remember", fields.memory));
}

function summary(fields: Fields): string {
	return lines(
		part("Objective", fields.objective),
		bullets("Decisions", fields.decisions),
		bullets("Open work", fields.openWork),
		bullets("Verified facts", fields.verifiedFacts),
	);
}

function part(title: string, value: unknown): string {
	return said(value) ? `**${title}:** ${said(value)}` : "";
}

function bullets(title: string, value: unknown): string {
	const items = list(value).map((item) => `- ${item}`);
	return items.length > 0 ? `**${title}:**\n${items.join("\n")}` : "";
}

function list(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.map(said).filter(Boolean) : [];
}

function said(value: unknown): string {
	return typeof value === "string" ? value.trim() : "";
}

function lines(...parts: readonly (string | undefined)[]): string {
	return parts.filter(Boolean).join("\n\n");
}

/** What a model only thought is no answer. */
function withoutReasoning(text: string): string {
	return text.slice(text.lastIndexOf(thought) < 0 ? 0 : text.lastIndexOf(thought) + thought.length).trim();
}
const thought = "</think>";

/** The whole text, the last fence, then what stands between braces; with the prose before it. */
function* documents(text: string): Generator<{ readonly document: unknown; readonly before: string }> {
	const fence = [...text.matchAll(/(?:```|~~~)[\w-]*[ \t]*\r?\n([\s\S]*?)(?:```|~~~|$)/g)].at(-1);
	const brace = text.indexOf("{");
	const places = [
		[text, 0],
		[fence?.[1], fence?.index ?? 0],
		[brace < 0 ? undefined : text.slice(brace, text.lastIndexOf("}") + 1), brace],
	] as const;
	for (const [candidate, at] of places) {
		const document = candidate === undefined ? undefined : parsed(candidate.trim());
		if (document !== undefined) yield { document, before: text.slice(0, at).trim() };
	}
}

function parsed(text: string): unknown {
	if (!text.startsWith("{")) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
