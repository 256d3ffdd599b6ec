import type { GoalSandbox } from "../policy/sandbox/goalSandbox.ts";
import type { Sandbox } from "../policy/sandbox/sandbox.ts";
import type { ResolvedReach } from "./mcpConnection.ts";

/** A server as it is meant to run: one in another place is another server. Most servers are there to reach something. */
export function placed(reach: ResolvedReach, workspace: string, walls: GoalSandbox | undefined): ResolvedReach {
	if (reach.kind !== "program" || walls?.kind !== "inside") return reach;
	return { ...reach, inside: { workspace, network: walls.network !== "off" } };
}

/** As it is started; otherwise the reason, going on from the server's name, why it is not. */
export async function enclosed(
	reach: ResolvedReach,
	sandbox: Pick<Sandbox, "enclose">,
): Promise<ResolvedReach | string> {
	if (reach.kind !== "program" || !reach.inside) return reach;
	const { inside, cwd, env, command, args } = reach;
	const walls = await sandbox.enclose({ ...inside, cwd, env });
	if ("unavailable" in walls) return `may only run in a sandbox. ${walls.unavailable}`;
	const [first, ...before] = walls.before;
	return { kind: "program", command: first, args: [...before, command, ...args], env: walls.env, cwd };
}
