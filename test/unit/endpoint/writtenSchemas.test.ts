import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as v from "valibot";
import { type Agents, openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { loadGoogle } from "../../../src/daemon/providers/wires/google.ts";
import type { ExternalTool } from "../../../src/daemon/tools/tool.ts";
import { badSchemas } from "../../support/badSchemas.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { processorTime } from "../../support/processorTime.ts";
import { type Json, wireFixtures } from "../../support/wireFixtures.ts";
import { startWireServer, type WireServer } from "../../support/wireServer.ts";
import { makeTurn } from "../agents/turns.ts";

/** Google's wire knows no references: what servers of others send with them reaches it written out, as it stands in the body. */
const fixture = wireFixtures.find(({ wire }) => wire === "google")!;
const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

interface Row {
	readonly what: string;
	readonly schema: Json;
	/** As the body has it. */
	readonly sent: Json;
}

const text = { type: "string" };
const number = { type: "number" };
const object = { type: "object" };
const properties = (of: object) => ({ type: "object", properties: of });

const rows: readonly Row[] = [
	{
		what: "a definition, twice, with words of its own",
		schema: {
			$defs: {
				place: { ...properties({ lat: number, lon: number }), required: ["lat", "lon"], description: "Where." },
			},
			properties: { from: { $ref: "#/$defs/place" }, to: { $ref: "#/$defs/place", description: "The end." } },
			required: ["from"],
		},
		sent: properties({
			from: { ...properties({ lat: number, lon: number }), required: ["lat", "lon"], description: "Where." },
			to: { ...properties({ lat: number, lon: number }), required: ["lat", "lon"], description: "The end." },
		}),
	},
	{
		what: "a definition of a definition, by its older keyword, in a list",
		schema: {
			definitions: { name: text, names: { type: "array", items: { $ref: "#/definitions/name" } } },
			properties: { names: { $ref: "#/definitions/names" } },
		},
		sent: properties({ names: { type: "array", items: text } }),
	},
	{
		what: "a definition whose name is escaped, and one among definitions",
		schema: {
			$defs: { "a/b c": number, group: { $defs: { inner: text } } },
			properties: { a: { $ref: "#/$defs/a~1b%20c" }, b: { $ref: "#/$defs/group/$defs/inner" } },
		},
		sent: properties({ a: number, b: text }),
	},
	{
		what: "what stands elsewhere in the schema",
		schema: { properties: { a: number, b: { $ref: "#/properties/a" } } },
		sent: properties({ a: number, b: number }),
	},
	{
		what: "a definition that comes back to itself",
		schema: {
			$defs: {
				node: properties({ name: text, children: { type: "array", items: { $ref: "#/$defs/node" } } }),
			},
			properties: { tree: { $ref: "#/$defs/node" } },
		},
		sent: properties({ tree: properties({ name: text, children: { type: "array", items: object } }) }),
	},
	{
		what: "two definitions that come back by each other",
		schema: {
			$defs: {
				a: { ...properties({ b: { $ref: "#/$defs/b" } }), description: "An a." },
				b: { type: "array", items: { $ref: "#/$defs/a" } },
			},
			properties: { a: { $ref: "#/$defs/a" } },
		},
		sent: properties({
			a: {
				...properties({ b: { type: "array", items: { ...object, description: "An a." } } }),
				description: "An a.",
			},
		}),
	},
	{
		what: "the whole schema",
		schema: { properties: { name: text, inner: { $ref: "#" }, older: { $recursiveRef: "#" } } },
		sent: properties({ name: text, inner: object, older: object }),
	},
	{
		what: "nothing that there is",
		schema: {
			properties: { a: { $ref: "#/$defs/nowhere" }, b: { $ref: "https://example.org/s.json", description: "B." } },
		},
		sent: properties({ a: object, b: { ...object, description: "B." } }),
	},
	{
		what: "one of several, or nothing",
		schema: {
			$defs: { cat: properties({ purrs: { type: "boolean" } }), dog: properties({ barks: { type: "boolean" } }) },
			properties: {
				pet: { oneOf: [{ $ref: "#/$defs/cat" }, { $ref: "#/$defs/dog" }] },
				perhaps: { anyOf: [{ $ref: "#/$defs/cat" }, { type: "null" }] },
			},
		},
		sent: properties({
			pet: { anyOf: [properties({ purrs: { type: "boolean" } }), properties({ barks: { type: "boolean" } })] },
			perhaps: { ...properties({ purrs: { type: "boolean" } }), nullable: true },
		}),
	},
	{
		what: "what must hold together",
		schema: {
			$defs: { base: { ...properties({ id: text }), required: ["id"] } },
			properties: {
				one: { allOf: [{ $ref: "#/$defs/base" }], description: "One." },
				more: { allOf: [{ $ref: "#/$defs/base" }, { ...properties({ size: number }), required: ["size", "unknown"] }] },
			},
		},
		sent: properties({
			one: { ...properties({ id: text }), required: ["id"], description: "One." },
			more: { ...properties({ id: text, size: number }), required: ["id", "size"] },
		}),
	},
	{
		what: "values that the wire takes, and such as it refuses",
		schema: {
			$defs: { colour: { enum: ["red", "green"] }, mixed: { enum: [1, "two", null], description: "Any." } },
			properties: {
				colour: { $ref: "#/$defs/colour" },
				mixed: { $ref: "#/$defs/mixed" },
				kind: { const: "pet" },
				none: { type: "string", enum: [null] },
				link: { type: "string", format: "uri" },
				at: { type: "string", format: "date-time" },
			},
		},
		sent: properties({
			colour: { type: "string", enum: ["red", "green"] },
			mixed: { description: 'Any. One of: 1, "two", null' },
			kind: { type: "string", enum: ["pet"] },
			none: { type: "string", description: "One of: null" },
			link: text,
			at: { type: "string", format: "date-time" },
		}),
	},
	{
		what: "values of several kinds, each with its own parts",
		schema: { properties: { a: { type: ["string", "array", "null"], items: { $ref: "#/properties/b" } }, b: number } },
		sent: properties({ a: { anyOf: [text, { type: "array", items: number }], nullable: true }, b: number }),
	},
	{
		what: "places of a list",
		schema: { properties: { pair: { type: "array", prefixItems: [{ $ref: "#/properties/b" }, text] }, b: number } },
		sent: properties({ pair: { type: "array", items: { anyOf: [number, text] } }, b: number }),
	},
	{
		what: "a property that is called like a keyword",
		schema: { properties: { $ref: text, $defs: number, allOf: { $ref: "#/properties/$ref" } } },
		sent: properties({ $ref: text, $defs: number, allOf: text }),
	},
];

describe("a schema for Google's wire", function () {
	this.timeout(60_000);
	let server: WireServer;
	let folder: string;
	let agents: Agents;
	before(async () => {
		server = await startWireServer(fixture, [fixture.model]);
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-schemas-"));
		const provider = { id: "google", kind: "google", baseUrl: server.baseUrl, apiKeyEnv: "WIRE_KEY" };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		agents = openAgents({ config: loadConfig(folder, { WIRE_KEY: "sk-test" }), log, acp: noAcpAgents });
	});
	after(async () => {
		agents.close();
		await server.close();
		rmSync(folder, { recursive: true });
	});

	function tool(name: string, schema: Json): ExternalTool {
		return {
			kind: "external",
			name,
			description: "Of a server.",
			params: v.object({}),
			summarize: () => name,
			schema: { type: "object", ...schema },
			server: "s",
			serverTool: name,
			risk: "low",
			reasons: [],
			bound: {},
			isAllowed: false,
			call: async () => assert.fail("It is only offered."),
		} as unknown as ExternalTool;
	}

	async function sentOf(...schemas: readonly Json[]): Promise<readonly Json[]> {
		const assignment = { provider: "google", model: fixture.model };
		const tools = schemas.map((schema, at) => tool(`t${at}`, schema));
		const turn = makeTurn({ tools, workspace: folder, assignment });
		const outcome = await agents.agentFor(assignment).takeTurn(turn, new AbortController().signal);
		assert.equal(outcome.kind, "answered", JSON.stringify(outcome));
		return (server.requests.at(-1)?.body.tools ?? []).flatMap((each: Json) =>
			each.functionDeclarations.map(({ parameters }: Json) => parameters),
		);
	}

	for (const { what, schema, sent } of rows)
		it(`has what it refers to written out: ${what}`, async () => {
			const [body] = await sentOf(schema);
			assert.deepEqual(body, { ...sent, ...(schema.required && { required: schema.required }) });
		});

	it("has it written out for answers, too", async () => {
		const openModel = await loadGoogle();
		const provider = { id: "google", kind: "google", baseUrl: server.baseUrl, structuredOutput: true } as never;
		const opened = openModel({ provider, model: fixture.model, apiKey: "sk-test", effort: undefined });
		const { schema, sent } = rows[4]!;
		const signal = new AbortController().signal;
		opened.begin(signal, { adaptations: [], onPiece() {}, onError() {}, async onAdapted() {} });
		const { stream } = await opened.model.doStream({
			prompt: [{ role: "user", content: [{ type: "text", text: "Answer." }] }],
			responseFormat: { type: "json", schema: opened.writeSchema!({ type: "object", ...schema }) },
			abortSignal: signal,
		});
		await stream.cancel();
		assert.deepEqual(fixture.schema(server.requests.at(-1)!.body), sent);
	});

	for (const { what, schema } of badSchemas)
		it(`is sent within bounds, and the other tools with it: one that ${what}`, async () => {
			const tookMs = processorTime();
			const [bad, good] = await sentOf(schema, rows[0]!.schema);
			assert.ok(tookMs() < 5_000, `${tookMs()} ms of processor time`);
			assert.ok(JSON.stringify(bad).length < 130_000, `${JSON.stringify(bad).length} characters`);
			assert.doesNotMatch(JSON.stringify(bad), /"\$(ref|defs)"/);
			assert.ok(nesting(bad) <= 30, `${nesting(bad)} levels`);
			assert.deepEqual(good, { ...rows[0]!.sent, required: ["from"] });
		});

	it("loses no depth where there is room, and the same for each part where there is none", async () => {
		const level = (depth: number): Json => (depth === 0 ? text : properties({ below: level(depth - 1) }));
		const [whole] = await sentOf(level(10));
		assert.deepEqual(whole, level(10));
		const twice = (name: string) =>
			properties({ left: { $ref: `#/$defs/${name}` }, right: { $ref: `#/$defs/${name}` } });
		const $defs = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`d${at + 1}`, twice(`d${at}`)]));
		const [wide] = await sentOf({
			$defs: { ...$defs, d0: text },
			properties: { a: twice("d30"), z: { $ref: "#/$defs/d1" } },
		});
		assert.equal(nesting(wide.properties.a.properties.left), nesting(wide.properties.a.properties.right));
		assert.deepEqual(wide.properties.z, properties({ left: text, right: text }));
	});
});

function nesting(value: Json): number {
	if (typeof value !== "object" || value === null) return 0;
	return 1 + Math.max(0, ...Object.values(value).map(nesting));
}
