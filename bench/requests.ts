import { setTimeout as sleep } from "node:timers/promises";
import type { GoalId } from "../src/core/ids.ts";
import { type DaemonBed, newWorkspace, startDaemon, untilOver } from "./daemonBed.ts";
import { type Bench, type Figure, median, type Section, spread } from "./figures.ts";

/** What a person waits for: a launch that is acknowledged, and an answer that has its effect. */
export const requests: Section = {
	title: "Requests of a person",
	how: "Over a real connection to the built daemon. A launch is acknowledged when it is durable. An answer has its effect when `tool.started` reaches the client that watches.",
	async measure(bench) {
		const bed = await startDaemon(bench);
		try {
			return [...(await launches(bench, bed)), ...(await answers(bench, bed)), ...(await wholePlaybook(bench, bed))];
		} finally {
			await bed.stop();
		}
	},
};

const rounds = 60;
const gapMs = 15;

/** Goals that wait at once, so that what one does is not measured with the launch of the next. */
async function launches(bench: Bench, bed: DaemonBed): Promise<Figure[]> {
	const workspace = newWorkspace(bench);
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const startedAt = performance.now();
		const { goalId } = await bed.request("goal/launch", { workspace, playbook: playbook(round) });
		times.push(performance.now() - startedAt);
		await bed.request("goal/control", { goalId, action: "cancel" });
		await sleep(gapMs);
	}
	return [
		{ name: "launch acknowledged", value: median(times), unit: "ms", target: { below: 30 }, note: spread(times) },
	];
}

async function answers(bench: Bench, bed: DaemonBed): Promise<Figure[]> {
	const workspace = newWorkspace(bench);
	const times: number[] = [];
	let tell: (at: number) => void = () => undefined;
	// One goal at a time is watched, and it starts one tool.
	bed.onNotice((_name, params) => {
		if ("events" in params && params.events.some((event) => event.type === "tool.started")) tell(performance.now());
	});
	for (let round = 0; round < rounds; round++) {
		const { goalId } = await bed.request("goal/launch", { workspace, playbook: playbook(round) });
		await bed.request("goal/watch", { goalId });
		const approval = await approvalOf(bed, goalId);
		const started = new Promise<number>((resolve) => {
			tell = resolve;
		});
		const answeredAt = performance.now();
		await bed.request("approval/answer", { approvalId: approval.approvalId, answer: "approve" });
		times.push((await started) - answeredAt);
		await untilOver(bed, goalId);
		await bed.request("goal/unwatch", { goalId });
	}
	return [
		{
			name: "approval answered → tool.started",
			value: median(times),
			unit: "ms",
			target: { below: 100 },
			note: spread(times),
		},
	];
}

/** Forty commands in a row, each in the log before and after: what the engine and the runner cost together. */
async function wholePlaybook(bench: Bench, bed: DaemonBed): Promise<Figure[]> {
	const commands = 40;
	const fence = "```";
	const body = Array.from({ length: commands }, (_, n) => `${fence}sh\necho ${n} >> log.txt\n${fence}\n`).join("\n");
	const times: number[] = [];
	for (let round = 0; round < 3; round++) {
		const startedAt = performance.now();
		const { goalId } = await bed.request("goal/launch", {
			workspace: newWorkspace(bench),
			playbook: { path: "forty.md", text: `# Forty\n\n## Work\n\n${body}` },
			grantPlaybook: true,
		});
		const goal = await untilOver(bed, goalId);
		times.push((Date.parse(goal.updatedAt) - Date.parse(goal.launchedAt)) / commands);
		if (goal.state !== "completed")
			throw new Error(`the playbook ${goal.state} after ${performance.now() - startedAt} ms`);
	}
	return [
		{ name: "a command of a playbook, launch to end ÷ 40", value: median(times), unit: "ms", note: spread(times) },
	];
}

function playbook(round: number) {
	const fence = "```";
	return { path: "bench.md", text: `# Bench ${round}\n\n## Work\n\n${fence}sh\necho ${round} > out.txt\n${fence}\n` };
}

async function approvalOf(bed: DaemonBed, goalId: GoalId) {
	for (let tries = 0; tries < 2000; tries++) {
		const [approval] = (await bed.request("approval/list", { goalId })).approvals;
		if (approval) return approval;
		await sleep(5);
	}
	throw new Error("the goal never asked");
}
