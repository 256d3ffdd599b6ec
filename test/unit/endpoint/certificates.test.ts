import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import { openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { providerStatus } from "../../../src/daemon/discovery/providerStatus.ts";
import { connect } from "../../../src/daemon/mcp/connection.ts";
import { type Certified, certificate } from "../../support/certificates.ts";
import { untilState } from "../../support/daemonProcess.ts";
import { openYard, stackOnce } from "../../support/mcpYard.ts";
import { startModelServer } from "../../support/modelServer.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { wireFixtures } from "../../support/wireFixtures.ts";
import { makeTurn } from "../agents/turns.ts";

const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const secret = "sk-test-0123456789";
const here = ["127.0.0.1", "localhost"];
const hour = 3_600_000;

const authority = certificate({ name: "A test's authority", isAuthority: true });
const between = certificate({ name: "One between", isAuthority: true, by: authority });

interface Row {
	readonly what: string;
	readonly server: Certified;
	/** Sent along. */
	readonly chain?: readonly Certified[];
	/** Of the TLS server. */
	readonly options?: tls.TlsOptions;
	readonly why: RegExp;
	readonly helps: RegExp;
}

const trustIt =
	/NODE_EXTRA_CA_CERTS of the terminal or of VS Code, end the daemon by `mission daemon stop` or “Stop Goal Daemon” in VS Code, .*; otherwise correct /;
const rows: readonly Row[] = [
	{
		what: "signed by itself",
		server: certificate({ name: "localhost", hosts: here }),
		why: /\(its certificate is not trusted\)/,
		helps: trustIt,
	},
	{
		what: "of an authority that nobody knows",
		server: certificate({ name: "localhost", hosts: here, by: authority }),
		why: /\(its certificate is not trusted\)/,
		helps: trustIt,
	},
	{
		what: "of an authority that nobody knows, with the whole chain",
		server: certificate({ name: "localhost", hosts: here, by: between }),
		chain: [between, authority],
		why: /\(its certificate is not trusted\)/,
		helps: trustIt,
	},
];

/** Of an authority that is trusted. */
const known: readonly Row[] = [
	{
		what: "that has expired",
		server: certificate({ name: "localhost", hosts: here, by: authority, until: new Date(Date.now() - hour) }),
		why: /\(its certificate has expired\)/,
		helps: /renewed where that server runs, look whether the clock of this machine is right, or correct /,
	},
	{
		what: "that is not valid yet",
		server: certificate({ name: "localhost", hosts: here, by: authority, from: new Date(Date.now() + hour) }),
		why: /\(its certificate is not valid yet\)/,
		helps: /look whether the clock of this machine is right/,
	},
	{
		what: "for another name",
		server: certificate({ name: "mill", hosts: ["mill.example", "10.0.0.1"], by: authority }),
		why: /\(its certificate is for another name: mill\.example, 10\.0\.0\.1\)/,
		helps: /[Cc]orrect its .*: it must have a name that the certificate has\./,
	},
	{
		what: "without a name",
		server: certificate({ name: "localhost", by: authority }),
		why: /\(its certificate is for another name\)/,
		helps: /it must have a name that the certificate has/,
	},
	{
		what: "and speaks nothing that we speak",
		server: certificate({ name: "localhost", hosts: here, by: authority }),
		options: { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
		why: /\(TLS fails: .*version\)/,
		helps: /Look at the TLS settings of that server, or correct /i,
	},
];

describe("a server over HTTPS", function () {
	this.timeout(60_000);
	const opened: net.Server[] = [];
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-tls-"));
	});
	afterEach(() => {
		for (const server of opened.splice(0)) server.close();
		rmSync(folder, { recursive: true });
	});

	/** Speaks TLS before a server on this machine; `heard` is what came out of it. */
	async function inFront(port: number, { server, chain = [], options }: Pick<Row, "server" | "chain" | "options">) {
		const heard: Buffer[] = [];
		const cert = [server, ...chain].map((one) => one.cert).join("");
		const spoken = tls.createServer({ cert, key: server.key, ...options }, (socket) => {
			const there = net.connect(port, "127.0.0.1");
			socket.on("data", (bytes) => heard.push(bytes));
			socket.pipe(there).pipe(socket);
			for (const end of [socket, there]) end.on("error", () => {});
		});
		return { port: await listening(spoken), heard: () => Buffer.concat(heard).toString("latin1") };
	}

	async function listening(server: net.Server): Promise<number> {
		opened.push(server.listen(0, "127.0.0.1"));
		await once(server, "listening");
		return (server.address() as AddressInfo).port;
	}

	async function turnAt(port: number, fixture = wireFixtures[0]!) {
		const baseUrl = `https://127.0.0.1:${port}${fixture.basePath}`;
		const provider = { id: "mill", kind: fixture.wire, baseUrl, apiKeyEnv: "WIRE_KEY" };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		const agents = openAgents({ config: loadConfig(folder, { WIRE_KEY: secret }), log, acp: noAcpAgents });
		try {
			const assignment = { provider: "mill", model: fixture.model };
			const turn = makeTurn({ tools: [], workspace: folder, assignment });
			const outcome = await agents.agentFor(assignment).takeTurn(turn, new AbortController().signal);
			const { providers } = await agents.listProviders(true);
			return { outcome, listed: providers.find(({ id }) => id === "mill")! };
		} finally {
			agents.close();
		}
	}

	async function serverAt(port: number): Promise<string> {
		const connected = await connect(
			{ kind: "http", url: `https://127.0.0.1:${port}/mcp`, headers: { Authorization: `Bearer ${secret}` } },
			{
				client: { name: "test", version: "1.0.0" },
				signal: new AbortController().signal,
				timeoutMs: 20_000,
				maxMessageBytes: 1_000_000,
				onStarted() {},
				onEnded() {},
			},
		);
		return connected.kind === "failed" ? connected.reason : assert.fail("it was connected");
	}

	for (const row of rows)
		describe(`whose certificate is ${row.what}`, () => {
			for (const fixture of wireFixtures)
				it(`is told of in a sentence, and gets no key, in ${fixture.wire}`, async () => {
					const server = await inFront(1, row);
					const { outcome, listed } = await turnAt(server.port, fixture);
					assert.ok(outcome.kind === "failed", JSON.stringify(outcome));
					assert.deepEqual([outcome.code, outcome.retryable, outcome.used], ["unreachable", false, undefined]);
					for (const reason of [outcome.reason, listed.reason ?? ""]) {
						assert.match(reason, /^Provider “mill” does not answer at https:/);
						assert.match(reason, row.why);
						assert.match(reason, row.helps);
						assert.match(reason, /correct its baseUrl in config\.jsonc\.$/);
					}
					assert.equal(server.heard(), "");
				});

			it("is told of, and gets no header, as an MCP server", async () => {
				const server = await inFront(1, row);
				const reason = await serverAt(server.port);
				assert.match(reason, /^it cannot be reached /);
				assert.match(reason, row.why);
				assert.match(reason, row.helps);
				assert.match(reason, /correct its “url”\.$/);
				assert.equal(server.heard(), "");
			});
		});

	it("that nobody has set up is told of by its certificate, too, and not as a machine that is offline", async () => {
		const server = await inFront(1, rows[0]!);
		const provider = { id: "mill", kind: "anthropic", baseUrl: `https://127.0.0.1:${server.port}/v1` } as never;
		const { keys } = loadConfig(folder, {});
		const { reason = "" } = await providerStatus({ provider, keys, isHosted: true });
		assert.match(reason, /^Provider “mill” cannot be reached \(its certificate is not trusted\)\. /);
		assert.match(reason, trustIt);
	});

	it("of an authority that NODE_EXTRA_CA_CERTS names is trusted by a daemon as it is built; what else is wrong is told of", async () => {
		const model = await startModelServer({ script: stackOnce, models: ["clay"], key: secret });
		const mill = await listening(http.createServer(speaks));
		const good = certificate({ name: "localhost", hosts: here, by: between });
		const models = await inFront(Number(new URL(model.baseUrl).port), { server: good, chain: [between] });
		const tools = await inFront(mill, { server: good, chain: [between] });
		const servers = await Promise.all(known.map((row) => inFront(1, row)));
		const file = path.join(folder, "authority.pem");
		writeFileSync(file, authority.cert);
		const at = ({ port }: { readonly port: number }, below: string) => `https://127.0.0.1:${port}${below}`;
		const headers = { Authorization: `Bearer ${secret}` };
		const bad = <T>(of: (one: { readonly port: number }) => T) =>
			servers.map((one, index) => [`bad${index}`, of(one)] as const);
		const yard = await openYard({
			config: {
				providers: [
					{ id: "clay", baseUrl: at(models, "/v1"), apiKeyEnv: "WIRE_KEY", models: ["clay"] },
					...bad((one) => at(one, "/v1")).map(([id, baseUrl]) => ({ id, baseUrl, apiKeyEnv: "WIRE_KEY" })),
				],
				mcpServers: {
					mill: { url: at(tools, "/mcp"), headers },
					...Object.fromEntries(bad((one) => ({ url: at(one, "/mcp"), headers }))),
				},
			},
			env: { NODE_EXTRA_CA_CERTS: file, WIRE_KEY: secret },
		});
		try {
			const goalId = await yard.launch();
			await untilState(yard.daemon.client, goalId, ["completed"]);
			const started = await yard.events(goalId, "server.started");
			assert.deepEqual([...new Set(started.map(({ server }) => server))], ["mill"]);
			assert.match(models.heard(), new RegExp(secret));
			assert.match(tools.heard(), new RegExp(secret));
			const failed = await yard.events(goalId, "server.failed");
			const { providers } = await yard.daemon.client.request("provider/list", { refresh: true });
			for (const [index, { what, why, helps }] of known.entries()) {
				const server = failed.find((one) => one.server === `bad${index}`)?.reason ?? "";
				const provider = providers.find(({ id }) => id === `bad${index}`)?.reason ?? "";
				assert.match(server, /^it cannot be reached /);
				assert.match(provider, /^Provider “bad\d” does not answer at https:/);
				for (const reason of [server, provider]) {
					assert.match(reason, why);
					assert.match(reason, helps);
				}
				assert.equal(servers[index]?.heard(), "", what);
			}
		} finally {
			await yard.close();
			await model.close();
		}
	});
});

/** An MCP server without tools. */
async function speaks(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
	let text = "";
	for await (const chunk of request) text += chunk;
	if (request.method !== "POST") return void response.writeHead(405).end();
	const { id, method } = JSON.parse(text);
	if (id === undefined) return void response.writeHead(202).end();
	const serverInfo = { name: "mill", version: "1" };
	const results: Readonly<Record<string, object>> = {
		initialize: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo },
		"tools/list": { tools: [] },
	};
	const answer = results[method] ? { result: results[method] } : { error: { code: -32601, message: "No." } };
	response.setHeader("content-type", "application/json");
	response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
}
