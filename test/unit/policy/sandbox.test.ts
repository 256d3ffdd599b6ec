import assert from "node:assert/strict";
import path from "node:path";
import { openCommands } from "../../../src/daemon/commands/commands.ts";
import { noSandbox } from "../../../src/daemon/policy/sandbox/none.ts";
import type { Sandbox } from "../../../src/daemon/policy/sandbox/sandbox.ts";
import { openWorkbench, type Workbench } from "../commands/workbench.ts";

describe("the sandbox of commands", () => {
	let bench: Workbench;
	beforeEach(() => {
		bench = openWorkbench();
	});
	afterEach(() => bench.remove());
	const open = (sandbox: Sandbox) => openCommands({ folder: bench.folder, sandbox });

	it("is what a command is started in: its text, folder and environment are the sandbox's", async () => {
		const walls: Sandbox = {
			name: "walls",
			enclose: async ({ command, env }) => ({
				command: `echo inside; ${command}`,
				cwd: path.dirname(bench.workspace),
				env: { ...env, WALLS: "yes" },
			}),
		};
		const outcome = await open(walls).run(bench.spec('echo "$WALLS"; pwd'));
		assert.equal(outcome.kind === "exited" && outcome.output.head, `inside\nyes\n${path.dirname(bench.workspace)}\n`);
	});

	it("that cannot be had starts nothing, and says why; the same command runs once it can", async () => {
		const broken: Sandbox = { name: "broken", enclose: async () => ({ unavailable: "There are no walls here." }) };
		const spec = bench.spec("echo 1 >> ran");
		assert.deepEqual(await open(broken).run(spec), { kind: "notStarted", reason: "There are no walls here." });
		assert.equal(bench.text("ran"), "");
		assert.equal((await open(noSandbox).run(spec)).kind, "exited");
		assert.equal(bench.text("ran"), "1\n");
	});

	it("is not asked again for a command that has begun, so that what ran inside is never started outside", async () => {
		const spec = bench.spec("echo 1 >> ran");
		assert.equal((await open(noSandbox).run(spec)).kind, "exited");
		const asked: string[] = [];
		const later: Sandbox = {
			name: "later",
			enclose: async (start) => {
				asked.push(start.command);
				return start;
			},
		};
		assert.equal((await open(later).run(spec)).kind, "exited");
		assert.deepEqual([asked, bench.text("ran")], [[], "1\n"]);
	});
});
