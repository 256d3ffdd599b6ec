import assert from "node:assert/strict";
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
	const inside = (command: string) => bench.spec(command, { sandbox: { workspace: bench.workspace, network: false } });

	it("is what a command is started in: its program stands before the shell, and the environment is the sandbox's", async () => {
		const outcome = await open(walls).run(inside('echo "$WALLS"; pwd; echo "$FROM"'));
		assert.equal(outcome.kind === "exited" && outcome.output.head, `yes\n${bench.workspace}\nenv\n`);
	});

	it("holds a command of any length, with any quotes in it", async () => {
		const outcome = await open(walls).run(inside(`echo "$FROM" 'a"b' # ${"x".repeat(300_000)}`));
		assert.equal(outcome.kind === "exited" && outcome.output.head, 'env a"b\n');
	});

	it("is not asked for a command that may run outside", async () => {
		assert.equal((await open(noSandbox("There are no walls here.")).run(bench.spec("true"))).kind, "exited");
	});

	it("that cannot be had starts nothing, and says why; the same command runs once it can", async () => {
		const spec = inside("echo 1 >> ran");
		assert.deepEqual(await open(noSandbox("There are no walls here.")).run(spec), {
			kind: "notStarted",
			reason: "The command was not started, because it may only run in a sandbox. There are no walls here.",
		});
		assert.equal(bench.text("ran"), "");
		assert.equal((await open(walls).run(spec)).kind, "exited");
		assert.equal(bench.text("ran"), "1\n");
	});

	it("is not asked again for a command that has begun, so that what ran inside is never started outside", async () => {
		const spec = inside("echo 1 >> ran");
		assert.equal((await open(walls).run(spec)).kind, "exited");
		assert.equal((await open(noSandbox("There are no walls here.")).run(spec)).kind, "exited");
		assert.equal(bench.text("ran"), "1\n");
	});
});

const walls: Sandbox = {
	of: async () => ({ name: "walls", holdsAgents: true }),
	enclose: async ({ env }) => ({ before: ["/usr/bin/env", "FROM=env"], env: { ...env, WALLS: "yes" } }),
};
