import path from "node:path";
import type { ToolCallId } from "../../core/ids.ts";

/** Where the files of a call's answer lie; it goes when the goal is erased. */
export function keptFolder(dataFolder: string, toolCallId: ToolCallId): string {
	return path.join(dataFolder, "mcp", "outputs", toolCallId);
}
