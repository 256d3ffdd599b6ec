import { agentsOwnModel } from "../../core/agentKinds.ts";
import { efforts } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { Config } from "../config/config.ts";
import type { Env } from "../platform/ports.ts";
import { acpRows, configuredAgentName, otherAcpPrograms } from "../providers/acpRows.ts";
import { acpAgentIds, findAcpAgent, installCommand } from "./acpAgents.ts";
import { findProgram } from "./findProgram.ts";
import type { HeardAgents } from "./heardAgents.ts";

type Listed = Result<Methods, "provider/list">["providers"][number];
type Configured = Pick<Config, "acpAgents">;

/** Agents that are programs of their own: the usable first, then what the others lack. None of them is started. */
export function listAcpAgents(config: Configured, env: Env, heard: Pick<HeardAgents, "of">): readonly Listed[] {
	const all = [...acpAgentIds(config).map((id) => listed(id, config, env, heard)), ...unconfigured(config, env)];
	return all.toSorted((a, b) => Number(b.usable) - Number(a.usable));
}

function listed(id: string, config: Configured, env: Env, heard: Pick<HeardAgents, "of">): Listed {
	const found = findAcpAgent(id, config, env);
	const row = acpRows.find((one) => one.id === id);
	const isConfigured = config.acpAgents.some((one) => configuredAgentName(one.id) === id);
	const common = { id, kind: "acp", source: isConfigured ? "config" : "acp", name: found.name } as const;
	if ("problem" in found) {
		const install = row && found.isMissing && !isConfigured ? installCommand(row) : undefined;
		return { ...common, models: [], usable: false, reason: found.problem, install, efforts: [] };
	}
	const offers = heard.of(id);
	const unknown = row?.hasEfforts === false ? [] : efforts;
	return {
		...common,
		models: [agentsOwnModel, ...(offers?.models ?? [])],
		usable: found.signIn === undefined,
		reason: found.signIn,
		needsLogin: found.signIn !== undefined || undefined,
		version: found.version,
		efforts: [...(offers?.efforts ?? unknown)],
	};
}

/** Programs that are known to speak the protocol, and that nobody has named yet. */
function unconfigured({ acpAgents }: Configured, env: Env): readonly Listed[] {
	return otherAcpPrograms.flatMap(({ name, command }): Listed[] => {
		const [program] = command;
		const file = findProgram(program, env);
		if (!file || acpAgents.some((one) => one.command?.[0] === program || one.command?.[0] === file)) return [];
		const entry = JSON.stringify({ id: program, command });
		const reason = `${name} is here (${file}). To use it, add ${entry} to “agents” in config.jsonc.`;
		return [
			{
				id: configuredAgentName(program),
				kind: "acp",
				source: "acp",
				name,
				models: [],
				usable: false,
				reason,
				efforts: [],
			},
		];
	});
}
