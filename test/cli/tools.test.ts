import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openStage, type Stage } from "./mission.ts";

describe("mission tools", function () {
	this.timeout(120_000);
	let stage: Stage;
	before(() => {
		stage = openStage();
		const server = (...ids: readonly string[]) => ({
			url: "http://127.0.0.1:1/mcp",
			headers: Object.fromEntries(ids.map((id) => [`x-${id}`, `\${input:${id}}`])),
		});
		const proposed = { "the mill": server("token", "color"), quiet: server() };
		mkdirSync(path.join(stage.workspace, ".vscode"));
		writeFileSync(path.join(stage.workspace, ".vscode/mcp.json"), JSON.stringify({ servers: proposed }));
		mkdirSync(stage.home);
		writeFileSync(path.join(stage.home, "config.jsonc"), JSON.stringify({ mcpServers: { own: server("key") } }));
	});
	after(() => stage.end());

	const line = (name: string) =>
		stage
			.run("tools")
			.out.split("\n")
			.find((one) => one.startsWith(name)) ?? "";

	it("says in text what --json says: how each stands, which inputs it needs, and by which command they are given", () => {
		const states = stage.json("tools").map(({ name, state, inputs }: never) => [name, state, inputs]);
		const input = (id: string) => ({ id, secret: true, isGiven: false });
		assert.deepEqual(states, [
			["own", "needsInput", [input("key")]],
			["the mill", "proposed", [input("token"), input("color")]],
			["quiet", "proposed", []],
		]);
		assert.match(line("own"), /needs input +It needs key\. `mission tools input own` takes it\./);
		assert.match(
			line("the mill"),
			/asks first +You are asked.*\. It needs token, color\. `mission tools input "the mill"` takes/,
		);
		assert.doesNotMatch(line("quiet"), /needs|input/);
	});

	it("takes what is given, and forgets it when it is told to", () => {
		const { code } = stage.runWith({ input: "brick-token\n" }, "tools", "input", "the mill", "token");
		assert.equal(code, 0);
		assert.match(line("the mill"), /It needs color\./);
		assert.equal(stage.run("tools", "input", "the mill", "token", "--forget").code, 0);
		assert.match(line("the mill"), /It needs token, color\./);
	});
});
