/**
 * The shape a planner's answer is asked for, as JSON Schema. Every field is required and may be null where it is
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

export const planSchema = object({
	title: text,
	summary: text,
	steps: { type: "array", items: object(step) },
	checks: commands,
});

function object(properties: Record<string, object>) {
	return { type: "object" as const, properties, required: Object.keys(properties), additionalProperties: false };
}
