import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import type { ConfiguredAgent } from "../../../src/daemon/config/configuredAgent.ts";
import { acpRows } from "../../../src/daemon/providers/acpRows.ts";
import { providerRows } from "../../../src/daemon/providers/providerRows.ts";
import { acpGoals, type Setting } from "../../support/acpGoal.ts";
import type { MemoryProcesses } from "../../support/memoryProcesses.ts";
import { until } from "../../support/until.ts";
import { type Bench, openBench } from "../agents/process/bench.ts";

/** Real programs, behind the real relay. */
describe("the environment of an agent's real program", function () {
	this.timeout(60_000);
	const { start } = acpGoals();
	/** Built, since many are started. */
	const main = () => path.join(folder, "main.cjs");
	const text = buildSync({
		entryPoints: [path.join(import.meta.dirname, "../../support/acpProgramMain.ts")],
		bundle: true,
		platform: "node",
		format: "cjs",
		write: false,
	}).outputFiles[0]!.text;
	let bench: Bench;
	let folder: string;
	/** Of this process, as a daemon may have them. */
	const own = { MISSION_HOME: "/house/mission", LEAKING_TOKEN: "secret-of-the-process" };
	beforeEach(() => {
		bench = openBench({ maxLineBytes: 200_000 });
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-environment-"));
		writeFileSync(main(), text);
		Object.assign(process.env, own);
	});
	afterEach(async () => {
		for (const name of Object.keys(own)) delete process.env[name];
		await bench.remove();
		rmSync(folder, { recursive: true, force: true });
	});

	const keyNames = [
		...new Set([
			...acpRows.flatMap((row) => row.keyNames),
			...providerRows.flatMap((row) => ("keyNames" in row ? (row.keyNames as readonly string[]) : [])),
			...["AWS_SECRET_ACCESS_KEY", "AZURE_API_KEY", "GITHUB_TOKEN", "NPM_TOKEN", "OPENROUTER_API_KEY"],
		]),
	];
	const secretOf = (name: string) => `secret-of-${name}`;
	const doors = {
		MISSION_HOME: "secret-of-home",
		MISSION_TOKEN: "secret-of-token",
		NODE_OPTIONS: "--no-warnings",
		SSH_AUTH_SOCK: "secret-of-ssh",
		DBUS_SESSION_BUS_ADDRESS: "secret-of-dbus",
		VSCODE_IPC_HOOK: "secret-of-editor",
		ELECTRON_RUN_AS_NODE: "1",
		DATABASE_URL: "secret-of-database",
	};
	const daemonEnvironment = () => ({
		...Object.fromEntries(keyNames.map((name) => [name, secretOf(name)])),
		...doors,
		PATH: `${path.join(folder, "bin")}${path.delimiter}${process.env.PATH}`,
		HOME: folder,
		LANG: "C.UTF-8",
		HTTPS_PROXY: "http://proxy.example:8080",
	});
	const secretValue = "secret-of-a-server";
	const servers: Setting["servers"] = () => [
		{
			name: "issues",
			reach: { kind: "program", command: process.execPath, args: ["-e", "0"], env: { ISSUES_TOKEN: secretValue } },
		} as never,
	];

	/** As config.jsonc says it. */
	const ofDaemon = (name: string) => `\${env:${name}}`;

	interface Noted {
		readonly own: Readonly<Record<string, string>>;
		readonly above: string;
		readonly args: readonly string[];
	}
	async function noted(id: string, configured: Pick<ConfiguredAgent, "command" | "env">): Promise<Noted> {
		const file = path.join(folder, "noted.json");
		const script = JSON.stringify([{ notesEnvironment: file }, { todo: "Note" }]);
		const processes: MemoryProcesses = {
			spools: new Map(),
			daemon: () => ({ processes: bench.processes, kill() {} }),
		};
		const agent = { id: id.replace(/^agent-/, ""), ...configured, env: { ...configured.env, SCRIPT: script } };
		const config = { folder, known: providerRows, acpAgents: [agent] };
		const life = await start(processes, {
			choice: { provider: id, model: "default" },
			servers,
			agent: { env: daemonEnvironment(), config },
		});
		await until("it has noted it", () => life.types("todo.updated").length > 0);
		return JSON.parse(readFileSync(file, "utf8"));
	}
	const secretsIn = ({ own: env, above, args }: Noted) => {
		const text = JSON.stringify([env, above, args]);
		return [...keyNames.map(secretOf), ...Object.values(doors), ...Object.values(own), secretValue].filter(
			(secret) => secret.length > 1 && text.includes(secret),
		);
	};
	const needs = ({ own: env }: Noted) => {
		assert.ok(env.PATH?.includes(path.join(folder, "bin")));
		assert.deepEqual([env.HOME, env.LANG, env.HTTPS_PROXY], [folder, "C.UTF-8", "http://proxy.example:8080"]);
		assert.equal(env.GIT_TERMINAL_PROMPT, "0");
	};

	it("of config.jsonc has what every program needs, the variables that are written there, and no secret", async () => {
		const seen = await noted("agent-own", {
			command: [process.execPath, main()],
			env: {
				PLAIN: "text",
			},
		});
		needs(seen);
		assert.equal(seen.own.PLAIN, "text");
		assert.deepEqual(secretsIn(seen), []);
	});

	it("of config.jsonc has the key that is handed on there, and no other", async () => {
		const seen = await noted("agent-own", {
			command: [process.execPath, main()],
			env: {
				OPENAI_API_KEY: ofDaemon("OPENAI_API_KEY"),
				MODEL_KEY: ofDaemon("MISTRAL_API_KEY"),
				HOME_TOKEN: ofDaemon("MISSION_TOKEN"),
			},
		});
		needs(seen);
		assert.equal(seen.own.OPENAI_API_KEY, secretOf("OPENAI_API_KEY"));
		assert.equal(seen.own.HOME_TOKEN, undefined);
		const allowed = [secretOf("OPENAI_API_KEY"), secretOf("MISTRAL_API_KEY")];
		assert.deepEqual(
			secretsIn(seen).filter((secret) => !allowed.includes(secret)),
			[],
		);
	});

	for (const row of acpRows)
		it(`of ${row.name} has its own keys, and no other`, async () => {
			const bin = path.join(folder, "bin");
			mkdirSync(bin);
			const program = path.join(bin, row.commands[0]![0]);
			writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${main()}"\n`);
			chmodSync(program, 0o755);
			const seen = await noted(row.id, {});
			needs(seen);
			const ownKeys = keyNames.filter((name) => row.keyNames.includes(name));
			for (const name of ownKeys) assert.equal(seen.own[name], secretOf(name));
			assert.deepEqual(secretsIn(seen).sort(), ownKeys.map(secretOf).sort());
		});
});
