import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { GoalId } from "../../../src/core/ids.ts";
import type { Assignment, Effort, RosterReach } from "../../../src/core/values.ts";
import { assignmentSourceText } from "../../../src/core/words/sources.ts";
import type { Input, Methods } from "../../../src/protocol/methods.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelRequest, type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";

/**
 * What is said at launch, and what an edit says later, is what every request to a model carries: model, effort and
 * instructions of planner, implementer, reviewer and sub-agent. Proved by the requests that arrive.
 */
interface Member {
	readonly model: string;
	readonly effort: Effort;
	readonly instructions: string;
}
type Role = "planner" | "implementer" | "reviewer" | "researcher";
type Crew = Readonly<Record<Role, Member>>;

const crew: Crew = {
	planner: { model: "chart", effort: "low", instructions: "Plan as a sailor would." },
	implementer: { model: "anvil", effort: "high", instructions: "Build as a smith would." },
	reviewer: { model: "lens", effort: "medium", instructions: "Judge as a pilot would." },
	researcher: { model: "owl", effort: "minimal", instructions: "Look as an owl would." },
};
const relief: Crew = {
	planner: { model: "chart-2", effort: "high", instructions: "Plan as a captain would." },
	implementer: { model: "anvil-2", effort: "low", instructions: "Build as a mason would." },
	reviewer: { model: "lens-2", effort: "low", instructions: "Judge as a judge would." },
	researcher: { model: "owl-2", effort: "medium", instructions: "Look as a hawk would." },
};
const roles = Object.keys(crew) as Role[];
const run = promisify(execFile);
const cli = path.join(__dirname, "../../../dist/cli.js");
const models = [...roles.flatMap((role) => [crew[role].model, relief[role].model]), "plain"];

const plan = {
	title: "Two walls",
	summary: "One after the other.",
	steps: [
		{ id: "first", title: "FIRST wall", instructions: "Build the FIRST wall.", needs: [] },
		{ id: "second", title: "SECOND wall", instructions: "Build the SECOND wall.", needs: ["first"] },
	],
};
const verdict = { verdict: "pass", verifier: "the report", coverage: "the wall", gaps: "", summary: "It stands." };
const reflection = { summary: "Two walls.", reflection: "They stand." };

describe("who was named is who is asked", function () {
	this.timeout(120_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;
	/** What holds the first answer of its purpose back. */
	let held: ModelRequest["purpose"] | undefined;
	let goOn: () => void = () => {};
	let going: Promise<void> = Promise.resolve();

	/** Each step delegates once and reports. */
	const builder: Script = async (request) => {
		const { purpose, toolResults, text } = request;
		if (purpose === held) await going;
		if (purpose === "plan") return { text: JSON.stringify(plan) };
		if (purpose === "review") return { text: JSON.stringify(verdict) };
		if (purpose === "reflect") return { text: JSON.stringify(reflection) };
		if (roleOf(request) === "researcher") return { text: "There is sand." };
		if (toolResults > 0) return { text: "The wall stands." };
		const step = /Build the (FIRST|SECOND) wall\./.exec(text)?.[1] ?? "some";
		return {
			calls: [
				{ name: "delegate", args: { role: "researcher", title: "look", instructions: `Look for the ${step} wall.` } },
			],
		};
	};

	before(async () => {
		server = await startModelServer({ script: builder, models });
		daemon = await startDaemonProcess();
		const providers = [{ id: "yard", baseUrl: server.baseUrl, models }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers, agent: "yard/plain:xhigh" }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});
	beforeEach(() => {
		going = new Promise((resolve) => {
			goOn = resolve;
		});
	});
	afterEach(() => {
		goOn();
		for (const folder of [".mission", ".github", ".claude"])
			rmSync(path.join(workspace, folder), { recursive: true, force: true });
	});

	function write(file: string, text: string): void {
		mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
		writeFileSync(path.join(workspace, file), text);
	}

	const base = { autonomy: "autonomous", planApproval: "never" } as const;
	type Launch = Omit<Input<Methods, "goal/launch">, "workspace">;

	/** Launches, and resolves when the first request of the purpose that is held has come. */
	async function launched(launch: Launch, hold: ModelRequest["purpose"]) {
		held = hold;
		const since = server.requests.length;
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Build", ...launch });
		await until(() => server.requests.slice(since).some(({ purpose }) => purpose === hold));
		return { goalId, since };
	}

	async function killed(): Promise<void> {
		daemon = await daemon.restart();
	}

	interface LaunchRow {
		readonly from: string;
		/** Writes what it needs, and says what to launch with. */
		readonly launch: () => Launch | Promise<Launch>;
		/** What the roster says of where each role comes from. */
		readonly source: (role: Role) => string;
		/** Other than the crew. */
		readonly expected?: Partial<Crew>;
	}
	const assignments = (of: Crew): Assignment[] =>
		roles.map((role) => ({ role, provider: "yard", ...of[role], enabled: true, source: "launch" }));
	const presetText = JSON.stringify({ assignments: assignments(crew) });
	const plain: Member = { model: "plain", effort: "xhigh", instructions: "" };

	function writeRoleFiles(of: Crew): void {
		for (const role of roles) {
			const { model, effort, instructions } = of[role];
			// One as VS Code has it, the others as Claude has them.
			const file = role === "reviewer" ? ".github/agents/reviewer.agent.md" : `.claude/agents/${role}.md`;
			write(
				file,
				`---\nname: ${role}\nmodel: ${model}\neffort: ${effort}\npermissionMode: bypassPermissions\n---\n${instructions}\n`,
			);
		}
	}

	const launches: readonly LaunchRow[] = [
		{
			from: "the launch",
			launch: () => ({ settings: { ...base, assignments: assignments(crew) } }),
			source: () => "from launch",
		},
		{
			from: "a preset",
			launch: async () => {
				await daemon.client.request("preset/save", { name: "own", settings: { assignments: assignments(crew) } });
				return { preset: "own", settings: base };
			},
			source: () => "from the preset own",
		},
		{
			from: "a preset of the repository",
			launch: () => {
				write(".mission/presets/shared.yaml", presetText);
				return { preset: "shared", settings: base };
			},
			source: () => "from the preset shared",
		},
		{
			from: "role files that the launch names",
			launch: () => {
				writeRoleFiles(crew);
				return { roles, settings: base };
			},
			source: (role) => `from ${role === "reviewer" ? "reviewer.agent.md" : `${role}.md`}`,
		},
		{
			from: "a form that begins with role files",
			launch: async () => {
				writeRoleFiles(crew);
				const { settings } = await daemon.client.request("launch/prepare", { workspace, preset: "" });
				// The last goal here named nobody.
				return { preset: "", settings: { ...settings, ...base } };
			},
			source: (role) => `from ${role === "reviewer" ? "reviewer.agent.md" : `${role}.md`}`,
		},
		{
			from: "the primary agent, where roles name nobody",
			launch: () => ({
				settings: {
					...base,
					agent: { provider: "yard", model: "anvil", effort: "high" },
					assignments: roles.map((role) => ({ role, instructions: crew[role].instructions })),
				},
			}),
			source: () => "inherits the primary agent",
			expected: Object.fromEntries(
				roles.map((role) => [role, { ...crew.implementer, instructions: crew[role].instructions }]),
			),
		},
		{
			from: "config.jsonc, where nothing else says anything",
			launch: () => ({ settings: { ...base, assignments: [{ role: "reviewer" }] } }),
			source: () => "inherits the primary agent",
			expected: Object.fromEntries(roles.map((role) => [role, plain])),
		},
	];

	for (const { from, launch, source, expected = {} } of launches) {
		it(`at launch, as named by ${from}; files that change later, and kill -9, change nothing`, async () => {
			const { goalId, since } = await launched(await launch(), "plan");
			const { roster } = await daemon.client.request("goal/get", { goalId });
			for (const role of roles) {
				const entry = roster.assignments.find((one) => one.role === role);
				if (entry) assert.equal(assignmentSourceText(entry), source(role), role);
			}
			writeRoleFiles(relief);
			write(".mission/presets/shared.yaml", "agent: yard/plain\n");
			await daemon.client.request("preset/delete", { name: "own" }).catch(() => undefined);
			await killed();
			goOn();
			await untilState(daemon.client, goalId, ["completed"]);
			const asked = server.requests.slice(since).filter(({ purpose }) => purpose !== "reflect");
			for (const role of roles) {
				const told = new Set(asked.filter((request) => roleOf(request) === role).map(memberOf));
				assert.deepEqual([...told], [text(expected[role] ?? crew[role])], role);
			}
		});
	}

	interface EditRow {
		readonly apply: RosterReach;
		readonly meanwhile?: "kill -9" | "a replan";
		/** Whose requests the implementer's of the first step are, in order; after a restart or a kill the first may come twice. */
		readonly first: string;
	}
	const edits: readonly EditRow[] = [
		{ apply: "future", first: "crew crew" },
		{ apply: "next-turn", first: "crew relief" },
		{ apply: "restart-step", first: "crew relief relief" },
		{ apply: "future", meanwhile: "kill -9", first: "crew crew crew" },
		{ apply: "next-turn", meanwhile: "kill -9", first: "crew relief relief" },
		{ apply: "restart-step", meanwhile: "kill -9", first: "crew relief relief" },
		{ apply: "future", meanwhile: "a replan", first: "crew crew" },
	];
	for (const { apply, meanwhile, first } of edits) {
		it(`after an edit for ${apply}${meanwhile ? ` and ${meanwhile}` : ""}, as far as it reaches`, async () => {
			const { goalId, since } = await launched({ settings: { ...base, assignments: assignments(crew) } }, "work");
			const said = roles.map((role) => ({ role, provider: "yard", ...relief[role] }));
			await daemon.client.request("roster/edit", { goalId, edits: said, apply });
			if (meanwhile === "kill -9") await killed();
			if (meanwhile === "a replan") await replan(goalId);
			goOn();
			await untilState(daemon.client, goalId, ["completed"]);
			const asked = server.requests.slice(since);
			const whose = (fits: (request: ModelRequest) => boolean) => asked.filter(fits).map(crewOf).join(" ");
			const isOf = (role: Role, step: string) => (request: ModelRequest) =>
				roleOf(request) === role && request.text.includes(`${step} wall`) && request.purpose !== "reflect";
			const work = asked.filter((request) => roleOf(request) === "implementer");
			const ofStep = (step: string) => work.filter(({ text }) => text.includes(`Build the ${step} wall.`)).map(crewOf);
			assert.equal(ofStep("FIRST").join(" "), first);
			assert.equal(ofStep("SECOND").join(" "), "relief relief");
			assert.match(whose(isOf("researcher", "FIRST")), /^relief( relief)*$/);
			assert.match(whose(isOf("reviewer", "FIRST")), /^relief( relief)*$/);
			const planned = asked.filter(({ purpose }) => purpose === "plan").map(crewOf);
			assert.deepEqual(planned, meanwhile === "a replan" ? ["crew", "relief"] : ["crew"]);
			const { roster } = await daemon.client.request("goal/get", { goalId });
			assert.equal(roster.revision, 2);
			for (const entry of roster.assignments) assert.equal(assignmentSourceText(entry), "edited while it ran");
		});
	}

	it("after an edit on the command line that says nothing but new instructions, from the next request on", async () => {
		const { goalId, since } = await launched({ settings: { ...base, assignments: assignments(crew) } }, "work");
		const instructions = "Build as if a=b, and\nas a gardener would.";
		const args = ["roster", goalId, "--instructions", `implementer=${instructions}`, "--apply", "next-turn"];
		const { stdout } = await run(process.execPath, [cli, ...args, "--json"], {
			env: { ...process.env, MISSION_HOME: daemon.home },
		});
		const entry = JSON.parse(stdout).assignments.find(({ role }: { role: string }) => role === "implementer");
		assert.equal(`${entry.model}:${entry.effort}`, `${crew.implementer.model}:${crew.implementer.effort}`);
		goOn();
		await untilState(daemon.client, goalId, ["completed"]);
		const asked = server.requests.slice(since).filter((request) => roleOf(request) === "implementer");
		const after = text({ ...crew.implementer, instructions });
		assert.deepEqual(asked.map(memberOf), [text(crew.implementer), after, after, after]);
	});

	async function replan(goalId: GoalId): Promise<void> {
		await daemon.client.request("goal/control", { goalId, action: "replan", reason: "A better way." });
	}
});

/** From the system message, which says who is spoken to. */
function roleOf({ purpose, messages }: ModelRequest): string {
	if (purpose === "plan") return "planner";
	if (purpose === "review") return "reviewer";
	const system = messages.find(({ role }) => role === "system")?.content ?? "";
	return /^You are (?:the|a) ([a-z-]+) (?:of one step|whom)/.exec(system)?.[1] ?? purpose;
}

function memberOf(request: ModelRequest): string {
	const system = request.messages.find(({ role }) => role === "system")?.content ?? "";
	const instructions = /Instructions for this role:\n(.*)$/s.exec(system)?.[1] ?? "";
	return text({ model: request.model, effort: request.effort as Effort, instructions });
}

function text({ model, effort, instructions }: Member): string {
	return `${model}:${effort} “${instructions}”`;
}

function crewOf(request: ModelRequest): string {
	const role = roleOf(request) as Role;
	const told = memberOf(request);
	if (told === text(crew[role])) return "crew";
	return told === text(relief[role]) ? "relief" : told;
}

async function until(isSo: () => boolean): Promise<void> {
	for (const deadline = Date.now() + 45_000; !isSo(); ) {
		assert.ok(Date.now() < deadline, "it did not come to that in 45 s");
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
