import type { GoalEvent } from "../../core/events.ts";
import type { ToolCall } from "../../core/goal.ts";
import { imageTypeOf } from "../../core/image.ts";
import { externalProposal } from "../policy/proposal.ts";
import type { PersonAnswer, PersonQuestion } from "../tools/personQuestion.ts";
import { type ExternalResult, type ExternalTool, ToolError } from "../tools/tool.ts";
import { admit } from "./admit.ts";
import { askWithin, withdrawQuestion } from "./asking.ts";
import { failure, finish } from "./callOutcome.ts";
import { stopReason } from "./command.ts";
import { keepExternal } from "./externalOutput.ts";
import { watchHeartbeat } from "./heartbeat.ts";
import { keepImages } from "./keptImages.ts";
import type { ActivityContext } from "./parts.ts";
import { originOf } from "./proposing.ts";

/** A call of a server's tool: judged, its intent recorded, made once. Nobody can tell later whether it had its effect. */
export async function performExternal(
	context: ActivityContext,
	call: ToolCall,
	tool: ExternalTool,
	args: never,
): Promise<void> {
	const { parts, driver, signal } = context;
	const { toolCallId, stepId, threadId } = call;
	const proposal = externalProposal({ args: call.args, summary: tool.summarize(args) }, tool, {
		tool: call.name,
		approved: call.approved,
		origin: originOf(driver.goal(), call),
	});
	const admitted = await admit(context, {
		call,
		propose: async () => proposal,
		begin: (run) => [{ type: "tool.started", toolCallId, run }],
	});
	if (admitted.kind === "refused") return finish(context, call, failure(admitted.reason, admitted.reason));
	if (admitted.kind !== "begun") return;
	const { run } = admitted;
	const started = parts.clock.now();
	const took = () => parts.clock.now() - started;
	const timeoutMs = Math.min(tool.timeoutMs ?? parts.commandTimeoutMs, maxTimeoutMs);
	const watch = watchHeartbeat({ parts, driver }, { subject: toolCallId, what: call.summary, stepId, threadId });
	async function ask({ id, ...question }: PersonQuestion, withdrawn: AbortSignal): Promise<PersonAnswer> {
		const key = `${toolCallId}.${run} ${id}`;
		const about = { ...question, key, threadId, stepId, toolCallId };
		const answer = await askWithin(context, about, AbortSignal.any([signal, withdrawn]));
		watch.sign();
		if (withdrawn.aborted && !signal.aborted)
			await withdrawQuestion(driver, key, "The server does not wait for it any more.");
		return answer;
	}
	try {
		const result = await tool.call(args, { signal, timeoutMs, onSign: watch.sign, ask });
		const output = await keepExternal(parts.dataFolder, toolCallId, result);
		const images = await keepImages(context, imagesOf(tool, result));
		return await finish(context, call, {
			ok: result.ok,
			output: output.output,
			images,
			durationMs: took(),
			beside: result.ok ? evidence(tool, call, result, output.files) : [],
		});
	} catch (cause) {
		if (signal.aborted && signal.reason !== "stop") return;
		if (signal.aborted) {
			const why = `${stopReason(driver.goal())} The server was told; whether the call had its effect is unknown.`;
			return finish(context, call, { ...failure(why), durationMs: took() });
		}
		if (!(cause instanceof ToolError)) throw cause;
		return finish(context, call, { ...failure(cause.message), durationMs: took() });
	} finally {
		watch.stop();
	}
}

/** More would leave no room for anything else. */
const maxShownImages = 5;

/** What the server calls an image may be anything. */
function imagesOf({ server, serverTool }: ExternalTool, { files }: ExternalResult) {
	return files
		.map(({ bytes }, at) => ({ name: `file ${at + 1} of ${server} ${serverTool}`, bytes }))
		.filter(({ bytes }) => imageTypeOf(bytes) !== undefined)
		.slice(0, maxShownImages);
}

/** Longer timers fire at once. */
const maxTimeoutMs = 2 ** 31 - 1;
const maxShown = 10;

function evidence(
	{ server, serverTool }: ExternalTool,
	{ stepId, threadId }: ToolCall,
	{ text, links }: ExternalResult,
	files: readonly string[],
): GoalEvent[] {
	const [first = ""] = text.trim().split("\n", 1);
	const said = first.length > 200 ? `${first.slice(0, 200)}…` : first;
	const added = { type: "evidence.added", stepId, threadId } as const;
	return [
		{ ...added, kind: "output", text: `${server}: ${serverTool} answered: ${said}` },
		...files.slice(0, maxShown).map((file) => ({ ...added, kind: "file" as const, text: file })),
		...links.slice(0, maxShown).map((link) => ({ ...added, kind: "link" as const, text: link })),
	];
}
