/** Schemas of tools that refer to themselves, to nothing, or to so much that nobody could write it out. */
export interface BadSchema {
	readonly what: string;
	readonly schema: Readonly<Record<string, unknown>>;
	/** Arguments that would keep whoever checks them naively busy for ever. */
	readonly args: Readonly<Record<string, unknown>>;
	/** Nobody can tell what it allows, so its tool is not offered: the sentence that says so. */
	readonly leftOut?: RegExp;
}

const ref = (name: string) => ({ $ref: `#/$defs/${name}` });

/** Thirty levels, each twice the one before it: a thousand million at the end. */
function doubling(of: (one: object) => object): Readonly<Record<string, unknown>> {
	const levels = Array.from({ length: 30 }, (_, at) => [`d${at + 1}`, of(ref(`d${at}`))] as const);
	return { $defs: { d0: { type: "object" }, ...Object.fromEntries(levels) }, properties: { a: ref("d30") } };
}

const deep = (depth: number): object => (depth === 0 ? {} : { a: deep(depth - 1) });

const noSuchReference = /^The tool stack is left out: its schema is not valid \(can't resolve reference /;

export const badSchemas: readonly BadSchema[] = [
	{ what: "refers to itself", schema: { properties: { a: { $ref: "#" } } }, args: { a: { a: {} } } },
	{
		what: "holds nothing but a reference to itself",
		schema: { $defs: { a: ref("a") }, properties: { a: ref("a") } },
		args: { a: 1 },
		leftOut: /^The tool stack is left out: its schema lies too deep in itself\.$/,
	},
	{
		what: "refers to what refers back",
		schema: {
			$defs: {
				a: { type: "object", properties: { b: ref("b") } },
				b: { type: "array", items: ref("a") },
			},
			properties: { a: ref("a") },
		},
		args: { a: { b: [{ b: [] }] } },
	},
	{
		what: "doubles thirty times in what must all hold",
		schema: doubling((one) => ({ allOf: [one, one] })),
		args: { a: {} },
	},
	{
		what: "doubles thirty times in what may hold",
		schema: doubling((one) => ({ anyOf: [{ allOf: [one, { required: ["x"] }] }, one] })),
		args: { a: {} },
	},
	{
		what: "doubles thirty times in its properties",
		schema: doubling((one) => ({ type: "object", properties: { left: one, right: one } })),
		args: { a: { left: { right: {} } } },
	},
	{
		what: "doubles with each level of what is given",
		schema: { $defs: { a: { properties: { a: { allOf: [ref("a"), ref("a")] } } } }, properties: { a: ref("a") } },
		args: { a: deep(40) },
	},
	{
		what: "refers to nothing",
		schema: { properties: { a: ref("nowhere") } },
		args: { a: 1 },
		leftOut: noSuchReference,
	},
	{
		what: "refers to another server",
		schema: { properties: { a: { $ref: "https://example.org/schema.json" } } },
		args: { a: 1 },
		leftOut: noSuchReference,
	},
	{
		what: "refers into its properties",
		schema: { properties: { a: { type: "number" }, "b/c": { $ref: "#/properties/a" } } },
		args: { a: 1, "b/c": 2 },
	},
];
