import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EventType, RecordedEvent } from "../../src/core/events.ts";
import type { GoalId } from "../../src/core/ids.ts";
import type { ApprovalScope, BudgetLimits, ProposedServers } from "../../src/core/values.ts";
import type { GoalView } from "../../src/protocol/view.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "./daemonProcess.ts";
import { yardServer } from "./mcpServer.ts";
import { type ModelServer, type Script, startModelServer } from "./modelServer.ts";

/** A daemon, a model and a workspace, with the test's MCP server `yard` in config.jsonc or proposed by the workspace. */
export interface Yard {
	readonly workspace: string;
	readonly home: string;
	readonly model: ModelServer;
	readonly daemon: DaemonProcess;
	/** Lines that the server wrote down: the calls that it carried out. */
	calls(): readonly string[];
	/** The files of servers that run, as the daemon knows them. */
	running(): readonly string[];
	/** What it waits for comes. */
	go(): void;
	/** A server that falls asleep does. */
	fall(): void;
	propose(manner: string, more?: object): void;
	launch(more?: { readonly budget?: BudgetLimits; readonly proposedServers?: ProposedServers }): Promise<GoalId>;
	/** The one question that waits. */
	asked(goalId: GoalId): Promise<GoalView["approvals"][number]>;
	answer(goalId: GoalId, answer: string, more?: { scope?: ApprovalScope; reason?: string }): Promise<void>;
	events<T extends EventType>(goalId: GoalId, type: T): Promise<readonly RecordedEvent<T>[]>;
	/** The daemon is killed, and another begins. */
	restart(): Promise<void>;
	close(): Promise<void>;
}

const plan = {
	title: "A wall",
	summary: "One.",
	steps: [{ id: "wall", title: "Wall", instructions: "Build the wall.", needs: [] }],
};

/** Stacks bricks once where it can. */
export const stackOnce: Script = ({ purpose, toolResults, tools }) => {
	if (purpose === "plan") return { text: JSON.stringify(plan) };
	if (purpose === "reflect") return { text: JSON.stringify({ summary: "It stands.", reflection: "All well." }) };
	if (toolResults > 0) return { text: "The wall stands." };
	if (!tools.includes("mcp__yard__stack"))
		return { calls: [{ name: "writeFile", args: { path: "wall", content: "" } }] };
	return { calls: [{ name: "mcp__yard__stack", args: { bricks: 3 } }] };
};

export async function openYard({
	manner,
	server = {},
	provider = {},
	config = {},
	env,
	script = stackOnce,
}: {
	/** How the server of config.jsonc behaves; without it there is none. */
	readonly manner?: string;
	/** More of its definition. */
	readonly server?: object;
	/** More of what config.jsonc says of the model. */
	readonly provider?: object;
	/** More of config.jsonc. */
	readonly config?: object;
	readonly env?: Record<string, string>;
	readonly script?: Script;
}): Promise<Yard> {
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-yard-"));
	const home = mkdtempSync(path.join(os.tmpdir(), "mission-yard-home-"));
	const workspace = newWorkspace();
	const record = path.join(folder, "record");
	const model = await startModelServer({ script, models: ["clay"] });
	const providers = [{ id: "clay", baseUrl: model.baseUrl, models: ["clay"], ...provider }];
	const mcpServers = manner === undefined ? {} : { yard: { ...yardServer(manner, record), ...server } };
	writeFileSync(
		path.join(home, "config.jsonc"),
		JSON.stringify({ providers, agent: "clay/clay", mcpServers, ...config }),
	);
	let daemon = await startDaemonProcess({ home, env });

	async function asked(goalId: GoalId): Promise<GoalView["approvals"][number]> {
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		const { approvals } = await daemon.client.request("goal/get", { goalId });
		if (approvals.length !== 1) throw new Error(`${approvals.length} questions wait, and not one`);
		return approvals[0]!;
	}

	return {
		workspace: workspace.folder,
		home,
		model,
		get daemon() {
			return daemon;
		},
		calls: () => (existsSync(record) ? readFileSync(record, "utf8").trim().split("\n") : []),
		running: () => readdirSync(path.join(home, "mcp/running")),
		go: () => writeFileSync(`${record}.go`, ""),
		fall: () => writeFileSync(`${record}.fall`, ""),
		propose(how, more = {}) {
			const servers = { yard: { ...yardServer(how, record), ...more } };
			mkdirSync(path.join(workspace.folder, ".vscode"), { recursive: true });
			writeFileSync(path.join(workspace.folder, ".vscode/mcp.json"), `// ours\n${JSON.stringify({ servers })}`);
		},
		async launch(more) {
			const settings = { autonomy: "autonomous", planApproval: "never", ...more } as const;
			const request = { workspace: workspace.folder, prompt: "Build", settings };
			return (await daemon.client.request("goal/launch", request)).goalId;
		},
		asked,
		async answer(goalId, given, more = {}) {
			const { approvalId } = await asked(goalId);
			await daemon.client.request("approval/answer", { approvalId, answer: given, scope: "once", ...more });
		},
		async events(goalId, type) {
			const { events: found } = await daemon.client.request("goal/events", { goalId, types: [type], limit: 100 });
			return found as never;
		},
		async restart() {
			daemon = await daemon.restart();
		},
		async close() {
			await daemon.close();
			await model.close();
			workspace.remove();
			for (const one of [folder, home]) rmSync(one, { recursive: true, force: true });
		},
	};
}
