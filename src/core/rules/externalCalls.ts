import type { ToolCall } from "../goal.ts";

/** Calls of tools that an MCP server brings. They are named after it: nothing else may begin so. */
export const externalPrefix = "mcp__";

export function isExternalCall({ name }: Pick<ToolCall, "name">): boolean {
	return name.startsWith(externalPrefix);
}
