import { autonomyRules } from "../../core/policy/levels.ts";
import type { Policy } from "../../core/policy/rule.ts";
import { Refusal } from "../../core/refusal.ts";
import type { Autonomy } from "../../core/values.ts";
import type { LevelRules, Simulation, TestedCommand } from "../../protocol/policy.ts";
import { parsePolicy } from "../config/policyNodes.ts";
import { writePolicy } from "../config/writePolicy.ts";
import { goalSandbox } from "../policy/sandbox/goalSandbox.ts";
import { testCommand } from "../policy/testCommand.ts";
import type { Services } from "./services.ts";

const usualAutonomy: Autonomy = "aware";

/** The rules in force, level by level. */
export function readPolicy(
	{ config, organisation }: Services,
	workspace: string | undefined,
	autonomy: Autonomy = usualAutonomy,
): readonly LevelRules[] {
	const { policy, file } = config;
	const unread = policy ? undefined : `${file} could not be read whole, so everything asks until it is corrected.`;
	const own = workspace === undefined ? undefined : policy?.workspaces[workspace];
	return [
		...(organisation
			? [
					"rules" in organisation
						? { level: "organisation" as const, file: organisation.file, rules: [...organisation.rules] }
						: { level: "organisation" as const, file: organisation.file, rules: [], problem: organisation.unreadable },
				]
			: []),
		{ level: "user", file, rules: policy?.rules ?? [], problem: unread },
		...(workspace === undefined ? [] : [{ level: "workspace" as const, file, rules: own?.rules ?? [] }]),
		{ level: "autonomy", rules: [...autonomyRules[autonomy]] },
	];
}

export function setPolicy(
	{ config }: Services,
	text: string,
	workspace: string | undefined,
): { readonly file: string; readonly rules: number } {
	const policy = parsed(text, "was not kept");
	if (Object.keys(policy.workspaces).length > 0)
		throw new Refusal(
			"badPolicy",
			"This policy has rules of single folders: set them folder by folder, or write them into config.jsonc.",
		);
	writePolicy(config.file, policy.rules, workspace);
	config.refresh();
	return { file: config.file, rules: policy.rules.length };
}

/** What the rules would have done to the past, in place of those of the person, or of a folder. */
export async function simulatePolicy(
	{ config, policyRules, store, supervisor, tools, home, about }: Services,
	text: string,
	workspace: string | undefined,
	autonomy: Autonomy | undefined,
): Promise<Simulation> {
	const given = parsed(text, "was not replayed");
	const own: Policy = config.policy ?? { rules: [], workspaces: {} };
	const tried =
		workspace === undefined
			? { ...given, workspaces: Object.keys(given.workspaces).length > 0 ? given.workspaces : own.workspaces }
			: { ...own, workspaces: { ...own.workspaces, [workspace]: { rules: given.rules } } };
	const [{ simulate }, { openCallReader }] = await Promise.all([
		import("../policy/past/simulate.ts"),
		import("../policy/past/actsOfCall.ts"),
	]);
	return simulate({
		store,
		calls: openCallReader(tools, { home, dataFolder: about.folder }),
		goals: supervisor.summaries().map(({ goalId }) => goalId),
		now: policyRules.now,
		would: policyRules.with(tried),
		workspace,
		autonomy,
	});
}

function parsed(text: string, whatNot: string): Policy {
	const { policy, problems } = parsePolicy(text);
	if (policy && problems.length === 0) return policy;
	const said = problems.slice(0, maxSaid).map(({ line, column, message }) => `${line}:${column}: ${message}`);
	throw new Refusal("badPolicy", `This policy ${whatNot}: ${said.join(" ")}`);
}

export async function testCommands(
	{ policyRules, about, home, sandbox, config }: Services,
	commands: readonly string[],
	workspace: string,
	autonomy: Autonomy = usualAutonomy,
): Promise<readonly TestedCommand[]> {
	// As a launch that says nothing of it would have it.
	const walls = await goalSandbox(sandbox, { mode: config.sandbox.use ?? "off", workspace }, config.sandbox);
	const isSandboxed = walls.kind === "inside";
	const at = { workspace, autonomy, isSandboxed, home, dataFolder: about.folder };
	const results: TestedCommand[] = [];
	for (const command of commands) {
		const { reasons, ...trial } = await testCommand(command, policyRules.now, at);
		results.push({ ...trial, reasons: [...reasons] });
	}
	return results;
}

const maxSaid = 5;
