import { toJsonSchema } from "@valibot/to-json-schema";
import type { Tool } from "./tool.ts";

/** A tool's arguments as JSON Schema, for the model. */
export function toolSchema(tool: Tool): JsonSchema {
	if (tool.kind === "external") return tool.schema;
	const known = schemas.get(tool.params);
	if (known) return known;
	const { $schema: _, ...schema } = toJsonSchema(tool.params, { errorMode: "ignore" });
	schemas.set(tool.params, schema as JsonSchema);
	return schema as JsonSchema;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

const schemas = new WeakMap<object, JsonSchema>();
