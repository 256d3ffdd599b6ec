import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { Assignment } from "../../core/values.ts";
import { AgentName } from "../config/configSchema.ts";
import { Checks, settingSchemas } from "../config/writtenSettings.ts";

/** The JSON Schema of a preset's file, for editors: made from what the daemon reads it by. */
export function presetJsonSchema(): Readonly<Record<string, unknown>> {
	const assignments = v.optional(v.array(v.omit(Assignment, ["source", "from"])));
	const entries = { ...settingSchemas, agent: v.optional(AgentName), assignments, checks: v.optional(Checks) };
	const described = Object.entries(entries).map(([name, schema]) => [
		name,
		v.pipe(schema, v.description(about[name]!)),
	]);
	const whole = v.strictObject(Object.fromEntries(described) as typeof entries);
	return { ...toJsonSchema(whole, { typeMode: "input", errorMode: "ignore" }), title: "Mission Control preset" };
}

const about: Readonly<Record<string, string>> = {
	priority: "Of its turn, when more goals wait than may work at once.",
	agent: "The primary agent: provider/model, or provider/model:effort. It stands for every role that names no other.",
	assignments: "Who works in which role. A role without a model inherits the primary agent.",
	autonomy: "What the goal may do without asking. In a repository's preset only `supervised` counts.",
	planApproval: "When a person approves the plan. In a repository's preset only `always` counts.",
	restart: "What the goal does when the daemon starts again.",
	proposedServers:
		"Whether MCP servers that files of the folder propose are asked about, or left out. In a repository's preset only `leaveOut` counts.",
	sandbox:
		"Whether commands run inside walls: off, auto (where this machine has some), or required (nowhere else). In a repository's preset only `required` counts.",
	budget: "The most it may use; what is left out has no limit.",
	checks: "Acceptance checks: commands that exit with 0 when the goal is done.",
};
