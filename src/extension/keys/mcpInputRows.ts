import type { Methods, Result } from "../../protocol/methods.ts";
import { isSame, type McpInput } from "./mcpInputs.ts";

export interface ListedServers {
	/** Absent where no folder is open. */
	readonly workspace?: string;
	readonly servers: Result<Methods, "server/list">["servers"];
}

export interface McpInputRow extends McpInput {
	readonly description?: string;
	readonly secret: boolean;
	readonly default?: string;
	readonly options?: readonly string[];
	/** A file names a server that asks for it. */
	readonly isListed: boolean;
	/** The daemon has it. */
	readonly isGiven: boolean;
	/** This editor has it. */
	readonly isKept: boolean;
}

/** What servers of the open folders ask for, each once, and what is kept for others. */
export function inputRows(listed: readonly ListedServers[], kept: readonly McpInput[]): readonly McpInputRow[] {
	const rows: McpInputRow[] = [];
	for (const { workspace, servers } of listed)
		for (const { name: server, source, inputs } of servers)
			for (const input of inputs) {
				const one = { workspace: source === "config" ? undefined : workspace, server, id: input.id };
				if (rows.some((row) => isSame(row, one) && row.server === server)) continue;
				rows.push({ ...input, ...one, isListed: true, isKept: kept.some((other) => isSame(other, one)) });
			}
	const others = kept.filter((one) => !rows.some((row) => isSame(row, one)));
	return [...rows, ...others.map((one) => ({ ...one, secret: true, isListed: false, isGiven: false, isKept: true }))];
}
