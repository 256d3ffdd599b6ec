import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, plainReflection, type Script, startModelServer } from "../../support/modelServer.ts";

interface Call {
	readonly name: "runCommand" | "writeFile";
	readonly args: object;
}
const run = (command: string): Call => ({ name: "runCommand", args: { command } });
const write = (file: string, content: string): Call => ({ name: "writeFile", args: { path: file, content } });

/** An agent that makes these calls, one a turn, whatever comes of them. */
const playing =
	(calls: readonly Call[]): Script =>
	({ purpose, toolResults }) => {
		const steps = [{ id: "work", title: "Work", instructions: "Work." }];
		if (purpose === "plan") return { text: JSON.stringify({ title: "Work", summary: "Work.", steps }) };
		if (purpose === "reflect") return { text: plainReflection };
		const call = calls[toolResults];
		return call ? { calls: [call] } : { text: "Done." };
	};

describe("what was approved for the goal is what runs", function () {
	this.timeout(90_000);
	let server: ModelServer;
	let daemon: DaemonProcess;
	before(async () => {
		server = await startModelServer({ script: playing([]), models: ["scripted"] });
		const home = mkdtempSync(path.join(os.tmpdir(), "mission-home-"));
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "local/scripted" }));
		daemon = await startDaemonProcess({ home });
	});
	after(async () => {
		await daemon.close();
		await server.close();
	});

	/** What was asked, in order, while each question was answered with a yes for the goal where that was offered. */
	async function asked(files: Readonly<Record<string, string>>, calls: readonly Call[]) {
		const { folder, remove } = newWorkspace();
		try {
			for (const [file, text] of Object.entries(files)) {
				mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
				writeFileSync(path.join(folder, file), text);
			}
			server.use(playing(calls));
			const { goalId } = await daemon.client.request("goal/launch", {
				workspace: folder,
				prompt: "Work",
				settings: { autonomy: "autonomous" },
			});
			const questions = await answerAll(goalId);
			return { questions };
		} finally {
			remove();
		}
	}

	async function answerAll(goalId: GoalId) {
		const questions: { command?: string; scope: string | undefined; reasons: string }[] = [];
		while (questions.length < 30) {
			const goal = await untilState(
				daemon.client,
				goalId,
				["awaiting_approval", "completed", "failed", "blocked"],
				60_000,
			);
			if (goal.state !== "awaiting_approval") return questions;
			for (const { approvalId, command, digest, goalScope, reasons } of goal.approvals) {
				questions.push({ command, scope: goalScope, reasons: reasons.join("\n") });
				const scope = goalScope === undefined ? "once" : "goal";
				await daemon.client.request("approval/answer", { approvalId, answer: "approve", scope, digest });
			}
		}
		return questions;
	}

	const manifest = JSON.stringify({ scripts: { test: "node --test" } });
	const rewritten: readonly (readonly [
		command: string,
		files: Record<string, string>,
		file: string,
		content: string,
	])[] = [
		["npm test", { "package.json": manifest }, "package.json", JSON.stringify({ scripts: { test: "echo other" } })],
		["npm test", { "package.json": manifest, "a.test.js": "" }, "a.test.js", "console.log(1)\n"],
		["npm test", { "package.json": manifest }, "new.test.js", "console.log(1)\n"],
		["make", { Makefile: "all:\n\techo 1\n" }, "Makefile", "all:\n\techo 2\n"],
		["make", { Makefile: "all:\n\tsh run.sh\n", "run.sh": "echo 1\n" }, "run.sh", "echo 2\n"],
		["node --test", { "a.test.js": "" }, "a.test.js", "console.log(1)\n"],
		["pytest", { "test_a.py": "" }, "test_a.py", "print(1)\n"],
		["pytest tests/", { "tests/test_a.py": "import m\n", "m.py": "" }, "m.py", "print(1)\n"],
		["node dir/", { "dir/index.js": "" }, "dir/index.js", "console.log(1)\n"],
		["node main.js", { "main.js": "import './part.mjs';\n", "part.mjs": "" }, "part.mjs", "console.log(1)\n"],
		["python3 -m pkg", { "pkg/__main__.py": "", "pkg/__init__.py": "" }, "pkg/__main__.py", "print(1)\n"],
		["sh run.sh", { "run.sh": "sh inner.sh\n", "inner.sh": "echo 1\n" }, "inner.sh", "echo 2\n"],
		["cargo test", { "Cargo.toml": "" }, "src/lib.rs", "// other\n"],
	];
	for (const [command, files, file, content] of rewritten) {
		it(`${command} goes on unasked while nothing changed, and asks when the agent has rewritten ${file}`, async () => {
			const { questions } = await asked(files, [
				run(command),
				run(command),
				write(file, content),
				run(command),
				run(command),
			]);
			assert.deepEqual(
				questions.map((one) => one.command),
				[command, command],
				JSON.stringify(questions),
			);
			assert.match(questions[0]!.scope ?? "", /^this same command in this folder, until .*chang/);
			assert.doesNotMatch(questions[0]!.reasons, /Asks again/);
			assert.ok(questions[1]!.reasons.includes(`Asks again, because ${file} changed since you approved this.`));
		});
	}

	it("a command whose output alone changed is asked about once in twenty runs", async () => {
		const commands = [
			"echo line >> log.txt",
			"date > out.txt",
			"sort in.txt | tee sorted.txt",
			"sh run.sh >> log.txt 2>&1",
		];
		const calls = Array.from({ length: 20 }, (_, at) => run(commands[at % commands.length]!));
		const { questions } = await asked({ "in.txt": "b\na\n", "run.sh": "echo 1\n" }, calls);
		assert.deepEqual(
			questions.map((one) => one.command),
			commands,
		);
	});

	it("a data file that a command itself rewrites is asked about once", async () => {
		const command = "python3 count.py count.txt";
		const text = "import sys\np = sys.argv[1]\nn = int(open(p).read())\nopen(p, 'w').write(str(n + 1))\n";
		const files = { "count.py": text, "count.txt": "0" };
		const { questions } = await asked(files, [run(command), run(command), write("count.txt", "7"), run(command)]);
		assert.deepEqual(
			questions.map((one) => one.command),
			[command, command],
		);
		assert.match(questions[1]!.reasons, /count\.txt changed/);
	});

	it("what a test run itself leaves behind does not lapse it", async () => {
		const command = "node --test";
		const test = "require('node:fs').writeFileSync('report.txt', String(Date.now()));\n";
		const { questions } = await asked({ "a.test.js": test }, [run(command), run(command), run(command)]);
		assert.deepEqual(
			questions.map((one) => one.command),
			[command],
		);
	});

	it("a script that rewrites itself is asked about again", async () => {
		const { questions } = await asked({ "run.sh": "echo echo 2 > run.sh\n" }, [run("sh run.sh"), run("sh run.sh")]);
		assert.equal(questions.length, 2);
	});

	it("what cannot be told is offered for once alone, and says why", async () => {
		const command = "cat run.sh | sh";
		const { questions } = await asked({ "run.sh": "echo 1\n" }, [run(command), run(command)]);
		assert.deepEqual(
			questions.map(({ scope }) => scope),
			[undefined, undefined],
		);
		assert.match(questions[0]!.reasons, /only be approved once: a shell runs what it is given to read/);
	});
});
