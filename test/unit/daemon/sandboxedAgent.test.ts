import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { EventType, RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import type { PartialLaunchSettings } from "../../../src/core/settings.ts";
import { findProgram } from "../../../src/daemon/platform/findProgram.ts";
import { acpProgram } from "../../support/acpProgram.ts";
import type { Act } from "../../support/acpProgramMain.ts";
import { type DaemonProcess, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { until } from "../../support/until.ts";
import { runs, skipWithoutSandbox } from "../commands/workbench.ts";

/** Not in a folder for temporary files: those are empty inside anyway. */
const output = fileURLToPath(new URL("../../output/", import.meta.url));

interface Yard {
	readonly base: string;
	readonly home: string;
	readonly data: string;
	readonly workspace: string;
	daemon: DaemonProcess;
	launch(settings: PartialLaunchSettings): Promise<GoalId>;
	events<T extends EventType>(goalId: GoalId, type: T): Promise<Extract<RecordedEvent, { type: T }>[]>;
	/** What its program found. */
	found(name: string): string;
	close(): Promise<void>;
}

/** A daemon, and a person who has Claude Code set up: in its place a program that does these acts. */
async function openYard(acts: readonly Act[], { config = {}, env = {} } = {}): Promise<Yard> {
	mkdirSync(output, { recursive: true });
	const base = mkdtempSync(path.join(output, "walled-agent-"));
	const [home, data, workspace] = ["home", "data", "workspace"].map((name) => path.join(base, name)) as [
		string,
		string,
		string,
	];
	const files: Readonly<Record<string, string>> = {
		".claude/.credentials.json": "own-login",
		".claude/settings.json": "own-settings",
		".claude/agents/reviewer.md": "own-reviewer",
		".claude.json": "own-state",
		".codex/auth.json": "very-secret",
		".ssh/id_ed25519": "very-secret",
		".npmrc": "very-secret",
		".bashrc": "kept",
	};
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
		writeFileSync(path.join(home, name), `${text}\n`);
	}
	for (const folder of [data, workspace]) mkdirSync(folder);
	const agents = [{ ...acpProgram(acts), id: "claude-code" }];
	const discovery = { ollama: false, lmstudio: false, vllm: false, acpRegistry: false };
	writeFileSync(path.join(data, "config.jsonc"), JSON.stringify({ agents, discovery, ...config }));
	const begin = () => startDaemonProcess({ home: data, env: { HOME: home, ...env } });
	const yard: Yard = {
		base,
		home,
		data,
		workspace,
		daemon: await begin(),
		async launch(settings) {
			const agent = { provider: "claude-code", model: "default" };
			const params = { workspace, prompt: "Work", settings: { agent, ...settings } };
			return (await yard.daemon.client.request("goal/launch", params)).goalId;
		},
		async events(goalId, type) {
			const { events } = await yard.daemon.client.request("goal/events", { goalId, limit: 1000, types: [type] });
			return events as never;
		},
		found: (name) => readFileSync(path.join(workspace, name), "utf8"),
		async close() {
			await yard.daemon.close();
			rmSync(base, { recursive: true, force: true, maxRetries: 5 });
		},
	};
	return yard;
}

/** Something that it is seen to do: a step in which nothing is done is asked about. */
const does: Act = { add: "done", unasked: true };
const tries = (shell: string): readonly Act[] => [{ shell, into: "found" }, does];

describe("an agent that is a program, in a sandbox,", function () {
	this.timeout(120_000);
	let yard: Yard | undefined;
	before(async function () {
		await skipWithoutSandbox(this);
	});
	afterEach(async () => {
		await yard?.close();
		yard = undefined;
	});

	async function worked(acts: readonly Act[], options = {}): Promise<Yard> {
		yard = await openYard(acts, options);
		const goalId = await yard.launch({ sandbox: "required" });
		await untilState(yard.daemon.client, goalId, ["completed"], 100_000);
		return yard;
	}

	it("has its own login and settings, and of other secrets nothing", async () => {
		const own =
			"cat .claude/.credentials.json .claude/settings.json .claude/agents/reviewer.md $CLAUDE_CONFIG_DIR/.claude.json";
		const others =
			"cat .claude.json .codex/auth.json .ssh/id_ed25519 .npmrc; cat ../data/daemon.json ../data/config.jsonc";
		const { found } = await worked(tries(`cd; ${own}; ${others}`));
		for (const each of ["login", "settings", "reviewer", "state"])
			assert.match(found("found"), new RegExp(`own-${each}`));
		assert.doesNotMatch(found("found"), /very-secret|token|discovery/);
	});

	it("writes the folder, and of the person's only its login", async () => {
		const changes = [
			"cd; echo evil > .claude/settings.json; echo evil > .claude/agents/reviewer.md; echo evil > .claude/hooks.json",
			"echo evil >> .bashrc; echo evil > .claude.json; echo evil > ../new; echo evil > /etc/mission-escape",
			"echo renewed > .claude/.credentials.json; cat .claude/settings.json",
		];
		const { home, base, found } = await worked(tries(changes.join("; ")));
		assert.match(found("found"), /^evil$/m);
		const text = (name: string) => readFileSync(path.join(home, name), "utf8").trim();
		assert.deepEqual([".claude/settings.json", ".claude/agents/reviewer.md", ".bashrc", ".claude.json"].map(text), [
			"own-settings",
			"own-reviewer",
			"kept",
			"own-state",
		]);
		assert.equal(text(".claude/.credentials.json"), "renewed");
		for (const place of [path.join(home, ".claude/hooks.json"), path.join(base, "new"), "/etc/mission-escape"])
			assert.ok(!existsSync(place), place);
	});

	it("finds what it kept there when its program starts again, with the person's settings; then it is gone", async () => {
		yard = await openYard([
			{
				shell:
					"cat ~/.claude/session ~/.claude/settings.json; echo before > ~/.claude/session; echo evil > ~/.claude/settings.json",
				into: "found",
			},
			{ dieOnce: "died" },
			does,
		]);
		const goalId = await yard.launch({ sandbox: "required" });
		await untilState(yard.daemon.client, goalId, ["completed"], 100_000);
		assert.equal(yard.found("found"), "before\nown-settings\n");
		const folders = path.join(yard.data, "sandbox/agents");
		await until("its folders are gone", () => readdirSync(folders).length === 0);
	});

	it("reaches the network, and no socket, and no other process", async () => {
		const stranger = spawn("sleep", ["64.25"], { stdio: "ignore" });
		const servers: Server[] = [];
		const listen = (at: object) =>
			new Promise<Server>((resolve, reject) => {
				const server = createServer((socket) => socket.end());
				server.once("error", reject).listen(at, () => resolve(server));
				servers.push(server);
			});
		try {
			const { port } = (await listen({ port: 0, host: "127.0.0.1" })).address() as { port: number };
			const place = path.join(output, `agent-${process.pid}.sock`);
			await listen({ path: place });
			const knock = (to: string) =>
				`node -e 'require("net").connect(${to}).on("connect", () => { console.log("connected ${to.replaceAll('"', "")}"); process.exit() }).on("error", (e) => console.log(e.code))'`;
			const act = `${knock(String(port))}; ${knock(`"${place}"`)}; kill -9 ${stranger.pid}; cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep ^MISSION_TEST; env`;
			const { found } = await worked(tries(act), {
				env: { SSH_AUTH_SOCK: "/very-secret", DOCKER_HOST: "very-secret" },
			});
			assert.match(found("found"), new RegExp(`connected ${port}`));
			assert.doesNotMatch(found("found"), /^connected .*\.sock|very-secret/m);
			assert.ok(runs(stranger.pid!));
		} finally {
			stranger.kill("SIGKILL");
			for (const server of servers) server.close();
		}
	});

	it("goes on in the same process when its daemon is killed, and what it is asked for there is told as inside", async () => {
		yard = await openYard([{ add: "first" }, { awaits: "go" }, { add: "second" }]);
		const goalId = await yard.launch({ sandbox: "auto", autonomy: "aware" });
		const asked = await untilState(yard.daemon.client, goalId, ["awaiting_approval"], 100_000);
		assert.match(asked.approvals[0]!.reasons.join("\n"), /in a sandbox \(bubblewrap, with the network\)/);
		const { approvalId, digest } = asked.approvals[0]!;
		await yard.daemon.client.request("approval/answer", { approvalId, answer: "approve", digest });
		const { events, workspace } = yard;
		const isDone = async () => (await events(goalId, "tool.completed")).length > 0;
		await until("the first is done", isDone);
		yard.daemon = await yard.daemon.restart();
		writeFileSync(path.join(workspace, "go"), "");
		const again = await untilState(yard.daemon.client, goalId, ["awaiting_approval"], 100_000);
		const [second] = again.approvals;
		await yard.daemon.client.request("approval/answer", {
			...{ approvalId: second!.approvalId, answer: "approve", digest: second!.digest },
		});
		await untilState(yard.daemon.client, goalId, ["completed"], 100_000);
		assert.equal(yard.found("out.txt"), "first\nsecond\n");
		const inside = { name: "bubblewrap", network: true };
		const started = await events(goalId, "agent.started");
		assert.deepEqual(
			started.map(({ sandbox }) => sandbox),
			started.map(() => inside),
		);
		assert.equal(new Set(started.map(({ threadId }) => threadId)).size, started.length, "a process was begun anew");
		assert.deepEqual(
			(await events(goalId, "tool.started")).map(({ sandbox }) => sandbox),
			[inside, inside],
		);
		const { text } = await yard.daemon.client.request("dossier/get", { goalId });
		assert.match(text, /Sandbox: auto; 2 commands in bubblewrap, 3 agents in bubblewrap/);
	});

	it("under autonomous does unasked what only writes", async () => {
		yard = await openYard([{ add: "first" }]);
		const goalId = await yard.launch({ sandbox: "auto", autonomy: "autonomous" });
		await untilState(yard.daemon.client, goalId, ["completed"], 100_000);
		assert.equal(yard.found("out.txt"), "first\n");
		assert.deepEqual(await yard.events(goalId, "approval.requested"), []);
	});

	it("that began outside is ended, and begun again inside, once config.jsonc requires it", async () => {
		yard = await openYard([
			{ todo: "Work" },
			{ awaits: "go" },
			{ shell: "cat ~/.ssh/id_ed25519; echo read", into: "found" },
			does,
		]);
		const goalId = await yard.launch({ sandbox: "off" });
		const { events, data, workspace } = yard;
		await until("it works", async () => (await events(goalId, "todo.updated")).length > 0);
		yard.daemon.process.kill("SIGKILL");
		await yard.daemon.ended();
		const config = JSON.parse(readFileSync(path.join(data, "config.jsonc"), "utf8"));
		writeFileSync(path.join(data, "config.jsonc"), JSON.stringify({ ...config, sandbox: "required" }));
		yard.daemon = await yard.daemon.restart();
		await until("it has ended", async () =>
			(await events(goalId, "agent.ended")).some(({ reason }) => /outside of a sandbox/.test(reason)),
		);
		writeFileSync(path.join(workspace, "go"), "");
		await untilState(yard.daemon.client, goalId, ["completed"], 100_000);
		assert.match(yard.found("found"), /No such file|Permission denied|denied/);
		assert.doesNotMatch(yard.found("found"), /very-secret/);
	});
});

describe("where the machine has no walls, an agent that is a program", function () {
	this.timeout(120_000);
	let yard: Yard;
	let bin: string;
	before(async () => {
		mkdirSync(output, { recursive: true });
		bin = mkdtempSync(path.join(output, "no-walls-"));
		for (const name of ["git", "rg", "sh", "bash", "env", "node"]) {
			const found = findProgram(name, process.env.PATH);
			if (found) symlinkSync(found, path.join(bin, name));
		}
		yard = await openYard([{ add: "first" }], { env: { PATH: bin } });
	});
	after(async () => {
		await yard.close();
		rmSync(bin, { recursive: true, force: true });
	});

	it("is not launched under required, and it is said what to do", async () => {
		await assert.rejects(yard.launch({ sandbox: "required" }), /bubblewrap is not installed\. Install the package/);
	});

	it("works as the person under auto, which is said once at the launch", async () => {
		const goalId = await yard.launch({ sandbox: "auto" });
		await untilState(yard.daemon.client, goalId, ["awaiting_approval"], 100_000);
		const [launched] = await yard.events(goalId, "goal.launched");
		assert.equal(launched?.notes?.filter((note) => /^Commands run as you\. /.test(note)).length, 1);
		assert.ok((await yard.events(goalId, "agent.started")).every(({ sandbox }) => sandbox === undefined));
	});
});
