import { readFileSync } from "node:fs";
import path from "node:path";
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import * as v from "valibot";
import { providersOfEnvironment } from "../discovery/knownProviders.ts";
import { AgentName, Discovery, type Limits, limits, Provider } from "./configSchema.ts";
import { isTooDeep } from "./jsonDepth.ts";
import { createKeyChain, type Env, type KeyChain } from "./providerKeys.ts";

/**
 * The daemon's own settings: config.jsonc in the data folder, and the provider that keys in the environment imply.
 * Whatever is wrong becomes a sentence with its line, and costs no more than what it stands in.
 */
export interface Config {
	/** The data folder. */
	readonly folder: string;
	readonly file: string;
	/** Those of the file first; of two with one id the first counts. */
	readonly providers: readonly Provider[];
	/** Ids of those that the file names. */
	readonly configured: readonly string[];
	/** Where servers of this machine are looked for, beside the well-known places. */
	readonly discovery: Discovery;
	/** What a launch uses that names no agent, as `provider/model[:effort]`. */
	readonly agent?: string;
	/** The file names it; otherwise it is the first model that is listed. */
	readonly isAgentSaved: boolean;
	readonly limits: Limits;
	/** For people: `config.jsonc:4: …`. */
	readonly problems: readonly string[];
	readonly keys: KeyChain;
	/** The text without any key in it; `mark` stands in its place. */
	redact(text: string, mark?: string): string;
}

export const configName = "config.jsonc";

export function loadConfig(folder: string, env: Env): Config {
	const file = path.join(folder, configName);
	const { text, problem } = readText(file);
	const settings = readSettings(text ?? "{}");
	const own = settings.providers;
	const implied = providersOfEnvironment(env).filter((provider) => own.every(({ id }) => id !== provider.id));
	const providers = [...own, ...implied];
	const keys = createKeyChain(env, providers);
	return {
		folder,
		file,
		providers,
		configured: own.map(({ id }) => id),
		discovery: settings.discovery,
		agent: settings.agent ?? firstListed(providers),
		isAgentSaved: settings.agent !== undefined,
		limits: settings.limits,
		problems: problem ? [problem] : settings.problems,
		keys,
		redact: keys.redact,
	};
}

function firstListed(providers: readonly Provider[]): string | undefined {
	const provider = providers.find(({ models }) => models?.length);
	return provider && `${provider.id}/${provider.models![0]}`;
}

interface Settings {
	readonly providers: Provider[];
	agent?: string;
	limits: Limits;
	discovery: Discovery;
	readonly problems: string[];
}

function readText(file: string): { readonly text?: string; readonly problem?: string } {
	try {
		return { text: readFileSync(file, "utf8") };
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === "ENOENT") return {};
		return { problem: `${configName} cannot be read (${code}): check who owns it. Until then the defaults hold.` };
	}
}

function readSettings(source: string): Settings {
	const text = source.replace(/^\uFEFF/, "");
	const errors: ParseError[] = [];
	const tooDeep = isTooDeep(text);
	const tree = tooDeep ? undefined : parseTree(text, errors, parseOptions);
	const settings: Settings = {
		providers: [],
		limits: v.parse(v.object(limits), {}),
		discovery: {},
		problems: [],
	};
	const complain = (offset: number, sentence: string) =>
		void settings.problems.push(`${configName}:${lineAt(text, offset)}: ${sentence}`);
	if (tooDeep) complain(0, "the file has too many brackets in each other. The defaults hold.");
	const first = errors[0];
	// One is enough: the others follow from it.
	if (first) complain(first.offset, `${syntaxError(first)} What could be read is used.`);
	if (tree && tree.type !== "object") complain(tree.offset, "the file must be an object: write { … }.");
	for (const [name, key, value] of properties(tree)) {
		if (name === "$schema") continue;
		if (name === "providers") readProviders(value, settings, complain);
		else if (name === "limits") readLimits(value, settings, complain);
		else if (name === "agent") settings.agent = read(AgentName, name, value, complain) ?? settings.agent;
		else if (name === "discovery") settings.discovery = read(Discovery, name, value, complain) ?? {};
		else complain(key.offset, `“${name}” is no setting. Use one of: providers, agent, limits, discovery.`);
	}
	return settings;
}

const parseOptions = { allowTrailingComma: true, allowEmptyContent: true };

type Complain = (offset: number, sentence: string) => void;

function readProviders(list: Node, settings: Settings, complain: Complain): void {
	if (list.type !== "array") complain(list.offset, "“providers” must be a list: write [ … ].");
	for (const node of list.type === "array" ? (list.children ?? []) : []) {
		const unknown = properties(node).find(([name]) => !Object.hasOwn(Provider.entries, name));
		if (unknown) {
			const names = Object.keys(Provider.entries).join(", ");
			complain(unknown[1].offset, `“${unknown[0]}” is no setting of a provider. Use: ${names}.`);
		}
		const provider = read(Provider, "providers", node, complain);
		if (!provider) continue;
		if (provider.id === "builtin") complain(node.offset, "“builtin” is the daemon's own provider: choose another id.");
		else if (settings.providers.some(({ id }) => id === provider.id))
			complain(node.offset, `there is already a provider “${provider.id}”: give this one another id.`);
		else settings.providers.push(provider);
	}
}

function readLimits(node: Node, settings: Settings, complain: Complain): void {
	if (node.type !== "object") complain(node.offset, "“limits” must be an object: write { … }.");
	for (const [name, key, value] of properties(node)) {
		if (!Object.hasOwn(limits, name)) {
			complain(key.offset, `“${name}” is no limit. Use one of: ${Object.keys(limits).join(", ")}.`);
			continue;
		}
		const limit = read(limits[name as keyof Limits], name, value, complain);
		if (limit !== undefined) settings.limits = { ...settings.limits, [name]: limit };
	}
}

function read<T>(schema: v.GenericSchema<unknown, T>, name: string, node: Node, complain: Complain): T | undefined {
	const result = v.safeParse(schema, plainValue(node));
	if (result.success) return result.output;
	const issue = result.issues[0];
	const dotted = v.getDotPath(issue as v.BaseIssue<unknown>);
	const where = dotted ? deepest(node, dotted.split(".")) : node;
	// The value itself stays out of the sentence: it might be a key that was written into the wrong place.
	complain(where.offset, `“${[name, dotted].filter(Boolean).join(".")}” ${hint(issue)}`);
	return undefined;
}

function hint(issue: v.BaseIssue<unknown>): string {
	if (issue.received === "undefined") return "is missing.";
	if (issue.type === "regex") return `cannot be read: ${issue.message}.`;
	return `cannot be read: expected ${issue.expected ?? "another value"}.`;
}

function deepest(node: Node, names: readonly string[]): Node {
	let at = node;
	for (const name of names) {
		const child = at.type === "array" ? at.children?.[Number(name)] : properties(at).find(([key]) => key === name)?.[2];
		if (!child) break;
		at = child;
	}
	return at;
}

function properties(node: Node | undefined): readonly (readonly [name: string, key: Node, value: Node])[] {
	if (node?.type !== "object") return [];
	return (node.children ?? []).flatMap((property) => {
		const [key, value] = property.children ?? [];
		return key && value ? [[String(key.value), key, value] as const] : [];
	});
}

/** Like jsonc-parser's own, but safe against a key named `__proto__`. */
function plainValue(node: Node): unknown {
	if (node.type === "array") return (node.children ?? []).map(plainValue);
	if (node.type !== "object") return node.value;
	return Object.fromEntries(properties(node).map(([name, , value]) => [name, plainValue(value)]));
}

function syntaxError({ error }: ParseError): string {
	const words = printParseErrorCode(error).replace(/([a-z])([A-Z])/g, "$1 $2");
	return `this is no valid JSON (${words.toLowerCase()}).`;
}

function lineAt(text: string, offset: number): number {
	return text.slice(0, offset).split("\n").length;
}
