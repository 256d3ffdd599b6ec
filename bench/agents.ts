import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GoalId } from "../src/core/ids.ts";
import { loadConfig } from "../src/daemon/config/config.ts";
import { findAcpAgent } from "../src/daemon/discovery/acpAgents.ts";
import { openDirectAgent } from "../test/agents/directAgent.ts";
import { onePlan } from "../test/agents/goalWorld.ts";
import { agentsToRun, type RealAgent, settleAgent } from "../test/agents/realAgents.ts";
import { type AgentModels, startAgentModels } from "../test/support/agentModels.ts";
import { plainReflection, startModelServer } from "../test/support/modelServer.ts";
import { type DaemonBed, startDaemon, untilOver } from "./daemonBed.ts";
import { type Bench, type Figure, grouped, median, type Section, spread } from "./figures.ts";

/**
 * A real agent alone, with a client that approves at once, beside the same agent through us, turn about, in one run. A
 * turn is from its model's answer with a call, fully sent, to the next request that carries the call's result: what the
 * agent and the tool take is in both, so that the difference is ours.
 */
export const agents: Section = {
	title: "Real agents, alone and through us",
	how: `Each agent's model is scripted, on loopback; every call is one of two shell commands that append a line, which asks for permission. Alone a client approves at once; through us both were approved for the goal. Runs of both take turns.`,
	async measure(bench) {
		const figures: Figure[] = [];
		for (const real of agentsToRun) figures.push(...(await measure(bench, real)));
		return figures;
	},
};

const runs = 3;
/** Few enough that no agent takes them for a loop. */
const calls = 12;
/** At the beginning, not counted: through us a person approves each command once. */
const approved = 2;

async function measure(bench: Bench, real: RealAgent): Promise<readonly Figure[]> {
	const alone: number[] = [];
	const through: number[] = [];
	for (let run = 0; run < runs; run++) {
		alone.push(...(await runAlone(bench, real)));
		through.push(...(await runThrough(bench, real)));
		bench.say(`${real.id}: run ${run + 1} of ${runs}`);
	}
	const [a, t] = [median(alone), median(through)];
	return [
		{ name: `${real.id}: a turn, alone`, value: a, unit: "ms", note: spread(alone) },
		{ name: `${real.id}: a turn, through us`, value: t, unit: "ms", note: spread(through) },
		{
			name: `${real.id}: our own time per turn`,
			value: t - a,
			unit: "ms",
			note: `${grouped(t / a)} times the agent alone`,
		},
	];
}

const marker = "[[bench]]";

/** The calls of a run, and when each was asked for. */
async function openModels(real: RealAgent, workspace: string): Promise<AgentModels> {
	// Turn about, because some agents take the same call again and again for a loop.
	const two = ["log", "other"].map((name) => real.shell(`name=${name}; date +%N >> $name.txt`, workspace));
	return startAgentModels(({ allResults }) =>
		allResults.length < calls + approved ? { calls: [two[allResults.length % 2]!] } : { text: "Done." },
	);
}

/** Between the answers with calls and the requests that follow. */
function turnsOf({ requests }: AgentModels): readonly number[] {
	// With tools: an agent asks its model for titles, and for a look at itself, without.
	const main = requests.filter(({ text }) => text.includes(marker) && /"tools":\s*\[\s*\{/.test(text));
	const all = calls + approved + 1;
	if (main.length < all) throw new Error(`${main.length} requests of ${all} came, of ${requests.length} in all`);
	return main.slice(approved + 1, all).map(({ at }, index) => at - main[index + approved]!.answeredAt!);
}

async function runAlone(bench: Bench, real: RealAgent): Promise<readonly number[]> {
	const { workspace, home, data } = folders(bench);
	const models = await openModels(real, workspace);
	const { environment, agents: own } = await settleAgent(real, home, models.url);
	writeFileSync(path.join(data, "config.jsonc"), JSON.stringify({ agents: own }));
	const found = findAcpAgent(real.id, loadConfig(data, environment), environment);
	if ("problem" in found) throw new Error(found.problem);
	const agent = await openDirectAgent(found, workspace, () => "allow_once");
	try {
		await agent.prompt(`${marker} Append lines.`);
		return turnsOf(models);
	} finally {
		await agent.close();
		await models.close();
	}
}

async function runThrough(bench: Bench, real: RealAgent): Promise<readonly number[]> {
	const { workspace, home, data } = folders(bench);
	const models = await openModels(real, workspace);
	const planner = await startModelServer({
		script: ({ purpose }) => ({
			text: purpose === "reflect" ? plainReflection : JSON.stringify(onePlan(`${marker} Append lines.`)),
		}),
		models: ["plan"],
	});
	const { environment, agents: own } = await settleAgent(real, home, models.url);
	const providers = [{ id: "yard", baseUrl: planner.baseUrl, models: ["plan"] }];
	writeFileSync(path.join(data, "config.jsonc"), JSON.stringify({ providers, agents: own }));
	const bed = await startDaemon(bench, { home: data, env: environment });
	try {
		const { goalId } = await bed.request("goal/launch", {
			prompt: `${marker} Append lines.`,
			workspace,
			settings: {
				agent: { provider: real.id, model: "default" },
				assignments: [{ role: "planner", provider: "yard", model: "plan", enabled: true }],
				autonomy: "autonomous",
				planApproval: "never",
			},
		});
		await approveForGoal(bed, goalId);
		const goal = await untilOver(bed, goalId);
		if (goal.state !== "completed") throw new Error(`the goal is ${goal.state}: ${goal.stateReason}`);
		return turnsOf(models);
	} finally {
		await bed.stop();
		await models.close();
		await planner.close();
	}
}

function folders(bench: Bench): { readonly workspace: string; readonly home: string; readonly data: string } {
	const folder = mkdtempSync(path.join(bench.scratch, "agent-"));
	const made = {
		workspace: path.join(folder, "workspace"),
		home: path.join(folder, "home"),
		data: path.join(folder, "data"),
	};
	for (const one of Object.values(made)) mkdirSync(one);
	return made;
}

/** Each command once; then nothing is asked any more. */
async function approveForGoal(bed: DaemonBed, goalId: GoalId): Promise<void> {
	let answers = 0;
	for (let tries = 0; tries < 6000 && answers < approved; tries++) {
		for (const { approvalId } of (await bed.request("approval/list", { goalId })).approvals) {
			await bed.request("approval/answer", { approvalId, answer: "approve", scope: "goal" });
			answers += 1;
		}
		await sleep(20);
	}
	if (answers < approved) throw new Error("the agent never asked for its commands");
}
