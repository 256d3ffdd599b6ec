import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import {
	type DaemonProcess,
	daemonScript,
	newWorkspace,
	startDaemonProcess,
	untilState,
} from "../../support/daemonProcess.ts";
import { type ModelServer, plainReflection, type Script, startModelServer } from "../../support/modelServer.ts";

const plan = {
	title: "Greet",
	summary: "Write a greeting, then sign it.",
	steps: [
		{ id: "write", title: "Write it", instructions: "Write the greeting.", checks: ["test -f greeting.txt"] },
		{ id: "sign", title: "Sign it", instructions: "Sign the greeting.", needs: ["write"] },
	],
};

/** The command line in a process, while the model beside this test goes on answering. */
async function mission(home: string, words: readonly string[], editor = "false") {
	const cli = path.join(path.dirname(daemonScript), "cli.js");
	const env = { ...process.env, MISSION_HOME: home, EDITOR: editor, VISUAL: "" };
	const child = spawn(process.execPath, [cli, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
	let [stdout, stderr] = ["", ""];
	child.stdout.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr.on("data", (chunk) => {
		stderr += chunk;
	});
	const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
	return { code, stdout, stderr };
}

describe("a plan that a person edits", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;
	let plans: string[] = [];
	/** Until it is let go, the first step is worked on. */
	let letGo: () => void = () => {};
	let held: Promise<void> | undefined;

	const script: Script = async ({ purpose, toolResults, text }) => {
		if (purpose === "plan") {
			plans.push(text);
			return { text: JSON.stringify(plan) };
		}
		if (purpose === "reflect") return { text: plainReflection };
		if (text.includes("Write the greeting.") && toolResults === 0) {
			await held;
			return { calls: [{ name: "writeFile", args: { path: "greeting.txt", content: "hello\n" } }] };
		}
		return toolResults === 0 ? { calls: [{ name: "listFiles", args: {} }] } : { text: "Done." };
	};

	before(async () => {
		server = await startModelServer({ script, models: ["scripted"] });
		daemon = await startDaemonProcess();
		const { home } = daemon;
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "local/scripted" }));
		daemon.client.close();
		daemon.process.kill("SIGKILL");
		await daemon.ended();
		daemon = await startDaemonProcess({ home });
	});
	after(async () => {
		letGo();
		await daemon.close();
		await server.close();
		remove();
	});
	beforeEach(() => {
		plans = [];
		held = undefined;
	});

	const launch = async (planApproval: "always" | "never"): Promise<GoalId> => {
		const settings = { planApproval, autonomy: "autonomous" as const };
		return (await daemon.client.request("goal/launch", { workspace, prompt: "Greet me", settings })).goalId;
	};
	const markdown = async (goalId: GoalId) => (await daemon.client.request("plan/get", { goalId })).markdown;
	const run = (...words: string[]) => mission(daemon.home, words);

	/** Approves checks until the goal is completed. */
	const complete = async (goalId: GoalId) => {
		for (;;) {
			const goal = await untilState(daemon.client, goalId, ["awaiting_approval", "completed", "failed", "blocked"]);
			if (goal.state !== "awaiting_approval") {
				assert.equal(goal.state, "completed", goal.stateReason);
				return goal;
			}
			for (const { approvalId, kind } of goal.approvals) {
				assert.equal(kind, "tool");
				await daemon.client.request("approval/answer", { approvalId, answer: "approve" });
			}
		}
	};

	it("is what runs: before its approval in a terminal, with the person's editor, and approved as it is then", async () => {
		const goalId = await launch("always");
		const before = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		const editor = path.join(daemon.home, "editor.sh");
		writeFileSync(editor, '#!/bin/sh\nsed -i "s/Sign the greeting./Sign it with a flourish./" "$1"\n');
		chmodSync(editor, 0o755);
		const edited = await mission(daemon.home, ["plan", goalId, "edit", "--json"], editor);
		assert.equal(edited.code, 0, edited.stderr);
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.equal(goal.plan.revision, 2);
		assert.notEqual(
			goal.approvals[0]?.approvalId,
			before.approvals[0]?.approvalId,
			"what was shown is no longer asked",
		);
		assert.match((await run("plan", goalId)).stdout, /Sign it with a flourish\./);
		assert.equal((await run("plan", goalId, "approve")).code, 0);
		await complete(goalId);
		assert.ok(server.requests.some(({ purpose, text }) => purpose === "work" && text.includes("with a flourish")));
		assert.ok(!server.requests.some(({ purpose, text }) => purpose === "work" && text.includes("Sign the greeting.")));
		const { text } = await daemon.client.request("dossier/get", { goalId });
		assert.match(text, /plan edited.*changed Sign it/);
	});

	it("may be edited while a step is under way: that one stays, the rest is the person's, and a new check is run", async () => {
		held = new Promise((resolve) => {
			letGo = resolve;
		});
		const since = server.requests.length;
		const goalId = await launch("never");
		await server.seen(({ number, purpose }) => number > since && purpose === "work");
		const text = await markdown(goalId);
		const rewritten = text.replace("Write the greeting.", "Write nothing.");
		await assert.rejects(
			daemon.client.request("plan/edit", { goalId, markdown: rewritten }),
			/Line \d+: Step “write” is under way, so it stays as it is\./,
		);
		const added = "\n## Read it aloud\nneeds: write\n\nRead it aloud, slowly.\n\n```check\ntest -s greeting.txt\n```\n";
		const wanted = text.replace(/## Sign it[\s\S]*$/, "") + added;
		await daemon.client.request("plan/edit", { goalId, markdown: wanted });
		letGo();
		const goal = await complete(goalId);
		assert.deepEqual(
			goal.plan.steps.map(({ stepId, state, attempts, checks }) => [stepId, state, attempts.length, checks[0]?.state]),
			[
				["write", "completed", 1, "green"],
				["read-it-aloud", "completed", 1, "green"],
			],
		);
		assert.ok(server.requests.some(({ purpose, text: said }) => purpose === "work" && said.includes("aloud, slowly")));
	});

	it("that is refused is not lost: the sentence names the line, and where the text is", async () => {
		const goalId = await launch("always");
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		const editor = path.join(daemon.home, "spoil.sh");
		writeFileSync(editor, '#!/bin/sh\nsed -i "s/needs: write/needs: wrote/" "$1"\n');
		chmodSync(editor, 0o755);
		const refused = await mission(daemon.home, ["plan", goalId, "edit"], editor);
		assert.equal(refused.code, 3);
		assert.match(refused.stderr, /Line \d+: Step “sign” needs the unknown step “wrote”/);
		const kept = /--file (\S+)`/.exec(refused.stderr)?.[1];
		assert.ok(kept && existsSync(kept));
		writeFileSync(kept, readFileSync(kept, "utf8").replace("needs: wrote", "needs: none"));
		assert.equal((await run("plan", goalId, "edit", "--file", kept)).code, 0);
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.deepEqual(goal.plan.steps[1]?.needs, []);
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
	});

	it("goes back to the planner with the person's note, before its approval and while it runs", async () => {
		const goalId = await launch("always");
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		assert.equal((await run("plan", goalId, "return", "--note", "Greet in Danish.")).code, 0);
		await server.seen(({ purpose, text }) => purpose === "plan" && text.includes("Greet in Danish."));
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		held = new Promise((resolve) => {
			letGo = resolve;
		});
		const worked = server.requests.length;
		assert.equal((await run("plan", goalId, "approve")).code, 0);
		await server.seen(({ number, purpose }) => number > worked && purpose === "work");
		assert.equal((await run("plan", goalId, "return", "--note", "No signature, please.")).code, 0);
		const again = await server.seen(
			({ purpose, text }) => purpose === "plan" && text.includes("No signature, please."),
		);
		assert.match(again.text, /write: Write it \(in progress\)/);
		letGo();
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		assert.equal((await run("plan", goalId, "approve")).code, 0);
		const goal = await complete(goalId);
		assert.equal(goal.plan.steps[0]?.attempts.length, 1, "what was under way went on, because the new plan names it");
		assert.equal(plans.length, 3);
	});
});
