import type { Methods, Result } from "../../protocol/methods.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { answeredNo, wrongUsage } from "../terminal/failure.ts";
import { indent, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

export async function providers(
	context: Context,
	action: string,
	name: string | undefined,
	options: OptionValues,
): Promise<void> {
	if (action === "list") await list(context, options.refresh === true);
	else if (action === "key") await key(context, name, options.forget === true);
	else if (action === "try") await tryOne(context, name);
	else if (action === "registry") await registry(context, options.refresh === true);
	else throw wrongUsage(`“${action}” cannot be done with providers: list, key, try and registry can.`);
}

async function list(context: Context, refresh: boolean): Promise<void> {
	const { providers: all, primary, moreToCome } = await context.ask("provider/list", { refresh });
	const isWaiting = ({ usable, needsKey, source }: (typeof all)[number]) =>
		!usable && needsKey === true && source === "environment";
	const keyless = all.filter(isWaiting).map(({ id }) => id);
	const absent = all.flatMap(({ name, id, install }) => (install ? [`${name ?? id} (\`${install}\`)`] : []));
	const shown = all.filter((provider) => !isWaiting(provider) && provider.install === undefined);
	context.output.result(all, () =>
		[
			shown.length === 0
				? "No agent is configured; playbooks run without one."
				: table(
						shown.map((provider) => [
							provider.usable ? paint.green("✓") : paint.red("✗"),
							provider.id,
							paint.dim(kindOf(provider)),
							provider.usable ? withWindows(provider) : (provider.reason ?? "not usable"),
						]),
					),
			keyless.length > 0 ? `Usable with a key (\`mission providers key NAME\`): ${keyless.join(", ")}` : "",
			absent.length > 0 ? `Not on this machine; to have one, install it: ${absent.join(", ")}` : "",
			moreToCome ? "A window of VS Code has not said yet which models it has. Run this again in a moment." : "",
			primary ? `Used when none is named: ${primary}` : "",
		]
			.filter(Boolean)
			.join("\n\n"),
	);
}

type Listed = Result<Methods, "provider/list">["providers"][number];

/** The models, and of those of VS Code which of its windows has them. */
function withWindows({ models, modelsLeftOut = 0, windows = [] }: Listed): string {
	const all = named(models, modelsLeftOut);
	const where = windows.map(({ name, models: own }) => (windows.length > 1 ? `${name}: ${named(own, 0)}` : name));
	return where.length > 0 ? `${all} ${paint.dim(`(in VS Code: ${where.join("; ")})`)}` : all;
}

/** The protocol; of an agent that is a program, what it is called and its version. */
function kindOf({ kind, name, version }: { kind: string; name?: string; version?: string }): string {
	return name === undefined ? kind : [name, version, `(${kind})`].filter(Boolean).join(" ");
}

/** As many as a person reads; `--json` has the others. */
const shownModels = 20;

function named(models: readonly string[], leftOut: number): string {
	const more = models.length - shownModels + leftOut;
	const shown = models.slice(0, shownModels).join(", ");
	return more > 0 && models.length > shownModels ? `${shown}, … (${more} more)` : shown;
}

/** The key is typed unseen, or comes on standard input: an argument stands in the shell's history and in lists of processes. */
async function key(context: Context, name: string | undefined, forget: boolean): Promise<void> {
	if (name === undefined) throw wrongUsage("Name the provider: `mission providers` lists them.");
	const given = forget ? undefined : (await context.readSecret(`Key of ${name} (it is not shown): `)).trim();
	if (given === "")
		throw wrongUsage("There was no key. Type it, or give it on standard input: `mission providers key NAME < file`.");
	const { goals } = await context.ask("provider/key", { provider: name, key: given });
	const goOn = goals.length > 0 ? ` ${goals.join(", ")} ${goals.length === 1 ? "goes" : "go"} on.` : "";
	context.output.result(
		{ provider: name, kept: !forget, goals },
		forget ? `The key of ${name} is forgotten.` : `The daemon has the key of ${name}, in memory, until it ends.${goOn}`,
	);
}

async function tryOne(context: Context, name: string | undefined): Promise<void> {
	if (name === undefined) throw wrongUsage("Name the agent: `mission providers` lists them.");
	const trial = await context.ask("provider/try", { provider: name });
	const { ok, reason, tookMs, version, models } = trial;
	context.output.result(trial, () =>
		ok
			? `${paint.green("✓")} ${[name, version].filter(Boolean).join(" ")} starts, in ${(tookMs / 1000).toFixed(1)} s. Models: ${named(["default", ...models], 0)}`
			: `${paint.red("✗")} ${reason}`,
	);
	if (!ok) throw answeredNo("notUsable", reason ?? `${name} cannot be used.`);
}

async function registry(context: Context, refresh: boolean): Promise<void> {
	const found = await context.ask("agent/registry", { refresh });
	context.output.result(found, () =>
		[
			...found.agents.map(({ name, version, about, how, entry }) =>
				[
					`${paint.bold(name)} ${version}  ${about}`,
					indent(paint.dim(`${how} Then add to “agents” in config.jsonc:`)),
					indent(entry),
				].join("\n"),
			),
			found.problem ?? "",
		]
			.filter(Boolean)
			.join("\n\n"),
	);
	if (found.agents.length === 0 && found.problem) throw answeredNo("noRegistry", found.problem);
}
