import * as v from "valibot";
import type { Tool } from "../tools/tool.ts";
import { toolSchema } from "../tools/toolSchema.ts";
import type { ProposedCall } from "./agent.ts";
import { readValue } from "./looseValue.ts";

/** What the JSON of a call that a model wrote as text says: which tool, and with what. One of these fields each. */
const nameFields = ["name", "tool", "tool_name", "toolName", "function_name", "recipient_name", "function"] as const;
const argumentFields = [
	"arguments",
	"parameters",
	"args",
	"input",
	"tool_input",
	"tool_args",
	"action_input",
	"params",
	"kwargs",
] as const;
/** Fields that go with a call and say nothing of it. */
const besideFields: ReadonlySet<string> = new Set(["id", "type", "index", "call_id", "tool_call_id"]);

type Fields = Readonly<Record<string, unknown>>;

/** The calls that a value is; undefined when it is anything else, or has more in it than calls. */
export function callsOf(value: unknown, tools: readonly Tool[]): ProposedCall[] | undefined {
	if (Array.isArray(value)) {
		const all = value.map((one) => callsOf(one, tools));
		return value.length > 0 && all.every((one) => one !== undefined) ? all.flat() : undefined;
	}
	if (!isObject(value)) return undefined;
	const call = callOf(value, tools);
	if (call) return [call];
	const list = value.tool_calls ?? value.toolCalls ?? value.tool_call ?? value.function_call;
	const isAlone = Object.keys(value).every((key) => /^(?:tool_?calls?|function_call|content|role)$/i.test(key));
	return list !== undefined && isAlone ? callsOf(list, tools) : undefined;
}

function callOf(value: Fields, tools: readonly Tool[]): ProposedCall | undefined {
	const { function: inner } = value;
	if (isObject(inner) && hasOnly(value, ["function"])) return callOf(inner, tools);
	const nameField = nameFields.find((field) => typeof value[field] === "string");
	const argumentField = argumentFields.find((field) => Object.hasOwn(value, field));
	if (nameField) {
		const name = toolName(value[nameField] as string);
		if (argumentField && hasOnly(value, [nameField, argumentField])) return withArgs(name, value[argumentField]);
		// Some write the arguments beside the name.
		const { [nameField]: _, ...rest } = value;
		return Object.keys(rest).length > 0 && fits(tools, name, rest) ? { name, args: rest } : undefined;
	}
	const [only, ...more] = Object.entries(value);
	return only && more.length === 0 && fits(tools, only[0], only[1]) ? { name: only[0], args: only[1] } : undefined;
}

function hasOnly(value: Fields, fields: readonly string[]): boolean {
	return Object.keys(value).every((key) => fields.includes(key) || besideFields.has(key));
}

function withArgs(name: string, given: unknown): ProposedCall {
	if (typeof given !== "string") return proposed(name, given ?? {});
	const read = given.trim() === "" ? { value: {} } : readValue(given, 0);
	if (read) return proposed(name, read.value);
	return { name, args: given, malformed: "the arguments are not valid JSON." };
}

function proposed(name: string, args: unknown): ProposedCall {
	return isObject(args) ? { name, args } : { name, args, malformed: "the arguments must be a JSON object." };
}

/** Without the namespace or the number that some models put to it. */
export function toolName(written: string): string {
	return written
		.trim()
		.replace(/^(?:functions?|default_api|tools?|api)[.:/]/, "")
		.replace(/:\d+$/, "");
}

export function isOffered(tools: readonly Tool[], name: string): boolean {
	return tools.some((tool) => tool.name === name);
}

/** A tool that was offered takes exactly these arguments. */
function fits(tools: readonly Tool[], name: string, args: unknown): boolean {
	const tool = tools.find((one) => one.name === name);
	if (!tool || !isObject(args)) return false;
	const known = propertiesOf(tool);
	const isKnown = Object.keys(args).every((key) => Object.hasOwn(known, key));
	return isKnown && v.safeParse(tool.params as v.GenericSchema, args).success;
}

/** Arguments that were written as text between tags, as the tool's schema means them. */
export function typedArgs(tool: Tool | undefined, written: Readonly<Record<string, string>>): Fields {
	const known = tool ? propertiesOf(tool) : {};
	return Object.fromEntries(
		Object.entries(written).map(([name, text]) => {
			const type = (known[name] as { type?: unknown } | undefined)?.type;
			if (type === "string" || type === undefined)
				return [name, text.replace(/^\r?\n/, "").replace(/\r?\n[ \t]*$/, "")];
			const read = readValue(text.trim(), 0);
			return [name, read && read.end === text.trim().length ? read.value : text];
		}),
	);
}

/** In their order, for those that are given by their place. */
export function argumentNames(tools: readonly Tool[], name: string): readonly string[] {
	const tool = tools.find((one) => one.name === name);
	return tool ? Object.keys(propertiesOf(tool)) : [];
}

function propertiesOf(tool: Tool): Fields {
	const { properties } = toolSchema(tool);
	return isObject(properties) ? properties : {};
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
