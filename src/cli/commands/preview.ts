import { formatModelRef } from "../../core/modelRef.ts";
import { withRoleFiles } from "../../core/rules/roster.ts";
import { type LaunchSettings, type PartialLaunchSettings, resolve } from "../../core/settings.ts";
import type { Assignment, NotRun } from "../../core/values.ts";
import { notRunLines } from "../../core/words/notRun.ts";
import { sourceText } from "../../core/words/sources.ts";
import type { LaunchPreparation, RoleOffer } from "../../protocol/launchDefaults.ts";
import { stepActions } from "../../protocol/playbookActions.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { listOption, textOption, workspaceFolder } from "../input/given.ts";
import { launchSettings } from "../input/launchSettings.ts";
import type { GivenPlaybook } from "../input/playbookFile.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { indent, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

/** What this very launch would take, value by value, with where each is from, and where a form would begin otherwise. */
export async function preview(
	context: Context,
	options: OptionValues,
	playbook: GivenPlaybook | undefined,
): Promise<void> {
	const workspace = workspaceFolder(context, textOption(options, "workspace"));
	const form = await context.ask("launch/prepare", { workspace, preset: textOption(options, "preset"), playbook });
	const said = await launchSettings(context, options);
	const { settings, sources } = form.playbook
		? ofPlaybook(form, said)
		: resolve([
				{ source: { kind: "launch" }, settings: said },
				// What only a form takes, because it shows it.
				...form.layers.filter(({ source }) => source.kind !== "lastGoal" && source.kind !== "roleFile"),
			]);
	const files = filesOf(form.roles, form.playbook ? [] : (listOption(options, "role") ?? []));
	const whole = { ...settings, assignments: withRoleFiles(settings.assignments, files) };
	for (const note of form.notes) context.output.aside(note);
	for (const { path, line, message, fix } of form.problems)
		context.output.aside(`${path}:${line}: ${message}${fix ? ` ${fix}` : ""}`);
	context.output.result(
		{ ...form, settings: whole, sources, form: { settings: form.settings, sources: form.sources } },
		() => {
			const rows = table(
				(Object.keys(texts) as (keyof LaunchSettings)[]).map((key) => {
					const [taken, inForm] = [texts[key](whole), texts[key](form.settings)];
					const from = key === "assignments" && files.length > 0 ? "with role files" : sourceText(sources[key]);
					const other =
						form.playbook || taken === inForm || sources[key].kind === "launch"
							? ""
							: `a form begins with ${inForm} (${sourceText(form.sources[key])})`;
					return [words[key], taken, paint.dim(from), paint.dim(other)];
				}),
			);
			return form.playbook ? `${rows}\n\n${playbookText(form.playbook)}` : rows;
		},
	);
}

/** The agent is the playbook's own whatever was said; the launch's checks come on top of its. */
function ofPlaybook(form: LaunchPreparation, said: PartialLaunchSettings): ReturnType<typeof resolve> {
	const { agent: _none, ...rest } = said;
	const { settings, sources } = resolve([{ source: { kind: "launch" }, settings: rest }, ...form.layers]);
	const checks = [...(said.checks ?? []), ...form.settings.checks];
	const from = form.settings.checks.length > 0 ? form.sources.checks : sources.checks;
	return { settings: { ...settings, checks }, sources: { ...sources, checks: from } };
}

/** What would run: each step with its commands, writes and checks, in the order written. */
function playbookText({ title, steps, notRun }: NonNullable<LaunchPreparation["playbook"]>): string {
	const positions = new Map(steps.map(({ stepId }, index) => [stepId, index + 1]));
	const told = steps.map((step, index) => {
		const { title, needs } = step;
		const after = needs.length === 0 ? "at once" : `after ${needs.map((step) => positions.get(step)).join(", ")}`;
		return [
			`${index + 1} ${paint.bold(title)}  ${paint.dim(after)}`,
			...stepActions(step).flatMap(({ action, text }) => [indent(paint.dim(action)), indent(text.trimEnd(), "    ")]),
			...notRunText(step.notRun),
		].join("\n");
	});
	return [paint.bold(title), ...notRunText(notRun), ...told].join("\n");
}

function notRunText(items: readonly NotRun[] = []): readonly string[] {
	return notRunLines(items, items.length).map((line) => indent(`${paint.yellow("not run")}  ${line}`));
}

function filesOf(offers: readonly RoleOffer[], roles: readonly string[]): readonly Assignment[] {
	return roles.map((role) => {
		const offer = offers.find((one) => one.role === role && one.source.kind === "roleFile");
		if (!offer) throw wrongUsage(`No file describes the role “${role}”. \`mission roles\` lists those that are.`);
		const { instructions, settings } = offer;
		return { role, enabled: true, instructions, ...settings, source: "roleFile", from: offer.source.path };
	});
}

const words: Readonly<Record<keyof LaunchSettings, string>> = {
	agent: "agent",
	assignments: "roles",
	autonomy: "autonomy",
	planApproval: "plan approval",
	priority: "priority",
	restart: "restart",
	budget: "budget",
	checks: "checks",
};

const texts: { readonly [K in keyof LaunchSettings]: (settings: LaunchSettings) => string } = {
	agent: ({ agent }) => formatModelRef(agent),
	assignments: ({ assignments }) => assignments.map(({ role }) => role).join(", ") || "as the agent",
	autonomy: ({ autonomy }) => autonomy,
	planApproval: ({ planApproval }) => planApproval,
	priority: ({ priority }) => priority,
	restart: ({ restart }) => restart,
	budget: ({ budget }) =>
		Object.entries(budget)
			.map(([resource, limit]) => `${limit} ${resource}`)
			.join(", ") || "no limit",
	checks: ({ checks }) => checks.join("; ") || "none",
};
