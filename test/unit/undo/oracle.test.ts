import assert from "node:assert/strict";
import type { Undone } from "../../../src/daemon/undo/undoSteps.ts";
import { type Random, randomFrom, seeded } from "../../support/seed.ts";
import { type Files, type OracleWorld, openOracleWorld, type Seen } from "./oracleWorld.ts";
import { randomCommand, randomStart } from "./randomActs.ts";

/** `MISSION_RUNS` for the long form. A failure names the seed of its run: `MISSION_SEED` with `MISSION_RUNS=1` repeats it. */
const runs = Number(process.env.MISSION_RUNS ?? 150);

/** Each is worth a look, and hundreds are not. */
const maxFailures = 5;

/**
 * An oracle sees every byte on disk before and after an undo, in workspaces full of what is hard to record, with a
 * person at work between the steps and a daemon that dies at any of its calls.
 */
describe("undo under the eyes of an oracle", function () {
	this.timeout(0);

	it(`loses no byte, and what it says it restored is as it was, in ${runs} random goals`, async () => {
		const { seed } = seeded("oracle");
		const sum = { undone: 0, refused: 0, died: 0, files: 0, notCovered: 0 };
		const failures: Error[] = [];
		for (let run = 0; run < runs && failures.length < maxFailures; run++) {
			const own = (seed + run) >>> 0;
			await oneGoal(randomFrom(own), sum).catch((cause: Error) => {
				failures.push(new Error(`MISSION_SEED=${own} MISSION_RUNS=1: ${cause.message}`));
			});
		}
		console.log(`      ${JSON.stringify(sum)}`);
		assert.equal(failures.map(({ message }) => message).join("\n"), "");
		assert.ok(sum.files > runs / 3 && sum.notCovered > runs / 10, "hardly anything was undone");
	});
});

type Sum = Record<"undone" | "refused" | "died" | "files" | "notCovered", number>;

async function oneGoal(random: Random, sum: Sum): Promise<void> {
	const stepIds = ["s1", "s2", "s3"].slice(0, random.between(1, 3));
	const world = await openOracleWorld(stepIds);
	const marks = { next: 1 };
	const log: string[] = [];
	const act = (who: string, command: string) => {
		log.push(`# ${who}`, command);
		return command;
	};
	try {
		world.act(act("start", randomStart(random, marks)));
		const phases: { readonly before: Files; readonly after: Files }[] = [];
		for (const stepId of stepIds) {
			if (random.next() < 0.5) world.act(act("person", randomCommand(random, random.between(1, 3), marks)));
			if (random.next() < 0.15) await world.restart(random.next() < 0.5);
			const before = world.look();
			await world.step(stepId, act(stepId, randomCommand(random, random.between(1, 6), marks)));
			phases.push({ before, after: world.look() });
		}
		if (random.next() < 0.6) world.act(act("person", randomCommand(random, random.between(1, 3), marks)));
		if (random.next() < 0.15) await world.restart(random.next() < 0.5);
		const first = random.between(0, stepIds.length - 1);
		const rest = random.next() < 0.6;
		const deathAt = random.next() < 0.5 ? random.between(1, 40) : undefined;
		log.push(`# undo ${stepIds[first]}${rest ? " and later" : ""}${deathAt ? `, death at ${deathAt}` : ""}`);
		const now = world.look();
		const answer = await world.undo(stepIds[first]!, rest, deathAt);
		if (deathAt !== undefined) sum.died++;
		const undone = phases.slice(first, rest ? undefined : first + 1);
		const outsiders = { earlier: phases.slice(0, first), later: rest ? [] : phases.slice(first + 1) };
		judge(world, answer, { undone, later: outsiders.later, now }, sum);
		// Another one finds what this one left.
		const second = world.look();
		const again = await world.undo("s1", true);
		judgeLoss(world, again, second);
	} catch (cause) {
		throw new Error(`${(cause as Error).message}\n${log.join("\n")}`, { cause });
	} finally {
		await world.end();
	}
}

type Answer = Undone | { readonly refused: string };
interface History {
	readonly undone: readonly { readonly before: Files; readonly after: Files }[];
	readonly later: readonly { readonly before: Files; readonly after: Files }[];
	/** Just before the undo. */
	readonly now: Files;
}

function judge(world: OracleWorld, answer: Answer, history: History, sum: Sum): void {
	judgeLoss(world, answer, history.now);
	if ("refused" in answer) {
		sum.refused++;
		return;
	}
	sum.undone++;
	sum.notCovered += answer.notCovered.length;
	const after = world.look();
	for (const { path, action, reason } of answer.files) {
		// Undo says of it that it was first recorded when the steps had begun.
		if (reason !== undefined && (action === "restore" || action === "recreate")) continue;
		if (action !== "restore" && action !== "recreate" && action !== "delete") continue;
		sum.files++;
		const name = `w/${path}`;
		if (!isOnlyOfSteps(name, history)) continue;
		const wanted = history.undone[0]!.before.get(name);
		const is = after.get(name);
		assert.ok(
			same(is, wanted),
			`${path}: ${action}, but it is ${words(is)}, and before the step it was ${words(wanted)}`,
		);
	}
	namesWhatStays(answer, history, after);
}

/** Bytes that were there are there, or kept, and what undo does not name it does not touch. */
function judgeLoss(world: OracleWorld, answer: Answer, now: Files): void {
	const after = world.look();
	const touched = new Set(
		"refused" in answer
			? []
			: answer.files.flatMap(({ path, action }) =>
					action === "conflict" || action === "unchanged" ? [] : `w/${path}`,
				),
	);
	const held = new Set([...after.values(), ...world.kept().values()].map(bytesOf));
	const inodes = new Set([...now].flatMap(([name, { ino }]) => (touched.has(name) ? [ino] : [])));
	for (const [name, state] of now) {
		if (same(after.get(name), state)) continue;
		// Another name of the same file has the same rights.
		if (inodes.has(state.ino) && after.get(name)?.ino === state.ino && after.get(name)?.content === state.content)
			continue;
		assert.ok(touched.has(name), `${name} was touched, which undo does not say`);
		assert.ok(state.kind === "other" || held.has(bytesOf(state)), `the bytes of ${name} are lost`);
	}
	for (const name of after.keys())
		if (!now.has(name)) assert.ok(touched.has(name), `${name} came, which undo does not say`);
}

/** Nobody but the undone steps changed it, from before the first of them until now. */
function isOnlyOfSteps(name: string, { undone, later, now }: History): boolean {
	const phases = [...undone, ...later];
	const gaps = phases.map(({ after }, at) => [after, phases[at + 1]?.before ?? now] as const);
	return (
		gaps.every(([one, next]) => same(one.get(name), next.get(name))) &&
		later.every(({ before, after }) => same(before.get(name), after.get(name)))
	);
}

/** What the steps changed and undo left is named. */
function namesWhatStays({ files, notCovered }: Undone, history: History, after: Files): void {
	const named = new Set([...files.map(({ path }) => `w/${path}`), ...notCovered.map(({ path }) => `w/${path}`)]);
	const folders = [...named].filter((name) => name.endsWith("/"));
	for (const [name, state] of after) {
		if (!name.startsWith("w/") || /\.git\//.test(name) || !isOnlyOfSteps(name, history)) continue;
		if (same(history.undone[0]!.before.get(name), state) || named.has(name)) continue;
		if (folders.some((folder) => name.startsWith(folder))) continue;
		assert.fail(`${name} is not as it was before the step, and nothing says so`);
	}
}

function words(seen: Seen | undefined): string {
	return seen ? `a ${seen.kind} ${seen.rights.toString(8)} ${JSON.stringify(seen.content.slice(0, 60))}` : "nothing";
}

function bytesOf({ kind, content }: Seen): string {
	return `${kind} ${content}`;
}

function same(a: Seen | undefined, b: Seen | undefined): boolean {
	return a?.kind === b?.kind && a?.rights === b?.rights && a?.content === b?.content;
}
