import * as v from "valibot";
import { Risk } from "../values.ts";

/** What an agent does, as a rule can name it: with its own tools to files, to a shell, to the web, to a tool of a server. */
export const ActKind = v.picklist(["read", "edit", "command", "fetch", "call"]);
export type ActKind = v.InferOutput<typeof ActKind>;

export const RuleEffect = v.picklist(["allow", "ask", "deny"]);
export type RuleEffect = v.InferOutput<typeof RuleEffect>;

const text = (what: string) =>
	v.pipe(v.string(), v.minLength(1, `${what} is empty`), v.maxLength(1000, `${what} has more than 1000 characters`));
const oneOrMore = <S extends v.GenericSchema>(schema: S, what: string) =>
	v.union([schema, v.pipe(v.array(schema), v.minLength(1))], `write ${what}, or a list of them`);

/** All conditions that a rule names have to hold; of a list, one of its values. */
export const PolicyRule = v.strictObject({
	effect: v.pipe(
		RuleEffect,
		v.description("deny: it never happens. ask: a person is asked. allow: it happens unasked. Deny wins, then ask."),
	),
	class: v.optional(
		v.pipe(
			oneOrMore(Risk, "read, write, network or dangerous"),
			v.description("What it may do, as Mission Control reads it: read, write, network, dangerous."),
		),
	),
	kind: v.optional(
		v.pipe(
			oneOrMore(ActKind, "read, edit, command, fetch or call"),
			v.description(
				"read and edit: files, with the agents' own tools. command: a shell's. fetch: a page of the web. call: a tool of an MCP server, or of an agent's own.",
			),
		),
	),
	tool: v.optional(
		v.pipe(
			oneOrMore(text("the tool"), "the name of a tool"),
			v.description("The tool's name; * stands for any text: `github/*`."),
		),
	),
	command: v.optional(
		v.pipe(
			oneOrMore(text("the command"), "the words of a command"),
			v.description(
				"The words of one command: `npm test`, `git log *`. A last * stands for any words behind, and none; any other for text inside one word. Of a line of several commands, each one counts.",
			),
		),
	),
	path: v.optional(
		v.pipe(
			oneOrMore(text("the path"), "a path"),
			v.description("Files, relative to the workspace, or from / or ~/: `docs/**`, `*.md`, `~/.aws/**`."),
		),
	),
	host: v.optional(
		v.pipe(oneOrMore(text("the host"), "a host"), v.description("Of a page: `docs.example.com`, `*.example.com`.")),
	),
	sandboxed: v.optional(v.pipe(v.boolean(), v.description("Whether it happens inside a sandbox."))),
	why: v.optional(v.pipe(text("why"), v.description("What a person and the agent are told."))),
});
export type PolicyRule = v.InferOutput<typeof PolicyRule>;

/** What a person writes: rules for everything, and for single folders. */
export const Policy = v.strictObject({
	rules: v.optional(v.pipe(v.array(PolicyRule), v.description("They hold in every folder.")), []),
	workspaces: v.optional(
		v.pipe(
			v.record(v.string(), v.strictObject({ rules: v.array(PolicyRule) })),
			v.description("Rules of single folders, by their path."),
		),
		{},
	),
});
export type Policy = v.InferOutput<typeof Policy>;

/** Whose rule it is. An organisation's may only tighten; a level is what the goal's autonomy means. */
export const PolicyLevel = v.picklist(["organisation", "user", "workspace", "autonomy"]);
export type PolicyLevel = v.InferOutput<typeof PolicyLevel>;

/** The conditions of a rule. */
export const conditions = ["class", "kind", "tool", "command", "path", "host", "sandboxed"] as const;

/** Why this rule cannot be meant, as a sentence; undefined where it can. */
export function ruleProblem(rule: PolicyRule): string | undefined {
	if (rule.effect !== "allow") return undefined;
	const named = conditions.filter((name) => rule[name] !== undefined && name !== "sandboxed");
	const isOpen = named.every((name) => values(rule[name]).some((value) => /^[*/\s]*$/.test(String(value))));
	return isOpen
		? "This rule allows everything. Say what it allows: a class, kind, tool, command, path or host."
		: undefined;
}

export function values<T>(value: T | readonly T[] | undefined): readonly T[] {
	if (value === undefined) return [];
	return Array.isArray(value) ? value : [value as T];
}
