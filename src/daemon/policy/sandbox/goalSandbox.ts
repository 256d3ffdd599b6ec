import type { RanInside, SandboxMode } from "../../../core/sandbox.ts";
import type { Risk } from "../../../core/values.ts";
import type { Sandbox } from "./sandbox.ts";

/** Where the commands of a goal run. */
export type GoalSandbox =
	/** As the person; `why` there are no walls, where it was not the person's wish. */
	| { readonly kind: "outside"; readonly why?: string }
	| { readonly kind: "inside"; readonly name: string; readonly network: NetworkInside; readonly holdsAgents: boolean }
	/** Nowhere: it may only be inside, and there are no walls. */
	| { readonly kind: "refused"; readonly reason: string };

export type NetworkInside = "off" | "asked" | "on";

/** What a person says of all goals, in config.jsonc. */
export interface SandboxWish {
	readonly use?: SandboxMode;
	readonly network: NetworkInside;
}

export async function goalSandbox(
	sandbox: Pick<Sandbox, "of">,
	{ mode, workspace }: { readonly mode: SandboxMode; readonly workspace: string },
	wish: SandboxWish,
): Promise<GoalSandbox> {
	const strict = stricter(mode, wish);
	if (strict === "off") return { kind: "outside" };
	const state = await sandbox.of(workspace);
	if ("name" in state) return { kind: "inside", ...state, network: wish.network };
	if (strict === "auto") return { kind: "outside", why: state.unavailable };
	return { kind: "refused", reason: `It may only run in a sandbox. ${state.unavailable}` };
}

/** What config.jsonc requires for all, no launch takes back, nor a goal that was launched before. */
export function stricter(mode: SandboxMode, { use }: Pick<SandboxWish, "use">): SandboxMode {
	return use === "required" ? use : mode;
}

/** The walls of an agent that is a program, with all that it starts. Its model answers in the network. */
export type AgentPlace =
	| { readonly kind: "outside" }
	| { readonly kind: "inside"; readonly inside: RanInside }
	| { readonly kind: "refused"; readonly reason: string };

export function agentPlace(walls: GoalSandbox, mode: SandboxMode, agent: string): AgentPlace {
	if (walls.kind === "refused") return walls;
	if (walls.kind === "inside" && walls.holdsAgents)
		return { kind: "inside", inside: { name: walls.name, network: walls.network !== "off" } };
	if (walls.kind === "inside" && mode === "required")
		return { kind: "refused", reason: onlyOutside(walls.name, agent) };
	return { kind: "outside" };
}

function onlyOutside(walls: string, agent: string): string {
	return `It may only work in a sandbox, and ${walls} cannot hold an agent that is a program, as ${agent} is. Choose a model of a provider instead, or another setting of the sandbox.`;
}

/** The walls of one command. It reaches the network where its text told that it would, so that this was allowed. */
export function insideFor(walls: GoalSandbox | undefined, risk: Risk): RanInside | undefined {
	if (walls?.kind !== "inside") return undefined;
	const { name, network } = walls;
	const asked = risk === "network" || risk === "dangerous";
	return { name, network: network === "on" || (network === "asked" && asked) };
}
