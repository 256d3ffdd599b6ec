import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { DaemonClient } from "../../src/client/daemonClient.ts";
import type { EventType, RecordedEvent } from "../../src/core/events.ts";
import type { GoalId } from "../../src/core/ids.ts";
import { endStates } from "../../src/core/rules/goalState.ts";
import type { GoalView } from "../../src/protocol/view.ts";
import { type AgentModels, type AgentScript, startAgentModels } from "../support/agentModels.ts";
import { type DaemonProcess, startDaemonProcess, untilState } from "../support/daemonProcess.ts";
import { killThose } from "../support/killThose.ts";
import { type ModelServer, plainReflection, startModelServer } from "../support/modelServer.ts";
import { until } from "../support/until.ts";
import { type RealAgent, settleAgent } from "./realAgents.ts";

/** A daemon, a workspace, a real agent that works in it, and the models of both. */
export interface GoalWorld {
	readonly workspace: string;
	/** Of the agent. */
	readonly models: AgentModels;
	client(): DaemonClient;
	/** Launches a goal of one step for the agent; another model plans it, unless the roster says otherwise. */
	launch(
		prompt: string,
		more?: {
			model?: string;
			effort?: string;
			roster?: readonly object[];
			checks?: readonly string[];
			sandbox?: "required";
		},
	): Promise<GoalId>;
	goal(goalId: GoalId): Promise<GoalView>;
	events<T extends EventType>(goalId: GoalId, type: T): Promise<Extract<RecordedEvent, { type: T }>[]>;
	/** The next question that waits, of those not seen before. */
	asked(goalId: GoalId): Promise<GoalView["approvals"][number]>;
	answer(approvalId: string, answer: "approve" | "deny" | string): Promise<void>;
	/** Approves whatever is asked, until the goal is in one of the states. */
	approveUntil(goalId: GoalId, states: readonly string[]): Promise<GoalView>;
	/** SIGKILL; what happens before `start` happens without a daemon. */
	kill(): Promise<void>;
	start(): Promise<void>;
	/** Processes that run for the agent now. */
	processes(): readonly number[];
	read(name: string): string;
	close(): Promise<void>;
}

export async function openGoalWorld(real: RealAgent, script: AgentScript): Promise<GoalWorld> {
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-real-"));
	const [workspace, home, data] = ["workspace", "home", "data"].map((name) => path.join(folder, name)) as [
		string,
		string,
		string,
	];
	for (const one of [workspace, home, data]) mkdirSync(one);
	writeFileSync(path.join(workspace, "greet.js"), "export const greet = () => 'hello';\n");
	const models = await startAgentModels(script);
	const planner: ModelServer = await startModelServer({
		script: ({ purpose, text }) => {
			if (purpose === "review") return { text: JSON.stringify(passed) };
			if (purpose === "reflect") return { text: plainReflection };
			const instructions = `[[${/\[\[([\w-]+)\]\]/.exec(text)?.[1]}]] Do what the goal says.`;
			return { text: JSON.stringify(onePlan(instructions)) };
		},
		models: ["plan"],
	});
	const { environment, agents } = await settleAgent(real, home, models.url);
	const off = { ollama: false, lmstudio: false, vllm: false, acpRegistry: false };
	const providers = [{ id: "yard", baseUrl: planner.baseUrl, models: ["plan"] }];
	writeFileSync(path.join(data, "config.jsonc"), JSON.stringify({ providers, agents, discovery: off }));
	const begin = () => startDaemonProcess({ home: data, env: { ...environment, MISSION_HOME: data } });
	const [ownVariable = ""] = Object.keys(real.environment(home, models.url));
	const processes = () => processesWith(`${ownVariable}=`, `HOME=${home}`);
	let daemon: DaemonProcess = await begin();
	let isUp = true;
	const seen = new Set<string>();
	const client = () => daemon.client;
	const goal = (goalId: GoalId) => client().request("goal/get", { goalId });
	const pending = async (goalId: GoalId) =>
		(await goal(goalId)).approvals.filter(({ state, approvalId }) => state === "pending" && !seen.has(approvalId));

	const world: GoalWorld = {
		workspace,
		models,
		client,
		goal,
		async launch(prompt, { model = "default", effort, roster = [], checks = [], sandbox } = {}) {
			const own = [{ role: "planner", provider: "yard", model: "plan" }, ...roster];
			const assignments = own.filter(
				(one, at) =>
					!own.slice(at + 1).some((later) => (later as { role: string }).role === (one as { role: string }).role),
			);
			const agent = { provider: real.id, model, ...(effort && { effort }) };
			const settings = { agent, assignments, checks, planApproval: "never", sandbox } as never;
			return (await client().request("goal/launch", { workspace, prompt, settings })).goalId;
		},
		async events(goalId, type) {
			const { events } = await client().request("goal/events", { goalId, limit: 1000, types: [type] });
			return events as never;
		},
		async asked(goalId) {
			let found: GoalView["approvals"] = [];
			await until(
				"a question waits",
				async () => {
					found = await pending(goalId);
					return found.length > 0;
				},
				120_000,
			);
			seen.add(found[0]!.approvalId);
			return found[0]!;
		},
		async answer(approvalId, answer) {
			await client().request("approval/answer", { approvalId, answer } as never);
		},
		async approveUntil(goalId, states) {
			let now = await goal(goalId);
			const isOver = async () => {
				for (const { approvalId } of await pending(goalId)) {
					seen.add(approvalId);
					await world.answer(approvalId, "approve").catch(() => {});
				}
				now = await goal(goalId);
				return states.includes(now.state) || endStates.includes(now.state);
			};
			await until(`the goal is ${states.join(" or ")}`, isOver, 300_000).catch((cause: Error) => {
				const threads = now.threads.map(({ role, state }) => `${role} ${state}`).join(", ");
				throw new Error(`${cause.message} It is ${now.state}: ${now.stateReason ?? ""} (${threads})`);
			});
			return untilState(client(), goalId, [...states], 1000);
		},
		async kill() {
			daemon.client.close();
			daemon.process.kill("SIGKILL");
			await daemon.ended();
			isUp = false;
		},
		async start() {
			daemon = await begin();
			isUp = true;
		},
		processes,
		read: (name) => readFileSync(path.join(workspace, name), "utf8"),
		async close() {
			if (!isUp) await world.start();
			for (const { goalId } of (await client().request("goal/list", {})).goals)
				await client()
					.request("goal/control", { goalId, action: "cancel" })
					.catch(() => {});
			await until("the agent has ended", () => processes().length === 0, 30_000).catch(() => killThose(processes()));
			await daemon.close();
			await models.close();
			await planner.close();
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
		},
	};
	return world;
}

/** What a reviewer says of work that is done. */
export const passed = {
	...{ verdict: "pass", verifier: "read what changed", coverage: "the whole request", gaps: "" },
	...{ summary: "It is as it was asked for.", diagnosis: "" },
};

export function onePlan(instructions: string): object {
	const step = {
		id: "do",
		title: "Do it",
		instructions,
		needs: [],
		role: "implementer",
		confidence: "high",
		checks: [],
	};
	return { title: "One step", summary: "One step.", steps: [step], checks: [] };
}

/** By their environment: the agent's own variables, and none of the daemon's, which it gives to nobody. */
function processesWith(variable: string, home: string): readonly number[] {
	return readdirSync("/proc").flatMap((name) => {
		if (!/^\d+$/.test(name)) return [];
		try {
			const variables = readFileSync(`/proc/${name}/environ`, "latin1").split("\0");
			const begins = (text: string) => variables.some((one) => one.startsWith(text));
			return variables.includes(home) && begins(variable) && !begins("MISSION_HOME=") ? [Number(name)] : [];
		} catch {
			return [];
		}
	});
}
