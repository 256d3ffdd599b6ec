import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { formatModelRef } from "../../../src/core/modelRef.ts";
import type { PartialLaunchSettings } from "../../../src/core/settings.ts";
import type { Assignment, ModelChoice } from "../../../src/core/values.ts";
import type { Input, Methods } from "../../../src/protocol/methods.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelRequest, type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const example = path.join(import.meta.dirname, "../../../examples/release");
const text = readFileSync(path.join(example, "cut-release.md"), "utf8");

/** Reads what was collected, and writes what people will notice. */
const writer: Script = ({ purpose, toolResults, text: said }) => {
	if (purpose === "review") {
		const verdict = {
			verdict: "pass",
			verifier: "its checks",
			coverage: "the notes",
			gaps: "",
			summary: "Good.",
			diagnosis: "",
		};
		return { text: JSON.stringify(verdict) };
	}
	const calls = [
		{ name: "readFile", args: { path: "release/changes.txt" } },
		{ name: "writeFile", args: { path: "release/notes.md", content: "- Search finds words with accents\n" } },
		{ name: "runCommand", args: { command: 'echo "$INPUT_VERSION" > release/seen.txt' } },
	];
	if (!said.includes("INPUT_VERSION=1.4.0")) return { text: "I was not told what the person gave." };
	return calls[toolResults] ? { calls: [calls[toolResults]!] } : { text: "The notes are written." };
};

describe("a playbook that hands a step to an agent", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;
	before(async () => {
		cpSync(example, workspace, { recursive: true });
		server = await startModelServer({ script: writer, models: ["scripted", "critic"] });
		daemon = await startDaemonProcess();
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});
	const agent = { provider: "local", model: "scripted" };
	const launch = async (
		more: Partial<Input<Methods, "goal/launch">> = {},
		inputs: object = { version: "1.4.0" },
		own = text,
	) => {
		const playbook = { path: "cut-release.md", text: own, inputs: inputs as Record<string, string> };
		const request = { workspace, playbook, settings: { agent }, grantPlaybook: true, ...more };
		return (await daemon.client.request("goal/launch", request)).goalId;
	};
	const requestsSince = (from: number): readonly ModelRequest[] => server.requests.slice(from);

	async function follow(goalId: GoalId): Promise<{ readonly asked: string[]; readonly reasons: string[] }> {
		const asked: string[] = [];
		const reasons: string[] = [];
		for (;;) {
			const goal = await untilState(daemon.client, goalId, ["awaiting_approval", "completed", "failed", "blocked"]);
			if (goal.state !== "awaiting_approval") {
				assert.equal(goal.state, "completed", goal.stateReason);
				return { asked, reasons };
			}
			for (const approval of goal.approvals) {
				asked.push(approval.summary);
				reasons.push(...approval.reasons);
				await daemon.client.request("approval/answer", {
					approvalId: approval.approvalId,
					answer: "approve",
					digest: approval.digest,
				});
			}
		}
	}

	it("runs its commands by itself with what was given, and asks about each act of the agent", async () => {
		const from = server.requests.length;
		const goalId = await launch();
		const { asked, reasons } = await follow(goalId);
		assert.deepEqual(asked, ["writeFile release/notes.md", 'Run `echo "$INPUT_VERSION" > release/seen.txt`']);
		assert.ok(reasons.includes("with INPUT_VERSION=1.4.0"), reasons.join("\n"));
		const page = readFileSync(path.join(workspace, "release/1.4.0.md"), "utf8");
		assert.equal(page, "# 1.4.0 (preview)\n\n- Search finds words with accents\n");
		assert.equal(readFileSync(path.join(workspace, "release/seen.txt"), "utf8"), "1.4.0\n");
		assert.deepEqual(
			requestsSince(from).map(({ purpose }) => purpose),
			["work", "work", "work", "work"],
		);
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.equal(goal.verified, true);
		assert.deepEqual(
			goal.plan.steps.map(({ worker, kind }) => [worker, kind]),
			[
				["playbook", "playbook"],
				["implementer, local/scripted", "agent"],
				["playbook", "playbook"],
			],
		);
		assert.deepEqual(
			goal.inputs?.map(({ variable, value }) => [variable, value]),
			[
				["INPUT_VERSION", "1.4.0"],
				["INPUT_CHANNEL", "preview"],
			],
		);
		assert.deepEqual(
			goal.roster.assignments.map(({ role }) => role),
			["implementer"],
			"a playbook has no planner",
		);
		const dossier = (await daemon.client.request("dossier/get", { goalId })).text;
		assert.match(dossier, /Inputs: `INPUT_VERSION=1\.4\.0`, `INPUT_CHANNEL=preview`/);
		assert.match(dossier, /\| 2 \| Write the notes \| implementer, local\/scripted \|/);
	});

	it("shows the values where its own commands are asked about, and a value is never a part of a command", async () => {
		const nasty = "$(touch pwned) \"; touch pwned; `touch pwned`\n'; touch pwned #\r\n%s\\n $HOME é \t-e ";
		const own = text.replaceAll("release/$INPUT_VERSION.md", "release/page.md");
		const goalId = await launch(
			{ grantPlaybook: false },
			{ version: nasty },
			own.replace("agent: implementer", "agent: implementer"),
		);
		const first = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		assert.match(first.approvals[0]!.command ?? "", /sort changes/);
		assert.ok(first.approvals[0]!.reasons.some((one) => one.startsWith("with INPUT_VERSION=$(touch pwned)")));
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
		const plain = "---\ninputs: [version]\n---\n## Say it\n```sh\nprintf '%s' \"$INPUT_VERSION\" > said.txt\n```\n";
		const said = await launch({}, { version: nasty }, plain);
		await follow(said);
		assert.equal(readFileSync(path.join(workspace, "said.txt"), "utf8"), nasty);
		assert.equal(existsSync(path.join(workspace, "pwned")), false);
	});

	it("approves with the plan what was given, too", async () => {
		const goalId = await launch({ settings: { agent, planApproval: "always" } });
		const { approvals } = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		assert.match(approvals[0]!.reasons.join(), /INPUT_VERSION=1\.4\.0, INPUT_CHANNEL=preview/);
		const other = await launch({ settings: { agent, planApproval: "always" } }, { version: "1.4.1" });
		const asked = (await daemon.client.request("goal/get", { goalId: other })).approvals[0];
		assert.notEqual(asked?.digest, approvals[0]!.digest);
		for (const each of [goalId, other]) await daemon.client.request("goal/control", { goalId: each, action: "cancel" });
	});

	it("asks again about a command that was approved for the folder with other values", async () => {
		const own = '---\ninputs: [target]\n---\n## Deploy\n```sh\necho "$INPUT_TARGET" >> deployed.txt\n```\n';
		const ask = async (target: string) => {
			const goalId = await launch({ grantPlaybook: false, settings: {} }, { target }, own);
			return untilState(daemon.client, goalId, ["awaiting_approval", "completed"]);
		};
		const first = await ask("staging");
		const { approvalId, digest } = first.approvals[0]!;
		await daemon.client.request("approval/answer", { approvalId, answer: "approve", scope: "workspace", digest });
		await untilState(daemon.client, first.goalId, ["completed"]);
		assert.equal((await ask("staging")).state, "completed");
		const other = await ask("production");
		assert.equal(other.state, "awaiting_approval");
		assert.match(other.approvals[0]!.reasons[0] ?? "", /Asks again, because \$INPUT_TARGET changed since/);
		await daemon.client.request("goal/control", { goalId: other.goalId, action: "cancel" });
	});

	it("lets a step name its agent, which the roster shows and can change; a reviewer looks at each step", async () => {
		const own = text.replace("agent: implementer", "agent: local/scripted:high");
		const reviewer = { role: "reviewer", provider: "local", model: "critic", enabled: true };
		const from = server.requests.length;
		const goalId = await launch({ settings: { assignments: [reviewer] } }, { version: "1.4.0" }, own);
		await follow(goalId);
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.deepEqual(
			goal.roster.assignments.map(({ role, model, effort, source }) => [role, model, effort, source]),
			[
				["implementer", "playbook", undefined, "primary"],
				["reviewer", "critic", undefined, "launch"],
				["write-the-notes", "scripted", "high", "playbook"],
			],
		);
		assert.equal(goal.plan.steps[1]?.worker, "write-the-notes, local/scripted:high");
		const work = requestsSince(from).filter(({ purpose }) => purpose === "work");
		assert.deepEqual([...new Set(work.map(({ effort }) => effort))], ["high"]);
		assert.match(work[0]?.messages[0]?.content ?? "", /^You are the implementer of one step/);
		assert.ok(work[0]?.tools.includes("delegate"));
		assert.equal(requestsSince(from).filter(({ purpose }) => purpose === "review").length, 4);
	});

	const refused: readonly (readonly [
		about: string,
		given: Parameters<typeof launch>,
		code: string,
		sentence: RegExp,
	])[] = [
		[
			"without an agent",
			[{ settings: {} }],
			"noAgent",
			/^cut-release\.md:32: the step “Write the notes” needs an agent \(implementer\), and none is set up\. Name one by `--agent` or “Primary agent” in the launch form of VS Code/,
		],
		[
			"with a provider that is not there",
			[{ settings: { agent: { provider: "gone", model: "m" } } }],
			"unknownProvider",
			/There is no provider “gone”/,
		],
		[
			"without a value",
			[{}, {}],
			"badInputs",
			/^cut-release\.md:3: the input “version” has no value\. Give it \(The version that is cut, such as 1\.4\.0\) by `--input version=…` or “Inputs” in the launch form of VS Code/,
		],
		[
			"with a wrong value",
			[{}, { version: "1", channel: "stabel" }],
			"badInputs",
			/^cut-release\.md:5: the input “channel” is none of its options: “stabel”\./,
		],
		[
			"with a value for nothing",
			[{}, { version: "1", chanel: "stable" }],
			"badInputs",
			/has no input “chanel”\. Did you mean “channel”\?/,
		],
		[
			"for a role that nobody has",
			[{}, { version: "1" }, text.replace("implementer", "docs-writer")],
			"noAgent",
			/^cut-release\.md:32: the step “Write the notes” is for the role “docs-writer”, which nobody has here\./,
		],
		[
			"for an agent that is not there",
			[{}, { version: "1" }, text.replace("implementer", "gone/m")],
			"unknownProvider",
			/There is no provider “gone”/,
		],
	];
	for (const [about, given, code, sentence] of refused)
		it(`is refused ${about}, and nothing is launched`, async () => {
			const before = (await daemon.client.request("goal/list", {})).goals.length;
			await assert.rejects(launch(...given), (cause: Error & { code?: string; data?: unknown }) => {
				assert.match(cause.message, sentence);
				assert.match(JSON.stringify([cause.code, cause.data, cause]), new RegExp(code));
				return true;
			});
			assert.equal((await daemon.client.request("goal/list", {})).goals.length, before);
		});

	it("needs no agent where no step is for one, whatever the launch names", async () => {
		const from = server.requests.length;
		const goalId = await launch({}, {}, "## A\n```sh\ntrue\n```\n");
		await follow(goalId);
		assert.equal(server.requests.length, from);
		assert.equal((await daemon.client.request("goal/get", { goalId })).plan.steps[0]?.worker, undefined);
	});

	const crew = [
		...["# Crew", "## Plain", "agent: implementer", "Do it.", "## Dig", "needs: none", "agent: researcher", "Look."],
		...["## Write", "needs: none", "agent: scribe", "Write.", "## Judge", "needs: none"],
		...["agent: local/critic:low", "Judge."],
	].join("\n\n");
	const work = (role: string, more: Partial<Assignment> = {}): Assignment => ({
		...{ role, enabled: true, source: "launch" },
		...more,
	});
	const critic = { provider: "local", model: "critic" };
	const scribe = work("scribe", critic);
	const named: readonly [
		about: string,
		said: {
			readonly agent?: ModelChoice;
			readonly assignments?: readonly Assignment[];
			readonly roles?: readonly string[];
			readonly preset?: string;
		},
		steps: readonly string[],
	][] = [
		["the primary agent", { agent, assignments: [scribe] }, ["scripted", "scripted", "critic", "critic:low"]],
		[
			"the primary agent's effort only with its model",
			{
				agent: { ...agent, effort: "high" },
				assignments: [work("scribe", { ...critic, effort: "low" }), work("researcher", critic)],
			},
			["scripted:high", "critic", "critic:low", "critic:low"],
		],
		[
			"a role without a model of its own, with an effort of its own",
			{ agent: { ...agent, effort: "high" }, assignments: [scribe, work("implementer", { effort: "low" })] },
			["scripted:low", "scripted:high", "critic", "critic:low"],
		],
		[
			"a role that is off",
			{ agent, assignments: [scribe, work("researcher", { ...critic, enabled: false })] },
			["scripted", "scripted", "critic", "critic:low"],
		],
		[
			"a role file that the launch names",
			{ agent, roles: ["scribe"] },
			["scripted", "scripted", "critic:high", "critic:low"],
		],
		[
			"a role file, and a model that the launch names for its role",
			{ agent, roles: ["scribe"], assignments: [work("scribe", agent)] },
			["scripted", "scripted", "scripted", "critic:low"],
		],
		["a preset", { preset: "crew" }, ["critic", "scripted", "critic", "critic:low"]],
		[
			"a preset, and a roster of the launch, which replaces its",
			{ preset: "crew", assignments: [work("scribe", agent)] },
			["scripted", "scripted", "scripted", "critic:low"],
		],
	];
	for (const [about, { agent: primary, assignments, roles, preset }, steps] of named)
		it(`has the same agents in the preview and in the launch: ${about}`, async () => {
			mkdirSync(path.join(workspace, ".claude/agents"), { recursive: true });
			writeFileSync(
				path.join(workspace, ".claude/agents/scribe.md"),
				"---\nname: scribe\nmodel: local/critic:high\n---\nWrite.\n",
			);
			const saved: PartialLaunchSettings = { agent, assignments: [work("implementer", critic), scribe] };
			await daemon.client.request("preset/save", { name: "crew", settings: saved });
			const playbook = { path: "crew.md", text: crew };
			const said = { assignments: assignments && [...assignments], roles: [...(roles ?? [])], preset };
			const prepared = await daemon.client.request("launch/prepare", { workspace, playbook, agent: primary, ...said });
			assert.deepEqual(prepared.notes, []);
			const previewed = prepared.playbook!.agents.map(({ stepId, agent: one }) => [stepId, one && formatModelRef(one)]);
			assert.deepEqual(previewed, [
				["plain", `local/${steps[0]}`],
				["dig", `local/${steps[1]}`],
				["write", `local/${steps[2]}`],
				["judge", `local/${steps[3]}`],
			]);
			const settings = { ...(primary && { agent: primary }), ...(assignments && { assignments: [...assignments] }) };
			const { preset: _, assignments: __, ...rest } = said;
			server.use(() => ({ text: "Done." }));
			const { goalId } = await daemon.client.request("goal/launch", { workspace, playbook, settings, preset, ...rest });
			await until("each step has its thread", async () => {
				const { goal } = await daemon.client.request("goal/watch", { goalId });
				const opened = Object.values(goal.threads).filter(({ stepId }) => stepId !== undefined);
				if (new Set(opened.map(({ stepId }) => stepId)).size < 4) return false;
				assert.deepEqual(
					Object.fromEntries(opened.map((one) => [one.stepId, formatModelRef(one.assignment)])),
					Object.fromEntries(previewed),
				);
				return true;
			});
			await daemon.client.request("goal/control", { goalId, action: "cancel" }).catch(() => undefined);
		});

	it("tells before the launch who would do what, with which values", async () => {
		const ask = (more: object, inputs?: Record<string, string>) =>
			daemon.client.request("launch/prepare", {
				workspace,
				playbook: { path: "cut-release.md", text, inputs },
				...more,
			});
		const prepared = await ask({ agent });
		assert.deepEqual(prepared.playbook?.agents, [{ stepId: "write-the-notes", agent }]);
		assert.deepEqual(
			prepared.playbook?.inputs.map(({ name, type, required }) => [name, type, required]),
			[
				["version", "string", true],
				["channel", "choice", false],
			],
		);
		assert.match(prepared.problems[0]?.message ?? "", /^The input “version” has no value\.$/);
		const without = await ask({}, { version: "2" });
		assert.deepEqual(without.playbook?.agents, [{ stepId: "write-the-notes" }]);
		assert.match(without.notes.join(), /needs an agent \(implementer\), and none is set up/);
		assert.deepEqual(
			without.playbook?.values.map(({ value }) => value),
			["2", "preview"],
		);
	});
});
