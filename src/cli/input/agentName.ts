import { agentKindName, agentsOwnModel, ownAgentPrefix } from "../../core/agentKinds.ts";
import { parseModelRef } from "../../core/modelRef.ts";
import type { ModelChoice } from "../../core/values.ts";
import { wrongUsage } from "../terminal/failure.ts";
import type { Context } from "./context.ts";

/**
 * The agent that a person named as `provider/model` or `provider/model:effort`. An agent that is a program may be named
 * alone, also as it is called in config.jsonc: it then chooses its model itself.
 */
export async function readAgent(context: Context, typed: string): Promise<ModelChoice> {
	const parsed = parseModelRef(typed) ?? (await namedAlone(context, typed));
	if (!parsed.effort || !typed.includes("/")) return parsed;
	// What looks like an effort may be part of a listed model's name.
	const { providers } = await context.ask("provider/list", {});
	const isListed = (provider: string, model: string) =>
		providers.some(({ id, models }) => id === provider && models.includes(model));
	return parseModelRef(typed, isListed) ?? parsed;
}

async function namedAlone(context: Context, typed: string): Promise<ModelChoice> {
	const wrong = `An agent is named provider/model, or provider/model:effort; “${typed}” is neither.`;
	const [name = "", effort] = typed.split(":", 2);
	const choice = parseModelRef([`${name}/${agentsOwnModel}`, effort].filter(Boolean).join(":"));
	if (typed.includes("/") || !choice) throw wrongUsage(wrong);
	if (agentKindName(choice) === "acp") return choice;
	const { providers } = await context.ask("provider/list", {});
	const own = providers.find(({ id }) => id === `${ownAgentPrefix}${name}`);
	if (own) return { ...choice, provider: own.id };
	const provider = providers.find(({ id }) => id === name);
	const [model] = provider?.models ?? [];
	throw wrongUsage(model ? `${wrong} Add the model: ${name}/${model}, for example.` : wrong);
}
