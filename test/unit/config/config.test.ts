import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { configJsonSchema } from "../../../src/daemon/config/configSchema.ts";
import { openConfig } from "../../../src/daemon/config/liveConfig.ts";
import type { Env } from "../../../src/daemon/platform/ports.ts";
import { presetJsonSchema } from "../../../src/daemon/presets/presetSchema.ts";
import type { Provider } from "../../../src/daemon/providers/provider.ts";
import { createKeyChain } from "../../../src/daemon/secrets/providerKeys.ts";
import { configSentence } from "../../../src/protocol/config.ts";

describe("config.jsonc", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-config-"));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));
	const load = (text?: string, env: Env = {}) => {
		if (text !== undefined) writeFileSync(path.join(folder, "config.jsonc"), text);
		return loadConfig(folder, env);
	};

	it("is not needed", () => {
		const config = load();
		assert.deepEqual(config.problems, []);
		assert.deepEqual(config.providers, []);
		assert.equal(config.agent, undefined);
		assert.equal(config.limits.parallelSteps, 3);
	});

	it("names providers, the agent used by default, and limits, with comments between", () => {
		const config = load(`{
			// where models answer
			"providers": [
				{ "id": "local", "kind": "openai-compatible", "baseUrl": "http://127.0.0.1:11434/v1", "apiKeyEnv": "LOCAL_KEY", "models": ["qwen3:8b", "a:high"], },
				{ "id": "hub", "baseUrl": "https://hub.example/v1", "prices": { "m": { "input": 1, "output": 2.5 } } }
			],
			"agent": "local/a:high",
			"limits": { "parallelSteps": 2 },
		}`);
		assert.deepEqual(config.problems, []);
		assert.deepEqual(
			config.providers.map(({ id, kind, baseUrl }) => [id, kind, baseUrl]),
			[
				["local", "openai-compatible", "http://127.0.0.1:11434/v1"],
				["hub", "openai-compatible", "https://hub.example/v1"],
			],
		);
		assert.equal(config.agent, "local/a:high");
		assert.equal(config.limits.parallelSteps, 2);
	});

	it("chooses the first listed model when it names no agent", () => {
		const config = load(
			'{ "providers": [ { "id": "a", "baseUrl": "http://a" }, { "id": "b", "baseUrl": "http://b", "models": ["m"] } ] }',
		);
		assert.equal(config.agent, "b/m");
	});

	const valid = '{ "id": "ok", "baseUrl": "http://ok" }';
	const broken: readonly [name: string, text: string, problem: RegExp, providers?: readonly string[]][] = [
		[
			"a missing brace",
			`{\n"providers": [ ${valid} ],\n"agent": "ok/m"`,
			/^config\.jsonc:3:\d+: this is not valid JSON \(close brace expected\): correct it here or just before\.$/,
			["ok"],
		],
		[
			"a missing value",
			`{\n"providers": [ ${valid} ],\n"agent": \n}`,
			/^config\.jsonc:4:\d+: this is not valid JSON/,
			["ok"],
		],
		["no object", "[1]", /^config\.jsonc:1:\d+: the file must be an object/],
		[
			"an unknown name",
			`{ "providers": [ ${valid} ],\n"provider": 1 }`,
			/^config\.jsonc:2:1: unknown setting “provider”; did you mean “providers”\?$/,
			["ok"],
		],
		[
			"a provider without address",
			`{ "providers": [ ${valid},\n{ "id": "bad" } ] }`,
			/^config\.jsonc:2:\d+: “providers\.baseUrl” is missing\.$/,
			["ok"],
		],
		[
			"a provider of a wrong kind",
			`{ "providers": [\n{ "id": "bad", "baseUrl": "http://x",\n"kind": "telepathy" }, ${valid} ] }`,
			/^config\.jsonc:3:\d+: “providers\.kind” cannot be read: expected \("openai-compatible" | "openai" | "anthropic" | "google"\)\.$/,
			["ok"],
		],
		[
			"an address that is none",
			`{ "providers": [ { "id": "bad", "baseUrl": "sk-123" }, ${valid} ] }`,
			/“providers\.baseUrl” cannot be read: write an address/,
			["ok"],
		],
		[
			"two providers of one name",
			`{ "providers": [ ${valid},\n${valid} ] }`,
			/^config\.jsonc:2:\d+: there is already a provider “ok”/,
			["ok"],
		],
		[
			"the daemon's own name",
			'{ "providers": [ { "id": "builtin", "baseUrl": "http://x" } ] }',
			/“builtin” is kept for an agent that is no provider of models/,
			[],
		],
		[
			"a setting no provider has",
			'{ "providers": [ { "id": "ok", "baseUrl": "http://x", "apikey": "sk-123" } ] }',
			/unknown setting “apikey” of a provider; did you mean “apiKeyEnv”\?$/,
			["ok"],
		],
		[
			"a word that is none of the settings",
			'{ "telemetry": true }',
			/unknown setting “telemetry”\. Use one of: providers, agents, agent, roster, limits, discovery, fetch, mcpServers, proposedServers, sandbox, policy, approvals\.$/,
		],
		[
			"an unknown name deep inside",
			`{ "providers": [ { "id": "ok", "baseUrl": "http://x",\n"prices": { "m": { "input": 1, "output": 2, "cacheInput": 1 } } } ] }`,
			/^config\.jsonc:2:\d+: unknown setting “cacheInput” of “m”; did you mean “cachedInput”\?$/,
			["ok"],
		],
		[
			"an unknown server",
			'{ "discovery": { "olama": false } }',
			/unknown setting “olama” of “discovery”; did you mean “ollama”\?$/,
		],
		[
			"a setting that stands there twice",
			`{ "providers": [ ${valid} ],\n"providers": [] }`,
			/^config\.jsonc:2:1: “providers” appears twice: keep one\.$/,
			["ok"],
		],
		[
			"an agent of a provider that is not there",
			`{ "providers": [ ${valid} ],\n"agent": "okk/m" }`,
			/^config\.jsonc:2:10: there is no provider “okk”; did you mean “ok”\?$/,
			["ok"],
		],
		[
			"a role of a provider that is not there",
			`{ "providers": [ ${valid} ],\n"roster": { "assignments": [\n{ "role": "reviewer", "provider": "nobody", "model": "m" } ] } }`,
			/^config\.jsonc:3:35: there is no provider “nobody”: add it to “providers”/,
			["ok"],
		],
		[
			"a role without its name",
			`{ "roster": [ { "provider": "openai", "model": "m" } ] }`,
			/“roster\.assignments\.role” is missing\.$/,
		],
		[
			"a role with half a model",
			`{ "roster": [ { "role": "reviewer", "provider": "openai" } ] }`,
			/“roster\.assignments\.model” is missing: a role names both/,
		],
		[
			"an effort that is none",
			`{ "roster": [ { "role": "reviewer", "effort": "huge" } ] }`,
			/“roster\.assignments\.effort” cannot be read: expected/,
		],
		[
			"a name that no role has",
			`{ "roster": [ { "role": "reviewer", "instruction": "x" } ] }`,
			/unknown setting “instruction” of a role; did you mean “instructions”\?$/,
		],
		[
			"a role twice",
			`{ "roster": [ { "role": "reviewer" },\n{ "role": "reviewer" } ] }`,
			/^config\.jsonc:2:11: the role reviewer appears twice: keep one\.$/,
		],
		[
			"no list of roles",
			`{ "roster": { "assigments": [] } }`,
			/unknown setting “assigments” of a roster; did you mean “assignments”\?/,
		],
		[
			"a limit out of range",
			'{ "limits": {\n"parallelSteps": 0, "promptChars": 9000 } }',
			/^config\.jsonc:2:\d+: “parallelSteps” cannot be read: expected >=1\.$/,
		],
		["an unknown limit", '{ "limits": { "steps": 1 } }', /unknown limit “steps”\. Use one of: parallelSteps/],
		[
			"brackets without end",
			'{"providers":'.repeat(20_000),
			/^config\.jsonc:1:\d+: the file has too many nested brackets/,
		],
		[
			"a deadline after which an act would happen",
			'{ "approvals": { "deadlines": {\n"network": { "minutes": 5, "act": "allow" } } } }',
			/^config\.jsonc:\d+:\d+: “approvals\.deadlines\.network\.act” cannot be read/,
		],
		[
			"a deadline of no time",
			'{ "approvals": { "deadlines": { "write": { "minutes": 0, "act": "deny" } } } }',
			/“approvals\.deadlines\.write\.minutes” cannot be read: expected >=1\.$/,
		],
		["a setting that approvals do not have", '{ "approvals": { "deadline": {} } }', /did you mean “deadlines”\?/],
		["an agent without provider", '{ "agent": "qwen" }', /“agent” cannot be read: write provider\/model/],
	];
	for (const [name, text, problem, providers] of broken)
		it(`with ${name} gives a sentence with its line, and the rest still works`, () => {
			const config = load(text);
			const said = config.problems.map(configSentence);
			assert.ok(said.length === 1, said.join("\n"));
			assert.match(said[0] ?? "", problem);
			if (providers)
				assert.deepEqual(
					config.providers.map(({ id }) => id),
					providers,
				);
			assert.ok(!said[0]!.includes("sk-123"));
		});

	const brokenAgents: readonly [name: string, text: string, problem: RegExp, agents: readonly string[]][] = [
		["no list", '{ "agents": "a/b" }', /^config\.jsonc:1:13: “agents” must be a list: write \[ … \]/, []],
		[
			"no command",
			'{ "agents": [\n{ "id": "mine" }, { "id": "qwen-code", "node": "/opt/node" } ] }',
			/^config\.jsonc:2:1: “agents\.command” is missing: write \[ program, arguments … \]\.$/,
			["qwen-code"],
		],
		[
			"a command that is one text",
			'{ "agents": [ { "id": "mine",\n"command": "mine --acp" } ] }',
			/^config\.jsonc:2:12: “agents\.command” cannot be read: expected Array\.$/,
			[],
		],
		[
			"a program below the folder that it happens to run in",
			'{ "agents": [ { "id": "mine", "command": ["bin/mine"] } ] }',
			/“agents\.command\.0” cannot be read: name a program of the path, or write its whole path\.$/,
			[],
		],
		[
			"two of one id",
			'{ "agents": [ { "id": "a", "command": ["x"] },\n{ "id": "a", "command": ["y"] } ] }',
			/^config\.jsonc:2:9: there is already an agent “a”: give this one another id\.$/,
			["a"],
		],
		[
			"a setting that no agent has",
			'{ "agents": [ { "id": "a", "command": ["x"],\n"environment": {} } ] }',
			/^config\.jsonc:2:1: unknown setting “environment” of an agent\. Use one of: id, name, command, env/,
			["a"],
		],
		[
			"a variable of the daemon's own",
			'{ "agents": [ { "id": "a", "command": ["x"], "env": {\n"MISSION_HOME": "/x" } } ] }',
			/^config\.jsonc:\d:\d+: “agents\.env\.MISSION_HOME” cannot be read: no agent gets a variable that begins with MISSION_\.$/,
			[],
		],
	];
	for (const [name, text, problem, agents] of brokenAgents)
		it(`with an agent that has ${name} gives a sentence with its line, and the others are there`, () => {
			const config = load(text);
			assert.deepEqual([config.problems.length, config.problems[0]?.blocks], [1, false]);
			assert.match(configSentence(config.problems[0]!), problem);
			assert.deepEqual(
				config.acpAgents.map(({ id }) => id),
				agents,
			);
		});

	it("names agents of its own, which can then be named as the agent and in the roster", () => {
		const mine = { id: "mine", command: ["mine", "--acp"], env: { A: "1" }, mode: "ask", refuseUnasked: true };
		const roster = [{ role: "reviewer", provider: "agent-mine", model: "default" }];
		const named = load(JSON.stringify({ agents: [mine], agent: "agent-mine/default", roster }));
		assert.deepEqual([named.problems, named.acpAgents, named.agent], [[], [mine], "agent-mine/default"]);
		const unnamed = load(JSON.stringify({ agents: [mine], agent: "agent-mime/default" }));
		assert.match(unnamed.problems[0]!.message, /no provider “agent-mime”; did you mean “agent-mine”\?/);
		assert.equal(load('{ "agent": "gemini-cli/default" }').agent, "gemini-cli/default");
	});

	it("takes the keys that agents are given out of every text", () => {
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is written so in the file.
		const mine = { id: "mine", command: ["mine"], env: { OWN_TOKEN: "${env:TOKEN}", PLACE: "/a/long/path" } };
		const config = load(JSON.stringify({ agents: [mine] }), { TOKEN: "t-012345", GEMINI_API_KEY: "g-012345" });
		assert.equal(config.keys.redact("t-012345 g-012345 /a/long/path"), "… … /a/long/path");
	});

	const unreadable: readonly (readonly [name: string, make: (file: string) => void, says: RegExp])[] = [
		["a folder", (file) => mkdirSync(file), /config\.jsonc is a folder/],
		["Latin-1", (file) => writeFileSync(file, Buffer.from([0x7b, 0x22, 0xfc, 0x22, 0x7d])), /not UTF-8/],
		["UTF-16", (file) => writeFileSync(file, Buffer.from("\uFEFF{}", "utf16le")), /not UTF-8/],
		["larger than any settings", (file) => writeFileSync(file, " ".repeat(2 * 1024 * 1024)), /has 2097152 bytes/],
		["a pipe", (file) => execFileSync("mkfifo", [file]), /not a regular file/],
		["a link to itself", (file) => symlinkSync(file, file), /cannot be read \(ELOOP\)/],
	];
	for (const [name, make, says] of unreadable)
		it(`that is ${name} says so, and blocks`, () => {
			make(path.join(folder, "config.jsonc"));
			const { problems } = load();
			assert.match(problems.map(configSentence).join("\n"), says);
			assert.deepEqual(
				problems.map(({ line, blocks }) => [line, blocks]),
				[[1, true]],
			);
		});

	it("with a mistake that might widen what goals may do blocks, with any other it does not", () => {
		const blocks = (text: string) => load(text).problems.map((problem) => problem.blocks);
		assert.deepEqual(blocks('{ "limits": { "replans": "many" } }'), [true]);
		assert.deepEqual(blocks('{ "limits": { "replan": 1 } }'), [true]);
		assert.deepEqual(blocks('{ "limits": [] }'), [true]);
		assert.deepEqual(blocks('{ "limit": { "replans": 1 } }'), [true]);
		assert.deepEqual(blocks('{ "limits": {}, "limits": {} }'), [true]);
		assert.deepEqual(blocks('{ "agent": "openai/b" '), [true]);
		assert.deepEqual(blocks('{ "agents": "a/b" }'), [false]);
		assert.deepEqual(blocks('{ "providers": [ { "id": "x" } ] }'), [false]);
	});

	it("names who works in which role, as a roster file does", () => {
		const roster = {
			assignments: [{ role: "reviewer", provider: "ok", model: "m", effort: "high", instructions: "Be brief." }],
		};
		const expected = [{ ...roster.assignments[0], enabled: true, source: "config" }];
		for (const written of [roster, roster.assignments]) {
			const config = load(JSON.stringify({ roster: written, providers: [JSON.parse(valid)] }));
			assert.deepEqual([config.problems, config.roster], [[], expected]);
		}
		assert.equal(load("{}").roster, undefined);
	});

	it("is followed while it changes, and the last settings hold while it blocks", () => {
		const file = path.join(folder, "config.jsonc");
		let now = 1_000;
		writeFileSync(file, `{ "limits": { "replans": 7 } }`);
		const config = openConfig(folder, {}, () => now);
		const heard: boolean[] = [];
		config.onChange((isOther) => heard.push(isOther));
		const change = (text: string) => {
			now += 1_000;
			writeFileSync(file, text);
			config.refresh();
			return config.limits.replans;
		};
		try {
			assert.equal(change(`{ "limits": { "replans": 9 }, "agent": "nobody/m" }`), 9);
			assert.equal(config.state().keptFrom, undefined);
			assert.equal(change(`{ "limits": { "replans": 10 `), 9);
			assert.deepEqual(
				[config.state().problems.length > 0, config.state().keptFrom],
				[true, new Date(2_000).toISOString()],
			);
			assert.equal(change(`{ "limits": { "replans": 1000 } }`), 9);
			assert.equal(change(`{ "limits": { "replans": 11 } }`), 11);
			assert.deepEqual(config.state(), { path: file, problems: [], keptFrom: undefined });
			// Whoever saves in place empties first.
			assert.equal(change(""), 11);
			rmSync(file);
			config.refresh();
			assert.equal(config.limits.replans, 2);
			assert.deepEqual(heard, [true, false, false, true, true]);
		} finally {
			config.close();
		}
	});

	it("never throws, whatever it holds", () => {
		const piece = fc.oneof(
			fc.constantFrom("{", "}", "[", "]", '"providers"', ":", ",", '"limits"', '"__proto__"', "1", "//", "\n", '"id"'),
			fc.string(),
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 25 }), fc.jsonValue(), (pieces, value) => {
				load(pieces.join(""));
				load(JSON.stringify({ providers: value, limits: value, agent: value }));
			}),
			{ numRuns: 300 },
		);
	});

	it("gains a provider from the environment, unless it has one of that name", () => {
		const env = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
		const { providers } = load(undefined, env);
		assert.deepEqual(
			providers.map(({ id, baseUrl, apiKeyEnv }) => [id, baseUrl, apiKeyEnv]),
			[["openai", "http://127.0.0.1:9/v1", "OPENAI_API_KEY"]],
		);
		assert.equal(load(undefined, { OPENAI_API_KEY: "k" }).providers[0]?.baseUrl, "https://api.openai.com/v1");
		const own = load('{ "providers": [ { "id": "openai", "baseUrl": "http://own" } ] }', env);
		assert.deepEqual(
			own.providers.map(({ baseUrl }) => baseUrl),
			["http://own"],
		);
	});

	const schemas = { "config.schema.json": configJsonSchema, "preset.schema.json": presetJsonSchema };
	for (const [name, expected] of Object.entries(schemas)) {
		it(`has a JSON Schema that editors use, kept as the daemon reads it: ${name}`, () => {
			const file = path.join(import.meta.dirname, "../../../media", name);
			if (process.env.MISSION_UPDATE) writeFileSync(file, `${JSON.stringify(expected(), undefined, "\t")}\n`);
			assert.deepEqual(
				JSON.parse(readFileSync(file, "utf8")),
				expected(),
				`media/${name} is old: run this test once with MISSION_UPDATE=1.`,
			);
		});
	}
});

describe("a provider's key", () => {
	const provider: Provider = { id: "p", kind: "openai-compatible", baseUrl: "http://p", structuredOutput: true };

	it("comes from the environment variable that the provider names", async () => {
		const keys = createKeyChain({ P_KEY: " secret-1\n" }, []);
		const result = await keys.resolveKey({ ...provider, apiKeyEnv: "P_KEY" });
		assert.equal(result.kind === "key" && result.key.reveal(), "secret-1");
	});

	it("is not needed where none is named, and is asked for by the variable's name where it is missing", async () => {
		const keys = createKeyChain({}, []);
		assert.deepEqual(await keys.resolveKey(provider), { kind: "none" });
		const missing = await keys.resolveKey({ ...provider, apiKeyEnv: "P_KEY" });
		assert.ok(missing.kind === "missing");
		assert.match(missing.reason, /Provider “p” needs a key: set P_KEY/);
	});

	it("comes from a command, which runs once until the key is refused", async () => {
		const folder = mkdtempSync(path.join(os.tmpdir(), "mission-key-"));
		try {
			const keys = createKeyChain({ PATH: process.env.PATH }, []);
			const count = path.join(folder, "count");
			const asked = { ...provider, apiKeyCommand: `echo x >> ${count}; echo secret-2` };
			const runs = () => readFileSync(count, "utf8").split("\n").length - 1;
			const results = await Promise.all([keys.resolveKey(asked), keys.resolveKey(asked)]);
			for (const result of results) assert.equal(result.kind === "key" && result.key.reveal(), "secret-2");
			assert.equal(runs(), 1);
			keys.forget("p");
			await keys.resolveKey(asked);
			assert.equal(runs(), 2);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	for (const [name, command, why] of [
		["fails", "echo secret-3; echo secret-3 >&2; exit 3", /failed with exit code 3/],
		["prints nothing", "true", /printed no key/],
		["prints more than a key", "echo 'please log in: secret-3'", /printed no key/],
	] as const)
		it(`is missing when its command ${name}, with a sentence that does not hold what was printed`, async () => {
			const result = await createKeyChain({ PATH: process.env.PATH }, []).resolveKey({
				...provider,
				apiKeyCommand: command,
			});
			assert.ok(result.kind === "missing");
			assert.match(result.reason, why);
			assert.ok(!result.reason.includes("secret-3"));
		});

	it("cannot be printed by accident", async () => {
		const result = await createKeyChain({ P_KEY: "secret-4" }, []).resolveKey({ ...provider, apiKeyEnv: "P_KEY" });
		assert.ok(result.kind === "key");
		assert.ok(!inspect(result, { depth: 9, showHidden: true }).includes("secret-4"));
		assert.ok(!JSON.stringify(result).includes("secret-4"));
		assert.ok(!`${result.key}`.includes("secret-4"));
	});

	it("is taken out of any text, wherever it came from", async () => {
		const providers = [{ ...provider, apiKeyEnv: "P_KEY" }];
		const keys = createKeyChain({ P_KEY: "secret-5", PATH: process.env.PATH }, providers);
		await keys.resolveKey({ ...provider, id: "q", apiKeyCommand: "echo secret-6" });
		assert.equal(keys.redact("Wrong key secret-5, secret-5 or secret-6!"), "Wrong key …, … or …!");
	});
});
