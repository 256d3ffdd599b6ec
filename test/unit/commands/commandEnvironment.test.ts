import assert from "node:assert/strict";
import { commandEnvironment } from "../../../src/daemon/commands/commandEnvironment.ts";
import { openWorkbench } from "./workbench.ts";

describe("the environment of a command", () => {
	const secrets = {
		OPENAI_API_KEY: "secret",
		ANTHROPIC_API_KEY: "secret",
		GITHUB_TOKEN: "secret",
		AWS_SECRET_ACCESS_KEY: "secret",
		DATABASE_PASSWORD: "secret",
		MISSION_HOME: "secret",
		MISSION_TOKEN: "secret",
		NODE_OPTIONS: "--require=secret",
		ELECTRON_RUN_AS_NODE: "secret",
		VSCODE_IPC_HOOK_CLI: "secret",
		SSH_AUTH_SOCK: "secret",
		BASH_ENV: "secret",
		LD_PRELOAD: "secret",
		LC_SECRET_KEY: "secret",
	};

	it("holds no key, no token and nothing that leads to the daemon or the editor", async () => {
		const bench = openWorkbench();
		const env = commandEnvironment({ ...process.env, ...secrets });
		const outcome = await bench.commands.run(bench.spec("env", { env }));
		const text = outcome.kind === "exited" ? outcome.output.head : "";
		assert.match(text, /^PATH=/m);
		assert.doesNotMatch(text, /secret|__command/);
		for (const name of Object.keys(secrets)) assert.ok(!(name in env), name);
		bench.remove();
	});

	it("holds what programs need", () => {
		const base = {
			PATH: "/bin",
			HOME: "/h",
			LANG: "C",
			LC_ALL: "C.UTF-8",
			TZ: "UTC",
			https_proxy: "p",
			JAVA_HOME: "/j",
		};
		const env = commandEnvironment(base);
		for (const [name, value] of Object.entries(base)) assert.equal(env[name], value);
	});

	it("tells programs that nobody is there to answer or to turn pages", () => {
		const env = commandEnvironment({ PAGER: "less", GIT_PAGER: "less" });
		assert.equal(env.PAGER, "cat");
		assert.equal(env.GIT_PAGER, "cat");
		assert.equal(env.GIT_TERMINAL_PROMPT, "0");
		assert.ok(env.PATH);
	});
});
