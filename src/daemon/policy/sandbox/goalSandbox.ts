import type { RanInside, SandboxMode } from "../../../core/sandbox.ts";
import type { Risk } from "../../../core/values.ts";
import type { Sandbox } from "./sandbox.ts";

/** Where the commands of a goal run. */
export type GoalSandbox =
	/** As the person; `why` there are no walls, where it was not the person's wish. */
	| { readonly kind: "outside"; readonly why?: string }
	| { readonly kind: "inside"; readonly name: string; readonly network: NetworkInside }
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
	if ("name" in state) return { kind: "inside", name: state.name, network: wish.network };
	if (strict === "auto") return { kind: "outside", why: state.unavailable };
	return { kind: "refused", reason: `It may only run in a sandbox. ${state.unavailable}` };
}

/** What config.jsonc requires for all, no launch takes back, nor a goal that was launched before. */
export function stricter(mode: SandboxMode, { use }: Pick<SandboxWish, "use">): SandboxMode {
	return use === "required" ? use : mode;
}

/** Of an agent that is a program: it starts commands by itself, and not in the sandbox. */
export function onlyOutside(agent: string): string {
	return `This goal may only work in a sandbox, and ${agent} runs its commands by itself, outside of one. Choose a model of a provider instead, or another setting of the sandbox.`;
}

/** The walls of one command. It reaches the network where its text told that it would, so that this was allowed. */
export function insideFor(walls: GoalSandbox | undefined, risk: Risk): RanInside | undefined {
	if (walls?.kind !== "inside") return undefined;
	const { name, network } = walls;
	const asked = risk === "network" || risk === "dangerous";
	return { name, network: network === "on" || (network === "asked" && asked) };
}
