import type { Goal } from "../../core/goal.ts";
import type { ApprovalId } from "../../core/ids.ts";
import { autonomyRules } from "../../core/policy/levels.ts";
import { type Policy, type PolicyRule, ruleProblem } from "../../core/policy/rule.ts";
import { namedRule, ruleWords } from "../../core/policy/ruleWords.ts";
import { Refusal } from "../../core/refusal.ts";
import type { Autonomy } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { LevelRules, ProposedRule, Simulation, TestedCommand } from "../../protocol/policy.ts";
import { parsePolicy } from "../config/policyNodes.ts";
import { addToPolicy, removeFromPolicy, writePolicy } from "../config/writePolicy.ts";
import { rulesOf } from "../policy/rules/decide.ts";
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

/** One rule more; the others stay as they are. */
export function addRule(
	services: Services,
	rule: PolicyRule,
	workspace: string | undefined,
): { readonly file: string; readonly rules: number } {
	const problem = ruleProblem(rule);
	if (problem) throw new Refusal("badPolicy", problem);
	const { file, rules, index } = written(services, rule, workspace, "the rule was not added");
	if (index !== -1) return { file, rules: rules.length };
	addToPolicy(file, rule, workspace);
	services.config.refresh();
	return { file, rules: rules.length + 1 };
}

/** One rule less; the others stay as they are. */
export function removeRule(
	services: Services,
	rule: PolicyRule,
	workspace: string | undefined,
): { readonly file: string; readonly rules: number } {
	const { file, rules, index } = written(services, rule, workspace, "the rule was not removed");
	if (index === -1) throw new Refusal("unknownRule", `This rule does not stand in ${file}: ${ruleWords(rule)}.`);
	removeFromPolicy(file, index, workspace);
	services.config.refresh();
	return { file, rules: rules.length - 1 };
}

/** The rules beside which it stands, or is to stand, as they are written now; its place is -1 where it is none of them. */
function written({ config }: Services, rule: PolicyRule, workspace: string | undefined, whatNot: string) {
	config.refresh();
	const { policy, file } = config;
	// What holds may be what was read before the mistake.
	if (!policy || config.state().problems.some(({ blocks }) => blocks))
		throw new Refusal("badPolicy", `${file} has a mistake. Correct it first; ${whatNot}.`);
	const rules = workspace === undefined ? policy.rules : (policy.workspaces[workspace]?.rules ?? []);
	const text = JSON.stringify(rule);
	return { file, rules, index: rules.findIndex((one) => JSON.stringify(one) === text) };
}

/** Rules that would let happen unasked what a person is asked about, and what each would have covered. */
export async function proposeRules(
	services: Services,
	goal: Goal,
	approvalId: ApprovalId,
	everywhere: boolean,
): Promise<Result<Methods, "policy/propose">> {
	const { config, policyRules, store, supervisor, tools, home, about } = services;
	const [{ simulate }, { openCallReader }, proposing] = await Promise.all([
		import("../policy/past/simulate.ts"),
		import("../policy/past/actsOfCall.ts"),
		import("../policy/proposedRules.ts"),
	]);
	const { workspace } = goal;
	const folder = everywhere ? undefined : workspace;
	const approval = goal.approvals[approvalId];
	const call = approval?.toolCallId && goal.calls[approval.toolCallId];
	if (!approval) throw new Refusal("unknownApproval", "This approval no longer waits.");
	if (approval.kind !== "tool")
		return { rules: [], problem: "Rules are about acts of agents; this is a question of another kind." };
	const calls = openCallReader(tools, { home, dataFolder: about.folder });
	const asked = call ?? { name: "runCommand", args: { command: approval.command }, effect: "outside" as const };
	const read = await calls.read({ call: asked, workspace, risk: approval.risk });
	const own: Policy = config.policy ?? { rules: [], workspaces: {} };
	const at = { workspace, isSandboxed: false, autonomy: goal.settings.autonomy };
	const withRule = (rule: PolicyRule) => policyRules.with(proposing.withOneMore(own, rule, folder));
	const acts = read?.acts ?? [];
	const rules = proposing.proposedRules(acts, withRule, at);
	if (rules.length === 0) {
		const stricter = proposing.stricterRule(acts, policyRules.now, at);
		const problem = stricter
			? `A rule wants it asked about (${stricter.name}), and an exception cannot be written. Change that rule.`
			: "It cannot be told for sure what this does, so no rule can let it happen unasked. Approve it for the goal instead.";
		return { rules: [], problem };
	}
	const goals = supervisor
		.summaries()
		.slice(0, maxGoalsLookedAt)
		.map(({ goalId }) => goalId);
	const proposed: ProposedRule[] = [];
	for (const rule of rules) {
		const only = rulesOf({ user: proposing.withOneMore({ rules: [], workspaces: {} }, rule, folder) });
		const told = await simulate({ store, calls, goals, now: policyRules.now, would: only, workspace: folder });
		const level = folder === undefined ? "user" : "workspace";
		const covered = told.rules.find((one) => one.rule === namedRule(level, 1, rule))?.times ?? 0;
		const denied = told.differences.filter(
			({ answeredOtherwise, would }) => answeredOtherwise && would.rule !== undefined,
		);
		proposed.push({ rule, words: ruleWords(rule), covered, denied: denied.reduce((sum, { times }) => sum + times, 0) });
	}
	return { rules: proposed, workspace: folder };
}

const maxGoalsLookedAt = 200;

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
