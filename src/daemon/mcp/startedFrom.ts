import path from "node:path";
import type { ResolvedReach } from "./mcpConnection.ts";

/**
 * A server as an agent starts it that knows only one folder, so that it runs in the folder that it was allowed for;
 * otherwise the sentence, going on from the server's name, why it cannot be handed on.
 */
export function startedFrom(
	folder: string,
	reach: ResolvedReach,
	platform: NodeJS.Platform = process.platform,
): ResolvedReach | string {
	if (reach.kind === "http" || path.relative(reach.cwd, folder) === "") return reach;
	if (platform === "win32")
		return `it starts in ${reach.cwd}, and on Windows an agent that runs its own servers starts them in the workspace: write "cwd": "\${workspaceFolder}" if it may start there.`;
	const args = ["-c", 'cd "$0" && exec "$@"', reach.cwd, reach.command, ...reach.args];
	return { ...reach, command: "/bin/sh", args, cwd: folder };
}
