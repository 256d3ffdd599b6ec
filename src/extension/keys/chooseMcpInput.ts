import * as vscode from "vscode";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import { enterMcpInput } from "./enterMcpInputs.ts";
import { inputRows, type ListedServers, type McpInputRow } from "./mcpInputRows.ts";
import type { McpInputs } from "./mcpInputs.ts";

interface InputParts {
	readonly daemon: Pick<Daemon, "ask">;
	readonly mcpInputs: McpInputs;
}

/** What MCP servers ask for, here and wherever something is kept: one is entered, entered anew, or deleted. */
export async function chooseMcpInput({ daemon, mcpInputs }: InputParts): Promise<void> {
	const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? [undefined];
	const listed = await Promise.all(
		folders.map(
			async (workspace): Promise<ListedServers> => ({
				workspace,
				...(await daemon.ask("server/list", { workspace })),
			}),
		),
	);
	const rows = inputRows(listed, await mcpInputs.kept());
	if (rows.length === 0) {
		void vscode.window.showInformationMessage(t("No MCP server asks for an input here, and none is kept."));
		return;
	}
	const title = t("MCP Server Inputs");
	const chosen = await vscode.window.showQuickPick(rows.map(item), {
		title,
		placeHolder: t("Which one?"),
		matchOnDetail: true,
		ignoreFocusOut: true,
	});
	if (!chosen) return;
	const { row } = chosen;
	const what = row.isKept || row.isGiven ? await chooseAct(row) : "enter";
	if (what === "enter") {
		if (await enterMcpInput(mcpInputs, row, row))
			void vscode.window.showInformationMessage(t("The daemon has {0} of the MCP server {1}.", row.id, row.server));
	} else if (what === "delete") {
		await mcpInputs.forget({ workspace: row.workspace, server: row.server, id: row.id });
		void vscode.window.showInformationMessage(
			t("{0} of the MCP server {1} is deleted. You are asked for it at the server's next start.", row.id, row.server),
		);
	}
}

function item(row: McpInputRow) {
	const stands = row.isKept
		? t("kept in this editor")
		: row.isGiven
			? t("given to the daemon elsewhere")
			: t("not entered");
	return {
		row,
		label: `${row.server}: ${row.id}`,
		description: stands,
		detail: [row.description, row.workspace ?? "config.jsonc"].filter(Boolean).join(" · "),
	};
}

async function chooseAct({ server, id, isListed }: McpInputRow): Promise<"enter" | "delete" | undefined> {
	const enter = { label: t("Enter Anew…"), act: "enter" } as const;
	const forget = { label: t("Delete"), act: "delete" } as const;
	// What no file names any more takes no value.
	const acts = isListed ? [enter, forget] : [forget];
	const chosen = await vscode.window.showQuickPick(acts, { title: `${server}: ${id}`, ignoreFocusOut: true });
	return chosen?.act;
}
