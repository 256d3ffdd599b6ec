import type { ModelChoice } from "../../core/values.ts";
import type { Turn } from "../agents/agent.ts";
import type { FoundAcpAgent } from "../discovery/acpAgents.ts";
import { type Failed, failure, isFromAgent, messageOf } from "./agentEnds.ts";
import type { Conversation } from "./conversation.ts";
import { inTime } from "./inTime.ts";
import { effortProblem, nextSetting, type Wanted } from "./options.ts";

/** Before a prompt: what the roster and the agent's row want, where the session is not so already. Throws as `inTime`. */
export async function applySettings(
	{ found, choice, initMs }: { readonly found: FoundAcpAgent; readonly choice: ModelChoice; readonly initMs: number },
	turn: Turn,
	conversation: Conversation,
	signal: AbortSignal,
): Promise<Failed | undefined> {
	let wanted: Wanted = {
		mode: found.mode,
		model: choice.model,
		effort: choice.effort,
		hasModel: found.modelFlag !== undefined,
	};
	for (;;) {
		const setting = nextSetting(conversation.options, wanted, found.name);
		if (!setting) break;
		if ("problem" in setting) return failure("badRequest", setting.problem, false);
		const { name, value, method, params } = setting;
		try {
			const key = `${method}:${turn.thread.turn?.turnId}:${name}`;
			const { sessionId } = conversation;
			await inTime(conversation.request(key, method, { sessionId, ...params }), initMs, signal);
		} catch (cause) {
			if (!isFromAgent(cause)) throw cause;
			if (name !== "effort")
				return failure("badRequest", `${found.name} does not take the ${name} “${value}”: ${messageOf(cause)}`, false);
		}
		wanted = {
			...wanted,
			...(name === "mode" ? { mode: undefined } : {}),
			...(name === "model" ? { hasModel: true } : {}),
		};
		if (name === "effort") break;
	}
	const problem = choice.effort && effortProblem(conversation.options, choice.effort, found.name);
	if (problem) await turn.onAdapted({ parameter: "effort", instead: "left out", text: problem });
	return undefined;
}
