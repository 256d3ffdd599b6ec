import assert from "node:assert/strict";
import fc from "fast-check";
import type { Approval, Goal } from "../../../src/core/goal.ts";
import { approvalDocument, unseenCharacters } from "../../../src/extension/approvals/approvalDocument.ts";
import { approvalSentence, lateSentence, toastChoices } from "../../../src/extension/approvals/approvalText.ts";
import { isWhollyVisible, plainLine } from "../../../src/extension/approvals/visibleText.ts";
import { clockTime } from "../../../src/extension/words/times.ts";
import { seeded } from "../../support/seed.ts";
import {
	answered,
	asked,
	at,
	goalOf,
	planned,
	started,
	stepId,
	threadId,
	toolCallId,
	withMore,
} from "./goalFixture.ts";

describe("the words of an approval", () => {
	const goal = (more: Parameters<typeof asked>[0] = {}) =>
		goalOf(...planned({}, {}, {}), ...started("step-2", "t1"), asked({ stepId: stepId("step-2"), ...more }));
	const sentence = (more: Parameters<typeof asked>[0] = {}) => {
		const made = goal(more);
		return approvalSentence(Object.values(made.approvals)[0]!, made);
	};
	const labels = (more: Parameters<typeof asked>[0] = {}) =>
		toastChoices(Object.values(goal(more).approvals)[0]!, goal(more)).map((choice) => choice.label);

	it("say the command first, then what it can do, then why", () => {
		assert.equal(
			sentence(),
			"Run `npm install express@5` for step 2 of Express 4 to 5? Network. Why: The routes compile only with express 5.",
		);
	});

	it("say what Approve for Goal covers, and offer it only where there is such a thing", () => {
		assert.deepEqual(labels(), ["Approve", "Deny", "Show"]);
		const goalScope = "this same command in this folder.";
		assert.deepEqual(labels({ goalScope }), ["Approve", "Approve for Goal", "Deny", "Show"]);
		assert.match(sentence({ goalScope }), /For the goal it covers this same command in this folder\.$/);
	});

	it("of a question about an address offer to open it", () => {
		const asked = {
			options: [{ answer: "I have done it", label: "I have done it" }],
			closed: true,
			url: "https://yard.example/in",
		};
		const options = ["I have done it", "decline"];
		const more: Partial<Approval> = { kind: "question", question: "agent", command: undefined, options, asked };
		assert.deepEqual(labels(more), ["Open Link…", "I have done it", "Decline", "Show"]);
	});

	it("of an agent's question offer its options, where all of the question can be read", () => {
		const options = ["Postgres", "SQLite", "text", "decline"];
		const question = (summary: string, more: object = {}): Partial<Approval> => ({
			kind: "question",
			question: "agent",
			command: undefined,
			summary,
			reasons: [],
			options,
			asked: { options: options.slice(0, 2).map((label) => ({ answer: label, label })), ...more },
		});
		assert.equal(sentence(question("Which database?")), "Step 2 of Express 4 to 5: Which database?");
		assert.deepEqual(labels(question("Which database?")), ["Postgres", "SQLite", "Answer in Words…", "More…"]);
		assert.deepEqual(labels(question(`Which? ${"It matters. ".repeat(30)}`)), ["Show", "Answer in Words…", "Decline"]);
		const several = { ...question("Which?", { several: true, default: ["SQLite"] }), options: ["choose", ...options] };
		assert.deepEqual(labels(several), ["Postgres", "SQLite", "Choose Several…", "More…"]);
		const made = goal(question("Which?", { default: ["SQLite"] }));
		const document = approvalDocument(Object.values(made.approvals)[0]!, made);
		assert.match(document, /Which\?\n\n {2}- Postgres\n {2}- SQLite \(what the agent would choose\)\n/);
	});

	it("never offer to approve a command that is not wholly visible", () => {
		const hidden = [
			"x".repeat(201),
			"rm\u00a0-rf",
			"a\nrm -rf /",
			"ls \u202e",
			"true\u2028rm",
			"echo [safe](command:rm)",
			" leading",
		];
		for (const command of hidden) assert.deepEqual(labels({ command }), ["Show", "Deny"], JSON.stringify(command));
		assert.deepEqual(labels({ command: "x".repeat(200) }), ["Approve", "Deny", "Show"]);
	});

	it("offer what a recovery, a failed step or a question can be answered with", () => {
		const recovery = { kind: "recovery", options: ["verify", "skip", "rerun"] } as const;
		assert.deepEqual(labels({ ...recovery, options: [...recovery.options] }), [
			"Verify",
			"Go On Without It",
			"Run Again",
			"Show",
		]);
		const long = { command: "a\nb", kind: "recovery", options: ["verify", "skip", "rerun"] } as const;
		assert.deepEqual(labels({ ...long, options: [...long.options] }), ["Show", "Verify", "Go On Without It"]);
		assert.deepEqual(labels({ kind: "plan", command: undefined, options: ["approve", "return"] }), [
			"Approve",
			"Send Back…",
			"Show",
		]);
		assert.deepEqual(labels({ kind: "question", command: undefined, options: ["left", "right"] }), [
			"left",
			"right",
			"Show",
		]);
	});

	it("has buttons that VS Code has room for; the others are behind More", () => {
		const unpriced = { provider: "local", model: "qwen3" };
		const budget = { kind: "budget", command: undefined, resource: "usd", unpriced } as const;
		assert.deepEqual(labels({ ...budget, options: ["price", "tokens", "raise", "stop"] }), [
			"Set Price…",
			"Limit Tokens…",
			"More…",
		]);
		const step = { kind: "step", command: undefined, options: ["retry", "rerun", "skip", "replan", "fail"] } as const;
		assert.deepEqual(labels({ ...step, options: [...step.options] }), [
			"Retry",
			"Skip Step",
			"Plan Anew…",
			"Fail Step",
			"Show",
		]);
		const wide = ["w".repeat(39), "v".repeat(39), "u".repeat(39)];
		assert.deepEqual(labels({ kind: "question", command: undefined, options: wide }), [wide[0], "More…"]);
	});

	it("let no text of an agent become a link or a second line", () => {
		const text = sentence({ reasons: ["[Approve](command:evil)\nnow", "b\u202e"], summary: "x" });
		assert.ok(!text.includes("](") && !/[\n\u202e]/.test(text), text);
	});

	it("fit into a notification, which shows 1000 characters", () => {
		const long = "long ".repeat(400);
		const text = sentence({ reasons: [long, long, long], summary: long, goalScope: long, command: "x".repeat(200) });
		assert.ok(text.length <= 1000, String(text.length));
	});

	it("tell who was first when someone else has answered", () => {
		const settled = (answer: string, by?: Parameters<typeof answered>[1]) =>
			lateSentence(withMore(goal(), answered(answer, by)).settled[0]!);
		assert.equal(settled("approve"), `Already approved in the CLI by mara at ${clockTime(at)}.`);
		assert.equal(
			settled("deny", { client: "VS Code", user: "ada", pid: 1 }),
			`Already denied in VS Code by ada at ${clockTime(at)}.`,
		);
	});

	it("stand in a document with all that a playbook's inputs hold", () => {
		const values = [`${"x".repeat(500)} end`, "one\ntwo\u202e", ...Array.from({ length: 12 }, (_, at) => `v${at}`)];
		const inputs = values.map((value, at) => ({ name: `i${at}`, variable: `INPUT_I${at}`, value }));
		const made = { ...goal({ command: 'echo "$INPUT_I0"' }), playbook: { path: "p.md", inputs } } as unknown as Goal;
		const text = approvalDocument(Object.values(made.approvals)[0]!, made);
		for (const value of values)
			for (const line of value.split("\n")) assert.ok(text.includes(`\n    ${line}\n`), line.slice(0, 20));
		assert.match(text, /Input INPUT_I1:\n {4}one\n {4}two.\nContains characters that cannot be seen: U\+202E at 8/);
	});

	it("stand in a document with the exact command, its risk, its reasons and its digest", () => {
		const command = "mkdir -p report\nsleep 2\n";
		const made = goal({ command, reasons: ["writes a file"] });
		const text = approvalDocument(Object.values(made.approvals)[0]!, made);
		assert.ok(text.includes(`\n${command}`), text);
		for (const part of ["Step 2: Step number 2", "Risk: Network", "  - writes a file", "d".repeat(64)])
			assert.ok(text.includes(part), part);
	});

	it("stand in a document with what a file would hold, when there is no command", () => {
		const call = toolCallId("call-1");
		const made = withMore(
			goalOf(...planned({}), ...started("step-1", "t1")),
			{
				type: "tool.requested",
				toolCallId: call,
				threadId: threadId("t1"),
				turnId: "turn-1" as never,
				name: "writeFile",
				args: { path: "a.md", content: "# All of it\n" },
				effect: "workspace",
				summary: "writeFile a.md",
			},
			asked({ command: undefined, toolCallId: call, summary: "writeFile a.md" }),
		);
		assert.ok(approvalDocument(Object.values(made.approvals)[0]!, made).includes("a.md\n\n# All of it\n"));
	});

	it("name every character that cannot be seen", () => {
		assert.deepEqual(unseenCharacters("ls \u202e-la\u200b\n\tx"), ["U+202E at 4", "U+200B at 8"]);
	});

	it("call visible only what reads as it runs, whatever the command", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary", maxLength: 60 }), (command) => {
				if (!isWhollyVisible(command, 60)) return;
				assert.equal(plainLine(command, 60).replaceAll("] (", "]("), command.replace(/ +/g, " "));
				assert.deepEqual(unseenCharacters(command), []);
			}),
			{ seed: seeded("visible commands").seed },
		);
	});
});
