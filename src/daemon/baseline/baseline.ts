import type { ProposedServers } from "../../core/values.ts";
import type { BaselinePart, BaselineRow } from "../../protocol/baseline.ts";
import type { Commands } from "../commands/commands.ts";
import type { GivenInputs } from "../mcp/givenInputs.ts";
import type { Mcp } from "../mcp/mcp.ts";
import type { SandboxWish } from "../policy/sandbox/goalSandbox.ts";
import type { Sandbox } from "../policy/sandbox/sandbox.ts";
import { diskRows } from "./disk.ts";
import { gitRows } from "./git.ts";
import { guidanceRows } from "./guidance.ts";
import { sandboxRows } from "./sandbox.ts";
import { serverRows } from "./servers.ts";
import { toolRows } from "./tools.ts";
import { trackingRows } from "./tracking.ts";

/** How a folder and this machine stand before a launch. Only looking: nothing is written, and each part is bounded. */
export interface BaselineParts {
	readonly commands: Commands;
	/** The daemon's own. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** That of commands: what agents' commands will find, without keys. */
	readonly environment: Readonly<Record<string, string>>;
	readonly dataFolder: string;
	readonly mcp: Pick<Mcp, "servers">;
	readonly mcpInputs: Pick<GivenInputs, "value">;
	readonly sandbox: Pick<Sandbox, "of">;
	/** As config.jsonc says it. */
	readonly sandboxWish: SandboxWish;
	/** As config.jsonc says it. */
	readonly proposedServers?: ProposedServers;
	/** How long a check may run. */
	readonly timeoutMs: number;
}

export async function readBaseline(
	part: BaselinePart,
	folder: string,
	parts: BaselineParts,
): Promise<readonly BaselineRow[]> {
	switch (part) {
		case "git":
			return gitRows(folder, parts.environment);
		case "tracking":
			return trackingRows(folder, parts.environment);
		case "tools":
			return [...(await toolRows(folder, parts.environment)), ...(await serverRows(folder, parts))];
		case "disk":
			return diskRows([
				{ id: "disk.workspace", label: "Free in the workspace", folder },
				{ id: "disk.data", label: "Free for the record of goals", folder: parts.dataFolder },
			]);
		case "guidance":
			return guidanceRows(folder, parts.dataFolder);
		case "sandbox":
			return sandboxRows(folder, parts);
	}
}
