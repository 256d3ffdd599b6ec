import type { BaselineRow } from "../../protocol/baseline.ts";
import type { SandboxWish } from "../policy/sandbox/goalSandbox.ts";
import type { Sandbox } from "../policy/sandbox/sandbox.ts";

/** Whether this machine has walls for what works in the folder, and what config.jsonc says of them. */
export async function sandboxRows(
	folder: string,
	{ sandbox, sandboxWish }: { readonly sandbox: Pick<Sandbox, "of">; readonly sandboxWish: SandboxWish },
): Promise<readonly BaselineRow[]> {
	const { use = "off", network } = sandboxWish;
	const state = await sandbox.of(folder);
	const row = { id: "sandbox", label: "Sandbox" };
	if ("unavailable" in state)
		return [
			{
				...row,
				state: use === "required" ? "problem" : "note",
				value: "none here",
				detail: `${use === "required" ? "Nothing is launched without one." : asYou} ${state.unavailable}`,
			},
		];
	const detail =
		use === "off"
			? `A goal that is launched with the sandbox off has none: ${asYou.charAt(0).toLowerCase()}${asYou.slice(1)}`
			: `Commands write only in the folder. ${networkWords[network]} ${agentWords(state, network)}`;
	return [{ ...row, state: "ok", value: `${state.name}, ${useWords[use]}`, detail }];
}

/** What reaches its model in the network, and is not asked about each time. */
function agentWords(
	{ name, holdsAgents }: { name: string; holdsAgents: boolean },
	network: SandboxWish["network"],
): string {
	const who = "MCP servers and agents that are programs";
	if (!holdsAgents)
		return `MCP servers run inside, too; agents that are programs run outside, since ${name} cannot hold them.`;
	return network === "off"
		? `${who} run inside, too, without the network.`
		: `${who} run inside, too, with the network: ${toModels}`;
}

const toModels = "they reach their services there. “network” under “sandbox” in config.jsonc closes it.";
const asYou = "Commands run as you, and can reach what you can reach. Approve accordingly.";
const useWords = { off: "where a launch asks for it", auto: "used", required: "required" };
const networkWords = {
	off: "They do not reach the network.",
	asked: "Only those that are asked about for it, or allowed by a rule, reach the network.",
	on: "They reach the network.",
};
