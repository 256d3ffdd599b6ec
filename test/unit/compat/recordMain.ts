import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket, WebSocketServer } from "ws";
import { openClient } from "../../../src/client/daemonClient.ts";
import { readDaemonFile } from "../../../src/client/daemonFile.ts";
import { watchGoal } from "../../../src/client/goalWatch.ts";
import { newGoal } from "../../../src/core/folds/evolve.ts";
import type { GoalId, StepId } from "../../../src/core/ids.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { protocolVersion } from "../../../src/protocol/methods.ts";
import { daemonScript, newWorkspace, startDaemonProcess } from "../../support/daemonProcess.ts";
import type { Frame } from "./frames.ts";

/**
 * Records what today's client says and hears in one session, frame by frame, through a door between it and the daemon.
 * Run once for each version of the protocol, before the version is raised:
 * `node --import tsx test/unit/compat/recordMain.ts`. The recording is never made again: it is that old client.
 */
const playbook =
	"# Session\n\nTwo steps.\n\n## One\n\n```sh\necho one > one.txt\n```\n\n## Two\n\n```sh\necho two > two.txt\n```\n\n```check\ntest -f two.txt\n```\n";

async function main(): Promise<void> {
	const daemon = await startDaemonProcess();
	const { folder: workspace, remove } = newWorkspace();
	const door = mkdtempSync(path.join(os.tmpdir(), "mission-door-"));
	const frames: Frame[] = [];
	const file = readDaemonFile(daemon.home)!;
	const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
	await new Promise((resolve) => server.once("listening", resolve));
	server.on("connection", (client) => relay(client, file, frames));
	const { port } = server.address() as { port: number };
	writeFileSync(path.join(door, "daemon.json"), JSON.stringify({ ...file, port }));
	const client = openClient({ home: door, daemonScript, actor: { client: "VS Code" }, start: "never", log() {} });
	try {
		await session(client, workspace);
	} finally {
		client.close();
		server.close();
		await daemon.close();
		remove();
		rmSync(door, { recursive: true });
	}
	const names: readonly (readonly [string, string])[] = [
		[workspace, "/workspace"],
		[daemon.home, "/data"],
		[os.userInfo().username, "ann"],
	];
	const text = frames.map((frame) => JSON.stringify(frame)).join("\n");
	const neutral = names.reduce((all, [name, instead]) => all.replaceAll(name, instead), text);
	writeFileSync(path.join(__dirname, `client-protocol-${protocolVersion}.jsonl`), `${neutral}\n`);
}

function relay(client: WebSocket, { port, token }: { port: number; token: string }, frames: Frame[]): void {
	const daemon = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { Authorization: `Bearer ${token}` } });
	const opened = new Promise((resolve) => daemon.once("open", resolve));
	const note = (from: Frame["from"], data: unknown) => frames.push({ from, frame: JSON.parse(String(data)) });
	client.on("message", async (data) => {
		await opened;
		note("client", data);
		daemon.send(String(data));
	});
	daemon.on("message", (data) => {
		note("daemon", data);
		client.send(String(data));
	});
	client.on("close", () => daemon.close());
}

/** What a window does: it looks, launches, watches, decides, reads, and takes a step back. */
async function session(client: ReturnType<typeof openClient>, workspace: string): Promise<void> {
	await client.request("daemon/status", {});
	await client.request("provider/list", {});
	await client.request("goal/list", { watch: true });
	const { goalId } = await client.request("goal/launch", {
		workspace,
		playbook: { path: "session.md", text: playbook },
		requestId: "recorded-session",
	});
	let goal = newGoal(goalId as GoalId);
	const stop = watchGoal(client, goalId, {
		onChange(now) {
			goal = now;
		},
	});
	const until = async (isSo: () => boolean) => {
		while (!isSo()) await sleep(5);
	};
	for (const stepId of ["one", "two"] as StepId[]) {
		await until(() => Object.values(goal.approvals).some((approval) => approval.stepId === stepId));
		const [approval] = (await client.request("approval/list", { goalId })).approvals;
		await client.request("approval/answer", { approvalId: approval!.approvalId, answer: "approve", scope: "once" });
		await until(() => goal.steps[stepId]?.state === "completed" || Object.keys(goal.approvals).length > 0);
		for (const { approvalId, checkId } of Object.values(goal.approvals)) {
			if (checkId) await client.request("approval/answer", { approvalId, answer: "approve", scope: "once" });
		}
		await until(() => goal.steps[stepId]?.state === "completed");
	}
	await until(() => goalState(goal) === "completed");
	await client.request("goal/get", { goalId });
	await client.request("goal/events", { goalId, limit: 500 });
	await client.request("goal/search", { goalId, text: "two", limit: 10 });
	const { changes } = await client.request("change/list", { goalId });
	await client.request("change/content", { goalId, blob: changes[0]!.after! });
	await client.request("change/diff", { goalId });
	await client.request("grant/list", { goalId });
	await client.request("dossier/get", { goalId, format: "md" });
	await client.request("step/undo", { goalId, stepId: "two" as StepId, preview: true });
	await client.request("step/undo", { goalId, stepId: "two" as StepId });
	await client.request("goal/control", { goalId, action: "delete" }).catch(() => undefined);
	stop();
	await sleep(100);
}

void main();
