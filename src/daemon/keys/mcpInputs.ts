import type { Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import { bothWays, ways } from "../../core/ways.ts";
import type { McpServer } from "../config/mcpServer.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import { type GivenInputs, inputScope } from "../mcp/givenInputs.ts";
import type { Mcp } from "../mcp/mcp.ts";

/** Values for the inputs of MCP servers, and the goals that waited for them. No value is in an answer, an event or a line of the log. */
export interface McpInputs {
	/**
	 * Takes the value over; resolves with the goals that go on. Without a value it is forgotten, also where no file names
	 * the server any more. Without `workspace` it is a server of config.jsonc.
	 */
	take(given: {
		readonly workspace?: string;
		readonly server: string;
		readonly id: string;
		readonly value?: string;
	}): Promise<readonly GoalId[]>;
}

export function openMcpInputs({
	inputs,
	mcp,
	supervisor,
}: {
	readonly inputs: GivenInputs;
	readonly mcp: Pick<Mcp, "servers">;
	readonly supervisor: Supervisor;
}): McpInputs {
	async function find(workspace: string | undefined, name: string): Promise<McpServer | undefined> {
		const { servers } = await mcp.servers(workspace);
		return servers.find((one) => one.name === name && (workspace !== undefined || one.source === "config"));
	}

	function unknownServer(): Refusal {
		return new Refusal(
			"unknownServer",
			`There is no MCP server of this name in config.jsonc or in the files of the folder. ${bothWays(ways.servers)} list them.`,
		);
	}

	/** Its question is answered by the values themselves, once all of them are there. */
	async function goOn(goalId: GoalId, server: McpServer): Promise<boolean> {
		const waiting = (goal: Goal) =>
			Object.values(goal.approvals).filter(
				({ question, server: asked }) =>
					question === "mcpInput" &&
					asked?.name === server.name &&
					server.inputs.every(({ id }) => inputs.value(inputScope(server, goal.workspace), id) !== undefined),
			);
		if (waiting(await supervisor.goal(goalId)).length === 0) return false;
		await supervisor.commit(goalId, (goal) =>
			waiting(goal).map(({ approvalId }) => ({
				type: "approval.superseded",
				approvalId,
				reason: "What it asked for was handed over.",
			})),
		);
		return true;
	}

	return {
		async take({ workspace, server: name, id, value }) {
			const server = await find(workspace, name);
			if (value === undefined) {
				inputs.give(server ? inputScope(server, workspace ?? "") : (workspace ?? ""), id, undefined, false);
				return [];
			}
			if (!server) throw unknownServer();
			const input = server.inputs.find((one) => one.id === id);
			if (!input) {
				const known = server.inputs.map((one) => one.id).join(", ");
				throw new Refusal(
					"unknownInput",
					known === "" ? "This MCP server asks for no input." : `This MCP server asks for ${known}, not for that.`,
				);
			}
			inputs.give(inputScope(server, workspace ?? ""), id, value, input.secret);
			const open = supervisor.summaries().filter(({ pendingApprovals }) => pendingApprovals > 0);
			const went = await Promise.all(
				open.map(async ({ goalId }) => ((await goOn(goalId, server)) ? goalId : undefined)),
			);
			return went.filter((goalId) => goalId !== undefined);
		},
	};
}
