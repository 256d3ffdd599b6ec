/**
 * A server's schema without what would keep the daemon busy for ever, or let one schema stand for another: patterns,
 * comparisons of each item with each, names. What is left allows what the whole one allows, and may allow more: that is
 * the server's to refuse.
 */
export function checkable(schema: object): unknown {
	const isWider = /"(pattern|patternProperties|uniqueItems)":/.test(JSON.stringify(schema));
	return without(schema, isWider ? [...neverChecked, ...wrongWhenWider] : neverChecked);
}

const neverChecked = ["$id", "pattern", "patternProperties", "uniqueItems"];
/** These refuse what fits a part, so that a wider part makes them narrower. */
const wrongWhenWider = [
	"not",
	"if",
	"then",
	"else",
	"oneOf",
	"maxContains",
	"unevaluatedProperties",
	"unevaluatedItems",
];

/** Their names are a server's own, and no keywords. */
const named = ["properties", "$defs", "definitions", "dependentSchemas"];
const literal = ["const", "enum", "default", "examples", "required"];

function without(schema: unknown, dropped: readonly string[]): unknown {
	if (Array.isArray(schema)) return schema.map((one) => without(one, dropped));
	if (!isObject(schema)) return schema;
	// Which properties are additional is told by the patterns too.
	const gone = "patternProperties" in schema ? [...dropped, "additionalProperties"] : dropped;
	const kept = Object.entries(schema).filter(([keyword]) => !gone.includes(keyword));
	return Object.fromEntries(
		kept.map(([keyword, value]) => {
			if (literal.includes(keyword)) return [keyword, value];
			if (!named.includes(keyword) || !isObject(value)) return [keyword, without(value, dropped)];
			const inner = Object.entries(value).map(([name, one]) => [name, without(one, dropped)]);
			return [keyword, Object.fromEntries(inner)];
		}),
	);
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
