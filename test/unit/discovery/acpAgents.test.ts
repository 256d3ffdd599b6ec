import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { knownAcpAgents } from "../../../src/core/agentKinds.ts";
import type { ConfiguredAgent } from "../../../src/daemon/config/configuredAgent.ts";
import { type FoundAcpAgent, findAcpAgent } from "../../../src/daemon/discovery/acpAgents.ts";
import { acpRows } from "../../../src/daemon/providers/acpRows.ts";

describe("agents that are programs of their own", () => {
	let folder: string;
	let bin: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-agents-"));
		bin = path.join(folder, "bin");
		mkdirSync(bin);
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	function write(file: string, text: string): string {
		mkdirSync(path.dirname(file), { recursive: true });
		writeFileSync(file, text);
		chmodSync(file, 0o755);
		return file;
	}

	/** As npm leaves it: a link to a script of a package. */
	function install(program: string, version: string, engines?: object, shebang = "#!/usr/bin/env node"): string {
		const home = path.join(folder, "lib", program);
		write(path.join(home, "package.json"), JSON.stringify({ name: program, version, engines }));
		write(path.join(home, "dist/package.json"), '{ "type": "module" }');
		const script = write(path.join(home, "dist/index.js"), `${shebang}\n`);
		symlinkSync(script, path.join(bin, program));
		return path.join(bin, program);
	}

	/** A Node in which only its version is real. */
	const fakeNode = (file: string, version: string) => write(file, `#!/bin/sh\necho v${version}\n`);

	const env = (more: Record<string, string> = {}) => ({ PATH: bin, HOME: folder, ...more });
	const find = (id: string, more: Record<string, string> = {}, agents: ConfiguredAgent[] = []) =>
		findAcpAgent(id, { acpAgents: agents }, env(more));
	function found(...args: Parameters<typeof find>): FoundAcpAgent {
		const agent = find(...args);
		assert.ok(!("problem" in agent), JSON.stringify(agent));
		return agent;
	}
	function problem(...args: Parameters<typeof find>): string {
		const agent = find(...args);
		assert.ok("problem" in agent);
		return agent.problem;
	}

	it("have a row each of those that core knows by name", () => {
		assert.deepEqual(
			acpRows.map(({ id }) => id),
			[...knownAcpAgents],
		);
	});

	it("are found on the path with their arguments, the mode in which they ask, and their version", () => {
		const node = fakeNode(path.join(bin, "node"), "24.1.0");
		const script = install("qwen", "0.24.4", { node: ">=22.0.0" });
		const { program, args, mode, version, source, modelFlag } = found("qwen-code", { OPENAI_API_KEY: "k" });
		assert.deepEqual([program, args], [node, [script, "--acp"]]);
		assert.deepEqual([mode, version, source, modelFlag], ["default", "0.24.4", "path", "--model"]);
	});

	it("that are binaries are started by themselves, whatever Node there is", () => {
		const file = write(path.join(bin, "opencode"), "\x7fELF");
		const { program, args, environment } = found("opencode");
		assert.deepEqual([program, args], [file, ["acp"]]);
		assert.match(environment.OPENCODE_PERMISSION!, /"bash":"ask"/);
	});

	it("that need a newer Node than the path has get one of a manager of versions, which leads their path too", () => {
		fakeNode(path.join(bin, "node"), "20.19.0");
		install("qwen", "0.24.4", { node: ">=22.0.0" });
		for (const version of ["v18.0.0", "v22.9.0", "v22.20.1", "v21.0.0"])
			fakeNode(path.join(folder, ".nvm/versions/node", version, "bin/node"), "0");
		const { program, environment } = found("qwen-code", { OPENAI_API_KEY: "k" });
		assert.equal(program, path.join(folder, ".nvm/versions/node/v22.20.1/bin/node"));
		assert.equal(environment.PATH!.split(path.delimiter)[0], path.dirname(program));
	});

	it("whose package says nothing of Node are held to what is known of them", () => {
		fakeNode(path.join(bin, "node"), "20.19.0");
		install("claude-agent-acp", "0.101.0");
		assert.match(
			problem("claude-code"),
			new RegExp(
				`^Claude Code needs Node 22 or newer, and here is only 20\\.19\\.0 \\(${bin}/node\\)\\. Install one, or say where it is: “node” of “claude-code” under “agents” in config\\.jsonc\\.$`,
			),
		);
	});

	it("run by the Node that config.jsonc names, and keep what their script asks of it", () => {
		const node = fakeNode(path.join(folder, "own/node"), "24.0.0");
		const script = install("gemini", "1.0.0", {}, "#!/usr/bin/env -S node --no-warnings");
		const { program, args, source } = found("gemini-cli", {}, [{ id: "gemini-cli", node, env: { A: "1" } }]);
		assert.deepEqual([program, args, source], [node, ["--no-warnings", script, "--acp"], "config"]);
	});

	it("that are not here are told with the command that a person can install them with", () => {
		assert.match(
			problem("gemini-cli"),
			/“gemini” is not on the daemon's path\. Install it with `npm install -g @google\/gemini-cli`, or/,
		);
		assert.match(problem("claude-code"), /“claude-agent-acp” and “claude-code-acp” is not on/);
		assert.match(problem("agent-nobody"), /^There is no agent “agent-nobody”: name it under “agents”/);
		assert.match(
			problem("agent-mine", {}, [{ id: "mine", command: ["mine", "--acp"] }]),
			/^mine cannot be started: “mine” is no program on the daemon's path\. Correct “command”/,
		);
	});

	it("of config.jsonc come with their command, their own variables and those of the daemon that it names", () => {
		const file = write(path.join(folder, "agents/mine"), "#!/bin/sh\n");
		const agent = found("agent-mine", { MY_KEY: "secret", OTHER: "x", MISSION_HOME: "/data" }, [
			{
				id: "mine",
				name: "Mine",
				command: [file, "--acp"],
				env: {
					// biome-ignore lint/suspicious/noTemplateCurlyInString: it is written so in the file.
					KEY: "${env:MY_KEY}",
					// biome-ignore lint/suspicious/noTemplateCurlyInString: it is written so in the file.
					NONE: "${env:NOT_SET}",
					// biome-ignore lint/suspicious/noTemplateCurlyInString: it is written so in the file.
					HOME_OF_DATA: "${env:MISSION_HOME}/x",
				},
				mode: "ask",
				refuseUnasked: true,
			},
		]);
		assert.deepEqual([agent.id, agent.name, agent.program, agent.args], ["agent-mine", "Mine", file, ["--acp"]]);
		assert.deepEqual([agent.mode, agent.refuseUnasked, agent.signIn], ["ask", true, undefined]);
		const { KEY, NONE, HOME_OF_DATA, OTHER, MY_KEY } = agent.environment;
		assert.deepEqual([KEY, NONE, HOME_OF_DATA, OTHER, MY_KEY], ["secret", undefined, "/x", undefined, undefined]);
	});

	it("get their own keys and nothing else that opens a door", () => {
		write(path.join(bin, "codex-acp"), "\x7fELF");
		write(path.join(bin, "claude-agent-acp"), "\x7fELF");
		const secrets = {
			ANTHROPIC_API_KEY: "a",
			ANTHROPIC_BASE_URL: "http://a",
			OPENAI_API_KEY: "o",
			CODEX_HOME: path.join(folder, "codex"),
			GITHUB_TOKEN: "g",
			SSH_AUTH_SOCK: "/s",
			NODE_OPTIONS: "--require=/x",
			MISSION_HOME: "/data",
			MISSION_LOG: "trace",
			LANG: "C.UTF-8",
		};
		const names = (id: string) => Object.keys(found(id, secrets).environment).filter((name) => name in secrets);
		assert.deepEqual(names("codex"), ["LANG", "OPENAI_API_KEY", "CODEX_HOME"]);
		assert.deepEqual(names("claude-code"), ["LANG", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"]);
		assert.equal(found("codex", secrets).environment.INITIAL_AGENT_MODE, "read-only");
	});

	it("say how to sign in where there is neither a key nor a sign of a login", () => {
		write(path.join(bin, "codex-acp"), "\x7fELF");
		assert.match(
			found("codex").signIn!,
			/^Codex has no login here: run `codex login`, or give the daemon CODEX_API_KEY/,
		);
		assert.equal(found("codex", { OPENAI_API_KEY: "k" }).signIn, undefined);
		write(path.join(folder, ".codex/config.toml"), 'model = "x"\n');
		assert.match(found("codex").signIn!, /no login/);
		write(path.join(folder, ".codex/config.toml"), 'model = "x"\nmodel_provider = "local"\n');
		assert.equal(found("codex").signIn, undefined);
		write(path.join(folder, "elsewhere/auth.json"), "{}");
		assert.equal(found("codex", { CODEX_HOME: path.join(folder, "elsewhere") }).signIn, undefined);
	});
});
