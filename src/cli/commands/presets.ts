import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption, workspaceFolder } from "../input/given.ts";
import { launchSettings } from "../input/launchSettings.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

export async function presets(context: Context, action: string, names: Names, options: OptionValues): Promise<void> {
	const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
	if (!run) throw wrongUsage(`“${action}” cannot be done with presets: list, save, rename, delete and default can.`);
	await run(context, names, workspaceFolder(context, textOption(options, "workspace")), options);
}

interface Names {
	readonly name?: string;
	readonly to?: string;
}
type Action = (context: Context, names: Names, workspace: string, options: OptionValues) => Promise<void>;

const actions: Readonly<Record<string, Action>> = {
	list: async (context, _names, workspace) => {
		const { presets: all, problems } = await context.ask("preset/list", { workspace });
		for (const { path, line, message } of problems) context.output.note(`${path}:${line}: ${message}`);
		context.output.result(all, () =>
			all.length === 0
				? "No presets are kept. `mission presets save NAME` keeps launch settings under a name."
				: table(
						all.map((preset) => [
							preset.isDefault ? paint.green("●") : " ",
							preset.name,
							paint.dim(preset.source === "user" ? "yours" : "of the repository"),
							preset.hides ? paint.yellow("hides the repository's") : "",
							paint.dim(Object.keys(preset.settings).join(", ")),
						]),
					),
		);
	},
	save: async (context, names, workspace, options) => {
		const name = named(names.name);
		const settings = await launchSettings(context, options);
		if (Object.keys(settings).length === 0)
			throw wrongUsage("Say what the preset holds, such as --agent, --autonomy, --budget-usd or --check.");
		await context.ask("preset/save", { name, settings, workspace: options.shared === true ? workspace : undefined });
		context.output.result({ name, settings }, `Kept as ${name}.`);
		await sayHidden(context, name, workspace);
	},
	rename: async (context, names, workspace, options) => {
		const name = named(names.name);
		if (names.to === undefined)
			throw wrongUsage(`Say how ${name} is to be called: mission presets rename ${name} NEW-NAME.`);
		await context.ask("preset/rename", {
			name,
			to: names.to,
			workspace: options.shared === true ? workspace : undefined,
		});
		context.output.result({ name: names.to }, `${name} is called ${names.to} now.`);
		await sayHidden(context, names.to, workspace);
	},
	delete: async (context, names, workspace, options) => {
		const name = named(names.name);
		await context.ask("preset/delete", { name, workspace: options.shared === true ? workspace : undefined });
		context.output.result({ name }, `${name} is deleted.`);
	},
	default: async (context, { name }, workspace) => {
		await context.ask("preset/default", { name, workspace });
		context.output.result({ name: name ?? null }, name ? `${name} is the default.` : "There is no default preset.");
	},
};

/** Of two presets with one name only the person's own counts. */
async function sayHidden(context: Context, name: string, workspace: string): Promise<void> {
	const { presets: all } = await context.ask("preset/list", { workspace });
	const hides = all.find((preset) => preset.name === name)?.hides;
	if (hides)
		context.output.aside(
			`Your preset ${name} hides the one of the repository (${hides}): in this folder yours counts.`,
		);
}

function named(typed: string | undefined): string {
	if (typed === undefined) throw wrongUsage("Name the preset.");
	return typed;
}
