import fs from "node:fs";
import path from "node:path";
import type { Agent, Turn, TurnOutcome } from "../../src/daemon/agents/agent.ts";
import { createModelAgent as createRealAgent, type ModelAgentParts } from "../../src/daemon/agents/modelAgent.ts";

/**
 * What stands in the place of src/daemon/agents/modelAgent.ts in the daemon that the crash tests build: a model named
 * `ownTools` is an agent that runs its own tools. It asks before each act, in the middle of one turn, and does it itself;
 * what it finds done it does not do again. Every other model is the real one.
 */
export function createModelAgent(parts: ModelAgentParts): Agent {
	return parts.choice.model === ownTools ? { takeTurn } : createRealAgent(parts);
}

export const ownTools = "ownTools";
export const ownSteps = ["first", "second"] as const;
const acts = [1, 2, 3];

export function lineOf(step: string, act: number): string {
	return `${step} ${act}`;
}

async function takeTurn({ goal, step, thread, session }: Turn): Promise<TurnOutcome> {
	if (thread.purpose === "reflect")
		return answered(JSON.stringify({ summary: "It is done.", reflection: "Nothing was in the way." }));
	if (!step) {
		const steps = ownSteps.map((id, at) => ({
			id,
			title: id,
			instructions: "Do it.",
			needs: ownSteps.slice(0, at),
			checks: [],
		}));
		return answered(JSON.stringify({ title: "Work", summary: "Works.", steps }));
	}
	const file = path.join(goal.workspace, `${step.stepId}.txt`);
	await session.update({ kind: "reasoning", text: "I look at what is there." });
	for (const act of acts) {
		const line = lineOf(step.stepId, act);
		if (fs.existsSync(file) && fs.readFileSync(file, "utf8").includes(line)) continue;
		const command = `echo ${line} >> ${step.stepId}.txt`;
		await session.update({ kind: "text", text: `Next is ${line}.` });
		const permission = await session.permission({
			id: `${thread.turn?.turnId} ${act}`,
			name: "shell",
			args: { command },
			effect: "outside",
			summary: command,
		});
		if (permission.kind === "over") return { kind: "aborted" };
		if (permission.kind === "deny") return answered(`I was denied it: ${permission.reason}`);
		fs.appendFileSync(file, `${line}\n`);
		await session.update({ kind: "callEnded", id: `${thread.turn?.turnId} ${act}`, ok: true, output: "", exitCode: 0 });
		await session.update({ kind: "usage", inputTokens: 10 * act, outputTokens: act, costUsd: null });
	}
	return answered("All is done.");
}

function answered(text: string): TurnOutcome {
	const usage = { inputTokens: 30, outputTokens: 3, costUsd: null };
	return { kind: "answered", text, calls: [], answered: ownTools, usage, finish: "stop" };
}
