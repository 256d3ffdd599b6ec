import * as v from "valibot";
import type { GoalEvent } from "../../core/events.ts";
import type { ToolCall } from "../../core/goal.ts";
import type { ToolCallId } from "../../core/ids.ts";
import { runningInBackground } from "../../core/rules/background.ts";
import { isAgentOwned } from "../../core/rules/calls.ts";
import { isExternalCall } from "../../core/rules/externalCalls.ts";
import type { RanInside } from "../../core/sandbox.ts";
import { nearName } from "../../core/words/nearName.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import { sha256 } from "../platform/digest.ts";
import { judge } from "../policy/judge.ts";
import { editProposal, readProposal } from "../policy/proposal.ts";
import { type CommandTool, type EditTool, type ReadTool, type TodoTool, type Tool, ToolError } from "../tools/tool.ts";
import { toolsOf } from "../tools/toolsOf.ts";
import { writeInside } from "../tools/workspaceFiles.ts";
import { admit } from "./admit.ts";
import { performAgentCall } from "./agentCall.ts";
import { maxBackground, performBackgroundCall } from "./background.ts";
import { decidedOutcome, failure, finish } from "./callOutcome.ts";
import { type FileState, fileState, refusedPath, ruledPaths, toolContextOf } from "./callPaths.ts";
import { isStopped, runCommand } from "./command.ts";
import { performDelegation } from "./delegation.ts";
import { performExternal } from "./external.ts";
import { performFetch } from "./fetch.ts";
import { keepImages } from "./keptImages.ts";
import type { ActivityContext } from "./parts.ts";
import { originOf, proposing } from "./proposing.ts";
import { performQuestion } from "./question.ts";
import { serversOf } from "./servers.ts";
import { standing } from "./standing.ts";

/**
 * One tool call, from what an agent asked for to its outcome: validated, judged, its intent recorded, carried out, its
 * outcome recorded. A call that an earlier daemon had begun comes through here too, and is reconciled first.
 */
export async function performCall(context: ActivityContext, toolCallId: ToolCallId): Promise<void> {
	const { parts, driver } = context;
	const call = driver.goal().calls[toolCallId];
	if (!call) return;
	if (isAgentOwned(call)) return performAgentCall(context, call);
	if (call.decided) return finish(context, call, decidedOutcome(call));
	const goal = driver.goal();
	const thread = goal.threads[call.threadId];
	// What has its intent in the log was asked of a server, which tells nobody how it went.
	if (isExternalCall(call) && call.state === "started")
		return interrupted(context, call, "Its server was asked, and the daemon ended before it answered.");
	const known = thread && isExternalCall(call) ? await serversOf(context, thread) : undefined;
	// Told to stop while a server started: it is made when the goal goes on.
	if (known && context.signal.aborted) return;
	const all = known ? [...parts.tools, ...known.tools] : parts.tools;
	const tools = thread ? toolsOf(goal, thread, all, parts.delegateDepth) : all;
	const tool = tools.find((candidate) => candidate.name === call.name);
	if (!tool) {
		if (known) return finish(context, call, failure(gone(call.name)));
		const names = tools.map((candidate) => candidate.name);
		const near = nearName(call.name, names);
		const meant = near ? ` Did you mean ${near}?` : "";
		const why = `There is no tool ${call.name.slice(0, 100)}.${meant} The tools are: ${names.join(", ")}.`;
		return finish(context, call, { ...failure(why), invalid: true });
	}
	const args = v.safeParse(tool.params as v.GenericSchema, call.args);
	if (!args.success || "malformed" in call.args) {
		const problem =
			typeof call.args.malformed === "string" ? call.args.malformed : v.summarize((args.issues ?? []) as never);
		const why = `The arguments of ${call.name} could not be used: ${problem}`;
		return finish(context, call, { ...failure(why), invalid: true });
	}
	const carryOut = kinds[tool.kind] as (p: ActivityContext, c: ToolCall, t: Tool, a: unknown) => Promise<void>;
	await carryOut(context, call, tool, args.output);
}

function gone(name: string): string {
	return `The tool ${name} is not there now: its MCP server has failed, is not allowed, or lists it no more. Go on without it.`;
}

const kinds: {
	readonly [K in Tool["kind"]]: (
		p: ActivityContext,
		c: ToolCall,
		t: Extract<Tool, { kind: K }>,
		a: never,
	) => Promise<void>;
} = {
	read: performRead,
	todo: performTodo,
	edit: performEdit,
	command: performCommand,
	delegate: performDelegation,
	question: performQuestion,
	fetch: performFetch,
	background: performBackgroundCall,
	external: performExternal,
};

async function performRead(context: ActivityContext, call: ToolCall, tool: ReadTool, args: never): Promise<void> {
	const toolContext = toolContextOf(context);
	const started = context.parts.clock.now();
	const took = () => context.parts.clock.now() - started;
	// A read has no effect, so it needs no intent: after a crash it is simply made again. And it need not wait until its
	// path was judged: what it read of a refused one is thrown away.
	const reading = tool.run(args, toolContext);
	reading.catch(() => undefined);
	const refusal = await refusedPath(toolContext, tool.path(args), "read");
	if (refusal) return finish(context, call, failure(refusal, refusal));
	const permitted = await permitRead(context, call, tool.path(args));
	if (permitted === "waits") return;
	if (permitted !== "allowed") return finish(context, call, failure(permitted.refused, permitted.refused));
	try {
		const read = await reading;
		if (typeof read === "string")
			return await finish(context, call, { ok: true, output: textOutput(read), durationMs: took() });
		const images = await keepImages(context, [read]);
		return await finish(context, call, { ok: true, output: textOutput(read.text), images, durationMs: took() });
	} catch (cause) {
		// Told to stop, it has no outcome: it is made again when the goal goes on.
		if (context.signal.aborted) return;
		if (cause instanceof ToolError) return finish(context, call, { ...failure(cause.message), durationMs: took() });
		throw cause;
	}
}

/** Most reads are nobody's business; one that a rule speaks of goes through the gate like any act. */
async function permitRead(
	context: ActivityContext,
	call: ToolCall,
	path: string,
): Promise<"allowed" | "waits" | { readonly refused: string }> {
	const about = { tool: call.name, approved: call.approved, origin: originOf(context.driver.goal(), call) };
	const proposal = readProposal({ args: call.args, summary: call.summary }, [path], about);
	const goal = context.driver.goal();
	if (judge(goal, proposal, standing(context.parts, goal)).kind === "allow") return "allowed";
	const admitted = await admit(context, {
		call,
		propose: async () => proposal,
		begin: (run) => [{ type: "tool.started", toolCallId: call.toolCallId, run }],
	});
	if (admitted.kind === "refused") return { refused: admitted.reason };
	return admitted.kind === "begun" ? "allowed" : "waits";
}

async function performTodo(context: ActivityContext, call: ToolCall, tool: TodoTool, args: never): Promise<void> {
	const todos = [...tool.todos(args)];
	await finish(context, call, {
		ok: true,
		output: textOutput("Noted."),
		beside: [{ type: "todo.updated", threadId: call.threadId, todos }],
	});
}

async function performEdit(context: ActivityContext, call: ToolCall, tool: EditTool, args: never): Promise<void> {
	const { driver } = context;
	const toolContext = toolContextOf(context);
	const path = tool.path(args);
	const refusal = await refusedPath(toolContext, path, "write");
	if (refusal) return finish(context, call, failure(refusal, refusal));
	let before: FileState;
	let after: Uint8Array;
	let ruled: readonly string[];
	try {
		before = await fileState(toolContext, path);
		ruled = await ruledPaths(toolContext, path);
		if (call.state === "started" && call.edit) {
			if (before.sha256 === call.edit.after)
				return finish(context, call, { ok: true, output: textOutput(`Wrote ${path}.`) });
			if (before.sha256 !== call.edit.before)
				return interrupted(context, call, `${path} is neither as it was nor as the edit would have left it.`);
			if (isStopped(driver.goal())) return interrupted(context, call, `${path} was not written yet.`, "notBegun");
		}
		after = await tool.edit(args, before.bytes);
	} catch (cause) {
		if (cause instanceof ToolError) return finish(context, call, failure(cause.message));
		throw cause;
	}
	const proposal = editProposal(
		{
			paths: [path],
			ruled,
			args: call.args,
			summary: call.summary,
			before: before.sha256,
			isNew: before.bytes === undefined,
		},
		{ tool: call.name, approved: call.approved, origin: originOf(driver.goal(), call) },
	);
	const edit = { path, before: before.sha256, after: sha256(after) };
	const admitted = await admit(context, {
		call,
		propose: async () => proposal,
		begin: (run) => [{ type: "tool.started", toolCallId: call.toolCallId, run, edit }],
	});
	if (admitted.kind === "refused") return finish(context, call, failure(admitted.reason, admitted.reason));
	if (admitted.kind !== "begun") return;
	const started = context.parts.clock.now();
	try {
		await writeInside(toolContext, path, after, { expectedBefore: before.sha256 });
		crashPoint("edit.written");
	} catch (cause) {
		if (cause instanceof ToolError) return finish(context, call, failure(cause.message));
		throw cause;
	}
	await finish(context, call, {
		ok: true,
		output: textOutput(`Wrote ${path} (${after.length} bytes).`),
		durationMs: context.parts.clock.now() - started,
	});
}

async function performCommand(context: ActivityContext, call: ToolCall, tool: CommandTool, args: never): Promise<void> {
	const { parts, driver } = context;
	const { command, timeoutMs, background } = tool.command(args);
	const tooMany = runningInBackground(driver.goal()).length >= maxBackground;
	if (background && tooMany && call.state !== "started") {
		const why = `${maxBackground} commands run in the background already, which is the most. Stop one first.`;
		return finish(context, call, failure(why));
	}
	let run = call.run;
	// What has its intent in the log is never begun a second time, not even by the daemon that began it.
	if (call.state !== "started") {
		const about = { tool: call.name, approved: call.approved, origin: originOf(driver.goal(), call) };
		const propose = proposing(context, command, about);
		const admitted = await admit(context, {
			call,
			walls: await parts.sandboxOf?.(driver.goal()),
			propose,
			begin: (number, _tree, inside) => [
				{ type: "tool.started", toolCallId: call.toolCallId, run: number, ...(inside && { sandbox: inside }) },
				...(background ? beganInBackground(call, command, number, inside, timeoutMs) : []),
			],
		});
		if (admitted.kind === "refused") return finish(context, call, failure(admitted.reason, admitted.reason));
		if (admitted.kind !== "begun") return;
		run = admitted.run;
		// Its call is over in the same transaction; from here on `next` names it.
		if (background) return;
	}
	const result = await runCommand(context, {
		id: `${call.toolCallId}.${run}`,
		command,
		timeoutMs: timeoutMs ?? parts.commandTimeoutMs,
		inside: driver.goal().calls[call.toolCallId]?.sandbox,
		subject: { subject: call.toolCallId, stepId: call.stepId, threadId: call.threadId },
	});
	switch (result.kind) {
		case "detached":
			return;
		case "unknown":
			return interrupted(context, call, "It had begun, runs no more, and left no record of how it ended.");
		case "notBegun":
			return interrupted(context, call, "The goal was stopped before it began.", "notBegun");
		case "notStarted":
			await finish(context, call, failure(result.reason));
			break;
		case "ended":
			await finish(context, call, {
				ok: result.exitCode === 0,
				exitCode: result.exitCode,
				durationMs: result.durationMs,
				output: result.output,
			});
	}
	await result.forget();
}

/** The intent, the outcome of the call, and what runs on: one transaction. */
function beganInBackground(
	call: ToolCall,
	command: string,
	run: number,
	sandbox: RanInside | undefined,
	timeoutMs = 0,
): GoalEvent[] {
	const { toolCallId, threadId, stepId } = call;
	const text = `It runs in the background as ${toolCallId}. readOutput gives what it prints, stopCommand ends it; it ends with your work at latest.`;
	return [
		{ type: "tool.completed", toolCallId, ok: true, durationMs: 0, output: textOutput(text) },
		{ type: "background.started", toolCallId, threadId, stepId, command, run, timeoutMs, ...(sandbox && { sandbox }) },
	];
}

async function interrupted(
	{ driver }: ActivityContext,
	call: ToolCall,
	reason: string,
	outcome: "unknown" | "notBegun" = "unknown",
): Promise<void> {
	const { toolCallId } = call;
	await driver.recordFact((goal) =>
		goal.calls[toolCallId] ? [{ type: "tool.interrupted", toolCallId, outcome, reason }] : [],
	);
}
