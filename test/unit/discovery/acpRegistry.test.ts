import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { readRegistry } from "../../../src/daemon/discovery/acpRegistry.ts";

const entry = (id: string, distribution: object, more: object = {}) => ({
	...{ id, name: `The ${id}`, version: "1.0.0", description: "Does things.\nWell." },
	...{ distribution, authors: ["A"], license: "MIT" },
	...more,
});

describe("the registry of agents", () => {
	let folder: string;
	const servers: http.Server[] = [];
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-registry-"));
	});
	afterEach(async () => {
		for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
		rmSync(folder, { recursive: true });
	});

	async function serve(answer: () => string | number): Promise<{ readonly url: string; asked: number }> {
		const told = { url: "", asked: 0 };
		const server = http.createServer((_request, response) => {
			told.asked += 1;
			const now = answer();
			response.setHeader("connection", "close");
			if (typeof now === "number") response.writeHead(now).end();
			else response.end(now);
		});
		servers.push(server);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		told.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		return told;
	}
	const read = (url: string | false, refresh = false, now?: () => number) =>
		readRegistry({ file: path.join(folder, "acp-registry.json"), url, refresh, fetch, now });

	it("proposes agents with what a person does to have them, and leaves out those that are known already", async () => {
		const platform = `${process.platform === "darwin" ? "darwin" : "linux"}-${process.arch === "arm64" ? "aarch64" : "x86_64"}`;
		const agents = [
			entry("acme", { npx: { package: "@acme/agent@1.0.0", args: ["--acp"] } }),
			entry("snake", { uvx: { package: "snake" } }),
			entry("solid", {
				binary: { [platform]: { archive: "https://solid.example/s.tgz", cmd: "./solid", args: ["acp"] } },
			}),
			entry("elsewhere", { binary: { "plan9-mips": { archive: "https://x.example", cmd: "x" } } }),
			entry("gemini", { npx: { package: "@google/gemini-cli@9.9.9" } }),
			entry("opencode", { npx: { package: "opencode-ai" } }),
			entry("Not An Id", { npx: { package: "x" } }),
			entry("lying", { npx: { package: "x\u0007y" } }),
			"rubbish",
		];
		const { url } = await serve(() => JSON.stringify({ version: "1", agents }));
		const found = await read(url);
		assert.equal(found.problem, undefined);
		assert.deepEqual(
			found.agents.map(({ id, how, entry: line }) => [id, how, JSON.parse(line)]),
			[
				[
					"acme",
					"npx fetches it when it is first started.",
					{ id: "acme", command: ["npx", "-y", "@acme/agent@1.0.0", "--acp"] },
				],
				["snake", "uvx fetches it when it is first started.", { id: "snake", command: ["uvx", "snake"] }],
				[
					"solid",
					"Download https://solid.example/s.tgz, look at it, and unpack it.",
					{ id: "solid", command: ["/where/it/lies/solid", "acp"] },
				],
			],
		);
		assert.equal(found.agents[0]!.about, "Does things. Well.");
	});

	it("is read once a day, anew when a person asks, and without a network as it was kept", async () => {
		let answer: string | number = JSON.stringify({ agents: [entry("acme", { npx: { package: "acme" } })] });
		const served = await serve(() => answer);
		await read(served.url);
		await read(served.url);
		assert.equal(served.asked, 1);
		await read(served.url, true);
		assert.equal(served.asked, 2);
		answer = 503;
		const later = await read(served.url, false, () => Date.now() + 2 * 24 * 60 * 60 * 1000);
		assert.deepEqual([served.asked, later.agents.length], [3, 1]);
		assert.match(later.problem!, /^The registry of agents could not be read \(it answered 503\)\.$/);
	});

	it("that cannot be read says why, and proposes nothing", async () => {
		const cases: readonly (readonly [answer: string | number, says: RegExp])[] = [
			["<html>", /what it sent is no JSON/],
			["{}", /what it sent is no list of agents/],
			["x".repeat(5 * 1024 * 1024), /it is too long/],
			[404, /it answered 404/],
		];
		for (const [answer, says] of cases) {
			const { url } = await serve(() => answer);
			const { agents, problem } = await read(url);
			assert.deepEqual(agents, []);
			assert.match(problem!, says);
		}
		assert.match((await read("http://127.0.0.1:1/")).problem!, /could not be read \(.+\)\. Look again when/);
		assert.match((await read(false)).problem!, /switched off: “acpRegistry” of “discovery”/);
		writeFileSync(path.join(folder, "acp-registry.json"), "{");
		assert.deepEqual((await read("http://127.0.0.1:1/")).agents, []);
	});
});
