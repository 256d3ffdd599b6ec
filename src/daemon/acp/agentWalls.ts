import type { Goal } from "../../core/goal.ts";
import type { RanInside } from "../../core/sandbox.ts";
import type { Turn } from "../agents/agent.ts";
import type { AgentLaunch } from "../agents/process/agentProcess.ts";
import type { FoundAcpAgent } from "../discovery/acpAgents.ts";
import { type AgentPlace, agentPlace, goalSandbox, type SandboxWish, stricter } from "../policy/sandbox/goalSandbox.ts";
import type { Sandbox } from "../policy/sandbox/sandbox.ts";
import { type Failed, failure } from "./agentEnds.ts";
import type { OwnFolders } from "./ownFolders.ts";

/**
 * The walls around an agent's program. Its relay, which passes on what is said, stays outside, so that nothing of how the
 * program is followed, found again and ended is another inside.
 */
export interface AgentWalls {
	of(goal: Goal, agent: string): Promise<AgentPlace>;
	/** Nothing runs without. */
	areRequired(goal: Goal): boolean;
	/** As it is started inside. Rejects with a sentence where it cannot be. */
	enclose(turn: Turn, inside: RanInside, launch: AgentLaunch, agent: string): Promise<AgentLaunch>;
}

export interface AgentWallsParts {
	readonly sandbox: Sandbox;
	readonly folders: OwnFolders;
	/** As config.jsonc says it now. */
	wish(): SandboxWish;
}

export function openAgentWalls({ sandbox, folders, wish }: AgentWallsParts): AgentWalls {
	const modeOf = ({ settings }: Goal) => stricter(settings.sandbox, wish());
	return {
		async of(goal, agent) {
			const mode = modeOf(goal);
			return agentPlace(await goalSandbox(sandbox, { mode, workspace: goal.workspace }, wish()), mode, agent);
		},
		areRequired: (goal) => modeOf(goal) === "required",
		async enclose({ goal, thread }, { network }, launch, agent) {
			const { own, environment } = await folders.make(thread.threadId, agent, launch.environment);
			const { workspace } = goal;
			const programs = [launch.program, ...launch.args];
			const start = { cwd: launch.folder, env: environment, workspace, network, own, programs };
			const walls = await sandbox.enclose(start);
			if ("unavailable" in walls) throw new Error(`it may only run in a sandbox. ${walls.unavailable}`);
			return { ...launch, before: walls.before, environment: walls.env };
		},
	};
}

/** Why the process that runs is ended, and another begun in its place. */
export function whyAnew(
	{ walls }: { readonly walls?: AgentWalls },
	{ goal, thread: { process } }: Turn,
	identity: string,
): string | undefined {
	if (process?.agent !== undefined && process.agent !== identity) return "Another agent thinks in the thread now.";
	if (!process?.sandbox && walls?.areRequired(goal)) return "It ran outside of a sandbox, and may only run inside now.";
	return undefined;
}

/** Where it is started. What was meant to run inside is not started elsewhere. */
export async function placeOf(
	{ walls, found }: { readonly walls?: AgentWalls; readonly found: Pick<FoundAcpAgent, "name"> },
	turn: Turn,
	isMeant: boolean,
): Promise<{ readonly inside?: RanInside } | Failed> {
	const meant = isMeant ? turn.thread.process?.sandbox : undefined;
	const place = await walls?.of(turn.goal, found.name);
	if (place?.kind === "refused") return failure("noSandbox", `${found.name} was not started. ${place.reason}`, false);
	if (place?.kind === "inside") return { inside: meant ?? place.inside };
	if (!meant) return {};
	const reason = `It was to start in a sandbox (${meant.name}), and there is none now.`;
	return failure("noSandbox", `${found.name} was not started. ${reason}`, false);
}
