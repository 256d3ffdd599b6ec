import type { GoalId } from "../../core/ids.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { McpServer } from "../config/mcpServer.ts";
import { inputScope } from "../mcp/givenInputs.ts";
import { definitionName, serverWords } from "../mcp/serverBinding.ts";
import type { Services } from "./services.ts";

type Listed = Result<Methods, "server/list">["servers"][number];

/** The MCP servers that goals of a folder may use, how each stands, and what is wrong in the files that name them. */
export async function listServers(
	{ mcp, mcpInputs, supervisor, grants, config }: Services,
	workspace: string | undefined,
	goalId: GoalId | undefined,
): Promise<Result<Methods, "server/list">> {
	const goal = goalId && (await supervisor.goal(goalId));
	const folder = goal ? goal.workspace : workspace;
	const { servers, problems } = await mcp.servers(folder);
	const standing = goal
		? [...Object.values(goal.grants), ...grants.of(goal)]
		: grants.all().filter((grant) => grant.workspace === folder);
	const isLeftOut = (goal ? goal.settings.proposedServers : config.proposedServers) === "leaveOut";
	const running = goalId ? mcp.states(goalId) : [];
	return {
		servers: servers.map((server) => ({
			name: server.name,
			source: server.source,
			file: server.file,
			line: server.line,
			what: serverWords(server),
			inputs: server.inputs.map(({ options, ...input }) => ({
				...input,
				options: options && [...options],
				isGiven: mcpInputs.value(inputScope(server, folder ?? ""), input.id) !== undefined,
			})),
			...stateOf(server),
		})),
		problems: [...problems],
	};

	function stateOf(server: McpServer): Pick<Listed, "state" | "reason" | "tools"> {
		const note = goal?.servers?.[server.name];
		if (note?.declined === server.digest)
			return { state: "declined", reason: "You wanted this goal to go on without it." };
		if (server.source === "workspace" && isLeftOut)
			return {
				state: "declined",
				reason: goal
					? "This goal was launched without what files of the folder propose."
					: "“proposedServers” in config.jsonc leaves it out, unless a launch says otherwise.",
			};
		const isAllowed = standing.some(
			({ kind, files }) => kind === "server" && files[definitionName(server)] === server.digest,
		);
		if (server.source === "workspace" && !isAllowed)
			return { state: "proposed", reason: "You are asked before a goal first uses it." };
		const missing = server.inputs.filter(
			({ id }) => mcpInputs.value(inputScope(server, folder ?? ""), id) === undefined,
		);
		if (missing.length > 0)
			return { state: "needsInput", reason: `It needs ${missing.map(({ id }) => id).join(", ")}.` };
		const slot = running.find(({ name }) => name === server.name);
		if (slot?.state === "failed" || note?.failed) return { state: "failed", reason: slot?.reason ?? note?.failed };
		if (slot?.state === "running") return { state: "running", tools: note?.started?.tools };
		return { state: "ready" };
	}
}
