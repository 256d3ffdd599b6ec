import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { DeadlineAct } from "../../core/deadline.ts";
import { Policy } from "../../core/policy/rule.ts";
import { SandboxMode } from "../../core/sandbox.ts";
import { Assignment, ProposedServers, type Risk } from "../../core/values.ts";
import { described, Provider } from "../providers/provider.ts";
import type { ProviderRow } from "../providers/providerRow.ts";
import { providerRows } from "../providers/providerRows.ts";
import { ConfiguredAgent } from "./configuredAgent.ts";
import { McpServerEntry } from "./mcpServer.ts";

/**
 * What a person may write into config.jsonc. Read key by key, so that one mistake costs one setting; the JSON Schema
 * that editors complete and check by is made from the same lines.
 */
const Count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64));
const Milliseconds = v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(24 * 60 * 60 * 1000));

const Address = v.pipe(
	v.string(),
	v.regex(/^https?:\/\/\S+$/, "write an address that begins with http:// or https://"),
);
const lookedFor = ({ name, baseUrl }: ProviderRow) =>
	described(
		v.optional(v.union([v.literal(false), Address], "an address, or false")),
		`Where ${name} is looked for (${baseUrl}); false: nowhere.`,
	);

/** Servers that are found without a line of configuration, and where to look for them instead. */
export const Discovery = v.object(
	Object.fromEntries([
		...providerRows.filter(({ offer }) => offer === "local").map((row) => [row.id, lookedFor(row)] as const),
		[
			"acpRegistry",
			described(
				v.optional(v.union([v.literal(false), Address], "an address, or false")),
				"Where the registry of agents is read when a person asks for it; false: nowhere.",
			),
		] as const,
	]),
);
export type Discovery = v.InferOutput<typeof Discovery>;

/** What agents may fetch from the web. Each host is asked about besides, or approved for the goal or the folder. */
export const Fetch = v.object({
	privateHosts: described(
		v.optional(
			v.array(v.pipe(v.string(), v.regex(/^[a-z0-9.[\]:-]+$/i, "write a host, or host:port"), v.toLowerCase())),
			[],
		),
		"Hosts of this machine and its network that may be fetched from, such as localhost:3000.",
	),
});
export type Fetch = v.InferOutput<typeof Fetch>;

const Deadline = v.strictObject({
	minutes: described(
		v.pipe(v.number(), v.minValue(1), v.maxValue(7 * 24 * 60)),
		"How long it waits for a person, in minutes.",
	),
	act: described(DeadlineAct, "deny: it is denied, and its agent told. skip: the step it belongs to is skipped."),
});
const deadlineFor = (risk: Risk) =>
	described(v.optional(Deadline), `Of acts of class ${risk}; without it they wait for as long as it takes.`);

/** What becomes of acts that wait for a person. */
export const Approvals = v.object({
	deadlines: described(
		v.optional(
			v.strictObject({
				read: deadlineFor("read"),
				write: deadlineFor("write"),
				network: deadlineFor("network"),
				dangerous: deadlineFor("dangerous"),
			}),
			{},
		),
		"After how long an act that nobody answers is denied, or its step skipped, by what it may do.",
	),
});
export type Approvals = v.InferOutput<typeof Approvals>;
const Place = v.pipe(v.string(), v.regex(/^(~|\/)/, "write a path from the root, or one that begins with ~/"));

/** Walls around what agents start; see policy/sandbox. */
export const Walls = v.object({
	use: described(
		v.optional(SandboxMode),
		"off (the default); auto: where this machine has one; required: nothing runs outside one, whatever a launch says.",
	),
	network: described(
		v.optional(v.picklist(["off", "asked", "on"]), "asked"),
		"Who reaches the network inside: no command; those of which it was seen beforehand that they need it, so that they were asked about or allowed by a rule (the default); or all.",
	),
	writable: described(v.optional(v.array(Place), []), "Folders beside the workspace that may be written inside."),
	readable: described(
		v.optional(v.array(Place), []),
		"Places that stay visible inside although they hold secrets, such as ~/.npmrc.",
	),
	memoryMb: described(
		v.optional(v.pipe(v.number(), v.integer(), v.minValue(64))),
		"The most memory of one process inside, in MiB. Without it there is no limit.",
	),
	processes: described(
		v.optional(v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(1_000_000)), 4096),
		"The most processes of one user inside.",
	),
});
export type Walls = v.InferOutput<typeof Walls>;

export const limits = {
	parallelSteps: described(v.optional(Count, 3), "Steps of one goal that run side by side."),
	parallelGoals: described(
		v.optional(Count, 4),
		"Goals at work at once. The others wait for their turn: the most urgent first, then in the order of their launch.",
	),
	delegateDepth: described(
		v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5)), 2),
		"How deep sub-agents may have sub-agents of their own; 0 for no sub-agents.",
	),
	delegatesPerThread: described(v.optional(Count, 8), "Sub-agents that one thread may have in all."),
	delegatesAtOnce: described(v.optional(Count, 3), "Sub-agents of one thread that work at once."),
	replans: described(
		v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)), 2),
		"How often a goal plans anew what remains, by itself, before a person is asked.",
	),
	commandTimeoutMs: described(
		v.optional(Milliseconds, 10 * 60 * 1000),
		"How long a command may run that names no limit of its own.",
	),
	modelSilenceMs: described(
		v.optional(Milliseconds, 5 * 60 * 1000),
		"How long a model may send nothing before it is asked again.",
	),
	silenceMs: described(
		v.optional(Milliseconds, 4 * 60 * 1000),
		"After how long without a sign of life a command is shown to be silent, and a model's answer is asked for again, once, or shown if it was before. Longer than modelSilenceMs: a model is never asked again.",
	),
	questionMs: described(
		v.optional(Milliseconds),
		"After how long a question of an agent is answered with the default that it named. Without it, and without a default, a question waits for a person for as long as it takes.",
	),
	agentAloneMs: described(
		v.optional(
			v.pipe(v.number(), v.integer(), v.minValue(60_000), v.maxValue(30 * 24 * 60 * 60 * 1000)),
			24 * 60 * 60 * 1000,
		),
		"How long the program of an agent lives on while no daemon is there that could hear it.",
	),
	fetchMs: described(v.optional(Milliseconds, 30_000), "How long a page of the web may take that an agent fetches."),
	promptChars: described(
		v.optional(v.pipe(v.number(), v.integer(), v.minValue(8000), v.maxValue(10_000_000)), 400_000),
		"The longest prompt that is sent, in characters; older outputs are left out first.",
	),
};
const Limits = v.object(limits);
export type Limits = Readonly<v.InferOutput<typeof Limits>>;

export const AgentName = v.pipe(
	v.string(),
	v.regex(/^[^/\s]+\/\S+$/, "write provider/model, or provider/model:effort"),
);

const { source: _source, from: _from, ...assignment } = Assignment.entries;
/** As a roster file has it; where it is from is not for a file to say. */
export const RosterAssignment = v.object({
	role: described(assignment.role, "planner, implementer, reviewer, researcher, or a role of your own."),
	provider: described(
		assignment.provider,
		"Whose model works in the role. Without provider and model it is the primary agent.",
	),
	model: described(assignment.model, "The model, as its provider names it."),
	effort: described(assignment.effort, "The reasoning effort."),
	enabled: described(assignment.enabled, "false: the role is off."),
	inherits: described(assignment.inherits, "true: the primary agent works in the role, whatever a role file says."),
	instructions: described(assignment.instructions, "What whoever works in the role is told beside its work."),
});

export const settingNames = [
	"providers",
	"agents",
	"agent",
	"roster",
	"limits",
	"discovery",
	"fetch",
	"mcpServers",
	"proposedServers",
	"sandbox",
	"policy",
	"approvals",
] as const;

/** The JSON Schema of config.jsonc, for editors. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
	const whole = v.strictObject({
		$schema: v.optional(v.string()),
		providers: described(v.optional(v.array(v.strictObject(Provider.entries))), "Where models answer."),
		agents: described(
			v.optional(v.array(v.strictObject(ConfiguredAgent.entries))),
			"Agents that speak the Agent Client Protocol, beside those that are found on the path.",
		),
		agent: described(v.optional(AgentName), "The agent used when a launch names none: provider/model, with :effort."),
		roster: described(
			v.optional(
				v.union([
					v.strictObject({ assignments: v.array(v.strictObject(RosterAssignment.entries)) }),
					v.array(v.strictObject(RosterAssignment.entries)),
				]),
			),
			"Who works in which role where a launch says nothing of it, as in a roster file.",
		),
		limits: described(v.optional(v.strictObject(limits)), "How much runs at once, and for how long."),
		discovery: described(
			v.optional(v.strictObject(Discovery.entries)),
			"Model servers of this machine that are found by themselves.",
		),
		fetch: described(v.optional(v.strictObject(Fetch.entries)), "What agents may fetch from the web."),
		mcpServers: described(
			v.optional(v.record(v.string(), v.strictObject(McpServerEntry.entries))),
			"MCP servers whose tools agents may use, by their names. They win over those that a workspace proposes.",
		),
		proposedServers: described(
			v.optional(ProposedServers),
			"What a goal does with MCP servers that files of its workspace propose, where its launch says nothing of it: ask about each (the default), or leave them out.",
		),
		sandbox: described(
			v.optional(v.union([SandboxMode, v.strictObject(Walls.entries)])),
			"Walls around the commands of agents and checks: off, auto or required, or an object with more of their settings.",
		),
		policy: described(
			v.optional(Policy),
			"What agents may do unasked, what is asked about, and what never happens. What no rule covers follows from a goal's autonomy.",
		),
		approvals: described(v.optional(v.strictObject(Approvals.entries)), "What becomes of acts that wait for a person."),
	});
	return { ...toJsonSchema(whole, { typeMode: "input", errorMode: "ignore" }), title: "Mission Control configuration" };
}
