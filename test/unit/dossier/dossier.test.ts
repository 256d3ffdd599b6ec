import assert from "node:assert/strict";
import { verifyLog } from "../../../src/chain/logFile.ts";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { defaultSettings } from "../../../src/core/settings.ts";
import { type Dossiers, openDossiers } from "../../../src/daemon/dossier/dossier.ts";
import { createRedaction } from "../../../src/daemon/dossier/redact.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { histories } from "../../histories/history.ts";

const goalId = "g-1" as GoalId;
const mara = { client: "CLI", user: "mara", pid: 4711 };
const redaction = createRedaction({ keys: (text) => text, env: {}, homes: [] });
const output = (text: string) => ({ head: text, tail: "", bytes: text.length, sha256: "" });

const launched = (more: Partial<Extract<GoalEvent, { type: "goal.launched" }>> = {}): GoalEvent => ({
	type: "goal.launched",
	goalId,
	title: "A long goal",
	prompt: "Work for a year.",
	workspace: "/home/mara/project",
	settings: defaultSettings,
	by: mara,
	...more,
});

const day = 24 * 60 * 60 * 1000;
const begin = Date.parse("2026-01-01T00:00:00Z");

/** A log of these events in a store, evenly over `days`. */
async function storeOf(events: readonly GoalEvent[], days = 1): Promise<Store> {
	const store = createMemoryStore();
	await store.claim(goalId);
	const rows = events.map(({ type, ...body }, index) => ({
		at: begin + Math.floor((index * days * day) / events.length),
		type,
		body: JSON.stringify(body),
	}));
	for (let at = 0; at < rows.length; at += 1000) await store.append(goalId, at, 1, rows.slice(at, at + 1000), "{}");
	return store;
}

/** Asked and approved again and again, over many days; now and then a decision that weighs more. */
function manyDecisions(count: number): GoalEvent[] {
	const events: GoalEvent[] = [launched()];
	for (let number = 1; events.length < count; number++) {
		const approvalId = `a-${number}` as never;
		events.push(
			{
				type: "approval.requested",
				approvalId,
				kind: "tool",
				summary: `Run \`make part-${number}\``,
				command: `make part-${number}`,
				risk: "write",
				reasons: [],
				digest: "",
				options: ["approve", "deny"],
				files: {},
			},
			{
				type: "approval.answered",
				approvalId,
				answer: number % 50 === 0 ? "deny" : "approve",
				by: mara,
				reason: "x".repeat(200),
			},
			{ type: "snapshot.taken", tree: `t${number}`, toolCallIds: [], skipped: [] },
			{
				type: "file.changed",
				path: `src/file-${number}.ts`,
				status: "added",
				toolCallIds: [`c-${number}`],
				stepId: "one" as never,
				after: `b${number}`,
				by: "agent",
			},
			{
				type: "provider.failed",
				turnId: `n-${number}` as never,
				threadId: "t-1" as never,
				provider: "local",
				code: "serverError",
				reason: "The provider failed.",
				charged: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
			},
			{ type: "step.reported", stepId: "one" as never, attempt: number, report: "It went well. ".repeat(600) },
		);
		if (number % 500 === 0) events.push({ type: "budget.raised", limits: { usd: number }, by: mara });
	}
	return events;
}

const text = async (dossiers: Dossiers, atSeq?: number, format: "md" | "html" = "md") =>
	(await dossiers.write({ goalId, format, atSeq, afterSeq: 0, redact: false })).text;

describe("the dossier", function () {
	this.timeout(60_000);

	it("of a goal of thousands of decisions over 300 days is short, counts what it leaves out, and keeps what weighs", async () => {
		const events = manyDecisions(18_000);
		const raises = events.filter(({ type }) => type === "budget.raised").length;
		const decisions = raises + events.filter(({ type }) => type === "approval.answered").length;
		const store = await storeOf(events, 300);
		const markdown = await text(openDossiers(store, redaction));
		assert.ok(markdown.length < 700_000, `${markdown.length} characters`);
		assert.equal(markdown.match(/budget raised\*\*/g)?.length, raises, "every raise");
		assert.match(markdown, /- 2026-01-02 \d+ decisions: .*\d+ approved.* \(events \d/);
		const whole = markdown.split("## Decisions")[1]?.split("\n## ")[0] ?? "";
		const told = whole.match(/^- \d{4}-\d\d-\d\d \d\d:/gm)?.length ?? 0;
		const counted = [...whole.matchAll(/^- \d{4}-\d\d-\d\d ([\d,]+) decisions?:/gm)].reduce(
			(sum, [, number]) => sum + Number(number?.replaceAll(",", "")),
			0,
		);
		assert.equal(told + counted, decisions);
	});

	it("says the same bytes for the same log, however and how often it was asked before", async () => {
		const store = await storeOf(manyDecisions(3000), 40);
		const asked = openDossiers(store, redaction);
		for (const seq of [10, 1500, 700, 1501, 2900, 2899, 2999]) {
			for (const format of ["md", "html"] as const)
				assert.equal(
					await text(asked, seq, format),
					await text(openDossiers(store, redaction), seq, format),
					`at ${seq}`,
				);
		}
		const together = await Promise.all([text(asked), text(asked, 50), text(asked), text(asked, 2500)]);
		assert.equal(together[0], together[2]);
		assert.equal(together[1], await text(openDossiers(store, redaction), 50));
		assert.equal(together[3], await text(openDossiers(store, redaction), 2500));
	});

	it("of a goal that was erased tells nothing of what it told before", async () => {
		const events = manyDecisions(50);
		const store = await storeOf(events);
		const dossiers = openDossiers(store, redaction);
		assert.match(await text(dossiers), /Work for a year/);
		await store.append(
			goalId,
			events.length,
			1,
			[{ at: begin + day, type: "goal.deleted", body: JSON.stringify({ by: mara }) }],
			"{}",
		);
		await store.erase(goalId);
		const markdown = await text(dossiers);
		assert.match(markdown, new RegExp(`^# A deleted goal[\\s\\S]*Its ${events.length + 1} events left`));
		assert.doesNotMatch(markdown, /long goal|make part|Mara/);
	});

	it("of a real goal: what is used by role, model, step and thread adds up to the whole", async () => {
		for (const { name, dossier } of histories()) {
			const usage = dossier.split("## Usage")[1]?.split(/\n##+ /)[0] ?? "";
			const whole = /^(\d+) turns.* ([\d,]+) tokens read, ([\d,]+) written/m.exec(usage)?.slice(1);
			if (!whole) continue;
			const expected = whole.map((one) => Number(one.replaceAll(",", "")));
			for (const of of ["Step", "Role", "Model"]) {
				const table = new RegExp(`^\\| ${of} \\|.*\\n.*\\n((?:\\|.*\\n?)*)`, "m").exec(usage)?.[1];
				if (!table) continue;
				const rows = table
					.trim()
					.split("\n")
					.map((row) =>
						row
							.split("|")
							.slice(2, 5)
							.map((one) => Number(one.replaceAll(",", ""))),
					);
				assert.deepEqual(
					rows.reduce((sum, row) => sum.map((one, at) => one + row[at]!)),
					expected,
					`${name}, ${of}`,
				);
			}
		}
	});

	it("of a real goal: every thread says what it is for, so that a plan and a reflection are told apart", () => {
		const purposes = new Set<string>();
		for (const { name, dossier } of histories()) {
			const table = dossier.split("### Threads")[1]?.split(/\n##+ /)[0] ?? "";
			for (const row of table.split("\n").filter((line) => /^\| (?!Role)/.test(line))) {
				const purpose = row.split("|")[2]!.trim();
				assert.notEqual(purpose, "", `${name}: ${row}`);
				purposes.add(purpose);
			}
		}
		for (const purpose of ["Plan", "Reflection"]) assert.ok(purposes.has(purpose), purpose);
	});

	it("names what is not proven", async () => {
		const step = (stepId: string) => ({
			stepId: stepId as never,
			title: `Step ${stepId}`,
			instructions: "",
			kind: "work",
			role: "implementer",
			needs: [],
			checks: [],
			confidence: "high" as const,
		});
		const store = await storeOf([
			launched(),
			{
				type: "plan.proposed",
				revision: 1,
				summary: "",
				steps: [step("a")],
				checks: [{ checkId: "g.1" as never, command: "make test" }],
			},
			{ type: "step.started", stepId: "a" as never, attempt: 1, threadId: "t-1" as never },
			{ type: "step.completed", stepId: "a" as never, attempt: 1, verified: false },
			{ type: "check.started", checkId: "g.1" as never, runId: "r" as never, command: "make test", tree: "aaaa" },
			{
				type: "check.completed",
				checkId: "g.1" as never,
				runId: "r" as never,
				command: "make test",
				ok: true,
				exitCode: 0,
				tree: "aaaa",
				output: output(""),
				durationMs: 1,
			},
			{ type: "file.changed", path: "later.ts", status: "added", toolCallIds: [], after: "b", by: "outside" },
			{
				type: "snapshot.taken",
				tree: "bbbb",
				toolCallIds: [],
				skipped: [{ path: "big.bin", reason: "larger than 5 MiB" }],
			},
			{
				type: "review.completed",
				threadId: "t-2" as never,
				verdict: "soft",
				verifier: "npm test",
				coverage: "the parser",
				gaps: "the printer",
				summary: "Half of it.",
				diagnosis: "It prints nothing.",
			},
		] as GoalEvent[]);
		const markdown = await text(openDossiers(store, redaction));
		assert.match(
			markdown,
			/\*\*stale\*\* `make test`\. Ran .* on tree `aaaa`\. `later\.ts` changed at .*, after it was green\./,
		);
		assert.match(
			markdown,
			/- Done on the agent's word: Step a\.\n- Not green now: `make test`\.\n- Files that are not tracked: `big\.bin`/,
		);
		assert.match(
			markdown,
			/✗ not passed, needs repair\*\*: the whole goal.*\n\n- Verified with: npm test\n- Covered: the parser\n- Not covered: the printer\n- Diagnosis: It prints nothing/,
		);
	});

	it("exports a long log in pages that verify as one, also as it stood earlier", async () => {
		const events = manyDecisions(2500);
		const store = await storeOf(events);
		const dossiers = openDossiers(store, redaction);
		for (const atSeq of [undefined, 1200]) {
			let [log, pages] = ["", 0];
			for (let afterSeq = 0; ; ) {
				const page = await dossiers.write({ goalId, format: "jsonl", atSeq, afterSeq, redact: false });
				log += page.text;
				pages++;
				if (page.next === undefined) break;
				afterSeq = page.next;
			}
			const verdict = verifyLog(log.split("\n").map((line) => Buffer.from(line)));
			assert.equal(verdict.ok && verdict.events, atSeq ?? events.length, JSON.stringify(verdict));
			if (atSeq === undefined) assert.ok(pages > 1);
		}
	});
});
