import type { RoleOffer } from "../../protocol/launchDefaults.ts";
import { formatModelRef } from "../../protocol/modelRef.ts";
import { withRoleFiles } from "../../protocol/roster.ts";
import { type LaunchSettings, resolve } from "../../protocol/settings.ts";
import { sourceText } from "../../protocol/sourceText.ts";
import type { Assignment } from "../../protocol/values.ts";
import type { OptionValues } from "../commands.ts";
import type { Context } from "../context.ts";
import { wrongUsage } from "../failure.ts";
import { listOption, textOption, workspaceFolder } from "../given.ts";
import { launchSettings } from "../launchSettings.ts";
import { table } from "../layout.ts";
import { paint } from "../output.ts";

/** What this very launch would take, value by value, with where each is from, and where a form would begin otherwise. */
export async function preview(context: Context, options: OptionValues): Promise<undefined> {
	if (options.playbook !== undefined)
		throw wrongUsage(
			"--preview is about a launch with a prompt: a playbook says at its head what it is launched with.",
		);
	const workspace = workspaceFolder(context, textOption(options, "workspace"));
	const form = await context.ask("launch/prepare", { workspace, preset: textOption(options, "preset") });
	const { settings, sources } = resolve([
		{ source: { kind: "launch" }, settings: await launchSettings(context, options) },
		// What only a form takes, because it shows it.
		...form.layers.filter(({ source }) => source.kind !== "lastGoal" && source.kind !== "roleFile"),
	]);
	const files = filesOf(form.roles, listOption(options, "role") ?? []);
	const whole = { ...settings, assignments: withRoleFiles(settings.assignments, files) };
	for (const note of form.notes) context.output.note(note);
	for (const { path, line, message, fix } of form.problems)
		context.output.note(`${path}:${line}: ${message}${fix ? ` ${fix}` : ""}`);
	context.output.result(
		{ ...form, settings: whole, sources, form: { settings: form.settings, sources: form.sources } },
		() =>
			table(
				(Object.keys(texts) as (keyof LaunchSettings)[]).map((key) => {
					const [taken, inForm] = [texts[key](whole), texts[key](form.settings)];
					const from = key === "assignments" && files.length > 0 ? "with role files" : sourceText(sources[key]);
					const other =
						taken === inForm || sources[key].kind === "launch"
							? ""
							: `a form begins with ${inForm} (${sourceText(form.sources[key])})`;
					return [words[key], taken, paint.dim(from), paint.dim(other)];
				}),
			),
	);
	return undefined;
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
