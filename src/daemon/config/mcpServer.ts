import * as v from "valibot";
import { sha256 } from "../platform/digest.ts";
import { described } from "../providers/provider.ts";

/** An MCP server as a file describes it: a program that is started, or an address that is reached. Nothing is filled in yet. */
export interface McpServer {
	/** As the file names it. */
	readonly name: string;
	/** Whose file: the person's own, or the workspace's, which can only propose. */
	readonly source: "config" | "workspace";
	/** For people: `config.jsonc`, or relative to the workspace. */
	readonly file: string;
	/** From 1. */
	readonly line: number;
	readonly reach: McpReach;
	/** Values that it needs from a person, by `${input:id}`. */
	readonly inputs: readonly McpInput[];
	/** Tools that the person lets run without being asked. Of `config` only. */
	readonly allow: readonly string[];
	/** How long one call may take at most. */
	readonly timeoutMs?: number;
	/** Hex SHA-256 of all that decides what is started or reached: another definition is another server. */
	readonly digest: string;
}

export type McpReach =
	| {
			readonly kind: "program";
			readonly command: string;
			readonly args: readonly string[];
			readonly env: Readonly<Record<string, string>>;
			/** Relative to the workspace, or absolute. */
			readonly envFile?: string;
			readonly cwd?: string;
	  }
	| { readonly kind: "http"; readonly url: string; readonly headers: Readonly<Record<string, string>> };

export interface McpInput {
	readonly id: string;
	readonly description?: string;
	/** It is typed unseen, and taken out of every text. */
	readonly secret: boolean;
	readonly default?: string;
	/** The values to choose from. */
	readonly options?: readonly string[];
}

const Text = v.pipe(v.string(), v.nonEmpty());
const Variables = v.record(v.string(), v.string());

/** How a person writes one into config.jsonc. */
export const McpServerEntry = v.object({
	type: described(
		v.optional(v.picklist(["stdio", "http", "streamable-http"])),
		"How it is spoken to; told by “command” or “url” where it is left out.",
	),
	command: described(v.optional(Text), "The program that is started and spoken to over its standard input and output."),
	args: described(v.optional(v.array(v.string())), "Its arguments."),
	env: described(
		v.optional(Variables),
		`What its environment holds beside what commands get. Values may name \${env:NAME} and \${input:ID}.`,
	),
	envFile: described(v.optional(Text), "A file of NAME=value lines for its environment."),
	cwd: described(
		v.optional(Text),
		"The folder in which it starts, also relative to the workspace. Where it is left out: your home folder for a server of config.jsonc, the workspace for one of its files.",
	),
	url: described(
		v.optional(
			v.pipe(v.string(), v.regex(/^(https?:\/\/|\$\{)\S+$/, "write an address that begins with http:// or https://")),
		),
		"The address where it answers, by streamable HTTP.",
	),
	headers: described(v.optional(Variables), "Headers of every request to it."),
	disabled: described(v.optional(v.boolean()), "true: it is not used."),
	allow: described(v.optional(v.array(Text)), "Names of its tools that run without asking you first."),
	timeoutMs: described(
		v.optional(v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(24 * 60 * 60 * 1000))),
		"How long one call may take; commandTimeoutMs where it is left out.",
	),
});
export type McpServerEntry = v.InferOutput<typeof McpServerEntry>;

/** Long enough for every name in use, and short enough for the names of its tools. */
export const McpServerName = v.pipe(
	v.string(),
	v.regex(/^[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,59}$/, "name it with letters, digits, dots, dashes and spaces"),
);

/** The sentence why it cannot be used, or how it is reached. */
export function reachOf(entry: McpServerEntry): McpReach | string {
	const { type, command, url } = entry;
	if (command !== undefined && url !== undefined) return "names both “command” and “url”: keep one.";
	if (type === "stdio" && command === undefined) return "is of type stdio and names no “command”: add it.";
	if (type !== undefined && type !== "stdio" && url === undefined)
		return `is of type ${type} and names no “url”: add it.`;
	if (url !== undefined) return { kind: "http", url, headers: entry.headers ?? {} };
	if (command === undefined) return "names neither “command” nor “url”: add one.";
	const { args = [], env = {}, envFile, cwd } = entry;
	return { kind: "program", command, args, env, envFile, cwd };
}

export function digestOf(reach: McpReach): string {
	return sha256(["mcp server", reach]);
}

/** `\${input:ID}` of what it is reached by, in their order. */
export function inputsOf(reach: McpReach, known: readonly McpInput[]): readonly McpInput[] {
	const ids = new Set([...JSON.stringify(reach).matchAll(/\$\{input:([^}"\\]+)\}/g)].map((match) => match[1]!));
	return [...ids].map((id) => known.find((input) => input.id === id) ?? { id, secret: true });
}
