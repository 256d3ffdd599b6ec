import type { ThreadPurpose } from "../../core/values.ts";

/**
 * The shapes that answers of roles without tools are asked for, as JSON Schema. Every field is required and may be null where it is
 * optional: the strictest endpoints take no schema otherwise, and the others do not mind.
 */
const text = { type: "string" };
const optional = (type: string) => ({ type: [type, "null"] });
const commands = { type: ["array", "null"], items: text };
const step = {
	id: text,
	title: text,
	instructions: text,
	kind: optional("string"),
	role: optional("string"),
	needs: { type: ["array", "null"], items: text },
	checks: commands,
	confidence: { type: ["string", "null"], enum: ["high", "medium", "low", null] },
};

const plan = object({
	title: text,
	summary: text,
	steps: { type: "array", items: object(step) },
	checks: commands,
});

const review = object({
	verdict: { type: "string", enum: ["pass", "soft", "hard"] },
	verifier: text,
	coverage: text,
	gaps: text,
	summary: text,
	diagnosis: text,
});

const reflection = object({ summary: text, reflection: text, memory: optional("string") });

/** Undefined for those who work with tools. */
export const answerShapes = {
	plan: { name: "plan", schema: plan },
	review: { name: "review", schema: review },
	reflect: { name: "reflection", schema: reflection },
	work: undefined,
} satisfies Record<ThreadPurpose, unknown>;

function object(properties: Record<string, object>) {
	return { type: "object" as const, properties, required: Object.keys(properties), additionalProperties: false };
}
