import type { JsonSchemaType, Tool } from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import * as v from "valibot";
import { sha256 } from "../platform/digest.ts";
import type { JsonSchema } from "../tools/toolSchema.ts";
import { checkable } from "./checkableSchema.ts";
import type { McpTool } from "./mcpConnection.ts";
import { isOutOfTime, withinTime } from "./withinTime.ts";

/** A description beyond these is no description any more: it would fill the model's window. */
const maxDescriptionChars = 2000;
const maxSchemaChars = 32_000;
/** The daemon does nothing else meanwhile. */
const maxCheckMs = 300;
const maxReadMs = 3_000;

const Hint = v.optional(v.boolean());
const Described = v.looseObject({
	name: v.pipe(v.string(), v.regex(/^[\w./-]{1,128}$/)),
	description: v.optional(v.string()),
	inputSchema: v.looseObject({ type: v.literal("object") }),
	outputSchema: v.optional(v.record(v.string(), v.unknown())),
	annotations: v.optional(v.looseObject({ readOnlyHint: Hint, destructiveHint: Hint, openWorldHint: Hint })),
});

/**
 * Checks what one server lists: gives the tool, or the sentence why it is left out. What a server writes about its tools
 * is material, and is bounded. Servers share nothing, so that none decides what fits the tool of another.
 */
export function toolChecker(): (listed: unknown) => McpTool | string {
	const validator = new AjvJsonSchemaValidator();
	return (listed) => checkedTool(listed, validator);
}

function checkedTool(listed: unknown, validator: AjvJsonSchemaValidator): McpTool | string {
	const described = v.safeParse(Described, listed);
	if (!described.success) {
		const [issue] = described.issues;
		const name = nameOf(listed);
		return `${name} is left out: its “${v.getDotPath(issue) ?? "description"}” cannot be read.`;
	}
	const { name, description = "", inputSchema, outputSchema, annotations } = described.output;
	const { $schema: _, ...schema } = inputSchema;
	try {
		if (JSON.stringify(inputSchema).length > maxSchemaChars)
			return `The tool ${name} is left out: its schema has more than ${maxSchemaChars} characters.`;
		const input = checker(inputSchema, validator);
		// The model does not see it, so the tool can be used without.
		const isOutputRead = outputSchema && JSON.stringify(outputSchema).length <= maxSchemaChars;
		const output = isOutputRead ? checker(outputSchema, validator) : undefined;
		return {
			name,
			description: bounded(description),
			schema: schema as JsonSchema,
			hints: {
				readOnly: annotations?.readOnlyHint,
				destructive: annotations?.destructiveHint,
				openWorld: annotations?.openWorldHint,
			},
			digest: sha256([name, description, inputSchema, outputSchema ?? null, annotations ?? null]),
			definition: listed as Tool,
			argumentsProblem: input,
			contentProblem: (content) => output?.(content),
		};
	} catch (cause) {
		return `The tool ${name} is left out: its schema ${schemaFault(cause)}.`;
	}
}

function schemaFault(cause: unknown): string {
	if (cause instanceof RangeError) return "lies too deep in itself";
	if (isOutOfTime(cause)) return "takes too long to read";
	return `is not valid (${(cause instanceof Error ? cause.message : String(cause)).slice(0, 200)})`;
}

function nameOf(listed: unknown): string {
	const isNamed = typeof listed === "object" && listed !== null && "name" in listed && typeof listed.name === "string";
	return isNamed ? `The tool “${String(listed.name).slice(0, 60)}”` : "A tool without a name";
}

/** One line of text and tabs at a time: what a terminal or a prompt would take for something else goes. */
function bounded(text: string): string {
	const plain = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "");
	return plain.length > maxDescriptionChars ? `${plain.slice(0, maxDescriptionChars)}…` : plain;
}

function checker(schema: object, validator: AjvJsonSchemaValidator): (value: unknown) => string | undefined {
	const check = withinTime(() => validator.getValidator(checkable(schema) as JsonSchemaType), maxReadMs);
	return (value) => {
		try {
			const result = withinTime(() => check(value), maxCheckMs);
			return result.valid ? undefined : result.errorMessage.slice(0, 1000);
		} catch {
			// A schema may refer to itself without end, or double with each reference: whether the value fits is left to the server.
			return undefined;
		}
	};
}
