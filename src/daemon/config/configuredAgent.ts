import * as v from "valibot";
import type { Env } from "../platform/ports.ts";
import { acpRows } from "../providers/acpRows.ts";
import { described } from "../providers/provider.ts";

/** An agent of the Agent Client Protocol as a person may write it into config.jsonc. */
const Text = v.pipe(v.string(), v.nonEmpty());
const Program = v.pipe(
	v.string(),
	v.regex(/^([^/\\]+|\/.+|[A-Za-z]:[/\\].+)$/, "name a program of the path, or write its whole path"),
);
const VariableName = v.pipe(
	v.string(),
	v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "name an environment variable"),
	v.regex(/^(?![Mm][Ii][Ss][Ss][Ii][Oo][Nn]_)/, "no agent gets a variable that begins with MISSION_"),
);

export const ConfiguredAgent = v.object({
	id: described(
		v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,33}$/, "use lower-case letters, digits, dots and dashes")),
		"Its name: it is chosen as agent-ID/default. The id of a known agent (claude-code, codex, gemini-cli, qwen-code, opencode) sets how that one is started.",
	),
	name: described(v.optional(Text), "What people read."),
	command: described(
		v.optional(v.pipe(v.tupleWithRest([Program], v.string()))),
		"Its program and its arguments: it speaks the Agent Client Protocol on standard input and output.",
	),
	env: described(
		v.optional(v.record(VariableName, v.string())),
		`Variables that it gets beside those that every command gets. \${env:NAME} stands for the daemon's own variable, so that a key need not be written here.`,
	),
	mode: described(v.optional(Text), "The session mode that is set before its first prompt, by its id."),
	node: described(v.optional(Program), "The Node that runs it, where the one on the path is too old for it."),
	refuseUnasked: described(
		v.optional(v.boolean()),
		"true: its turn is ended when it runs a tool without having asked.",
	),
});
export type ConfiguredAgent = v.InferOutput<typeof ConfiguredAgent>;

/** Its own variables: `${env:NAME}` is the daemon's, and what is not set there is left out. */
export function filledIn(given: ConfiguredAgent["env"], env: Env): Record<string, string> {
	const filled = Object.entries(given ?? {}).flatMap(([name, text]) => {
		const whole = /^\$\{env:([^}]+)\}$/.exec(text)?.[1];
		if (whole !== undefined && ownVariable(whole, env) === undefined) return [];
		return [[name, text.replace(/\$\{env:([^}]+)\}/g, (_, own: string) => ownVariable(own, env) ?? "")] as const];
	});
	return Object.fromEntries(filled);
}

/** What agents are given as keys, so that it can be taken out of what they say. */
export function agentSecrets(agents: readonly ConfiguredAgent[], env: Env): readonly string[] {
	const own = acpRows.flatMap(({ keyNames }) => keyNames.map((name) => [name, env[name] ?? ""] as const));
	const given = agents.flatMap((agent) => Object.entries(filledIn(agent.env, env)));
	return [...own, ...given].flatMap(([name, value]) => (isSecretName(name) ? [value.trim()] : []));
}

/** The daemon's variables from which agents get keys. */
export function agentKeyVariables(agents: readonly ConfiguredAgent[]): readonly string[] {
	const given = agents.flatMap(({ env }) => Object.entries(env ?? {}));
	const named = given.flatMap(([name, text]) => {
		const asked = [...text.matchAll(/\$\{env:([^}]+)\}/g)].map((match) => match[1]!);
		return isSecretName(name) ? asked : asked.filter(isSecretName);
	});
	return [...acpRows.flatMap(({ keyNames }) => keyNames), ...named];
}

function isSecretName(name: string): boolean {
	return /KEY|TOKEN|SECRET|PASSWORD/i.test(name);
}

function ownVariable(name: string, env: Env): string | undefined {
	return /^MISSION_/i.test(name) ? undefined : env[name];
}
