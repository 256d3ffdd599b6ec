import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { configJsonSchema, type Provider } from "../../../src/daemon/config/configSchema.ts";
import { createKeyChain, type Env } from "../../../src/daemon/config/providerKeys.ts";
import { presetJsonSchema } from "../../../src/daemon/presets/presetSchema.ts";

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
			/^config\.jsonc:3: this is no valid JSON \(close brace expected\)\. What could be read is used\.$/,
			["ok"],
		],
		[
			"a missing value",
			`{\n"providers": [ ${valid} ],\n"agent": \n}`,
			/^config\.jsonc:4: this is no valid JSON/,
			["ok"],
		],
		["no object", "[1]", /^config\.jsonc:1: the file must be an object/],
		[
			"an unknown name",
			`{ "providers": [ ${valid} ],\n"provider": 1 }`,
			/^config\.jsonc:2: “provider” is no setting\. Use one of: providers, agent, limits, discovery\.$/,
			["ok"],
		],
		[
			"a provider without address",
			`{ "providers": [ ${valid},\n{ "id": "bad" } ] }`,
			/^config\.jsonc:2: “providers\.baseUrl” is missing\.$/,
			["ok"],
		],
		[
			"a provider of a wrong kind",
			`{ "providers": [\n{ "id": "bad", "baseUrl": "http://x",\n"kind": "telepathy" }, ${valid} ] }`,
			/^config\.jsonc:3: “providers\.kind” cannot be read: expected "openai-compatible"\.$/,
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
			/^config\.jsonc:2: there is already a provider “ok”/,
			["ok"],
		],
		[
			"the daemon's own name",
			'{ "providers": [ { "id": "builtin", "baseUrl": "http://x" } ] }',
			/“builtin” is the daemon's own provider/,
			[],
		],
		[
			"a setting no provider has",
			'{ "providers": [ { "id": "ok", "baseUrl": "http://x", "apikey": "sk-123" } ] }',
			/“apikey” is no setting of a provider/,
			["ok"],
		],
		[
			"a limit out of range",
			'{ "limits": {\n"parallelSteps": 0, "promptChars": 9000 } }',
			/^config\.jsonc:2: “parallelSteps” cannot be read: expected >=1\.$/,
		],
		["an unknown limit", '{ "limits": { "steps": 1 } }', /“steps” is no limit\. Use one of: parallelSteps/],
		["brackets without end", '{"providers":'.repeat(20_000), /^config\.jsonc:1: the file has too many brackets/],
		["an agent without provider", '{ "agent": "qwen" }', /“agent” cannot be read: write provider\/model/],
	];
	for (const [name, text, problem, providers] of broken)
		it(`with ${name} gives one sentence with its line, and the rest still works`, () => {
			const config = load(text);
			assert.equal(config.problems.length, 1, config.problems.join("\n"));
			assert.match(config.problems[0]!, problem);
			if (providers)
				assert.deepEqual(
					config.providers.map(({ id }) => id),
					providers,
				);
			assert.ok(!config.problems[0]!.includes("sk-123"));
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
