import * as vscode from "vscode";
import type { Approval, Goal } from "../../core/goal.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import type { McpInput, McpInputs } from "./mcpInputs.ts";

/** Asks for what an MCP server needs, one box after the other; what was entered so far counts. */
export async function enterMcpInputs(
	{ daemon, mcpInputs }: { readonly daemon: Pick<Daemon, "ask">; readonly mcpInputs: McpInputs },
	goal: Goal,
	{ server }: Approval,
): Promise<void> {
	if (!server) return;
	const { servers } = await daemon.ask("server/list", { workspace: goal.workspace });
	const isOwn = servers.find(({ name }) => name === server.name)?.source === "config";
	const workspace = isOwn ? undefined : goal.workspace;
	for (const asked of server.inputs ?? [])
		if (!(await enterMcpInput(mcpInputs, { workspace, server: server.name, id: asked.id }, asked))) return;
}

interface AskedInput {
	readonly description?: string;
	readonly secret: boolean;
	readonly default?: string;
	readonly options?: readonly string[];
}

/** False where nothing was entered. */
export async function enterMcpInput(
	mcpInputs: Pick<McpInputs, "set">,
	{ workspace, server, id }: McpInput,
	{ description, secret, default: byDefault, options }: AskedInput,
): Promise<boolean> {
	const title = t("MCP server {0}", server);
	const prompt = description ?? id;
	const value = options
		? await vscode.window.showQuickPick(options, { title, placeHolder: prompt, ignoreFocusOut: true })
		: await vscode.window.showInputBox({ title, prompt, value: byDefault, password: secret, ignoreFocusOut: true });
	if (value === undefined || value.trim() === "") return false;
	await mcpInputs.set({ workspace, server, id }, value.trim());
	return true;
}
