import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { type Agents, openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";

const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

describe("providers that are found", function () {
	this.timeout(60_000);
	const servers: http.Server[] = [];
	const opened: Agents[] = [];
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-discovery-"));
	});
	afterEach(async () => {
		for (const each of opened.splice(0)) each.close();
		for (const server of servers.splice(0)) {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}
		rmSync(folder, { recursive: true });
	});

	async function serve(answer: Answer): Promise<string> {
		const server = http.createServer(answer);
		servers.push(server);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
	}

	/** Nothing is looked for but what is named, so that what runs on this machine does not count. */
	function open(discovery: object, env: Record<string, string> = {}, more: object = {}): Agents {
		const off = { ollama: false, lmstudio: false, vllm: false };
		const config = { discovery: { ...off, ...discovery }, ...more };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify(config));
		const agents = openAgents({ config: loadConfig(folder, env), log, env, acp: noAcpAgents });
		opened.push(agents);
		return agents;
	}

	async function one(agents: Agents, id: string, refresh = false) {
		const { providers } = await agents.listProviders(refresh);
		return providers.find((provider) => provider.id === id)!;
	}

	const list =
		(...ids: unknown[]): Answer =>
		(_request, response) =>
			response.end(JSON.stringify({ data: ids.map((id) => ({ id })) }));

	it("on this machine can be launched with, and list what they have", async () => {
		const agents = open({ ollama: await serve(list("qwen3:8b", "llama:high")) });
		const found = await one(agents, "ollama");
		assert.deepEqual(
			[found.usable, found.source, found.models, found.efforts],
			[true, "local", ["qwen3:8b", "llama:high"], ["none", "low", "medium", "high"]],
		);
		assert.ok(found.latencyMs! >= 0);
		assert.equal(agents.isProvider("ollama"), true);
		assert.equal(agents.isListed("ollama", "llama:high"), true);
	});

	it("but are off in the configuration, or named in it, are no guess any more", async () => {
		const own = await serve(list("mine"));
		const agents = open({ ollama: false }, {}, { providers: [{ id: "vllm", baseUrl: own }] });
		const { providers } = await agents.listProviders();
		assert.deepEqual(
			providers.filter(({ id }) => ["ollama", "vllm"].includes(id)).map(({ id, source }) => `${id} ${source}`),
			["vllm config"],
		);
		assert.equal(agents.isProvider("ollama"), false);
	});

	it("with 10,000 models are listed in part, and say how many are left out", async () => {
		const names = Array.from({ length: 10_000 }, (_, index) => `model-${index}`);
		const agents = open({ ollama: await serve(list(...names)) });
		const found = await one(agents, "ollama");
		assert.deepEqual([found.models.length, found.modelsLeftOut, found.usable], [1000, 9000, true]);
	});

	it("are not usable where they answer slowly, or not to the end, and everybody else is listed all the same", async () => {
		const begun: Answer = (_request, response) => void response.write('{"data":[{"id":"a"},');
		const agents = open({
			ollama: await serve(() => {}),
			lmstudio: await serve(begun),
			vllm: await serve(list("m")),
		});
		const before = performance.now();
		const { providers } = await agents.listProviders();
		assert.ok(performance.now() - before < 12_000);
		const told = new Map(providers.map((provider) => [provider.id, provider]));
		for (const id of ["ollama", "lmstudio"]) {
			assert.equal(told.get(id)!.usable, false);
			assert.match(told.get(id)!.reason!, /^Nothing answers at http:\S+ \(it took too long\)\. Start it/);
		}
		assert.equal(told.get("vllm")!.usable, true);
	});

	it("are not usable where they answer with rubbish, and say so in one sentence", async () => {
		const rubbish: Answer[] = [
			(_request, response) => response.end("<html>Hello</html>"),
			(_request, response) => response.end('{"data": "none"}'),
			(_request, response) => response.end("null"),
			(_request, response) => response.writeHead(404).end("no such page"),
			(_request, response) => {
				const chunk = "x".repeat(1024 * 1024);
				for (let count = 0; count < 12; count++) response.write(chunk);
				response.end();
			},
		];
		for (const answer of rubbish) {
			const found = await one(open({ ollama: await serve(answer) }), "ollama");
			assert.equal(found.usable, false);
			assert.match(found.reason!, /^What answers at http:\S+ is not a list of models.*Check that it speaks/);
		}
		const odd = await one(open({ ollama: await serve(list("a b", 7, "", "x".repeat(300), "good", "good")) }), "ollama");
		assert.deepEqual(odd.models, ["good"]);
	});

	it("lead nowhere else: what answers with another address is not followed", async () => {
		let followed = 0;
		const elsewhere = await serve((_request, response) => {
			followed++;
			list("m")(_request, response);
		});
		const away = await serve((_request, response) =>
			response.writeHead(302, { location: `${elsewhere}/models` }).end(),
		);
		assert.equal((await one(open({ ollama: away }), "ollama")).usable, false);
		const named = await one(open({}, { OPENAI_API_KEY: "sk-0123456789", OPENAI_BASE_URL: away }), "openai");
		assert.equal(named.usable, false);
		assert.ok(named.reason!.includes(`sends requests on to ${elsewhere} (302)`), named.reason);
		assert.equal(followed, 0);
	});

	it("are asked once in a while, unless somebody asks anew", async () => {
		let asked = 0;
		const agents = open({
			ollama: await serve((request, response) => {
				asked++;
				list(`m${asked}`)(request, response);
			}),
		});
		await Promise.all([one(agents, "ollama"), one(agents, "ollama")]);
		assert.deepEqual([(await one(agents, "ollama")).models, asked], [["m1"], 1]);
		assert.deepEqual([(await one(agents, "ollama", true)).models, asked], [["m2"], 2]);
	});

	it("by their keys in the environment need no configuration; without one they say that they need it, and nobody is asked", async () => {
		const hosted = await serve(list("big"));
		const agents = open({}, { OPENAI_API_KEY: "sk-0123456789", OPENAI_BASE_URL: hosted });
		const { providers } = await agents.listProviders();
		const told = (id: string) => providers.find((provider) => provider.id === id)!;
		assert.deepEqual(
			[told("openai").usable, told("openai").source, told("openai").models],
			[true, "environment", ["big"]],
		);
		assert.deepEqual([told("groq").usable, told("groq").needsKey, agents.isProvider("groq")], [false, true, false]);
		assert.match(told("groq").reason!, /needs a key: set GROQ_API_KEY .* or hand the key over/);
		const named = loadConfig(folder, { GOOGLE_GENERATIVE_AI_API_KEY: "g-0123456789", MISTRAL_API_KEY: "m-0123456789" });
		assert.deepEqual(
			named.providers.map(({ id, apiKeyEnv }) => `${id} ${apiKeyEnv}`),
			["google GOOGLE_GENERATIVE_AI_API_KEY", "mistral MISTRAL_API_KEY"],
		);
		assert.ok(!named.keys.redact("the key m-0123456789 was sent").includes("m-0123456789"));
	});

	it("on the path are agents to launch with, each with what it lacks", async () => {
		for (const program of ["codex-acp", "opencode", "goose"]) {
			writeFileSync(path.join(folder, program), "#!/bin/sh\nexit 1\n");
			chmodSync(path.join(folder, program), 0o755);
		}
		const { providers } = await open({}, { PATH: folder, HOME: folder }).listProviders();
		const told = (id: string) => {
			const { usable, source, models, reason, needsLogin, install } = providers.find((one) => one.id === id)!;
			return { usable, source, models, reason, needsLogin, install };
		};
		assert.deepEqual(told("opencode"), {
			...{ usable: true, source: "acp", models: ["default"] },
			...{ reason: undefined, needsLogin: undefined, install: undefined },
		});
		const codex = told("codex");
		assert.deepEqual([codex.usable, codex.needsLogin], [false, true]);
		assert.match(codex.reason!, /^Codex has no login here: run `codex login`, or give the daemon CODEX_API_KEY/);
		assert.equal(told("gemini-cli").install, "npm install -g @google/gemini-cli");
		assert.match(
			told("agent-goose").reason!,
			/To use it, add \{"id":"goose","command":\["goose","acp"\]\} to “agents”/,
		);
	});

	it("say in a launch what they lack, where they are programs that cannot be started", async () => {
		const agents = open({}, { PATH: folder });
		assert.match(agents.whyNot("gemini-cli")!, /^Gemini CLI is not here: .*npm install -g @google\/gemini-cli/);
		assert.match(agents.whyNot("agent-mine")!, /^There is no agent “agent-mine”: name it under “agents”/);
		assert.equal(agents.whyNot("openai"), undefined);
	});
});
