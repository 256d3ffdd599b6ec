import assert from "node:assert/strict";
import { toolChecker } from "../../../src/daemon/mcp/checkedTool.ts";
import type { McpTool } from "../../../src/daemon/mcp/mcpConnection.ts";
import { badSchemas } from "../../support/badSchemas.ts";
import { processorTime } from "../../support/processorTime.ts";

describe("what a server says of its tools", () => {
	function checked(inputSchema: object, more: object = {}, check = toolChecker()): McpTool {
		const tool = check({ name: "stack", inputSchema: { type: "object", ...inputSchema }, ...more });
		return typeof tool === "string" ? assert.fail(tool) : tool;
	}

	const ref = { $ref: "#" };
	const names = { patternProperties: { "^x-": { type: "string" } }, properties: { a: { type: "number" } } };
	const many = Array.from({ length: 100_000 }, (_, at) => ({ at }));
	const rows: readonly (readonly [what: string, schema: object, args: object, problem: RegExp | undefined])[] = [
		["a schema that refers to itself without end", { allOf: [ref] }, {}, undefined],
		["properties whose names have a pattern", { ...names, additionalProperties: false }, { "x-a": "b" }, undefined],
		["the same by another keyword", { allOf: [names], unevaluatedProperties: false }, { "x-a": "b" }, undefined],
		["the properties beside them", { ...names, additionalProperties: false }, { a: "b" }, /a must be number/],
		["what must not fit a pattern", { properties: { a: { not: { pattern: "^b" } } } }, { a: "c" }, undefined],
		[
			"what fits one of two patterns",
			{ properties: { a: { oneOf: [{ pattern: "^b" }, { pattern: "^c" }] } } },
			{ a: "c" },
			undefined,
		],
		[
			"a property that is called like a keyword",
			{ properties: { patternProperties: { type: "number" }, pattern: { type: "number" }, $id: { type: "number" } } },
			{ patternProperties: "many" },
			/patternProperties must be number/,
		],
		[
			"a value that looks like a keyword",
			{ properties: { a: { const: { $id: "b" } } } },
			{ a: { $id: "b" } },
			undefined,
		],
		["no more than one of a kind", { properties: { a: { uniqueItems: true } } }, { a: many }, undefined],
		["no property but those", { properties: {}, additionalProperties: false }, { b: 1 }, /additional properties/],
		["one of two", { properties: { a: { oneOf: [{ type: "number" }, true] } } }, { a: 1 }, /exactly one/],
	];
	for (const [what, schema, args, problem] of rows)
		it(`is checked, or left to the server: ${what}`, () => {
			const said = checked(schema).argumentsProblem(args);
			if (problem) assert.match(said ?? "", problem);
			else assert.equal(said, undefined);
		}).timeout(60_000);

	it("holds for its own tools alone, whatever name its schemas have", () => {
		const schema = (type: string) => ({ $id: "https://example.org/a", properties: { a: { type } } });
		const check = toolChecker();
		checked(schema("string"), {}, check);
		checked(schema("string"));
		assert.match(checked(schema("number"), {}, check).argumentsProblem({ a: "b" }) ?? "", /must be number/);
		assert.match(checked(schema("number")).argumentsProblem({ a: "b" }) ?? "", /must be number/);
	});

	for (const { what, schema, args, leftOut } of badSchemas)
		it(`is read within seconds, and checked, left to the server or left out: a schema that ${what}`, () => {
			const tookMs = processorTime();
			const tool = toolChecker()({ name: "stack", inputSchema: { type: "object", ...schema } });
			if (leftOut) {
				assert.equal(typeof tool, "string");
				assert.match(String(tool), leftOut);
			} else if (typeof tool === "string") {
				assert.fail(tool);
			} else {
				assert.equal(tool.argumentsProblem(args), undefined);
			}
			assert.ok(tookMs() < 5_000, `${tookMs()} ms of processor time`);
		}).timeout(60_000);

	it("still refuses what does not fit behind references", () => {
		const $defs = { tree: { type: "object", properties: { size: { type: "number" }, of: { $ref: "#/$defs/tree" } } } };
		const { argumentsProblem } = checked({ $defs, properties: { tree: { $ref: "#/$defs/tree" } } });
		assert.equal(argumentsProblem({ tree: { size: 1, of: { size: 2 } } }), undefined);
		assert.match(argumentsProblem({ tree: { size: 1, of: { size: "2" } } }) ?? "", /must be number/);
	});

	it("of what they answer is not checked when it is too long", () => {
		const outputSchema = { type: "object", description: "x".repeat(50_000), required: ["a"] };
		assert.equal(checked({}, { outputSchema }).contentProblem({}), undefined);
		assert.match(checked({}, { outputSchema: { type: "object", required: ["a"] } }).contentProblem({}) ?? "", /'a'/);
	});

	it("may lie in itself so deep that it cannot be read: then that tool is left out", () => {
		const deep: unknown = JSON.parse(`${'{"not":'.repeat(20_000)}{}${"}".repeat(20_000)}`);
		const tool = toolChecker()({ name: "stack", inputSchema: { type: "object", not: deep } });
		assert.match(typeof tool === "string" ? tool : "", /^The tool stack is left out/);
	});
});
