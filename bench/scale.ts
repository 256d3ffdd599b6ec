import { mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalEvent, RecordedEvent } from "../src/core/events.ts";
import { evolve, newGoal } from "../src/core/folds/evolve.ts";
import type { Goal } from "../src/core/goal.ts";
import type { GoalId, StepId } from "../src/core/ids.ts";
import { next } from "../src/daemon/engine/next.ts";
import { newWorkspace, startDaemon, untilOver } from "./daemonBed.ts";
import { type Bench, type Figure, grouped, percentile, type Section, spread } from "./figures.ts";
import { middle, opening } from "./million.ts";
import { residentBytes } from "./processTree.ts";

/** What grows when there is much of it: a long goal, many goals, a step that wrote much. */
export const scale: Section = {
	title: "Much at once",
	how: "The fold and the engine's next step over a goal in memory; a hundred goals of two commands each under one daemon, watched by one client, each in a folder of its own; a step of one command that wrote a thousand files, undone over the wire.",
	async measure(bench) {
		return [...longGoal(bench), ...(await manyGoals(bench)), ...(await largeUndo(bench))];
	},
};

const eventsOfLongGoal = 100_000;
const measuredEvents = 5_000;

function longGoal(bench: Bench): Figure[] {
	const limits = {
		parallelSteps: 3,
		priceOf: () => undefined,
		windowOf: () => undefined,
		delegatesAtOnce: 3,
		replans: 2,
	};
	const goalId = "g-long" as GoalId;
	let goal: Goal = newGoal(goalId);
	const fold = (event: GoalEvent) => {
		const at = new Date(1_760_000_000_000 + goal.seq * 10).toISOString();
		goal = evolve(goal, { ...event, seq: goal.seq + 1, epoch: 1, at } as RecordedEvent);
	};
	for (const event of opening(goalId, newWorkspace(bench))) fold(event);
	const measured = (upTo: number) => {
		while (goal.seq < upTo) fold(middle(goal.seq));
		const given = Array.from({ length: measuredEvents }, (_, n) => middle(upTo + n));
		const foldedAt = performance.now();
		for (const event of given) fold(event);
		const evolveUs = ((performance.now() - foldedAt) / measuredEvents) * 1000;
		const askedAt = performance.now();
		for (let n = 0; n < measuredEvents; n++) next(goal, 1, 1_760_000_000_000 + n, limits);
		return { evolveUs, nextUs: ((performance.now() - askedAt) / measuredEvents) * 1000 };
	};
	measured(1_000);
	const early = measured(10_000);
	const late = measured(eventsOfLongGoal);
	return [
		{
			name: "evolve, an event, at 100,000 events",
			value: late.evolveUs,
			unit: "µs",
			note: `${grouped(early.evolveUs)} µs at 10,000`,
		},
		{ name: "next, at 100,000 events", value: late.nextUs, unit: "µs", note: `${grouped(early.nextUs)} µs at 10,000` },
	];
}

const goalsAtOnce = 100;

async function manyGoals(bench: Bench): Promise<Figure[]> {
	const home = mkdtempSync(path.join(bench.scratch, "home-"));
	writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ limits: { parallelGoals: goalsAtOnce } }));
	const bed = await startDaemon(bench, { home });
	const delays: number[] = [];
	const events = { count: 0 };
	bed.onNotice((_name, params) => {
		if (!("events" in params)) return;
		const now = Date.now();
		for (const event of params.events) delays.push(now - Date.parse(event.at));
		events.count += params.events.length;
	});
	try {
		const restingBytes = residentBytes(bed.pid);
		const startedAt = performance.now();
		const workspaces = Array.from({ length: goalsAtOnce }, () => newWorkspace(bench, 5));
		const goals = await Promise.all(
			workspaces.map(async (workspace, n) => {
				const { goalId } = await bed.request("goal/launch", { workspace, playbook: commands(n), grantPlaybook: true });
				await bed.request("goal/watch", { goalId });
				return goalId;
			}),
		);
		let mostBytes = 0;
		const looking = setInterval(() => {
			mostBytes = Math.max(mostBytes, residentBytes(bed.pid));
		}, 50);
		const ended = await Promise.all(goals.map((goalId) => untilOver(bed, goalId))).finally(() =>
			clearInterval(looking),
		);
		const tookMs = performance.now() - startedAt;
		const unfinished = ended.filter(({ state }) => state !== "completed").length;
		if (unfinished > 0) throw new Error(`${unfinished} goals did not complete`);
		return [
			{
				name: "event of one of 100 goals → client, p99",
				value: percentile(delays, 0.99),
				unit: "ms",
				note: `${spread(delays)}; all goals done after ${grouped(tookMs)} ms`,
			},
			{
				name: "daemon with 100 goals at work, most resident",
				value: mostBytes / 1e6,
				unit: "MB",
				note: `${grouped(restingBytes / 1e6)} MB before the first`,
			},
		];
	} finally {
		await bed.stop();
	}
}

function commands(n: number) {
	return playbook(`Goal ${n}`, [`echo ${n} > a.txt`, "echo b > b.txt"]);
}

const filesOfStep = 1_000;

async function largeUndo(bench: Bench): Promise<Figure[]> {
	const bed = await startDaemon(bench);
	try {
		const workspace = newWorkspace(bench, filesOfStep);
		const text = `for f in part*/*.ts; do echo "// changed" >> "$f"; done`;
		const { goalId } = await bed.request("goal/launch", {
			workspace,
			playbook: playbook("Work", [text]),
			grantPlaybook: true,
		});
		await untilOver(bed, goalId);
		const undone = new Promise<void>((resolve) =>
			bed.onNotice((_name, params) => {
				if ("events" in params && params.events.some(({ type }) => type === "step.undone")) resolve();
			}),
		);
		await bed.request("goal/watch", { goalId });
		const stepId = "work" as StepId;
		const previewedAt = performance.now();
		const { files } = await bed.request("step/undo", { goalId, stepId, preview: true });
		const previewMs = performance.now() - previewedAt;
		if (files.length !== filesOfStep) throw new Error(`undo names ${files.length} files`);
		const startedAt = performance.now();
		await bed.request("step/undo", { goalId, stepId });
		await undone;
		return [
			{
				name: "undo of a step that changed 1,000 files",
				value: performance.now() - startedAt,
				unit: "ms",
				note: `each durable; its preview took ${grouped(previewMs)} ms`,
			},
		];
	} finally {
		await bed.stop();
	}
}

function playbook(title: string, texts: readonly string[]) {
	const fences = texts.map((text) => `\`\`\`sh\n${text}\n\`\`\``);
	return { path: "scale.md", text: `# ${title}\n\n## Work\n\n${fences.join("\n\n")}\n` };
}
