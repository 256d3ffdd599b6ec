import { playbookAgent } from "../../core/agentKinds.ts";
import type { RecordedEvent } from "../../core/events.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import type { PlaybookAction } from "../../core/values.ts";
import type { Agent, ProposedCall, Turn, TurnOutcome } from "./agent.ts";
import { type AgentMaker, nobody } from "./agentKinds.ts";

/**
 * The built-in agent, which needs no model: it asks for the actions of a playbook's step, one a turn, in the order
 * written. Its place is `thread.done`, which the log keeps, so that it has nothing of its own to lose.
 */
export function createPlaybookAgent(): Agent {
	return { takeTurn: async (turn, signal) => (signal.aborted ? { kind: "aborted" } : answer(turn)) };
}

export function playbookAgents(): AgentMaker {
	const agent = createPlaybookAgent();
	const { provider, model } = playbookAgent;
	return {
		create: (choice) =>
			choice.model === model
				? agent
				: nobody(`There is no built-in agent “${choice.model}”: the only one is ${formatModelRef(playbookAgent)}.`),
		isThere: () => true,
		priceOf: () => ({ input: 0, output: 0 }),
		windowOf: () => undefined,
		sees: () => false,
		effortProblem: () => undefined,
		builtIn: [{ id: provider, kind: "playbook", models: [model], usable: true, source: "builtin", efforts: [] }],
	};
}

function answer({ step, thread, transcript }: Turn): TurnOutcome {
	const actions = step?.actions ?? [];
	const action = actions[thread.done];
	return {
		kind: "answered",
		text: action ? "" : report(transcript, actions.length),
		calls: action ? [callFor(action)] : [],
		answered: "playbook",
		usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
		finish: action ? "tool-calls" : "stop",
	};
}

function callFor(action: PlaybookAction): ProposedCall {
	return action.kind === "command"
		? { name: "runCommand", args: { command: action.command } }
		: { name: "writeFile", args: { path: action.path, content: action.content } };
}

function report(transcript: readonly RecordedEvent[], actions: number): string {
	if (actions === 0) return "This step has nothing to run.";
	const names = new Map<string, string>();
	const carriedOut = new Set<string>();
	for (const event of transcript) {
		if (event.type === "tool.requested") names.set(event.toolCallId, event.name);
		else if (event.type === "tool.completed" && event.refused === undefined) carriedOut.add(event.toolCallId);
	}
	const done = [...carriedOut].map((id) => names.get(id));
	const commands = done.filter((name) => name === "runCommand").length;
	const files = done.filter((name) => name === "writeFile").length;
	const parts = [
		commands > 0 && `ran ${count(commands, "command")}`,
		files > 0 && `wrote ${count(files, "file")}`,
		actions > commands + files && `passed over ${count(actions - commands - files, "action")}`,
	].filter((part) => part !== false);
	const text = parts.join(", ");
	return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
