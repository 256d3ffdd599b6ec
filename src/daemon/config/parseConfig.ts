import { type Node, type ParseError, parseTree } from "jsonc-parser";
import * as v from "valibot";
import { isOwnId, ownAgentPrefix } from "../../core/agentKinds.ts";
import { parseModelRef } from "../../core/modelRef.ts";
import type { Policy } from "../../core/policy/rule.ts";
import { SandboxMode } from "../../core/sandbox.ts";
import { type Assignment, ProposedServers } from "../../core/values.ts";
import { nearName } from "../../core/words/nearName.ts";
import { type ConfigProblem, configName } from "../../protocol/config.ts";
import { acpRows, configuredAgentName, ownAgentId } from "../providers/acpRows.ts";
import { offered } from "../providers/knownProviders.ts";
import { Provider } from "../providers/provider.ts";
import type { ProviderRow } from "../providers/providerRow.ts";
import {
	AgentName,
	Approvals,
	Discovery,
	Fetch,
	type Limits,
	limits,
	RosterAssignment,
	settingNames,
	Walls,
} from "./configSchema.ts";
import { ConfiguredAgent } from "./configuredAgent.ts";
import { isTooDeep } from "./jsonDepth.ts";
import { type Complain, placeOf, placesIn, properties, read, syntaxError, unknown, unknownNames } from "./jsonNodes.ts";
import { digestOf, inputsOf, type McpServer, McpServerEntry, McpServerName, reachOf } from "./mcpServer.ts";
import { readPolicy } from "./policyNodes.ts";

/**
 * The text of config.jsonc as settings. Whatever is wrong becomes a sentence with its place, and costs no more than what
 * it stands in, unless goals might do more than the person allowed: what is no JSON, and what limits them, blocks.
 */
export interface Settings {
	readonly providers: Provider[];
	readonly acpAgents: ConfiguredAgent[];
	agent?: string;
	roster?: readonly Assignment[];
	limits: Limits;
	discovery: Discovery;
	fetch: Fetch;
	mcpServers: readonly McpServer[];
	proposedServers?: ProposedServers;
	sandbox: Walls;
	policy: Policy;
	approvals: Approvals;
	readonly problems: ConfigProblem[];
	/** From 1. */
	lineOf(node: Node): number;
}

export function noSettings(): Settings {
	return {
		providers: [],
		acpAgents: [],
		limits: v.parse(v.object(limits), {}),
		discovery: {},
		fetch: v.parse(Fetch, {}),
		mcpServers: [],
		sandbox: v.parse(Walls, {}),
		policy: { rules: [], workspaces: {} },
		approvals: v.parse(Approvals, {}),
		problems: [],
		lineOf: () => 1,
	};
}

/** What the file says where it is no settings at all, at its beginning. */
export function wholeFile(message: string): ConfigProblem {
	return { line: 1, column: 1, endColumn: 2, message, blocks: true };
}

export function parseConfig(text: string, known: readonly ProviderRow[]): Settings {
	const settings = noSettings();
	if (isTooDeep(text)) {
		settings.problems.push(wholeFile("the file has too many nested brackets: write fewer."));
		return settings;
	}
	const errors: ParseError[] = [];
	const tree = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
	const place = placesIn(text);
	settings.lineOf = ({ offset, length }) => place(offset, length).line;
	const say = (offset: number, length: number, message: string, blocks = false) =>
		void settings.problems.push({ ...place(offset, length), message, blocks });
	const complain: Complain = ({ offset, length }, message, blocks) => say(offset, length, message, blocks);
	const first = errors[0];
	// One is enough: the others follow from it.
	if (first) say(first.offset, first.length, syntaxError(first), true);
	if (tree && tree.type !== "object") complain(tree, "the file must be an object: write { … }.", true);
	const rows = new Map<string, Node>();
	for (const [name, key, value] of properties(tree)) {
		if (name === "$schema") continue;
		if (!Object.hasOwn(readers, name)) unknown(key, `setting “${name}”`, name, settingNames, complain, true);
		else if (rows.has(name)) complain(key, `“${name}” appears twice: keep one.`, limiting.has(name));
		else rows.set(name, value);
	}
	// In this order, whatever the file's: the roster and the agent name providers.
	for (const [name, reader] of Object.entries(readers)) {
		const value = rows.get(name);
		if (value) reader(value, settings, complain, known);
	}
	settings.problems.sort((a, b) => a.line - b.line || a.column - b.column);
	return settings;
}

/** What limits goals: without it they might do more than the person allowed. */
const limiting: ReadonlySet<string> = new Set(["limits", "sandbox", "policy", "approvals"]);

type Reader = (node: Node, settings: Settings, complain: Complain, known: readonly ProviderRow[]) => void;

const readers: Readonly<Record<(typeof settingNames)[number], Reader>> = {
	providers: readProviders,
	agents: readAgents,
	agent(node, settings, complain, known) {
		const name = read(AgentName, "agent", node, complain);
		const provider = name && parseModelRef(name)?.provider;
		if (!provider) return;
		const id = ownAgentId(provider, settings.providers, settings.acpAgents);
		if (isProvider(id, node, settings, complain, known)) settings.agent = `${id}${name.slice(provider.length)}`;
	},
	roster: readRoster,
	limits: readLimits,
	discovery(node, settings, complain) {
		unknownNames(Discovery, node, "“discovery”", complain);
		settings.discovery = read(Discovery, "discovery", node, complain) ?? {};
	},
	fetch(node, settings, complain) {
		unknownNames(Fetch, node, "“fetch”", complain);
		settings.fetch = read(Fetch, "fetch", node, complain) ?? settings.fetch;
	},
	mcpServers: readMcpServers,
	proposedServers(node, settings, complain) {
		settings.proposedServers = read(ProposedServers, "proposedServers", node, complain);
	},
	sandbox(node, settings, complain) {
		// What it says against agents must not get lost by a mistake.
		const block: Complain = (at, sentence) => complain(at, sentence, true);
		if (node.type === "object") {
			unknownNames(Walls, node, "“sandbox”", block);
			settings.sandbox = read(Walls, "sandbox", node, block) ?? settings.sandbox;
			return;
		}
		const use = read(SandboxMode, "sandbox", node, block);
		settings.sandbox = { ...settings.sandbox, use };
	},
	policy(node, settings, complain) {
		// A rule that does not hold is a door that stands open.
		settings.policy = readPolicy(node, "policy", (at, sentence) => complain(at, sentence, true)) ?? settings.policy;
	},
	approvals(node, settings, complain) {
		const block: Complain = (at, sentence) => complain(at, sentence, true);
		unknownNames(Approvals, node, "“approvals”", block);
		settings.approvals = read(Approvals, "approvals", node, block) ?? settings.approvals;
	},
};

function readProviders(list: Node, settings: Settings, complain: Complain): void {
	if (list.type !== "array") {
		complain(list, "“providers” must be a list: write [ … ].");
		return;
	}
	for (const node of list.children ?? []) {
		unknownNames(Provider, node, "a provider", complain);
		const provider = read(Provider, "providers", node, complain);
		if (!provider) continue;
		const name = placeOf(node, "id");
		if (isOwnId(provider.id))
			complain(name, `“${provider.id}” is kept for an agent that is no provider of models: choose another id.`);
		else if (settings.providers.some(({ id }) => id === provider.id))
			complain(name, `there is already a provider “${provider.id}”: give this one another id.`);
		else settings.providers.push(provider);
	}
}

function readAgents(list: Node, settings: Settings, complain: Complain): void {
	if (list.type !== "array") {
		complain(list, "“agents” must be a list: write [ … ]. The agent used by default is “agent”.");
		return;
	}
	for (const node of list.children ?? []) {
		unknownNames(ConfiguredAgent, node, "an agent", complain);
		const agent = read(ConfiguredAgent, "agents", node, complain);
		if (!agent) continue;
		const isKnown = configuredAgentName(agent.id) === agent.id;
		if (settings.acpAgents.some(({ id }) => id === agent.id))
			complain(placeOf(node, "id"), `there is already an agent “${agent.id}”: give this one another id.`);
		else if (!agent.command && !isKnown) complain(node, "“agents.command” is missing: write [ program, arguments … ].");
		else settings.acpAgents.push(agent);
	}
}

/** As a roster file has it: the list, or an object with the list in it. */
function readRoster(node: Node, settings: Settings, complain: Complain, known: readonly ProviderRow[]): void {
	if (node.type === "object")
		for (const [name, key] of properties(node))
			if (name !== "assignments") unknown(key, `setting “${name}” of a roster`, name, ["assignments"], complain);
	const list = node.type === "object" ? placeOf(node, "assignments") : node;
	if (list === node && properties(node).length > 0) return;
	if (list.type !== "array") {
		complain(list, '“roster” must hold a list: write { "assignments": [ … ] }.');
		return;
	}
	const roster: Assignment[] = [];
	for (const entry of list.children ?? []) {
		unknownNames(RosterAssignment, entry, "a role", complain);
		const written = read(RosterAssignment, "roster.assignments", entry, complain);
		if (!written) continue;
		const id = written.provider && ownAgentId(written.provider, settings.providers, settings.acpAgents);
		const assignment = { ...written, ...(id && { provider: id }) };
		if (roster.some(({ role }) => role === assignment.role)) {
			complain(placeOf(entry, "role"), `the role ${assignment.role} appears twice: keep one.`);
			continue;
		}
		const { provider, model } = assignment;
		if ((provider === undefined) !== (model === undefined)) {
			const lacks = provider === undefined ? "provider" : "model";
			complain(entry, `“roster.assignments.${lacks}” is missing: a role names both provider and model, or neither.`);
		} else if (provider === undefined || isProvider(provider, placeOf(entry, "provider"), settings, complain, known))
			roster.push({ ...assignment, source: "config" });
	}
	settings.roster = roster;
}

function readLimits(node: Node, settings: Settings, complain: Complain): void {
	if (node.type !== "object") {
		complain(node, "“limits” must be an object: write { … }.", true);
		return;
	}
	for (const [name, key, value] of properties(node)) {
		if (!Object.hasOwn(limits, name)) {
			unknown(key, `limit “${name}”`, name, Object.keys(limits), complain, true);
			continue;
		}
		const block: Complain = (at, sentence) => complain(at, sentence, true);
		const limit = read(limits[name as keyof Limits], name, value, block);
		if (limit !== undefined) settings.limits = { ...settings.limits, [name]: limit };
	}
}

function readMcpServers(node: Node, settings: Settings, complain: Complain): void {
	if (node.type !== "object") {
		complain(node, "“mcpServers” must be an object: write { “name”: { … } }.");
		return;
	}
	const servers: McpServer[] = [];
	for (const [name, key, value] of properties(node)) {
		const named = v.safeParse(McpServerName, name);
		if (!named.success) {
			complain(key, `this server's name cannot be used: ${named.issues[0].message}.`);
			continue;
		}
		unknownNames(McpServerEntry, value, "an MCP server", complain);
		const entry = read(McpServerEntry, `mcpServers.${name}`, value, complain);
		if (!entry || entry.disabled) continue;
		const reach = reachOf(entry);
		if (typeof reach === "string") complain(value, `the server “${name}” ${reach}`);
		else
			servers.push({
				name,
				source: "config",
				file: configName,
				line: settings.lineOf(key),
				reach,
				inputs: inputsOf(reach, []),
				allow: entry.allow ?? [],
				timeoutMs: entry.timeoutMs,
				digest: digestOf(reach),
			});
	}
	settings.mcpServers = servers;
}

/** Whether it can be meant: named in this file, or known without being named. */
function isProvider(
	id: string,
	node: Node,
	{ providers, acpAgents }: Settings,
	complain: Complain,
	known: readonly ProviderRow[],
): boolean {
	const names = [
		...[...providers, ...offered(known), ...acpRows].map((row) => row.id),
		...acpAgents.map((agent) => configuredAgentName(agent.id)),
	];
	if (names.includes(id) || (isOwnId(id) && !id.startsWith(ownAgentPrefix))) return true;
	const near = nearName(id, names);
	const list = id.startsWith(ownAgentPrefix) ? "agents" : "providers";
	complain(
		node,
		`there is no provider “${id}”${near ? `; did you mean “${near}”?` : `: add it to “${list}”, or name one that is there.`}`,
	);
	return false;
}
