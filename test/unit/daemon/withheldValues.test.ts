import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { acpProgram } from "../../support/acpProgram.ts";
import { newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { until } from "../../support/until.ts";

describe("an MCP server that an agent starts by itself", function () {
	this.timeout(60_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-agent-servers-"));
	const workspace = newWorkspace();
	after(() => {
		rmSync(folder, { recursive: true, force: true });
		workspace.remove();
	});

	it("is handed on with what a person entered, and no file of the daemon's holds that, also after a restart", async () => {
		const token = "brick-token-1234567";
		const notes = path.join(folder, "notes.json");
		const go = path.join(folder, "go");
		const given = (input: string) => `Bearer \${input:${input}}`;
		const config = {
			agents: [acpProgram([{ notesServers: notes }, { awaits: go }])],
			agent: "agent-scripted/default",
			mcpServers: {
				mill: { url: "http://127.0.0.1:1/mcp", headers: { Authorization: given("token"), "X-Of": "mill" } },
				yard: { command: process.execPath, args: ["--version", "--", given("token")], env: { TOKEN: given("token") } },
			},
		};
		const home = path.join(folder, "home");
		mkdirSync(home);
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify(config));
		let daemon = await startDaemonProcess({ home });
		for (const server of ["mill", "yard"])
			await daemon.client.request("server/input", { server, id: "token", value: token });
		const { goalId } = await daemon.client.request("goal/launch", {
			workspace: workspace.folder,
			prompt: "Build",
			settings: { planApproval: "never" },
		});
		await until("the agent works", () => existsSync(notes));
		const servers = JSON.parse(readFileSync(notes, "utf8"));
		const secret = `Bearer ${token}`;
		assert.deepEqual(
			servers.map(({ name, headers, args, env }: never) => [name, headers ?? args, env]),
			[
				[
					"mill",
					[
						{ name: "Authorization", value: secret },
						{ name: "X-Of", value: "mill" },
					],
					undefined,
				],
				["yard", servers[1].args, servers[1].env],
			],
		);
		assert.ok(servers[1].args.includes(secret));
		assert.deepEqual(
			servers[1].env.filter(({ name }: { name: string }) => name === "TOKEN"),
			[{ name: "TOKEN", value: secret }],
		);
		assert.deepEqual(filesWith(home, token), []);
		daemon = await daemon.restart();
		writeFileSync(go, "");
		await untilState(daemon.client, goalId, ["completed", "awaiting_approval"]);
		assert.deepEqual(filesWith(home, token), []);
		await daemon.close();
	});

	function filesWith(at: string, text: string): readonly string[] {
		return readdirSync(at, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => path.join(entry.parentPath, entry.name))
			.filter((file) => readFileSync(file).includes(text));
	}
});
