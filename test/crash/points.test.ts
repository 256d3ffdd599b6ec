import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EventType } from "../../src/core/events.ts";
import type { StepId } from "../../src/core/ids.ts";
import { goalState } from "../../src/core/rules/goalState.ts";
import type { CrashPoint } from "../../src/daemon/platform/crashPoint.ts";
import type { Input, Methods } from "../../src/protocol/methods.ts";
import {
	type Answer,
	type ModelRequest,
	type ModelServer,
	plainReflection,
	startModelServer,
} from "../support/modelServer.ts";
import { numbered } from "./crashRun.ts";
import { buildDaemon } from "./killableDaemon.ts";
import { type PointStory, type PointVerdict, runToPoint } from "./pointRun.ts";

const storiesAtOnce = 4;

/** When on the way of one goal a point is reached; see PointStory. */
type When = Pick<PointStory, "time" | "afterStop">;

/** Every named point: those of agents that are programs are never passed. The compiler asks for a new one here. */
const points: Record<CrashPoint, When | "notPassed"> = {
	"start.locked": { afterStop: true },
	"start.takenUp": { afterStop: true },
	"store.migrating": {},
	"store.uncommitted": { time: 12 },
	"store.committed": { time: 12 },
	"launch.named": {},
	"spool.made": { time: 2 },
	"spool.waiting": { time: 2 },
	"spool.begun": { time: 2 },
	"relay.made": "notPassed",
	"relay.waiting": "notPassed",
	"relay.told": "notPassed",
	"command.ended": { time: 2 },
	"spool.kept": { time: 2 },
	"edit.prepared": {},
	"edit.written": {},
	"snapshot.read": { time: 2 },
	"snapshot.kept": { time: 2 },
	"checkpoint.saving": {},
	"undo.prepared": {},
	"undo.kept": {},
	"undo.between": {},
	"undo.applied": {},
	"pack.joined": {},
	"pack.removing": {},
	"erase.files": {},
	"erase.bodies": {},
	"stop.drained": {},
};

/** Intents and outcomes: killed before they are durable, and when they are and nobody has been told. */
const events: readonly (readonly [EventType, When?])[] = [
	["goal.launched"],
	["plan.proposed"],
	["approval.requested"],
	["approval.answered"],
	["turn.started", { time: 2 }],
	["turn.completed", { time: 2 }],
	["tool.requested"],
	["tool.started", { time: 2 }],
	["tool.completed", { time: 2 }],
	["snapshot.taken", { time: 2 }],
	["file.changed"],
	["step.completed"],
	["check.started"],
	["check.completed"],
	["goal.completed"],
	["undo.started"],
	["undo.completed"],
	["goal.deleted"],
];

const all: readonly (readonly [string, When])[] = [
	...Object.entries(points).flatMap(([point, when]) => (when === "notPassed" ? [] : [[point, when] as const])),
	...events.flatMap(([type, when = {}]): (readonly [string, When])[] => [
		[`before ${type}`, when],
		[`after ${type}`, when],
	]),
];

describe("a daemon that kills itself at a named point", function () {
	this.timeout(300_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-killable-"));
	const killable = path.join(folder, "dist");
	let server: ModelServer;

	before(async () => {
		buildDaemon(["--crash-points", "--into", killable]);
		server = await startModelServer({ script: work, models: ["scripted"] });
	});

	after(async () => {
		await Promise.allSettled(begun.values());
		await server.close();
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	const cases = all.flatMap(([point, when]) =>
		Object.entries({ playbook, model: prompt }).map(([kind, launch]) => ({ kind, point, when, launch })),
	);
	/** Most of a story is waiting, so the next ones are begun with it. */
	const begun = new Map<number, Promise<PointVerdict>>();
	const verdictOf = (at: number): Promise<PointVerdict> => {
		for (let next = at; next < Math.min(at + storiesAtOnce, cases.length); next++) {
			if (begun.has(next)) continue;
			const { point, when, launch } = cases[next]!;
			const running = runToPoint({ ...story(server, killable), ...when, point, launch });
			running.catch(() => undefined);
			begun.set(next, running);
		}
		return begun.get(at)!;
	};

	for (const [at, { kind, point }] of cases.entries()) {
		it(`loses and repeats nothing of a ${kind} goal: ${point}`, async () => expectWhole(await verdictOf(at)));
	}

	it("has no such point in what is shipped", () => {
		const shipped = path.join(folder, "shipped");
		buildDaemon(["--production", "--into", shipped]);
		const names = [...Object.keys(points), "crashPoint", "MISSION_CRASH_POINT"];
		const texts = (from: string) =>
			readdirSync(from)
				.filter((file) => file.endsWith(".js"))
				.map((file) => readFileSync(path.join(from, file), "utf8"))
				.join("\n");
		const [inTest, inShipped] = [texts(killable), texts(shipped)];
		assert.deepEqual(
			names.filter((name) => !inTest.includes(name)),
			[],
			"the test's own build lacks points",
		);
		assert.deepEqual(
			names.filter((name) => inShipped.includes(`"${name}"`) || inShipped.includes(`.${name}`)),
			[],
		);
	});
});

const secret = "the heron stands in the reeds";

function story(server: ModelServer, folder: string): Omit<PointStory, "point" | "launch"> {
	return {
		daemonScript: path.join(folder, "daemon.js"),
		config: {
			providers: [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }],
			agent: "local/scripted",
		},
		files: filesBefore,
		undo: "second" as StepId,
		secret,
	};
}

/** The log is ignored, so that undo has nothing to do with it. */
const filesBefore = { ".gitignore": "log.txt\n", "kept.txt": "as it was\n" };
const done = { ...filesBefore, "a.txt": "A\n", "b.txt": "B\n", "c.txt": "C\n", "kept.txt": "changed\n" };
const undone = { ...filesBefore, "a.txt": "A\n" };

type Action = { readonly command: string } | { readonly write: string; readonly content: string };

/**
 * Of both kinds of goal: two steps side by side, of which only one writes files, since what two may have written is taken
 * back with either; and one that needs both.
 */
const steps: readonly { id: string; needs: readonly string[]; actions: readonly Action[]; check: string }[] = [
	{
		id: "first",
		needs: [],
		actions: [{ command: `${line(1)}; sleep 0.1` }, { command: "true" }],
		check: `grep -q ${numbered(1)} log.txt`,
	},
	{
		id: "second",
		needs: [],
		actions: [
			{ command: `${line(101)}; echo B > b.txt; sleep 0.1` },
			{ write: "kept.txt", content: "changed\n" },
			{ write: "c.txt", content: "C\n" },
		],
		check: "grep -q changed kept.txt",
	},
	{
		id: "third",
		needs: ["first", "second"],
		actions: [{ command: line(201) }, { write: "a.txt", content: "A\n" }],
		check: `grep -q ${numbered(201)} log.txt`,
	},
];

function line(number: number): string {
	return `echo ${numbered(number)} >> log.txt`;
}

function playbook(workspace: string): Input<Methods, "goal/launch"> {
	const sections = steps.map(({ id, needs, actions, check }) => {
		const fences = actions.map((action) =>
			"command" in action ? fence("sh", action.command) : fence(`write ${action.write}`, action.content.trimEnd()),
		);
		return `## ${id}\nneeds: ${needs.join(", ") || "none"}\n\n${fences.join("\n\n")}\n\n${fence("check", check)}`;
	});
	const text = ["# Work", secret, ...sections].join("\n\n");
	return { workspace, playbook: { path: "work.md", text }, requestId: `point-${workspace}` };
}

function fence(kind: string, text: string): string {
	return `\`\`\`${kind}\n${text}\n\`\`\``;
}

function prompt(workspace: string): Input<Methods, "goal/launch"> {
	return { workspace, prompt: `Work. ${secret}`, requestId: `point-${workspace}` };
}

/** A model that plans these steps and does one action a turn. What it does next depends on the request alone. */
function work({ purpose, toolResults, text }: ModelRequest): Answer {
	if (purpose === "reflect") return { text: plainReflection };
	if (purpose === "plan") {
		const plan = steps.map(({ id, needs, check }) => ({
			id,
			title: id,
			instructions: `Do what is planned for <${id}>.`,
			needs,
			checks: [check],
		}));
		return { text: JSON.stringify({ title: "Work", summary: "Works.", steps: plan }) };
	}
	const id = /planned for <(\w+)>/.exec(text)?.[1];
	const action = steps.find((step) => step.id === id)?.actions[toolResults];
	if (!action) return { text: "All is done." };
	const call =
		"command" in action
			? { name: "runCommand", args: { command: action.command } }
			: { name: "writeFile", args: { path: action.write, content: action.content } };
	return { text: "I go on.", calls: [call] };
}

function expectWhole(verdict: PointVerdict): void {
	assert.ok(verdict.reached, "the daemon never came to the point");
	assert.deepEqual(verdict.lost, [], "events that a client had been told are gone or changed");
	assert.deepEqual(verdict.unknown, [], "outcomes were called unknown that could be known");
	assert.equal(goalState(verdict.goal), "completed");
	const { "log.txt": log, ...files } = verdict.filesWhenDone;
	const lines = (log ?? "").split("\n").filter(Boolean);
	assert.deepEqual(lines.sort(), [1, 101, 201].map(numbered), "a command was repeated or left out");
	assert.deepEqual(files, done);
	if (!verdict.afterwards) return;
	assert.deepEqual({ ...verdict.afterwards.files, "log.txt": log }, { ...undone, "log.txt": log });
	assert.equal(verdict.afterwards.undone, 1, "the step was undone once");
	assert.deepEqual(verdict.afterwards.notErased, [], "a deleted goal can still be read");
}
