import type { ToolCall } from "../../core/goal.ts";
import { actProposal, editProposal, type Proposal, readProposal } from "../policy/proposal.ts";
import { ToolError } from "../tools/tool.ts";
import { admit } from "./admit.ts";
import { decidedOutcome, failure, finish, type Outcome } from "./callOutcome.ts";
import { fileState, refusedPath, toolContextOf } from "./callPaths.ts";
import type { ActivityContext } from "./parts.ts";
import { originOf, proposing } from "./proposing.ts";

/**
 * A call that an agent makes itself, within its turn: it is judged as any other, its intent is recorded, and the agent is
 * told. What follows it tells by its session; nothing is carried out here.
 */
export async function performAgentCall(context: ActivityContext, call: ToolCall): Promise<void> {
	const { toolCallId } = call;
	if (call.decided) return refuse(context, call, decidedOutcome(call));
	const path = typeof call.args.path === "string" ? call.args.path : undefined;
	const purpose = call.effect === "none" ? "read" : "write";
	const refusal = path === undefined ? undefined : await refusedPath(toolContextOf(context), path, purpose);
	if (refusal) return refuse(context, call, failure(refusal, refusal));
	const admitted = await admit(context, {
		call,
		propose: () => propose(context, call, path),
		begin: (run) => [{ type: "tool.started", toolCallId, run }],
	});
	if (admitted.kind === "refused") return refuse(context, call, failure(admitted.reason, admitted.reason));
	if (admitted.kind === "begun") context.permissions.give(toolCallId, { kind: "allow" });
}

async function refuse(context: ActivityContext, call: ToolCall, outcome: Outcome): Promise<void> {
	await finish(context, call, outcome);
	context.permissions.give(call.toolCallId, { kind: "deny", reason: outcome.output.head });
}

async function propose(context: ActivityContext, call: ToolCall, path: string | undefined): Promise<Proposal> {
	const { name, args, effect, summary } = call;
	const about = { tool: name, approved: call.approved, origin: originOf(context.driver.goal(), call) };
	if (effect === "none") return readProposal({ args, summary }, about);
	if (typeof args.command === "string") return proposing(context, args.command, about)();
	if (effect === "workspace" && path !== undefined) {
		try {
			const { bytes, sha256: before } = await fileState(toolContextOf(context), path);
			return editProposal({ path, args, summary, before, isNew: bytes === undefined }, about);
		} catch (cause) {
			if (!(cause instanceof ToolError)) throw cause;
		}
	}
	return actProposal({ args, summary }, about);
}
