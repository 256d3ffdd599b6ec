import type { ProposedServers } from "../../core/values.ts";
import type { BaselineRow } from "../../protocol/baseline.ts";
import { type GivenInputs, inputScope } from "../mcp/givenInputs.ts";
import type { Mcp } from "../mcp/mcp.ts";
import { serverWords } from "../mcp/serverBinding.ts";

const shown = 8;

interface ServerParts {
	readonly mcp: Pick<Mcp, "servers">;
	readonly mcpInputs: Pick<GivenInputs, "value">;
	readonly proposedServers?: ProposedServers;
}

/** The MCP servers that agents of a goal in this folder may use; none is started for it. */
export async function serverRows(
	folder: string,
	{ mcp, mcpInputs, proposedServers = "ask" }: ServerParts,
): Promise<readonly BaselineRow[]> {
	const { servers, problems } = await mcp.servers(folder);
	const proposed = servers.filter(({ source }) => source === "workspace");
	const names = listed(proposed.map((server) => `${server.name} (${serverWords(server)})`));
	const found: BaselineRow[] =
		servers.length === 0
			? []
			: [
					{
						id: "mcp.servers",
						state: proposed.length > 0 ? "note" : "ok",
						label: "MCP servers",
						value: listed(servers.map(({ name }) => name)),
						detail:
							proposed.length > 0
								? proposedServers === "ask"
									? `You are asked before a goal first uses what files of the folder propose: ${names}.`
									: `config.jsonc leaves out what files of the folder propose, unless the launch says otherwise: ${names}.`
								: undefined,
					},
				];
	const inputs = servers.flatMap((server) =>
		server.inputs.map(({ id }) => ({
			name: `${id} of ${server.name}`,
			isGiven: mcpInputs.value(inputScope(server, folder), id) !== undefined,
		})),
	);
	const missing = inputs.filter(({ isGiven }) => !isGiven);
	if (inputs.length > 0)
		found.push({
			id: "mcp.inputs",
			state: missing.length > 0 ? "note" : "ok",
			label: "Inputs of MCP servers",
			value: missing.length > 0 ? `${missing.length} of ${inputs.length} not entered` : "entered",
			detail:
				missing.length > 0
					? `You are asked when a goal first needs them: ${listed(missing.map(({ name }) => name))}.`
					: undefined,
		});
	const remarks = problems.slice(0, shown).map(({ file, line, message }) => `${file}:${line}: ${message}`);
	if (remarks.length > 0)
		found.push({
			id: "mcp.problems",
			state: "note",
			label: "Of the MCP servers",
			value: problems.length === 1 ? "1 remark" : `${problems.length} remarks`,
			detail: remarks.join(" "),
		});
	return found;
}

function listed(names: readonly string[]): string {
	const more = names.length - shown;
	return [...names.slice(0, shown), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
