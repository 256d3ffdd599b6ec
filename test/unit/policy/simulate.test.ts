import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import type { PolicyRule } from "../../../src/core/policy/rule.ts";
import { openCallReader } from "../../../src/daemon/policy/past/actsOfCall.ts";
import { simulate } from "../../../src/daemon/policy/past/simulate.ts";
import { rulesOf } from "../../../src/daemon/policy/rules/decide.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { launchPrompt, person } from "../../support/simulation.ts";

type Requested = Extract<GoalEvent, { type: "tool.requested" }>;

const workspace = "/house/app";
const goalId = "g-past" as GoalId;

/** One call, and what came of it. */
function call(
	id: string,
	given: Pick<Requested, "name" | "args"> & Partial<Requested>,
	outcome: "unasked" | "refused" | "invalid" | "approved" | "denied" | "unanswered",
): GoalEvent[] {
	const toolCallId = id as Requested["toolCallId"];
	const approvalId = `a-${id}` as never;
	const output = { head: "", tail: "", bytes: 0, sha256: "" };
	const completed = { type: "tool.completed", toolCallId, durationMs: 1, output } as const;
	const asked: GoalEvent = {
		type: "approval.requested",
		approvalId,
		kind: "tool",
		summary: "x",
		risk: "network",
		reasons: [],
		digest: "d",
		options: ["approve", "deny"],
		toolCallId,
	} as never;
	const answered = (answer: string): GoalEvent => ({ type: "approval.answered", approvalId, answer, by: person });
	const begun: GoalEvent[] = [
		{ type: "tool.started", toolCallId, run: 1 },
		{ ...completed, ok: true },
	];
	const then: Readonly<Record<typeof outcome, readonly GoalEvent[]>> = {
		unasked: begun,
		refused: [{ ...completed, ok: false, refused: "No." }],
		invalid: [{ ...completed, ok: false, invalid: true }],
		approved: [asked, answered("approve"), ...begun],
		denied: [asked, answered("deny"), { ...completed, ok: false, refused: "Denied." }],
		unanswered: [asked],
	};
	const requested: Requested = {
		type: "tool.requested",
		toolCallId,
		threadId: "t" as never,
		turnId: "u" as never,
		effect: "outside",
		summary: id,
		...given,
	};
	return [requested, ...then[outcome]];
}

async function replay(
	calls: readonly GoalEvent[],
	rules: readonly PolicyRule[],
	more: { readonly workspace?: string; readonly autonomy?: "supervised" | "aware" | "autonomous" } = {},
) {
	const store = createMemoryStore();
	const { epoch } = await store.claim(goalId);
	const [launched] = launchPrompt();
	const events = [{ ...launched!, workspace }, ...calls] as GoalEvent[];
	await store.append(
		goalId,
		0,
		epoch,
		events.map(({ type, ...body }) => stored(type, body)),
		"",
	);
	return simulate({
		store,
		calls: openCallReader(createTools({}), { home: "/house", dataFolder: "/house/data" }),
		goals: [goalId],
		now: rulesOf({ user: { rules: [], workspaces: {} } }),
		would: rulesOf({ user: { rules: [...rules], workspaces: {} } }),
		...more,
	});
}

function stored(type: string, body: object) {
	return { type, at: Date.UTC(2026, 0, 1), body: JSON.stringify(body) };
}

describe("rules that are tried on the past", () => {
	const kinds: readonly [string, Pick<Requested, "name" | "args"> & Partial<Requested>, PolicyRule, string, string][] =
		[
			[
				"a command",
				{ name: "runCommand", args: { command: "make all" } },
				{ effect: "allow", command: "make *" },
				"ask",
				"allow",
			],
			[
				"an edit",
				{ name: "writeFile", args: { path: "docs/a.md", content: "" } },
				{ effect: "deny", path: "docs/**" },
				"ask",
				"deny",
			],
			[
				"a look at a file",
				{ name: "readFile", args: { path: "secret.txt" } },
				{ effect: "ask", path: "secret.txt" },
				"allow",
				"ask",
			],
			[
				"a page",
				{ name: "fetchUrl", args: { url: "https://docs.example.com/a" } },
				{ effect: "allow", host: "*.example.com" },
				"ask",
				"allow",
			],
			["a server's tool", { name: "mcp__github__list", args: {} }, { effect: "deny", kind: "call" }, "ask", "deny"],
			[
				"an agent's command",
				{ name: "Bash", args: { command: "make all" }, owner: "agent" },
				{ effect: "allow", command: "make *" },
				"ask",
				"allow",
			],
			[
				"an agent's edit",
				{ name: "Write", args: { path: "a.md" }, owner: "agent", effect: "workspace" },
				{ effect: "allow", kind: "edit", path: "*.md" },
				"ask",
				"allow",
			],
			[
				"an agent's act of which nothing is known",
				{ name: "Magic", args: {}, owner: "agent" },
				{ effect: "allow", tool: "Magic" },
				"ask",
				"ask",
			],
			[
				"an edit outside the workspace",
				{ name: "writeFile", args: { path: "../b.md", content: "" } },
				{ effect: "allow", kind: "edit" },
				"deny",
				"deny",
			],
		];
	for (const [what, given, rule, now, would] of kinds) {
		it(`know ${what}: ${now} becomes ${would}`, async () => {
			const told = await replay(call("c1", given, "unasked"), [rule]);
			assert.equal(told.acts, 1);
			const [found] = told.differences;
			if (now === would) assert.equal(found, undefined);
			else assert.deepEqual([found?.now.verdict, found?.would.verdict], [now, would]);
			assert.equal(told.would[would as "ask"], 1);
		});
	}

	it("say what a person answered otherwise, and put it first; what nobody judges, or could not be used, is left out", async () => {
		const run = (command: string) => ({ name: "runCommand", args: { command } });
		const rules: PolicyRule[] = [
			{ effect: "allow", command: "make *" },
			{ effect: "deny", command: "npm *" },
		];
		const calls = [
			...call("c1", run("make a"), "approved"),
			...call("c2", run("make b"), "denied"),
			...call("c3", run("npm a"), "approved"),
			...call("c4", run("npm b"), "denied"),
			...call("c5", run("npm b"), "unanswered"),
			...call("c6", run("npm b"), "refused"),
			...call("c7", run("npm b"), "invalid"),
			...call("c8", { name: "updateTodos", args: { todos: [] } }, "unasked"),
			...call("c9", { name: "runCommand", args: {} }, "refused"),
		];
		const told = await replay(calls, rules);
		assert.deepEqual(
			[told.acts, told.past, told.would],
			[6, { allow: 0, ask: 5, deny: 1 }, { allow: 2, ask: 0, deny: 4 }],
		);
		assert.deepEqual(
			told.differences.map(({ summary, answeredOtherwise }) => [summary, answeredOtherwise]),
			[
				["c3", true],
				["c2", true],
				["c6", false],
				["c5", false],
				["c4", false],
				["c1", false],
			],
		);
		assert.deepEqual(
			told.rules.map(({ times }) => times),
			[4, 2],
		);
	});

	it("count alike acts as one with a number, and the newest is the one that is shown", async () => {
		const again = (id: string) =>
			call(id, { name: "runCommand", args: { command: "make" }, summary: "make" }, "approved");
		const told = await replay([...again("c1"), ...again("c2"), ...again("c3")], [{ effect: "allow", command: "make" }]);
		assert.equal(told.differences.length, 1);
		const [{ times, seq, by } = assert.fail()] = told.differences;
		assert.deepEqual([times, seq > 10, by !== undefined], [3, true, true]);
	});

	it("look at the goals of a folder alone where the rules are of one, and take another level of autonomy instead", async () => {
		const edit = call("c1", { name: "writeFile", args: { path: "a", content: "" } }, "approved");
		assert.equal((await replay(edit, [], { workspace: "/house/other" })).acts, 0);
		assert.equal((await replay(edit, [], { workspace })).acts, 1);
		assert.equal((await replay(edit, [], { autonomy: "autonomous" })).would.allow, 1);
	});
});
