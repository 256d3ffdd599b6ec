import path from "node:path";
import type { McpInput, McpServer } from "../config/mcpServer.ts";
import { type McpProblem, problemOf, workspaceServers } from "../config/workspaceServers.ts";
import type { Clock, Env, Log } from "../platform/ports.ts";
import type { GoalSandbox } from "../policy/sandbox/goalSandbox.ts";
import type { Sandbox } from "../policy/sandbox/sandbox.ts";
import type { ExternalTool } from "../tools/tool.ts";
import { enclosed, placed } from "./enclosed.ts";
import { externalTools, type OpenServer } from "./externalTools.ts";
import { type GivenInputs, inputScope } from "./givenInputs.ts";
import { openLeftovers } from "./leftovers.ts";
import type { ResolvedReach } from "./mcpConnection.ts";
import { resolveReach } from "./resolveReach.ts";
import { openServerPool, type ServerState } from "./serverPool.ts";
import { serverSecrets } from "./serverSecrets.ts";

/**
 * MCP servers: which there are, what they need, and their tools. Whether a goal may use one is not decided here: only
 * what was allowed is opened.
 */
export interface Mcp {
	/** Those of config.jsonc, then those that the folder's files propose under other names. */
	servers(
		workspace: string | undefined,
	): Promise<{ readonly servers: readonly McpServer[]; readonly problems: readonly McpProblem[] }>;
	/** Starts or reaches it where that is not done yet. */
	open(goalId: string, workspace: string, server: McpServer, walls?: GoalSandbox): Promise<Opened>;
	/** It runs for this goal, and nothing would be started. */
	isOpen(goalId: string, workspace: string, server: McpServer, walls?: GoalSandbox): Promise<boolean>;
	/** With everything filled in, for an agent that speaks to servers itself. */
	reach(workspace: string, server: McpServer): Promise<Reached>;
	/** The tools of those that are open. */
	tools(open: readonly OpenServer[]): readonly ExternalTool[];
	states(goalId: string): readonly ServerState[];
	/** The servers of a goal that is over end. */
	end(goalId: string): Promise<void>;
	close(): Promise<void>;
}

export type Reached =
	| { readonly kind: "resolved"; readonly reach: ResolvedReach }
	| { readonly kind: "needs"; readonly inputs: readonly McpInput[] }
	/** The reason goes on from the server's name. */
	| { readonly kind: "failed"; readonly reason: string };

export type Opened =
	| (OpenServer & { readonly kind: "open"; readonly problems: readonly string[]; readonly revision: string })
	| Exclude<Reached, { kind: "resolved" }>;

export interface McpParts {
	readonly version: string;
	/** The data folder. */
	readonly home: string;
	readonly env: Env;
	/** Of programs: allow-listed. */
	readonly environment: Readonly<Record<string, string>>;
	readonly clock: Clock;
	readonly log: Log;
	readonly inputs: GivenInputs;
	readonly sandbox: Pick<Sandbox, "enclose">;
	configured(): readonly McpServer[];
	isKey(variable: string): boolean;
}

export function openMcp(parts: McpParts): Mcp {
	const leftovers = openLeftovers(path.join(parts.home, "mcp", "running"));
	void leftovers.end().catch((cause) => parts.log.warn("MCP servers of an earlier daemon could not be ended", cause));
	const pool = openServerPool({
		version: parts.version,
		clock: parts.clock,
		log: parts.log,
		// The package that speaks the protocol is large, and read when the first server is used.
		async connect(placedReach, options) {
			const reach = await enclosed(placedReach, parts.sandbox);
			if (typeof reach === "string") return { kind: "failed", reason: reach, hasEnded: false };
			const connected = await (await import("./connection.ts")).connect(reach, options);
			if (connected.kind === "connected") return connected;
			return { ...connected, reason: parts.inputs.redact(connected.reason) };
		},
		onStarted: leftovers.add,
		onEnded: leftovers.remove,
	});

	async function reach(workspace: string, server: McpServer): Promise<Reached> {
		const resolved = await resolveReach(server, {
			workspace,
			environment: parts.environment,
			env: parts.env,
			input: (one, id) => parts.inputs.value(inputScope(one, workspace), id),
			isKey: parts.isKey,
		});
		if (resolved.kind === "resolved")
			for (const secret of serverSecrets(server, resolved.reach, parts)) parts.inputs.hide(secret);
		return resolved.kind === "problem" ? { kind: "failed", reason: resolved.reason } : resolved;
	}

	return {
		async servers(workspace) {
			const own = parts.configured();
			const proposed = workspace === undefined ? { servers: [], problems: [] } : await workspaceServers(workspace);
			const hidden = proposed.servers.filter(({ name }) => own.some((server) => server.name === name));
			return {
				servers: [...own, ...proposed.servers.filter((server) => !hidden.includes(server))],
				problems: [
					...proposed.problems,
					...hidden.map((server) =>
						problemOf(server, `config.jsonc has a server “${server.name}” of its own, which is used.`),
					),
				],
			};
		},
		reach,
		async isOpen(goalId, workspace, server, walls) {
			const reached = await reach(workspace, server);
			return reached.kind === "resolved" && pool.isOpen(goalId, server.name, placed(reached.reach, workspace, walls));
		},
		async open(goalId, workspace, server, walls) {
			const reached = await reach(workspace, server);
			if (reached.kind !== "resolved") return reached;
			if (walls?.kind === "refused" && reached.reach.kind === "program")
				return { kind: "failed", reason: `is not started. ${walls.reason}` };
			const connection = await pool.connection(goalId, server.name, placed(reached.reach, workspace, walls));
			const { redact } = parts.inputs;
			if ("failed" in connection) return { kind: "failed", reason: redact(connection.failed) };
			try {
				const { tools, problems } = await connection.tools();
				return { kind: "open", server, connection, tools, problems, revision: connection.revision, redact };
			} catch (cause) {
				return { kind: "failed", reason: redact(`its tools could not be listed: ${String(cause)}`) };
			}
		},
		tools: externalTools,
		states: pool.states,
		end: pool.end,
		close: pool.close,
	};
}
