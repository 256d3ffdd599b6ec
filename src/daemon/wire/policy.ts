import { autonomyRules } from "../../core/policy/levels.ts";
import { Refusal } from "../../core/refusal.ts";
import type { Autonomy } from "../../core/values.ts";
import type { LevelRules, TestedCommand } from "../../protocol/policy.ts";
import { parsePolicy } from "../config/policyNodes.ts";
import { writePolicy } from "../config/writePolicy.ts";
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
	const { policy, problems } = parsePolicy(text);
	if (!policy || problems.length > 0) {
		const said = problems.slice(0, maxSaid).map(({ line, column, message }) => `${line}:${column}: ${message}`);
		throw new Refusal("badPolicy", `This policy was not kept: ${said.join(" ")}`);
	}
	if (Object.keys(policy.workspaces).length > 0)
		throw new Refusal(
			"badPolicy",
			"This policy has rules of single folders: set them folder by folder, or write them into config.jsonc.",
		);
	writePolicy(config.file, policy.rules, workspace);
	config.refresh();
	return { file: config.file, rules: policy.rules.length };
}

export async function testCommands(
	{ policyRules, about, home }: Services,
	commands: readonly string[],
	workspace: string,
	autonomy: Autonomy = usualAutonomy,
): Promise<readonly TestedCommand[]> {
	const at = { workspace, autonomy, isSandboxed: false, home, dataFolder: about.folder };
	const results: TestedCommand[] = [];
	for (const command of commands) {
		const { reasons, ...trial } = await testCommand(command, policyRules.now, at);
		results.push({ ...trial, reasons: [...reasons] });
	}
	return results;
}

const maxSaid = 5;
