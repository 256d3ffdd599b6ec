import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { agentKeyVariables } from "../../../src/daemon/config/configuredAgent.ts";
import type { McpReach, McpServer } from "../../../src/daemon/config/mcpServer.ts";
import { openGivenInputs } from "../../../src/daemon/mcp/givenInputs.ts";
import { type Mcp, openMcp } from "../../../src/daemon/mcp/mcp.ts";
import { noSandbox } from "../../../src/daemon/policy/sandbox/none.ts";
import { createKeyChain } from "../../../src/daemon/secrets/providerKeys.ts";

describe("what a server is given", function () {
	this.timeout(60_000);
	let home: string;
	let mcp: Mcp;
	let logged: string[];
	const environment = { PATH: process.env.PATH ?? "", HOME: "/home/mason" };
	const env = { ...environment, YARD_LOGIN: "from-the-environment" };
	beforeEach(() => {
		home = mkdtempSync(path.join(os.tmpdir(), "mission-secrets-"));
		logged = [];
		const keys = createKeyChain(env, []);
		const log = (text: string) => void logged.push(text);
		mcp = openMcp({
			...{ version: "1", home, env, environment, clock: { now: () => 0 } },
			log: { trace: log, debug: log, info: log, warn: log, error: log },
			inputs: openGivenInputs(keys.hide, (text) => keys.redact(text)),
			sandbox: noSandbox("There is none here."),
			configured: () => [],
			isKey: () => false,
		});
	});
	afterEach(async () => {
		await mcp.close();
		rmSync(home, { recursive: true, force: true });
	});

	const says = (words: string) => ["-e", `console.error(${words}); process.exit(3)`];
	const program = (args: readonly string[], given: Readonly<Record<string, string>>): McpReach => ({
		...{ kind: "program", command: process.execPath, args, env: given },
	});
	const rows: readonly (readonly [what: string, reach: McpReach, isSaid: RegExp])[] = [
		[
			"a value of config.jsonc whose name says that it is secret",
			program(says("process.env.YARD_TOKEN"), { YARD_TOKEN: "written-by-hand" }),
			/It said: …/,
		],
		[
			"a variable that it asks for, whatever it is called",
			// biome-ignore lint/suspicious/noTemplateCurlyInString: the definition's own syntax
			program(says("process.env.LOGIN"), { LOGIN: "${env:YARD_LOGIN}" }),
			/It said: …/,
		],
		["what every program gets is said", program(says("process.env.HOME"), {}), /It said: \/home\/mason/],
	];
	for (const [what, reach, isSaid] of rows)
		it(`is in no text of the daemon: ${what}`, async () => {
			const server: McpServer = {
				...{ name: "yard", source: "config", file: "config.jsonc", line: 1, reach, inputs: [], allow: [] },
				digest: what,
			};
			const opened = await mcp.open("g-1", home, server);
			assert.equal(opened.kind, "failed");
			assert.match(JSON.stringify(opened), isSaid);
			assert.match(JSON.stringify(mcp.states("g-1")), isSaid);
			for (const text of [JSON.stringify(opened), JSON.stringify(mcp.states("g-1")), ...logged])
				assert.doesNotMatch(text, /written-by-hand|from-the-environment/);
		});

	it("by a file of the workspace is no key of an agent", () => {
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the definition's own syntax
		const agent = { id: "x", env: { API_KEY: "${env:MINE}", PLACE: "${env:WHERE}", AUTH: "Bearer ${env:MY_TOKEN}" } };
		const variables = agentKeyVariables([agent]);
		for (const key of ["CLAUDE_CODE_OAUTH_TOKEN", "CODEX_API_KEY", "MINE", "MY_TOKEN"])
			assert.ok(variables.includes(key), key);
		assert.ok(!variables.includes("WHERE"));
	});
});
