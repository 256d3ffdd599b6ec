import { agentKindName, agentsOwnModel } from "../../core/agentKinds.ts";
import { parseModelRef } from "../../core/modelRef.ts";
import type { ModelChoice } from "../../core/values.ts";
import { wrongUsage } from "../terminal/failure.ts";
import type { Context } from "./context.ts";

/** The agent that a person named as `provider/model` or `provider/model:effort`. */
export async function readAgent(context: Context, typed: string): Promise<ModelChoice> {
	// An agent that is a program may be named alone: it then chooses its model itself.
	const isAlone = !typed.includes("/") && agentKindName({ provider: typed }) === "acp";
	const parsed = isAlone ? { provider: typed, model: agentsOwnModel } : parseModelRef(typed);
	if (!parsed) throw wrongUsage(`An agent is named provider/model, or provider/model:effort; “${typed}” is neither.`);
	if (!parsed.effort) return parsed;
	// What looks like an effort may be part of a listed model's name.
	const { providers } = await context.ask("provider/list", {});
	const isListed = (provider: string, model: string) =>
		providers.some(({ id, models }) => id === provider && models.includes(model));
	return parseModelRef(typed, isListed) ?? parsed;
}
