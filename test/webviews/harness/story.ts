import type { GoalEvent, RecordedEvent } from "../../../src/core/events.ts";
import type { CheckId, GoalId, StepId, ThreadId } from "../../../src/core/ids.ts";
import { defaultSettings } from "../../../src/core/settings.ts";
import type { Output, PlanStep } from "../../../src/core/values.ts";

/**
 * Histories that a daemon could have written, for webviews to show: the same events, in the same order, with the same
 * fields. `migration` stops while a step waits for the person and a reviewer speaks; `longHistory` is long.
 */
export const goalId = "goal-1" as GoalId;
export const day = "2026-03-12";
/** The moment at which the migration is looked at. */
export const now = `${day}T14:31:16.000Z`;

export function migration(): RecordedEvent[] {
	const log = newLog(`${day}T13:45:02.000Z`);
	const { add, at } = log;
	add(
		launched(
			"Express 4 to 5",
			"Move to Express 5 with every public route and status code unchanged, and without express-async-errors.",
		),
	);
	add({ type: "thread.opened", threadId: id("t-plan"), role: "planner", assignment: claude });
	add(turnStarted("t-plan", "turn-1"));
	at("13:46:40");
	add(turnCompleted("t-plan", "turn-1", claude, "claude-sonnet-4-5", 0.41));
	add({
		type: "plan.proposed",
		revision: 2,
		summary: "Inventory, contract tests, then the upgrade in small steps.",
		steps: [...planSteps],
		checks: goalChecks,
		threadId: id("t-plan"),
	});
	add({ type: "plan.approved", revision: 2, by: cli });
	add({ type: "thread.closed", threadId: id("t-plan") });

	at("13:47:00");
	step(log, "inventory", "t-1", "researcher", qwen);
	tool(
		log,
		"t-1",
		"inventory",
		"c-1",
		"findText",
		"app\\.(get|use|del)\\(",
		300,
		"src/app.ts:12\nsrc/routes/refunds.ts:19\n",
	);
	at("13:53:10");
	done(log, "inventory", "t-1");
	step(log, "contract", "t-2", "implementer", codex);
	at("13:58:00");
	tool(log, "t-2", "contract", "c-2", "writeFile", "test/contract/charges.test.ts", 40, "wrote 88 lines\n");
	add(changed("test/contract/charges.test.ts", "added", "contract", "c-2", 88, 0));
	at("14:04:20");
	check(log, "k-contract", "npm test -- contract", true, 9100, "12 passing\n");
	done(log, "contract", "t-2");
	step(log, "removed", "t-3", "implementer", codex);
	at("14:12:00");
	tool(log, "t-3", "removed", "c-3", "editFile", "src/routes/refunds.ts", 30, "3 edits\n");
	add(changed("src/routes/refunds.ts", "modified", "removed", "c-3", 3, 3));
	tool(log, "t-3", "removed", "c-4", "editFile", "src/routes/webhook.ts", 30, "2 edits\n");
	add(changed("src/routes/webhook.ts", "modified", "removed", "c-4", 2, 2));
	at("14:20:00");
	add({
		type: "step.reported",
		stepId: id("removed"),
		attempt: 1,
		report: "Removed calls are replaced; refunds and webhook use the new API.",
	});

	at("14:29:02");
	step(log, "upgrade", "t-4", "implementer", codex);
	add({ type: "message.added", messageId: id("m-0"), threadId: id("t-4"), from: "daemon", text: instructions });
	add(turnStarted("t-4", "turn-5"));
	at("14:29:40");
	add(turnCompleted("t-4", "turn-5", codex, "gpt-5-codex", 0.31));
	add({
		type: "message.added",
		messageId: id("m-1"),
		threadId: id("t-4"),
		from: "implementer",
		text: "Express 5 needs Node 18 or later; the CI image has 20.11. I set `engines.node` and compiled to see which types break before the upgrade.",
	});
	at("14:29:51");
	tool(
		log,
		"t-4",
		"upgrade",
		"c-5",
		"runCommand",
		"npm view express@5 peerDependencies engines",
		1400,
		"engines = { node: '>= 18' }\n",
		0,
	);
	at("14:29:56");
	tool(log, "t-4", "upgrade", "c-6", "editFile", "package.json", 20, "1 edit\n");
	at("14:29:58");
	add(changed("package.json", "modified", "upgrade", "c-6", 1, 1));
	at("14:30:03");
	tool(log, "t-4", "upgrade", "c-7", "runCommand", "npx tsc --noEmit -p tsconfig.json", 6800, typeErrors, 2);
	at("14:30:12");
	add({
		type: "message.added",
		messageId: id("m-2"),
		threadId: id("t-4"),
		from: "implementer",
		text: "Four type errors, all in [src/app.ts](src/app.ts), and all from `@types/express` 4. They go away with the upgrade, so I would install it now.",
	});
	at("14:30:21");
	add({
		type: "tool.requested",
		toolCallId: id("c-8"),
		threadId: id("t-4"),
		turnId: id("turn-5"),
		stepId: id("upgrade"),
		attempt: 1,
		name: "runCommand",
		args: { command: "npm install express@5 --save" },
		effect: "outside",
		summary: "npm install express@5 --save",
	});
	add(approval("a-1", "npm install express@5 --save", "c-8"));
	at("14:30:40");
	add({
		type: "message.added",
		messageId: id("m-3"),
		threadId: id("t-4"),
		from: "person",
		text: "Keep @types/express on the same major, and do not use --force.",
	});
	at("14:30:43");
	add({
		type: "thread.opened",
		threadId: id("t-5"),
		role: "reviewer",
		stepId: id("removed"),
		attempt: 1,
		assignment: qwen,
		purpose: "review",
	});
	add(turnStarted("t-5", "turn-8"));
	check(log, "k-lint", "npm run lint", true, 6100, "no problems\n");
	at("14:30:52");
	check(log, "k-removed", "npm run typecheck", true, 5200, "no errors\n");
	at("14:31:02");
	add({
		type: "provider.failed",
		turnId: id("turn-8"),
		threadId: id("t-5"),
		provider: "local",
		code: "closed",
		reason: "local/qwen3 closed the connection",
		retryAt: `${day}T14:31:04.000Z`,
		charged: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
	});
	at("14:31:04");
	add(turnStarted("t-5", "turn-9"));
	at("14:31:05");
	add({
		type: "todo.updated",
		threadId: id("t-4"),
		todos: [
			{ content: "Check peer dependencies", state: "completed" },
			{ content: "Install express 5", state: "in_progress" },
			{ content: "Fix the types", state: "pending" },
		],
	});
	return log.events;
}

/** The words that the reviewer is saying while the migration is looked at. */
export const reviewerSays =
	"The three res.send(status) calls in refunds.ts now use res.sendStatus(), and req.param('id') is gone. The webhook route still reads req.body before the parser runs, so I want to see";

/** What `change/diff` answers. */
export const packageDiff = `diff --git a/package.json b/package.json
--- a/package.json
+++ b/package.json
@@ -11,3 +11,3 @@
   "engines": {
-    "node": ">=16"
+    "node": ">=18"
   },
`;

/** A plan of seven steps, then calls, changes and messages until there are `count` events. */
export function longHistory(count: number): RecordedEvent[] {
	const log = newLog(`${day}T08:00:00.000Z`);
	const { add } = log;
	add(launched("A long goal", "Go on for very long."));
	add({ type: "plan.proposed", revision: 1, summary: "Long.", steps: [...planSteps], checks: [] });
	add({ type: "plan.approved", revision: 1 });
	let turn = 0;
	let open: string | undefined;
	while (log.events.length < count) {
		const stepIndex = Math.min(6, Math.floor((log.events.length / count) * 7));
		const stepId = planSteps[stepIndex]!.stepId;
		const threadId = `t-${stepIndex}`;
		if (open !== threadId) {
			step(log, stepId, threadId, "implementer", codex);
			open = threadId;
		}
		const n = turn++;
		log.tick(3000);
		if (n % 5 === 0) {
			add({
				type: "message.added",
				messageId: id(`m-${n}`),
				threadId: id(threadId),
				from: "implementer",
				text: `Message ${n}: I look at module ${n % 97} next, since it is the one that everything else leans on.`,
			});
		}
		tool(
			log,
			threadId,
			stepId,
			`c-${n}`,
			"runCommand",
			`npm test -- module-${n % 97}`,
			900,
			`module-${n % 97}\n${n} passing\n`,
			n % 41 === 0 ? 1 : 0,
		);
		if (n % 3 === 0) add(changed(`src/module${n % 97}.ts`, "modified", stepId, `c-${n}`, 3, 1));
	}
	return log.events.slice(0, count);
}

interface Log {
	readonly events: RecordedEvent[];
	add(event: GoalEvent): void;
	at(time: string): void;
	tick(ms: number): void;
}

export function newLog(from: string): Log {
	let time = Date.parse(from);
	const events: RecordedEvent[] = [];
	return {
		events,
		add: (event) =>
			void events.push({
				...event,
				seq: events.length + 1,
				epoch: 1,
				at: new Date(time).toISOString(),
			} as RecordedEvent),
		at: (clock) => {
			time = Date.parse(`${day}T${clock}.000Z`);
		},
		tick: (ms) => {
			time += ms;
		},
	};
}

const cli = { client: "CLI", user: "mara" };
const claude = { provider: "anthropic", model: "claude-sonnet-4-5", effort: "high" } as const;
const codex = { provider: "acp", model: "gpt-5-codex", effort: "medium" } as const;
const qwen = { provider: "local", model: "qwen3" } as const;

function launched(title: string, prompt: string): GoalEvent {
	return {
		type: "goal.launched",
		goalId,
		title,
		prompt,
		workspace: "/home/mara/payments",
		settings: {
			...defaultSettings,
			agent: codex,
			assignments: [
				{ role: "planner", ...claude, enabled: true, source: "preset" },
				{ role: "reviewer", ...qwen, enabled: true, source: "launch" },
				{ role: "researcher", ...qwen, enabled: true, source: "launch" },
			],
			budget: { usd: 8, tokens: 4_000_000, minutes: 180 },
			checks: ["npm ls express@5"],
		},
		by: cli,
	};
}

const planSteps: readonly PlanStep[] = (
	[
		["inventory", "Inventory Express 4 usage", "researcher", [], []],
		["contract", "Contract tests for charges and refunds", "implementer", [], [["k-contract", "npm test -- contract"]]],
		[
			"removed",
			"Replace calls removed in Express 5",
			"implementer",
			["inventory", "contract"],
			[
				["k-lint", "npm run lint"],
				["k-removed", "npm run typecheck"],
			],
		],
		["upgrade", "Upgrade express and its types", "implementer", ["inventory"], [["k-ls", "npm ls express@5"]]],
		["paths", "Rewrite path patterns for path-to-regexp 8", "implementer", ["upgrade"], []],
		["promises", "Promise error handling, drop async-errors", "implementer", ["removed", "upgrade"], []],
		["load", "Load test and migration notes", "implementer", ["paths", "promises"], []],
	] as const
).map(([stepId, title, role, needs, checks]) => ({
	stepId: id<StepId>(stepId),
	title,
	instructions: `Do it: ${title}.`,
	kind: "work",
	role,
	needs: needs.map((need) => id<StepId>(need)),
	checks: checks.map(([checkId, command]) => ({ checkId: id<CheckId>(checkId), command })),
	confidence: "high" as const,
}));
const goalChecks = [{ checkId: id<CheckId>("k-goal"), command: "npm ls express@5 --all" }];

const instructions = "Upgrade express to 5 and @types/express with it. Keep the public routes as they are.";

const typeErrors = Array.from(
	{ length: 39 },
	(_, index) =>
		`src/app.ts(${41 + index},18): error TS2345: Argument of type 'RequestHandler' is not assignable to parameter of type 'Application'.`,
).join("\n");

function step(
	log: Log,
	stepId: string,
	threadId: string,
	role: string,
	assignment: { provider: string; model: string; effort?: "medium" | "high" },
) {
	log.add({ type: "step.started", stepId: id(stepId), attempt: 1, threadId: id(threadId) });
	log.add({
		type: "thread.opened",
		threadId: id<ThreadId>(threadId),
		role,
		stepId: id(stepId),
		attempt: 1,
		assignment,
	});
}

function done(log: Log, stepId: string, threadId: string) {
	log.add({ type: "thread.closed", threadId: id(threadId) });
	log.add({ type: "step.completed", stepId: id(stepId), attempt: 1, verified: true });
}

function tool(
	log: Log,
	threadId: string,
	stepId: string,
	callId: string,
	name: string,
	summary: string,
	durationMs: number,
	output: string,
	exitCode?: number,
) {
	log.add({
		type: "tool.requested",
		toolCallId: id(callId),
		threadId: id(threadId),
		turnId: id("turn-1"),
		stepId: id(stepId),
		attempt: 1,
		name,
		args: name === "runCommand" ? { command: summary } : { path: summary },
		effect: name === "findText" ? "none" : "workspace",
		summary,
	});
	log.add({ type: "tool.started", toolCallId: id(callId), run: 1 });
	log.add({
		type: "tool.completed",
		toolCallId: id(callId),
		ok: (exitCode ?? 0) === 0,
		exitCode,
		durationMs,
		output: outputOf(output),
	});
}

function check(log: Log, checkId: string, command: string, ok: boolean, durationMs: number, output: string) {
	const runId = `run-${log.events.length}`;
	log.add({ type: "check.started", checkId: id(checkId), runId: id(runId), command, tree: "9f2c1e77aa" });
	log.add({
		type: "check.completed",
		checkId: id(checkId),
		runId: id(runId),
		command,
		ok,
		exitCode: ok ? 0 : 1,
		tree: "9f2c1e77aa",
		output: outputOf(output),
		durationMs,
	});
}

export function changed(
	path: string,
	status: "added" | "modified",
	stepId: string,
	callId: string,
	added: number,
	removed: number,
): GoalEvent {
	return {
		type: "file.changed",
		path,
		status,
		toolCallIds: [callId],
		stepId: id(stepId),
		before: "aaaa",
		after: "bbbb",
		added,
		removed,
		by: "agent",
	};
}

export function approval(approvalId: string, command: string, callId: string): GoalEvent {
	return {
		type: "approval.requested",
		approvalId: id(approvalId),
		kind: "tool",
		summary: command,
		command,
		risk: "network",
		reasons: ["installs from the network", "writes package.json and node_modules"],
		digest: "d1",
		options: ["approve", "deny"],
		toolCallId: id(callId),
		stepId: id("upgrade"),
		threadId: id("t-4"),
		files: {},
		goalScope: "Exactly this command in this folder.",
		expiresAt: `${day}T15:30:00.000Z`,
	};
}

function turnStarted(threadId: string, turnId: string): GoalEvent {
	return {
		type: "turn.started",
		turnId: id(turnId),
		threadId: id(threadId),
		asked: codex,
		reserved: { tokens: 4000, usd: 0.1 },
	};
}

function turnCompleted(
	threadId: string,
	turnId: string,
	asked: { provider: string; model: string; effort: "high" | "medium" },
	answered: string,
	costUsd: number,
): GoalEvent {
	return {
		type: "turn.completed",
		turnId: id(turnId),
		threadId: id(threadId),
		asked,
		answered,
		usage: { inputTokens: 182_000, outputTokens: 9_000, costUsd },
		finish: "stop",
	};
}

function outputOf(text: string): Output {
	return { head: text, tail: "", bytes: text.length, sha256: "0".repeat(64) };
}

export function id<T extends string>(text: string): T {
	return text as T;
}
