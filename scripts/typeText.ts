import type { GenericSchema } from "valibot";

/**
 * A valibot schema as a person would write the type. A schema that has a name in `named` is written as that name. Wide
 * objects take a line for each field.
 */
export function typeText(schema: GenericSchema, named: ReadonlyMap<GenericSchema, string>, indent = ""): string {
	const name = named.get(schema);
	if (name) return name;
	const of = (inner: GenericSchema) => typeText(inner, named, indent);
	const known = schema as unknown as Known;
	switch (known.type) {
		case "object":
		case "strict_object":
		case "loose_object":
			return objectText(known.entries, named, indent);
		case "array":
			return `${bracketed(of(known.item))}[]`;
		case "tuple":
			return `[${known.items.map(of).join(", ")}]`;
		case "record":
			return `Record<${of(known.key)}, ${of(known.value)}>`;
		case "picklist":
			return known.options.map((option) => JSON.stringify(option)).join(" | ");
		case "literal":
			return JSON.stringify(known.literal);
		case "union":
		case "variant":
			return known.options.map((option) => of(option)).join(" | ");
		case "nullable":
			return `${of(known.wrapped)} | null`;
		case "optional":
		case "nullish":
			return of(known.wrapped);
		case "string":
		case "number":
		case "boolean":
		case "unknown":
		case "null":
			return known.type;
		case "any":
		case "custom":
		case "lazy":
			return "unknown";
		default:
			throw new Error(`PROTOCOL.md has no words yet for the schema type "${(known as Known).type}": add them here.`);
	}
}

export function isSchema(value: unknown): value is GenericSchema {
	return typeof value === "object" && value !== null && "kind" in value && value.kind === "schema";
}

/** What the schemas of src/protocol are made of. */
type Known =
	| {
			readonly type: "object" | "strict_object" | "loose_object";
			readonly entries: Readonly<Record<string, GenericSchema>>;
	  }
	| { readonly type: "array"; readonly item: GenericSchema }
	| { readonly type: "tuple"; readonly items: readonly GenericSchema[] }
	| { readonly type: "record"; readonly key: GenericSchema; readonly value: GenericSchema }
	| { readonly type: "picklist"; readonly options: readonly (string | number)[] }
	| { readonly type: "literal"; readonly literal: unknown }
	| { readonly type: "union" | "variant"; readonly options: readonly GenericSchema[] }
	| { readonly type: "nullable" | "optional" | "nullish"; readonly wrapped: GenericSchema }
	| { readonly type: "string" | "number" | "boolean" | "unknown" | "null" | "any" | "custom" | "lazy" };

const lineWidth = 100;

function objectText(
	entries: Readonly<Record<string, GenericSchema>>,
	named: ReadonlyMap<GenericSchema, string>,
	indent: string,
): string {
	const inner = `${indent}  `;
	const fields = Object.entries(entries).map(([key, schema]) => {
		const { type, default: fallback } = schema as { readonly type: string; readonly default?: unknown };
		const optional = type === "optional" || type === "nullish";
		const value = optional && typeof fallback !== "function" && fallback !== undefined;
		return `${key}${optional ? "?" : ""}: ${typeText(schema, named, inner)}${value ? ` = ${JSON.stringify(fallback)}` : ""}`;
	});
	const short = fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
	if (short.length + indent.length <= lineWidth && !short.includes("\n")) return short;
	return `{\n${fields.map((field) => `${inner}${field}`).join("\n")}\n${indent}}`;
}

function bracketed(text: string): string {
	return / \| /.test(text) && !text.startsWith("{") ? `(${text})` : text;
}
