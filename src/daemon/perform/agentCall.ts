import type { ToolCall } from "../../core/goal.ts";
import { onlyLooks } from "../../core/rules/delegations.ts";
import { sha256 } from "../platform/digest.ts";
import { actProposal, editProposal, type Proposal, readProposal } from "../policy/proposal.ts";
import type { GoalSandbox } from "../policy/sandbox/goalSandbox.ts";
import { ToolError } from "../tools/tool.ts";
import { admit } from "./admit.ts";
import { decidedOutcome, failure, finish, type Outcome } from "./callOutcome.ts";
import { fileState, refusedPath, ruledPaths, toolContextOf } from "./callPaths.ts";
import type { ActivityContext } from "./parts.ts";
import { originOf, proposing } from "./proposing.ts";

/**
 * A call that an agent makes itself, within its turn: it is judged as any other, its intent is recorded, and the agent is
 * told. What follows it tells by its session; nothing is carried out here.
 */
export async function performAgentCall(context: ActivityContext, call: ToolCall): Promise<void> {
	const { toolCallId } = call;
	if (call.decided) return refuse(context, call, decidedOutcome(call));
	const paths = pathsOf(call);
	for (const path of paths) {
		const refusal = await refusedPath(toolContextOf(context), path, call.effect === "none" ? "read" : "write");
		if (refusal) return refuse(context, call, failure(refusal, refusal));
	}
	const forbidden = mayDo(context, call) ? undefined : onlyReads;
	if (forbidden) return refuse(context, call, failure(forbidden, forbidden));
	const admitted = await admit(context, {
		call,
		propose: () => propose(context, call, paths),
		walls: wallsAround(context, call),
		begin: (run, _tree, inside) => [{ type: "tool.started", toolCallId, run, ...(inside && { sandbox: inside }) }],
	});
	if (admitted.kind === "refused") return refuse(context, call, failure(admitted.reason, admitted.reason));
	if (admitted.kind === "begun") context.permissions.give(toolCallId, { kind: "allow" });
}

async function refuse(context: ActivityContext, call: ToolCall, outcome: Outcome): Promise<void> {
	await finish(context, call, outcome);
	context.permissions.give(call.toolCallId, { kind: "deny", reason: outcome.output.head });
}

/** The agent's own, for a command that it starts by itself. */
function wallsAround({ driver }: ActivityContext, { threadId, args }: ToolCall): GoalSandbox | undefined {
	const inside = driver.goal().threads[threadId]?.process?.sandbox;
	if (!inside || typeof args.command !== "string") return undefined;
	return { kind: "inside", name: inside.name, network: inside.network ? "on" : "off", holdsAgents: true };
}

/** Those that it names, one or several. */
function pathsOf({ args }: ToolCall): readonly string[] {
	const several = Array.isArray(args.paths) ? args.paths : [];
	return [...new Set([args.path, ...several].filter((one) => typeof one === "string"))];
}

/** Whoever only looks changes nothing, by whichever tool of its own. */
function mayDo({ driver }: ActivityContext, call: ToolCall): boolean {
	const goal = driver.goal();
	const thread = goal.threads[call.threadId];
	return call.effect === "none" || (thread !== undefined && !onlyLooks(goal, thread));
}

const onlyReads =
	"This role only looks: it changes no file, runs no command and reaches nothing outside. Answer with what you can read.";

async function propose(context: ActivityContext, call: ToolCall, paths: readonly string[]): Promise<Proposal> {
	const { name, args, effect, summary } = call;
	const about = { tool: name, approved: call.approved, origin: originOf(context.driver.goal(), call) };
	if (effect !== "none" && typeof args.command === "string") return proposing(context, args.command, about)();
	const ruled = (await Promise.all(paths.map((path) => ruledPaths(toolContextOf(context), path)))).flat();
	if (effect === "none") return readProposal({ args, summary }, ruled, about);
	if (effect === "workspace" && paths.length > 0) {
		try {
			const states = await Promise.all(paths.map((path) => fileState(toolContextOf(context), path)));
			const before = states.length === 1 ? states[0]!.sha256 : sha256(states.map((state) => state.sha256));
			const isNew = states.every(({ bytes }) => bytes === undefined);
			return editProposal({ paths, ruled, args, summary, before, isNew }, about);
		} catch (cause) {
			if (!(cause instanceof ToolError)) throw cause;
		}
	}
	return actProposal({ args, summary }, ruled, about);
}
