import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { homeFolder } from "../../src/client/home.ts";
import type { Parts } from "../../src/extension/commands/parts.ts";
import type { Exports } from "../../src/extension/extension.ts";
import { accept, previous, throughPicks } from "./throughPicks.ts";

const key = "editor-key-0123456789";

describe("A key that the editor keeps, in a real editor", function () {
	this.timeout(120_000);
	const config = path.join(homeFolder(), "config.jsonc");
	let parts: Parts;
	let server: http.Server;
	let proposal: string;

	before(async () => {
		const extension = vscode.extensions.getExtension<Exports>("mission-control.mission-control");
		({ parts } = (await extension!.activate()) as Required<Exports>);
		server = http.createServer((request, response) => {
			if (request.headers.authorization !== `Bearer ${key}`) response.writeHead(401).end("{}");
			else response.end(JSON.stringify({ data: [{ id: "m" }] }));
		});
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		const folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
		proposal = path.join(folder, ".vscode/mcp.json");
		fs.mkdirSync(path.dirname(proposal), { recursive: true });
		const headers = { Authorization: `Bearer \${input:token}` };
		fs.writeFileSync(
			proposal,
			JSON.stringify({ servers: { mill: { type: "http", url: "http://127.0.0.1:1/mcp", headers } } }),
		);
		const provider = { id: "yard", baseUrl: `http://127.0.0.1:${port}/v1`, apiKeyEnv: "NO_SUCH_KEY_HERE" };
		fs.mkdirSync(path.dirname(config), { recursive: true });
		fs.writeFileSync(config, JSON.stringify({ providers: [provider] }));
		await startAnew();
	});
	after(async () => {
		await parts.providerKeys.set("yard", undefined);
		fs.rmSync(config, { force: true });
		fs.rmSync(proposal, { force: true });
		await parts.daemon.read("daemon/stop", { now: true }).catch(() => undefined);
		server.close();
	});

	async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
		for (const deadline = Date.now() + 60_000; !(await holds()); await sleep(20))
			if (Date.now() > deadline) throw new Error(`It never came to this: ${what}.`);
	}

	async function startAnew(): Promise<void> {
		await parts.daemon.read("daemon/stop", { now: true }).catch(() => undefined);
		await until("the daemon is gone", () => parts.daemon.connection.state !== "connected");
		parts.daemon.start();
		await until("the daemon is back", () => parts.daemon.connection.state === "connected");
	}

	const yard = async () =>
		(await parts.daemon.ask("provider/list", { refresh: true })).providers.find(({ id }) => id === "yard")!;

	it("goes to the daemon when it is set, again to one that was started anew, and not at all once it is taken back", async () => {
		assert.deepEqual([(await yard()).usable, (await yard()).needsKey], [false, true]);
		await parts.providerKeys.set("yard", key);
		assert.deepEqual([(await yard()).usable, (await yard()).models], [true, ["m"]]);
		await startAnew();
		await until("the new daemon has the key", async () => (await yard()).usable);
		await parts.providerKeys.set("yard", undefined);
		assert.equal((await yard()).usable, false);
		await startAnew();
		assert.deepEqual(await parts.providerKeys.kept(), []);
		assert.equal((await yard()).usable, false);
		assert.deepEqual(filesWith(key), []);
	});

	it("or that an MCP server asks for is listed, deleted by the command, and asked for anew", async () => {
		const workspace = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
		const input = { workspace, server: "mill", id: "token" };
		const isGiven = async () => (await parts.daemon.ask("server/list", { workspace })).servers[0]!.inputs[0]!.isGiven;
		await parts.mcpInputs.set(input, key);
		await startAnew();
		await until("the new daemon has the value", isGiven);
		await throughPicks(
			"it is deleted",
			() => vscode.commands.executeCommand("missionControl.serverInputs"),
			// The one input that there is, then the last row: Delete.
			[previous, accept],
			async () => (await parts.mcpInputs.kept()).length === 0,
		);
		assert.equal(await isGiven(), false);
		await startAnew();
		assert.equal(await isGiven(), false);
		assert.deepEqual(filesWith(key), []);
	});

	function filesWith(text: string): readonly string[] {
		return fs
			.readdirSync(homeFolder(), { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => path.join(entry.parentPath, entry.name))
			.filter((file) => fs.readFileSync(file).includes(text));
	}
});
