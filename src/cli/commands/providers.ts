import type { Context } from "../context.ts";
import { table } from "../layout.ts";
import { paint } from "../output.ts";

export async function providers(context: Context): Promise<undefined> {
	const { providers: all, primary } = await context.ask("provider/list", {});
	context.output.result(all, () =>
		[
			all.length === 0
				? "No agent is configured; playbooks run without one."
				: table(
						all.map((provider) => [
							provider.usable ? paint.green("✓") : paint.red("✗"),
							provider.id,
							paint.dim(provider.kind),
							provider.usable ? provider.models.join(", ") : (provider.reason ?? "not usable"),
						]),
					),
			primary ? `Used when none is named: ${primary}` : "",
		]
			.filter(Boolean)
			.join("\n\n"),
	);
}
