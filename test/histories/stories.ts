import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Approval, Goal } from "../../src/core/goal.ts";
import type { GrantId, ToolCallId } from "../../src/core/ids.ts";
import type { Input, Methods } from "../../src/protocol/methods.ts";
import { acpProgram, scriptedChoice } from "../support/acpProgram.ts";
import type { Script } from "../support/modelServer.ts";
import { approveAll, asks, type Decide, isOver, type Person } from "./person.ts";

/** What is recorded: one story a goal, told by a real daemon, a model behind real HTTP and a person who answers. */
export interface Story {
	readonly about: string;
	/** Files that are in the workspace before. */
	readonly files?: Readonly<Record<string, string>>;
	readonly launch: Omit<Input<Methods, "goal/launch">, "workspace">;
	readonly model?: Script;
	/** The provider's own limits and prices; otherwise the defaults. */
	readonly config?: object;
	/** Agents that are programs, as in config.jsonc; `mark` names a file that nobody sees. */
	readonly agents?: (mark: (name: string) => string) => readonly object[];
	/** The daemon's limits; otherwise the defaults. */
	readonly limits?: object;
	/** What becomes of acts that wait, as in config.jsonc. */
	readonly approvals?: object;
	live(stage: StoryStage): Promise<void>;
}

export interface StoryStage {
	readonly person: Person;
	readonly workspace: string;
	/** The daemon is gone as by a power cut: SIGKILL, and another one on the same folder. */
	killDaemon(meanwhile?: () => void | Promise<void>): Promise<void>;
	/** The same, and a day passes before the next one. */
	killDaemonForADay(): Promise<void>;
	/** The path of a file outside the workspace. */
	mark(name: string): string;
}

const model = { provider: "local", model: "scripted", effort: "high" as const };

const plan = (...steps: object[]) =>
	JSON.stringify({ title: "Tidy up", summary: "First the list, then the count.", steps });

const lookBack = JSON.stringify({
	summary: "The list is there.",
	reflection: "The first plan counted what nobody had listed.",
	memory: "Notes are Markdown here.",
});

/** A model that makes these calls in each step, one a turn, and then reports. */
const working =
	(
		planned: string,
		calls: Readonly<Record<string, readonly { name: string; args: object }[]>>,
		report: string,
	): Script =>
	({ purpose, text, toolResults }) => {
		if (purpose === "plan") return { text: planned, usage: [410, 96] };
		if (purpose === "reflect") return { text: lookBack };
		const step = Object.keys(calls).find((name) => text.includes(`Do ${name}.`)) ?? "";
		const call = calls[step]?.[toolResults];
		if (!call) return { text: report, usage: [900, 40] };
		return {
			text: `Now ${call.name}.`,
			calls: [call],
			usage: [600 + 100 * toolResults, 30],
			reasoning: "One at a time.",
		};
	};

const playbookSteps = `# Prepare the report

What was done this week, on one page.

## Count
needs: none

\`\`\`sh
grep -c . notes.txt > count.txt
\`\`\`

\`\`\`check
test -s count.txt
\`\`\`

## Write the header
needs: none

\`\`\`write header.txt
Report
\`\`\`

## Join

\`\`\`sh
cat header.txt count.txt author.txt > report.txt
\`\`\`

\`\`\`check
grep -q Mara report.txt
\`\`\`
`;

/** An MCP server that a workspace brings with it. */
const yard = `const { createInterface } = require("node:readline");
const stack = { name: "stack", description: "Stacks bricks.", inputSchema: { type: "object", properties: { bricks: { type: "number" } } } };
const answers = {
	initialize: () => ({ protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "yard", version: "1.0.0" } }),
	"tools/list": () => ({ tools: [stack, { name: "odd", inputSchema: { type: "array" } }] }),
	"tools/call": ({ arguments: { bricks } }) =>
		bricks > 5 ? { content: [{ type: "text", text: "It would fall." }], isError: true }
		: { content: [{ type: "text", text: "The wall is " + bricks + " high." }, { type: "resource_link", name: "plan", uri: "https://example.org/plan" }] },
};
createInterface({ input: process.stdin }).on("line", (line) => {
	const { id, method, params } = JSON.parse(line);
	if (id === undefined) return;
	const answer = answers[method];
	const rest = answer ? { result: answer(params) } : { error: { code: -32601, message: "Method not found" } };
	console.log(JSON.stringify({ jsonrpc: "2.0", id, ...rest }));
});
`;

export const stories: Readonly<Record<string, Story>> = {
	"playbook-retried-undone": {
		about:
			"A playbook that asks for each command; a command fails, a file is added by hand, it is retried; then a step is undone.",
		files: { "notes.txt": "one\ntwo\n" },
		launch: {
			playbook: { path: "prepare.md", text: playbookSteps },
			settings: { checks: ["test -f report.txt"] },
		},
		async live({ person, workspace }) {
			const { goalId, client } = person;
			await person.follow(
				({ kind, command }) =>
					kind === "tool" ? { answer: "approve", scope: command?.startsWith("grep -c") ? "goal" : "once" } : undefined,
				asks("step"),
			);
			// What is written within a moment of an agent's own writing is taken for the agent's.
			await sleep(500);
			writeFileSync(path.join(workspace, "author.txt"), "Mara\n");
			await sleep(500);
			await person.follow(({ kind }) => ({ answer: kind === "step" ? "retry" : "approve" }), isOver);
			await client().request("check/run", { goalId });
			await sleep(500);
			const goal = await person.now();
			const join = goal.plan?.order[2];
			if (join) await client().request("step/undo", { goalId, stepId: join });
			await sleep(300);
		},
	},
	"playbook-skipped-outside": {
		about:
			"A granted playbook whose step fails and is skipped, and a file that somebody else changes makes a check stale.",
		launch: {
			playbook: {
				path: "slow.md",
				text: "# Slow\n\n## First\n\n```sh\necho one > one.txt\n```\n\n```check\ngrep -q one one.txt\n```\n\n## Second\nneeds: first\n\n```sh\nsleep 1; false\n```\n\n## Third\nneeds: none\n\n```sh\nsleep 2; echo three > three.txt\n```\n",
			},
			grantPlaybook: true,
			settings: { checks: ["grep -q one one.txt"] },
		},
		async live({ person, workspace }) {
			await person.follow(approveAll, asks("step"));
			writeFileSync(path.join(workspace, "one.txt"), "one, as somebody else has it\n");
			await person.follow(({ kind }) => ({ answer: kind === "step" ? "skip" : "approve" }), isOver);
		},
	},
	"model-denied-retried": {
		about:
			"A model is denied a command, says it is done when it is not, reads the diagnosis and does it; a grant lapses; a path outside is refused.",
		files: { "build.sh": "echo built > built.txt\n" },
		launch: { prompt: "Tidy up, and prove it.", settings: { agent: model, checks: ["test -f done.txt"] } },
		model: (request) => {
			if (request.purpose === "plan") {
				const steps = [
					{ id: "build", title: "Build", instructions: "Do the build.", checks: ["test -f built.txt"] },
					{
						id: "finish",
						title: "Finish",
						instructions: "Do the rest.",
						checks: ["grep -q yes done.txt"],
						needs: ["build"],
					},
				];
				return { text: plan(...steps), usage: [420, 130] };
			}
			if (request.text.includes("Do the build.") && !request.text.includes("Do the rest.")) {
				const calls = [
					{ name: "updateTodos", args: { todos: [{ content: "Build", state: "in_progress" }] } },
					{ name: "readFile", args: { path: "../../etc/passwd" } },
					{ name: "runCommand", args: { command: "sh build.sh" } },
					{ name: "editFile", args: { path: "build.sh", edits: [{ find: "built >", replace: "built twice >" }] } },
					{ name: "runCommand", args: { command: "sh build.sh" } },
				];
				const call = calls[request.toolResults];
				return call
					? { text: `Now **${call.name}**.`, calls: [call], usage: [700, 40] }
					: { text: "It is built:\n\n- `build.sh` says so twice\n- nothing else was touched", usage: [1100, 25] };
			}
			const again = request.text.includes("The last attempt failed");
			const call = again
				? { name: "writeFile", args: { path: "done.txt", content: "yes\n" } }
				: { name: "runCommand", args: { command: "curl https://example.org/yes -o done.txt" } };
			if (request.toolResults === 0) return { calls: [call], usage: [800, 30], answered: "scripted-2026-01-01" };
			return { text: again ? "Now it says yes." : "Everything is finished.", usage: [950, 20] };
		},
		async live({ person }) {
			await person.follow(
				({ command }) =>
					command?.startsWith("curl")
						? { answer: "deny", reason: "Not from the network: write it yourself." }
						: { answer: "approve", scope: command === "sh build.sh" ? "goal" : "once" },
				isOver,
			);
		},
	},
	"agent-asks": {
		about:
			"A model asks its person: one answer is chosen, several are, one is given in words, one declined and one answered by its default at the deadline that a person set.",
		launch: { prompt: "Choose a database.", settings: { agent: model, autonomy: "autonomous" } },
		model: working(
			plan({ id: "choose", title: "Choose", instructions: "Do choose." }),
			{
				choose: [
					{ name: "askPerson", args: { question: "Which database?", options: ["Postgres", "SQLite"] } },
					{
						name: "askPerson",
						args: { question: "Which tables?", options: ["users", "posts", "tags"], several: true },
					},
					{ name: "askPerson", args: { question: "What is it called?" } },
					{ name: "askPerson", args: { question: "And the password?" } },
					{ name: "askPerson", args: { question: "Which port?", default: "5432" } },
				],
			},
			"Postgres, with users and tags, on 5432.",
		),
		limits: { questionMs: 1500 },
		async live({ person }) {
			await person.follow(({ summary }) => {
				if (summary === "Which database?") return { answer: "Postgres" };
				if (summary === "Which tables?") return { answer: "choose", chosen: ["users", "tags"] };
				if (summary === "What is it called?") return { answer: "text", reason: "garden" };
				return summary === "Which port?" ? undefined : { answer: "decline", reason: "Take it from the environment." };
			}, isOver);
		},
	},
	"in-the-background": {
		about: "A model begins two commands in the background, reads one and stops it; the other ends with the step.",
		launch: { prompt: "Serve.", settings: { agent: model, autonomy: "autonomous" } },
		model: (request) => {
			if (request.purpose === "plan") return { text: plan({ id: "serve", title: "Serve", instructions: "Do serve." }) };
			if (request.purpose === "reflect") return { text: lookBack };
			const id = /as (c-\w+)\./.exec(request.text)?.[1] ?? "";
			const begin = (command: string) => ({ name: "runCommand", args: { command, background: true } });
			const calls = [
				begin("echo ready; sleep 600"),
				begin("sleep 700"),
				{ name: "readOutput", args: { id } },
				{ name: "stopCommand", args: { id } },
			];
			const call = calls[request.toolResults];
			return call ? { calls: [call], delayMs: 300 } : { text: "It was served." };
		},
		async live({ person }) {
			await person.follow(approveAll, isOver);
		},
	},
	"background-stopped": {
		about: "A model begins a command in the background; a person stops it, and the model is told.",
		launch: { prompt: "Serve.", settings: { agent: model, autonomy: "autonomous" } },
		model: (request) => {
			if (request.purpose === "plan") return { text: plan({ id: "serve", title: "Serve", instructions: "Do serve." }) };
			if (request.purpose === "reflect") return { text: lookBack };
			if (request.toolResults === 0) {
				const args = { command: "echo ready; sleep 600", background: true };
				return { calls: [{ name: "runCommand", args }] };
			}
			const isTold = request.messages.some(({ content }) => content?.startsWith("The person stopped"));
			return isTold
				? { text: "It was served, until it was stopped." }
				: { calls: [{ name: "listFiles", args: {} }], delayMs: 300 };
		},
		async live({ person }) {
			const { background = {} } = await person.follow(approveAll, (goal) => goal.background !== undefined);
			const [{ toolCallId } = { toolCallId: "none" as ToolCallId }] = Object.values(background);
			await person.client().request("background/stop", { goalId: person.goalId, toolCallId });
			await person.follow(approveAll, isOver);
		},
	},
	"model-provider-failures": {
		about:
			"The provider limits, fails, breaks off and refuses the key; the goal is blocked, resumed, steered and completed.",
		launch: { prompt: "List what is here.", settings: { agent: model } },
		model: (() => {
			const troubles = [
				{ status: 429, headers: { "retry-after": "0" } },
				{ status: 500 },
				"cut" as const,
				{ status: 401, body: { error: { message: "Incorrect API key provided." } } },
			];
			let next = 0;
			const work = working(
				plan({ id: "list", title: "List", instructions: "Do list." }),
				{ list: [{ name: "listFiles", args: {} }] },
				"There is nothing here.",
			);
			return (request) => {
				if (request.purpose === "plan") return work(request);
				const trouble = troubles[next++];
				if (trouble) return trouble;
				return { ...(work(request) as object), delayMs: 300 };
			};
		})(),
		async live({ person }) {
			const { goalId, client } = person;
			await person.follow(approveAll, (goal) => Object.values(goal.holds).length > 0);
			await client().request("goal/control", { goalId, action: "resume" });
			await client().request("thread/send", { goalId, text: "Name only Markdown files, please." });
			await person.follow(approveAll, isOver);
		},
	},
	"model-asked-otherwise": {
		about:
			"The endpoint refuses stream_options, then a reasoning effort, and is asked without them; then it asks to wait, and a person does not.",
		launch: { prompt: "List what is here.", settings: { agent: model } },
		model: (() => {
			let isBusy = true;
			const work = working(
				plan({ id: "list", title: "List", instructions: "Do list." }),
				{ list: [{ name: "listFiles", args: {} }] },
				"There is nothing here.",
			);
			return (request) => {
				if ("stream_options" in request.body)
					return { status: 400, body: { error: { message: "Unknown parameter: 'stream_options'." } } };
				if ("reasoning_effort" in request.body)
					return { status: 400, body: { error: { message: "`reasoning_effort` is not supported with this model" } } };
				if (request.purpose === "plan" || !isBusy) return work(request);
				isBusy = false;
				return { status: 429, headers: { "retry-after": "3600" } };
			};
		})(),
		async live({ person }) {
			const { goalId, client } = person;
			await person.follow(approveAll, (goal) => Object.values(goal.holds).length > 0);
			await client().request("goal/control", { goalId, action: "resume" });
			await person.follow(approveAll, isOver);
		},
	},
	"mcp-servers": {
		about:
			"The workspace proposes three MCP servers: one is allowed and used, one is not there, one is not wanted. One call is granted for the goal, one denied, one is an error.",
		files: {
			"yard.cjs": yard,
			".mcp.json": JSON.stringify({
				mcpServers: {
					yard: { command: "node", args: ["yard.cjs"] },
					quarry: { command: "no-such-quarry" },
					mill: { type: "http", url: "http://127.0.0.1:9/mcp" },
				},
			}),
		},
		launch: { prompt: "Build a wall.", settings: { agent: model } },
		model: working(
			plan({ id: "wall", title: "Wall", instructions: "Do wall." }),
			{
				wall: [
					{ name: "mcp__yard__stack", args: { bricks: 2 } },
					{ name: "mcp__yard__stack", args: { bricks: 3 } },
					{ name: "mcp__yard__stack", args: { bricks: 9 } },
				],
			},
			"The wall stands.",
		),
		async live({ person }) {
			await person.follow(({ question, server, summary }) => {
				if (question === "mcpServer")
					return server?.name === "mill" ? { answer: "deny" } : { answer: "approve", scope: "goal" };
				if (question !== "call") return { answer: "approve" };
				const isLow = summary.includes('"bricks":2');
				return isLow ? { answer: "deny", reason: "Not so low." } : { answer: "approve", scope: "goal" };
			}, isOver);
		},
	},
	"told-instructions": {
		about:
			"The workspace has instructions and a skill: told at the start, those of a folder when it is come to, and anew when one changes.",
		files: {
			"AGENTS.md": "Use tabs.\n",
			"src/AGENTS.md": "In src: short names.\n",
			"src/names.txt": "a\n",
			".agents/skills/tidy/SKILL.md": "---\nname: tidy\ndescription: How to tidy up.\n---\nSort the lines.\n",
			".agents/skills/Bad Name/SKILL.md": "---\nname: bad\n---\n",
		},
		launch: { prompt: "Tidy up.", settings: { agent: model } },
		model: working(
			plan({ id: "tidy", title: "Tidy", instructions: "Do tidy." }),
			{
				tidy: [
					{ name: "readSkill", args: { name: "tidy" } },
					{ name: "readFile", args: { path: "src/names.txt" } },
					{ name: "writeFile", args: { path: "AGENTS.md", content: "Use tabs. Sort lines.\n" } },
				],
			},
			"It is tidy.",
		),
		async live({ person }) {
			await person.follow(approveAll, isOver);
		},
	},
	"playbook-with-agent": {
		about: "A playbook that asks for a value runs a command, hands a step to an agent, and checks what came of both.",
		launch: {
			prompt: "",
			settings: { agent: model },
			grantPlaybook: true,
			playbook: {
				path: "greet.md",
				inputs: { name: "Mara" },
				text: [
					"---",
					"inputs:",
					"  name: { description: Who is greeted. }",
					"  tone: { options: [warm, short], default: warm }",
					"---",
					"# Greet",
					"## Begin",
					'```sh\necho "Dear $INPUT_NAME" > greeting.txt\n```',
					"## Go on",
					"agent: implementer",
					"",
					"Do greet.",
					'```check\ngrep -q "$INPUT_NAME" greeting.txt\n```',
					"",
				].join("\n"),
			},
		},
		model: working(
			"",
			{ greet: [{ name: "writeFile", args: { path: "greeting.txt", content: "Dear Mara, good morning.\n" } }] },
			"She is greeted.",
		),
		async live({ person }) {
			await person.follow(approveAll, isOver);
		},
	},
	"killed-reconciled": {
		about:
			"The daemon is killed while a command runs (it is followed), while the model answers (it is asked again), and together with a command (its outcome is unknown).",
		launch: { prompt: "Survive.", settings: { agent: model } },
		model: working(
			plan({ id: "live", title: "Survive", instructions: "Do live.", checks: ["test -f survived.txt"] }),
			{
				live: [
					{ name: "runCommand", args: { command: "sleep 2; echo survived > survived.txt" } },
					{ name: "runCommand", args: { command: "echo $$ > begun.txt; sleep 60" } },
					{ name: "readFile", args: { path: "survived.txt" } },
				],
			},
			"It survived.",
		),
		async live({ person, workspace, killDaemon }) {
			const runs = (text: string) => (goal: Parameters<typeof isOver>[0]) =>
				Object.values(goal.calls).some((call) => call.state === "started" && call.summary.includes(text));
			const approve = ({ kind }: { kind: string }) => (kind === "tool" ? { answer: "approve" } : undefined);
			await person.follow(approve, runs("sleep 2"));
			await killDaemon();
			await person.follow(approve, (goal) => Object.values(goal.threads).some(({ turn, done }) => turn && done > 0));
			await killDaemon();
			await person.follow(approve, runs("sleep 60"));
			const begun = path.join(workspace, "begun.txt");
			while (!existsSync(begun) || readFileSync(begun, "utf8") === "") await sleep(10);
			await killDaemon(() => killGroupOf(Number(readFileSync(begun, "utf8"))));
			await person.follow(approve, asks("recovery"));
			await person.follow(approveAll, isOver);
		},
	},
	paused: {
		about: "A goal is paused while a command runs, paused at once, and resumed each time.",
		launch: {
			playbook: {
				path: "long.md",
				text: "# Long\n\n## One\n\n```sh\nsleep 1; echo one > one.txt\n```\n\n## Two\n\n```sh\nsleep 30\n```\n",
			},
			grantPlaybook: true,
			settings: { priority: "high" },
		},
		async live({ person }) {
			const { goalId, client } = person;
			const works = (goal: Parameters<typeof isOver>[0]) =>
				Object.values(goal.calls).some(({ state }) => state === "started");
			await person.follow(approveAll, works);
			await client().request("goal/control", { goalId, action: "pause" });
			await person.follow(approveAll, (goal) => goal.files.writers.length === 0);
			await client().request("goal/control", { goalId, action: "resume" });
			await person.follow(approveAll, works);
			await client().request("goal/control", { goalId, action: "pause", now: true });
			await person.follow(approveAll, (goal) => goal.files.writers.length === 0);
			await client().request("goal/control", { goalId, action: "resume" });
			await person.follow(({ kind }) => ({ answer: kind === "step" ? "fail" : "approve" }), isOver);
		},
	},
	"cancelled-reopened": {
		about: "A goal is cancelled while it waits for a decision, and its step is rerun later.",
		launch: { prompt: "Write it down.", settings: { agent: model, autonomy: "supervised" } },
		model: working(
			plan({ id: "write", title: "Write", instructions: "Do write." }),
			{ write: [{ name: "writeFile", args: { path: "note.txt", content: "noted\n" } }] },
			"It is written.",
		),
		async live({ person }) {
			const { goalId, client } = person;
			await person.follow(({ kind }) => (kind === "plan" ? { answer: "approve" } : undefined), asks("tool"));
			await client().request("goal/control", { goalId, action: "cancel", reason: "Not today." });
			await person.follow(approveAll, isOver);
			const { plan: planned } = await person.now();
			await client().request("goal/control", { goalId, action: "rerun", stepId: planned?.order[0] });
			await person.follow(approveAll, isOver);
		},
	},
	"plans-refused": {
		about: "A plan cannot be read, another is sent back with a note, the third is approved; its step fails for good.",
		launch: { prompt: "Plan it well.", settings: { agent: model, planApproval: "always" } },
		model: (() => {
			let asked = 0;
			const good = plan({ id: "do", title: "Do it", instructions: "Do it.", checks: ["test -f never.txt"] });
			return ({ purpose }) => {
				if (purpose !== "plan") return { text: "I could not.", usage: [300, 5] };
				asked++;
				return asked === 1 ? { text: "I would rather not." } : { text: good, usage: [500, 80] };
			};
		})(),
		async live({ person }) {
			let returned = false;
			await person.follow(({ kind }) => {
				if (kind === "step") return { answer: "fail" };
				if (kind !== "plan" || returned) return { answer: "approve" };
				returned = true;
				return { answer: "return", reason: "Say how it will be checked." };
			}, isOver);
		},
	},
	"model-reviewed-replanned": {
		about:
			"A reviewer asks for repairs, then for another plan; the final review does not pass, twice becomes another plan, is made again for a person, who then takes the result as it is.",
		launch: {
			prompt: "List the notes and count them.",
			settings: {
				agent: model,
				assignments: [{ role: "reviewer", provider: "local", model: "critic" }],
				autonomy: "autonomous",
			},
		},
		model: (() => {
			let [plans, reviews] = [0, 0];
			const steps = [
				{ id: "list", title: "List the notes", instructions: "List them." },
				{ id: "count", title: "Count them", instructions: "Count them.", needs: ["list"] },
			];
			const verdicts = [
				{ verdict: "soft", summary: "The list is not sorted.", diagnosis: "Sort it." },
				{
					verdict: "pass",
					summary: "Sorted.",
					verifier: "list.txt, as it changed",
					coverage: "the list",
					gaps: "its names",
				},
				{ verdict: "hard", summary: "There is nothing to count.", diagnosis: "Count the files instead." },
				{ verdict: "pass", summary: "Counted.", verifier: "count.txt", coverage: "the count", gaps: "" },
			];
			return ({ purpose, toolResults, text }) => {
				if (purpose === "reflect") return { text: lookBack, usage: [700, 60] };
				if (purpose === "plan") {
					plans++;
					const again = [
						{ id: `count-${plans}`, title: "Count the files", instructions: "Count the files.", needs: ["list"] },
					];
					return { text: plan(...(plans === 1 ? steps : again)), usage: [500, 80] };
				}
				if (purpose === "review") {
					const whole = text.includes("Review the result of the whole goal");
					const said = whole
						? { verdict: "soft", summary: "The count has no unit.", diagnosis: "Name the unit." }
						: (verdicts[reviews++] ?? verdicts[3]);
					return { text: JSON.stringify(said), usage: [800, 50] };
				}
				const file = text.includes("List them.") ? "list.txt" : "count.txt";
				return toolResults === 0
					? { calls: [{ name: "writeFile", args: { path: file, content: `${file}\n` } }], usage: [300, 20] }
					: { text: "It is written.", usage: [320, 10] };
			};
		})(),
		async live({ person }) {
			await person.follow(() => undefined, asks("question"));
			await person.follow(
				() => ({ answer: "rerun" }),
				(goal) => goal.review === undefined || goal.review.verdict === undefined,
			);
			await person.follow(() => ({ answer: "accept", reason: "Everybody knows the unit." }), isOver);
		},
	},
	"budget-raised": {
		about: "A goal reaches the turns that it may take; a person raises them.",
		launch: { prompt: "Take your time.", settings: { agent: model, budget: { turns: 2 } } },
		model: working(
			plan({ id: "look", title: "Look", instructions: "Do look." }),
			{
				look: [
					{ name: "listFiles", args: {} },
					{ name: "listFiles", args: { path: "." } },
				],
			},
			"Nothing to see.",
		),
		config: { prices: { scripted: { input: 1.5, output: 6 } } },
		async live({ person }) {
			await person.follow(() => undefined, asks("budget"));
			await person.follow(approveAll, isOver);
		},
	},
	"price-set": {
		about: "A limit of money over a model without a known price; a person says what it costs, and the goal goes on.",
		launch: { prompt: "Take a look.", settings: { agent: model, budget: { usd: 5 } } },
		model: working(
			plan({ id: "look", title: "Look", instructions: "Do look." }),
			{ look: [{ name: "listFiles", args: {} }] },
			"Nothing to see.",
		),
		async live({ person }) {
			await person.follow(() => undefined, asks("budget"));
			const price = { input: 1.5, output: 6 };
			await person.follow(
				({ kind }) => (kind === "budget" ? { answer: "price", price } : { answer: "approve" }),
				isOver,
			);
		},
	},
	"minutes-used-up": {
		about:
			"A goal's minutes of work are used up while a command runs; the command is ended, and a person stops the goal.",
		launch: {
			playbook: { path: "long.md", text: "# Take long\n\n## Wait\n\n```sh\necho begun > begun.txt; sleep 60\n```\n" },
			settings: { budget: { minutes: 0.05 } },
			grantPlaybook: true,
		},
		async live({ person }) {
			await person.follow(() => undefined, asks("budget"));
			await person.follow(({ kind }) => (kind === "budget" ? { answer: "stop" } : undefined), isOver);
		},
	},
	"summed-up-delegated": {
		about: "A thread asks a researcher, comes near its model's window and is summed up; the prices are configured.",
		files: { "notes.txt": "one\ntwo\n" },
		launch: { prompt: "Read the notes.", settings: { agent: model, checks: ["test -s notes.txt"] } },
		model: ({ purpose, text, messages, toolResults }) => {
			if (purpose === "plan")
				return { text: plan({ id: "read", title: "Read", instructions: "Do read." }), usage: [410, 96] };
			if (purpose === "summary") {
				const verifiedFacts = ["notes.txt has two lines."];
				const summary = {
					objective: "Read the notes.",
					decisions: [],
					openWork: ["Say what is in them."],
					verifiedFacts,
				};
				return { text: JSON.stringify(summary), usage: [900, 60] };
			}
			if (messages[0]?.content?.includes("whom another agent has asked")) {
				if (toolResults > 0) return { text: "notes.txt has two lines.", usage: [700, 20] };
				return { calls: [{ name: "readFile", args: { path: "notes.txt" } }], usage: [500, 20] };
			}
			if (text.includes("Verified facts")) return { text: "The notes say one and two.", usage: [800, 40] };
			if (toolResults > 0) return { calls: [{ name: "listFiles", args: {} }], usage: [7000, 30] };
			const args = { role: "researcher", title: "Count the lines", instructions: "How many lines has notes.txt?" };
			return { calls: [{ name: "delegate", args }], usage: [600, 30] };
		},
		config: { prices: { scripted: { input: 1.5, output: 6 } }, contextWindows: { scripted: 8000 } },
		async live({ person }) {
			await person.follow(approveAll, isOver);
		},
	},
	"changed-underway": {
		about:
			"A person edits the plan; a model goes silent and is asked again; another answers in its place; a command is silent; a grant is taken back; the roster is edited; a check is stopped; nobody looks back.",
		launch: {
			prompt: "Write the log, then close it.",
			settings: { agent: model, planApproval: "always", checks: ["sleep 1.5; test -s log.txt"] },
		},
		limits: { silenceMs: 1000 },
		model: (() => {
			let isSilent = true;
			return ({ purpose, text, toolResults }) => {
				if (purpose === "reflect") return { status: 400, body: { error: { message: "Not today." } } };
				if (purpose === "plan") {
					const write = { id: "write", title: "Write", instructions: "Do write." };
					return { text: plan(write, { id: "close", title: "Close", instructions: "Do close.", needs: ["write"] }) };
				}
				if (isSilent) {
					isSilent = false;
					return "hang";
				}
				const command = text.includes("Do write.") ? "sleep 2.5; echo one | tee -a log.txt" : "echo closed >> log.txt";
				if (toolResults > 1) return { text: "It is done.", usage: [700, 20] };
				return { calls: [{ name: "runCommand", args: { command } }], usage: [600, 30], answered: "scripted-mini" };
			};
		})(),
		async live({ person }) {
			const { goalId, client } = person;
			await person.follow(() => undefined, asks("plan"));
			const { markdown } = await client().request("plan/get", { goalId });
			await client().request("plan/edit", {
				goalId,
				markdown: markdown.replace("Do close.", "Do close, in one line."),
			});
			await person.follow(
				({ kind }) => (kind === "plan" ? { answer: "approve" } : { answer: "approve", scope: "goal" }),
				({ grants }) => Object.keys(grants).length > 0,
			);
			const [grant] = (await client().request("grant/list", { goalId })).grants;
			await client().request("grant/revoke", { grantId: grant!.grantId as GrantId });
			const edits = [{ role: "implementer", provider: "local", model: "scripted", effort: "low" as const }];
			await client().request("roster/edit", { goalId, edits, apply: "next-turn" });
			await person.follow(approveAll, ({ checks }) => Object.values(checks).some(({ state }) => state === "running"));
			await client().request("goal/control", { goalId, action: "pause", now: true });
			await person.follow(approveAll, ({ checks }) => Object.values(checks).every(({ state }) => state !== "running"));
			await client().request("goal/control", { goalId, action: "resume" });
			await person.follow(approveAll, isOver);
		},
	},
	"program-agent": {
		about:
			"An agent that is a program does its work itself: one act is denied, one is done without asking, the daemon is killed in the middle of a turn, and at last the program dies and its session is loaded by another.",
		launch: { prompt: "Write the lines.", settings: { agent: scriptedChoice } },
		agents: (mark) => [
			acpProgram([
				{ say: "I begin." },
				{ todo: "Write the lines" },
				{ add: "denied" },
				{ add: "first" },
				{ awaits: mark("killed") },
				{ add: "second", unasked: true },
				{ add: "third" },
				{ dieOnce: mark("died") },
				{ add: "fourth" },
			]),
		],
		async live({ person, killDaemon, mark }) {
			const denyFirst: Decide = (approval) =>
				approval.command?.includes("denied") ? { answer: "deny", reason: "Not this one." } : approveAll(approval);
			const hasFirst = ({ usage }: Goal) => usage.toolCalls >= 2;
			await person.follow(
				denyFirst,
				(goal) => hasFirst(goal) && goal.files.writers.length === 0 && Object.keys(goal.approvals).length === 0,
			);
			await killDaemon(() => writeFileSync(mark("killed"), ""));
			await person.follow(denyFirst, isOver);
		},
	},
	"program-writes": {
		about:
			"An agent that is a program has a file written through the daemon: it is asked about, and recorded as an edit.",
		launch: { prompt: "Write the lines.", settings: { agent: scriptedChoice } },
		agents: () => [acpProgram([{ writes: "out.txt" }])],
		async live({ person }) {
			await person.follow(approveAll, isOver);
		},
	},
	"set-aside": {
		about:
			"An act is set aside, taken up again and approved; nobody answers the next one in time, so that the deadline denies it, and a person skips its step.",
		launch: {
			playbook: { path: "later.md", text: "# Later\n\n## One\n\n```sh\ntrue\n```\n\n```sh\necho two > two.txt\n```\n" },
		},
		approvals: {
			deadlines: Object.fromEntries(
				["read", "write", "network", "dangerous"].map((risk) => [risk, { minutes: 600, act: "deny" }]),
			),
		},
		async live({ person, killDaemonForADay }) {
			const goal = await person.follow(() => undefined, asks("tool"));
			const [approval] = Object.values(goal.approvals);
			const { approvalId } = approval!;
			for (const aside of [true, false]) await person.client().request("approval/setAside", { approvalId, aside });
			const isSecond = ({ command }: Approval) => command?.includes("two") === true;
			await person.follow(
				(one) => (isSecond(one) ? undefined : approveAll(one)),
				({ approvals }) => Object.values(approvals).some(isSecond),
			);
			await killDaemonForADay();
			await person.follow(({ kind }) => (kind === "step" ? { answer: "skip" } : undefined), isOver);
		},
	},
	"folder-away": {
		about: "The folder is moved away while a command runs in it, comes back, and the goal goes on.",
		launch: {
			playbook: {
				path: "move.md",
				text: "# Move\n\n## One\n\n```sh\nsleep 1\n```\n\n```sh\necho here > here.txt\n```\n",
			},
			grantPlaybook: true,
		},
		async live({ person, workspace }) {
			await person.follow(approveAll, ({ calls }) => Object.values(calls).some(({ state }) => state === "started"));
			renameSync(workspace, `${workspace}-away`);
			await person.follow(() => undefined, asks("question"));
			renameSync(`${workspace}-away`, workspace);
			await person.follow(approveAll, isOver);
		},
	},
	"folder-replaced": {
		about:
			"Another folder stands in the place of the goal's: first it comes back, then a person says to use the other.",
		launch: {
			playbook: {
				path: "stay.md",
				text: "# Stay\n\n## One\n\n```sh\necho one > one.txt\n```\n\n```sh\necho two > two.txt\n```\n",
			},
		},
		async live({ person, workspace }) {
			const replace = () => {
				renameSync(workspace, `${workspace}-away`);
				mkdirSync(workspace);
			};
			const tools: Decide = ({ kind }) => (kind === "tool" ? { answer: "approve" } : undefined);
			await person.follow(() => undefined, asks("tool"));
			replace();
			await person.follow(tools, asks("question"));
			rmSync(workspace, { recursive: true });
			renameSync(`${workspace}-away`, workspace);
			await person.follow(() => undefined, asks("tool"));
			replace();
			await person.follow(tools, asks("question"));
			await person.follow(({ kind }) => ({ answer: kind === "question" ? "use" : "approve" }), isOver);
		},
	},
	"asked-again": {
		about: "Nobody answers for a day: the approval expires, is asked for anew, and is given.",
		launch: { playbook: { path: "ask.md", text: "# Ask\n\n## One\n\n```sh\necho asked > asked.txt\n```\n" } },
		async live({ person, killDaemonForADay }) {
			await person.follow(() => undefined, asks("tool"));
			await killDaemonForADay();
			await person.follow(approveAll, isOver);
		},
	},
	deleted: {
		about: "A goal is deleted after it is over: its headers stay, its bodies are gone.",
		launch: {
			playbook: { path: "secret.md", text: "# Forget me\n\n## One\n\n```sh\necho something private\n```\n" },
			grantPlaybook: true,
		},
		async live({ person }) {
			await person.follow(approveAll, isOver);
			await person.client().request("goal/control", { goalId: person.goalId, action: "delete" });
		},
	},
};

/** Ends the process and everything that was started with it. */
function killGroupOf(pid: number): void {
	const group = Number(/\) \S+ \d+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
	if (group > 1) process.kill(-group, "SIGKILL");
}
