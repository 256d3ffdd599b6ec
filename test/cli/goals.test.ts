import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lines, openStage, type Stage } from "./mission.ts";

describe("mission, the command line", function () {
	this.timeout(120_000);
	let stage: Stage;
	before(() => {
		stage = openStage();
	});
	after(() => stage.end());

	it("says what a playbook would run, and with what, without launching it", () => {
		const file = stage.playbook(
			"look.md",
			"---",
			"budget: { usd: 2 }",
			"---",
			"# Look",
			"## One",
			"```sh",
			"echo one > one.txt",
			"```",
			"## Two",
			"```check",
			"test -f one.txt",
			"```",
		);
		const { code, out, error } = stage.run("launch", "--playbook", file, "--check", "true", "--preview");
		assert.equal(code, 0, error);
		assert.match(out, /^agent {2,}builtin\/playbook {2,}playbook$/m);
		assert.match(out, /^budget {2,}2 usd {2,}playbook$/m);
		assert.match(out, /^checks {2,}true {2,}this launch$/m);
		assert.match(
			out,
			/Look\n1 One {2,}at once\n {2,}command\n {2,}echo one > one\.txt\n2 Two {2,}after 1\n {2,}check\n {2,}test -f one\.txt\n$/,
		);
		const document = stage.json("launch", "--playbook", file, "--preview");
		assert.equal(document.playbook.steps.length, 2);
		assert.equal(document.sources.budget.kind, "playbook");
		assert.deepEqual(stage.json("list"), []);
		const broken = stage.playbook("broken.md", "# Broken", "## One", "needs: nobody");
		const refused = stage.run("launch", "--playbook", broken, "--preview");
		assert.equal(refused.code, 3);
		assert.match(refused.error, /broken\.md:3: .*nobody/);
	});

	describe("a granted playbook, followed to its end", () => {
		let goalId: string;

		it("prints what it approves, then what happens, and ends with 0", () => {
			const { code, out, error } = stage.run(
				"launch",
				"--playbook",
				"prepare-report.md",
				"--grant",
				"playbook",
				"--follow",
			);
			assert.equal(code, 0, error);
			assert.match(error, /Approved, exactly as written in .*prepare-report\.md:\n {2}command\n {4}mkdir -p report/);
			assert.match(out, /^Launched g-/);
			assert.match(out, /step {7}Join the parts {2}completed/);
			assert.match(out, /completed {2}Done, and its checks are green\.\n$/);
			assert.ok(existsSync(path.join(stage.workspace, "report/weekly.md")));
		});

		it("is listed and shown, also by the beginning of its id", () => {
			const [summary] = stage.json("list");
			goalId = summary.goalId;
			assert.deepEqual(
				[summary.title, summary.state, summary.stepsDone, summary.stepsTotal, summary.pendingApprovals],
				["Prepare the weekly report", "completed", 5, 5, 0],
			);
			const goal = stage.json("show", goalId.slice(0, 6));
			assert.equal(goal.goalId, goalId);
			assert.equal(goal.workspace, stage.workspace);
			assert.equal(goal.plan.steps.length, 5);
			assert.match(stage.run("show", goalId).out, /✓ 4 Join the parts {2}completed/);
		});

		it("gives its events flat, one a line, in order and filtered", () => {
			const all = lines(stage.run("feed", goalId, "--json").out);
			assert.deepEqual(
				all.map((event) => event.seq),
				all.map((_, index) => index + 1),
			);
			assert.equal(all[0].type, "goal.launched");
			assert.match(all[0].at, /^\d{4}-\d\d-\d\dT.*Z$/);
			const some = lines(
				stage.run("feed", goalId, "--json", "--after", "5", "--types", "step.completed,goal.completed").out,
			);
			assert.equal(some.length, 6);
			assert.ok(some.every((event) => event.seq > 5));
			const followed = stage.run("feed", goalId, "--json", "--follow");
			assert.equal(followed.code, 0);
			assert.deepEqual(lines(followed.out), all);
			const found = lines(stage.run("feed", goalId, "--json", "--search", "questions").out);
			assert.ok(found.length > 0 && found.length < all.length);
		});

		it("shows what changed, as a list, as a diff, and byte for byte", () => {
			const changes = stage.json("changes", goalId);
			assert.deepEqual(changes.map((change: { path: string }) => change.path).sort(), [
				"report/counts.md",
				"report/header.md",
				"report/questions.md",
				"report/weekly.md",
			]);
			assert.deepEqual(
				stage.json("changes", goalId, "--step", "3").map((change: { path: string }) => change.path),
				["report/header.md"],
			);
			assert.match(
				stage.run("diff", goalId, "report/header.md").out,
				/\+\+\+ b\/report\/header\.md\n@@ .* @@\n\+# Weekly report/,
			);
			assert.equal(
				stage.run("diff", goalId, "report/weekly.md", "--content", "after").out,
				readFileSync(path.join(stage.workspace, "report/weekly.md"), "utf8"),
			);
			const inventory = stage.json("inventory", goalId);
			assert.equal(inventory.files.length, 4);
			assert.equal(inventory.reports.length, 5);
		});

		it("has a dossier, and a record that is verified offline", () => {
			assert.match(stage.run("dossier", goalId).out, /^# Prepare the weekly report/);
			assert.match(stage.run("dossier", goalId, "--format", "html").out, /<html/);
			const file = path.join(stage.workspace, "record.jsonl");
			const written = stage.json("dossier", goalId, "--format", "jsonl", "--out", "record.jsonl");
			assert.equal(written.path, file);
			// Another data folder: nothing but the file is asked.
			const elsewhere = { env: { MISSION_HOME: path.join(stage.home, "nothing-here") } };
			const verdict = stage.runWith(elsewhere, "verify", file, "--json");
			assert.equal(verdict.code, 0, verdict.out);
			assert.equal(JSON.parse(verdict.out).goalId, goalId);
			assert.equal(existsSync(elsewhere.env.MISSION_HOME), false);
			writeFileSync(file, readFileSync(file, "utf8").replace("Join the parts", "Join no parts"));
			const broken = stage.runWith(elsewhere, "verify", file);
			assert.deepEqual([broken.code, broken.out], [1, ""]);
			assert.match(broken.error, /^The chain is broken at line \d+, event \d+: its contents were changed\./);
		});

		it("shows its plan, its grants and its checks, and runs a check again", () => {
			assert.equal(stage.json("plan", goalId).steps.length, 5);
			assert.equal(stage.json("grants", goalId)[0].kind, "playbook");
			assert.ok(stage.json("grants").some((grant: { goalId: string }) => grant.goalId === goalId));
			assert.ok(Array.isArray(stage.json("check", "run", goalId, "goal.1")));
			assert.equal(stage.json("wait", goalId, "--timeout", "60").state, "completed");
		});

		it("is gone after it was deleted", () => {
			stage.json("delete", goalId);
			const left = stage.json("list").map((goal: { goalId: string }) => goal.goalId);
			assert.equal(left.includes(goalId), false);
			assert.equal(stage.run("show", goalId).code, 3);
		});
	});

	describe("a playbook that asks", () => {
		let goalId: string;
		const pending = () => stage.json("approvals", goalId);

		it("waits for a person, who is told the exact command", () => {
			const file = stage.playbook(
				"ask.md",
				"# Ask",
				"## One",
				"```sh",
				"echo one > one.txt",
				"```",
				"## Two",
				"```sh",
				"mkdir two && exit 3",
				"```",
			);
			({ goalId } = stage.json("launch", "--playbook", file));
			assert.equal(
				stage.json("wait", goalId, "--for", "awaiting_approval", "--timeout", "60").state,
				"awaiting_approval",
			);
			const [approval] = pending();
			assert.deepEqual([approval.kind, approval.command, approval.state], ["tool", "echo one > one.txt", "pending"]);
			assert.match(stage.run("approvals").out, /echo one > one\.txt\n(.*\n)*.*mission approve a-/);
			assert.equal(existsSync(path.join(stage.workspace, "one.txt")), false);
		});

		it("takes the first answer and refuses the second", () => {
			const [{ approvalId }] = pending();
			assert.equal(stage.json("approve", approvalId.slice(0, 8)).answer, "approve");
			for (const named of [approvalId, approvalId.slice(0, 8)]) {
				const again = stage.run("deny", named, "--json");
				assert.equal(again.code, 3);
				const { error } = JSON.parse(again.error);
				assert.equal(error.code, "alreadyAnswered");
				assert.match(error.message, /^Already answered: approve, by CLI.*, at \d{4}-/);
			}
		});

		it("waits in no state that it never reaches, and times out with 4", () => {
			const { code, out, error } = stage.run("wait", goalId, "--for", "failed", "--timeout", "0.5", "--json");
			assert.deepEqual([code, out], [4, ""]);
			assert.equal(JSON.parse(error).error.code, "timeout");
		});

		it("pauses and resumes", () => {
			assert.equal(stage.json("pause", goalId).state, "paused");
			assert.equal(stage.run("pause", goalId).code, 3);
			assert.notEqual(stage.json("resume", goalId).state, "paused");
		});

		it("asks what to do about a step that failed, and takes one of its options", async () => {
			stage.json("wait", goalId, "--for", "awaiting_approval", "--timeout", "60");
			stage.json("approve", pending()[0].approvalId);
			const question = await eventually(() => pending().find((one: { kind: string }) => one.kind === "step"));
			const wrong = stage.run("answer", question.approvalId, "--option", "shrug");
			assert.equal(wrong.code, 3);
			assert.match(wrong.error, /Choose one of: .*skip/);
			assert.equal(stage.json("answer", question.approvalId, "--option", "skip").answer, "skip");
		});

		it("shows what was answered behind what waits, and by whom", () => {
			const shown = () => stage.json("show", goalId).approvals as Record<string, string>[];
			const all = shown();
			assert.deepEqual(
				all.map(({ kind, state, answer }) => [kind, state, answer]),
				[
					["step", "approved", "skip"],
					["tool", "approved", "approve"],
					["tool", "approved", "approve"],
				],
			);
			assert.match(all[2]?.by ?? "", /^CLI/);
			assert.deepEqual([all[2]?.command, all[2]?.risk], ["echo one > one.txt", "write"]);
			assert.ok(Date.parse(all[2]?.answeredAt ?? "") >= Date.parse(all[2]?.requestedAt ?? ""));
			assert.match(stage.run("show", goalId).out, /Answered\n.*approved {2}mkdir two && exit 3 +by CLI/s);
			const asking = stage.playbook("askAgain.md", "# Ask again", "## One", "```sh", "echo two > two.txt", "```");
			const other = stage.json("launch", "--playbook", asking).goalId;
			const waiting = stage.json("wait", other, "--for", "awaiting_approval", "--timeout", "60").approvals;
			assert.deepEqual(
				waiting.map(({ state }: { state: string }) => state),
				["pending"],
			);
			stage.json("deny", waiting[0].approvalId, "--reason", "not today");
			const [denied] = stage.json("show", other).approvals.filter(({ kind }: { kind: string }) => kind === "tool");
			assert.deepEqual([denied.state, denied.answer, denied.reason], ["denied", "deny", "not today"]);
			stage.json("cancel", other);
		});

		const filters: readonly (readonly [filter: string, commands: readonly string[]])[] = [
			["", ["", "mkdir two && exit 3", "echo one > one.txt"]],
			["state:approved risk:write one.txt", ["echo one > one.txt"]],
			["state:denied", []],
			["one.txt cli", ["echo one > one.txt"]],
		];
		for (const [filter, commands] of filters)
			it(`finds what was asked with the filter “${filter}”, with who answered, from where and by which event`, () => {
				const found = stage.json("approvals", goalId, "--all", "--filter", filter);
				assert.deepEqual(
					found.map((one: { command?: string }) => one.command ?? ""),
					commands,
				);
				for (const one of found) {
					assert.equal(one.from, "cli");
					assert.match(one.by, /^CLI/);
					assert.ok(one.seq < one.answeredSeq);
				}
			});

		it("says how many more there are than it lists", () => {
			const { out } = stage.run("approvals", goalId, "--all", "--limit", "1");
			assert.match(out, /approved.*\n.*and 2 more: --limit shows more of them, --filter finds some/);
			assert.equal(stage.run("approvals", "--filter", "no-such-words").out.trim(), "Nothing that was asked fits this.");
		});

		it("ends `wait` with 1 when the goal is over otherwise", () => {
			const waiting = stage.run("wait", goalId, "--for", "failed", "--timeout", "60", "--json");
			assert.equal(waiting.code, 1);
			assert.equal(JSON.parse(waiting.out).state, "completed");
		});
	});

	it("answers about itself: providers, doctor, status", () => {
		assert.ok(Array.isArray(stage.json("providers")));
		const { ok, findings } = stage.json("doctor");
		assert.equal(ok, true, JSON.stringify(findings));
		assert.ok(findings.some((finding: { name: string }) => finding.name === "git"));
		const status = stage.json("daemon", "status");
		assert.deepEqual([status.running, status.pid, status.folder], [true, stage.daemonPid(), stage.home]);
		assert.equal(stage.run("daemon").code, 0);
	});

	it("prints what a call printed, as text and byte for byte", () => {
		// GBK for “编译失败” and a line feed.
		const bytes = Buffer.from([0xb1, 0xe0, 0xd2, 0xeb, 0xca, 0xa7, 0xb0, 0xdc, 0x0a]);
		writeFileSync(path.join(stage.workspace, "gbk.txt"), bytes);
		const file = stage.playbook("gbk.md", "# Print", "## One", "```sh", "cat gbk.txt", "```");
		const { goalId } = stage.json("launch", "--playbook", file, "--grant", "playbook");
		stage.json("wait", goalId, "--timeout", "60");
		assert.match(stage.run("output", goalId).out, /^编译失败\n\n?\[This is not UTF-8\. It was read as gbk;/);
		const { id, encoding, path: kept } = stage.json("output", goalId);
		assert.equal(encoding, "gbk");
		assert.deepEqual(readFileSync(kept), bytes);
		assert.deepEqual(Buffer.from(stage.json("output", goalId, id.slice(0, 6), "--raw").base64, "base64"), bytes);
	});

	it("launches one goal however often the same request is made", () => {
		const file = stage.playbook("once.md", "# Once", "## One", "```sh", "mkdir once", "```");
		const first = stage.json("launch", "--playbook", file, "--request-id", "again");
		const second = stage.json("launch", "--playbook", file, "--request-id", "again");
		assert.deepEqual(second, first);
		assert.equal(stage.json("cancel", first.goalId).state, "cancelled");
	});
});

async function eventually<T>(look: () => T | undefined): Promise<T> {
	const deadline = Date.now() + 60_000;
	for (;;) {
		const found = look();
		if (found !== undefined) return found;
		assert.ok(Date.now() < deadline, "it did not come to that within 60 s");
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}
