import { sourceText } from "../../core/words/sources.ts";
import type { RoleOffer } from "../../protocol/launchDefaults.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption, workspaceFolder } from "../input/given.ts";
import { table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

export async function roles(context: Context, options: OptionValues): Promise<void> {
	const workspace = workspaceFolder(context, textOption(options, "workspace"));
	const { roles: all, notes, problems } = await context.ask("launch/prepare", { workspace });
	for (const note of notes) context.output.note(note);
	for (const { path, line, message, fix } of problems)
		context.output.note(`${path}:${line}: ${message}${fix ? ` ${fix}` : ""}`);
	context.output.result(all, () => rolesTable(all));
}

/** One line a role. */
function rolesTable(all: readonly RoleOffer[]): string {
	return table(
		all.map(({ role, about, source, settings }) => {
			const model = settings?.model ? `${settings.provider}/${settings.model}` : "the agent’s";
			return [
				role,
				settings?.effort ? `${model}:${settings.effort}` : model,
				paint.dim(sourceText(source)),
				paint.dim(about.length > 60 ? `${about.slice(0, 59)}…` : about),
			];
		}),
	);
}
