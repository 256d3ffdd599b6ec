import assert from "node:assert/strict";
import { textCalls } from "../../../src/daemon/agents/textCalls.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { processorTime } from "../../support/processorTime.ts";

const tools = createTools({});
const read = { name: "readFile", args: { path: "src/a.ts" } };
const write = { name: "writeFile", args: { path: "a.txt", content: "one\ntwo" } };
const json = JSON.stringify;
const fence = (text: string, info = "json") => `\`\`\`${info}\n${text}\n\`\`\``;
const named = (call: typeof read | typeof write, key = "arguments") => json({ name: call.name, [key]: call.args });

/** Each shape as models really write it, with what it must come to. */
const shapes: readonly [name: string, text: string, ...calls: (typeof read | typeof write)[]][] = [
	["<tool_call> with JSON", `<tool_call>\n${named(read)}\n</tool_call>`, read],
	["<tool_call> behind prose", `Let me look first.\n\n<tool_call>\n${named(read)}\n</tool_call>`, read],
	["<tool_call> behind prose on its line", `Let me look first: <tool_call>${named(read)}</tool_call>`, read],
	["<tool_call> with prose behind it", `<tool_call>\n${named(read)}\n</tool_call>\nThat shows the file.`, read],
	["<tool_call> that is never closed", `I look.\n<tool_call>\n${named(read)}\n`, read],
	["<tool_call> in a fence", fence(`<tool_call>\n${named(read)}\n</tool_call>`, "xml"), read],
	["several <tool_call>", `<tool_call>${named(read)}</tool_call>\n<tool_call>${named(write)}</tool_call>`, read, write],
	[
		"several fences with <tool_call>",
		`${fence(`<tool_call>${named(read)}</tool_call>`, "")}\n\n${fence(`<tool_call>${named(write)}</tool_call>`, "")}`,
		read,
		write,
	],
	["several documents in one <tool_call>", `<tool_call>\n${named(read)}\n${named(write)}\n</tool_call>`, read, write],
	["<tool_call> with a list", `<tool_call>[${named(read)}, ${named(write)}]</tool_call>`, read, write],
	[
		"<tool_call> with an invented result",
		`<tool_call>${named(read)}</tool_call>\n<tool_response>\nexport {}\n</tool_response>\nAll is done.`,
		read,
	],
	[
		"<tool_call> with an invented result and the next call",
		`<tool_call>${named(read)}</tool_call>\n<tool_response>x</tool_response>\n<tool_call>${named(write)}</tool_call>`,
		read,
	],
	[
		"<tool_call> with single quotes",
		"<tool_call>{'name': 'readFile', 'arguments': {'path': 'src/a.ts'}}</tool_call>",
		read,
	],
	[
		"<tool_call> with line breaks in a string",
		'<tool_call>{"name": "writeFile", "arguments": {"path": "a.txt", "content": "one\ntwo"}}</tool_call>',
		write,
	],
	[
		"<tool_call> with keys and values between tags",
		"<tool_call>readFile\n<arg_key>path</arg_key>\n<arg_value>src/a.ts</arg_value>\n</tool_call>",
		read,
	],
	[
		"<tool_call> with a function tag",
		"<tool_call>\n<function=readFile>\n<parameter=path>\nsrc/a.ts\n</parameter>\n</function>\n</tool_call>",
		read,
	],
	["<function_call>", `<function_call>${named(read)}</function_call>`, read],
	["<TOOLCALL> with a list", `<TOOLCALL>[${named(read)}]</TOOLCALL>`, read],
	["<|tool_call|> with a list", `<|tool_call|>[${named(read)}]<|/tool_call|>`, read],
	["<|tool_call_start|> with Python", '<|tool_call_start|>[readFile(path="src/a.ts")]<|tool_call_end|>', read],
	["<function=…> with JSON", `<function=readFile>${json(read.args)}</function>`, read],
	["<function=…> that is never closed", `<function=readFile>${json(read.args)}`, read],
	[
		"<function=…> with parameters",
		"<function=writeFile>\n<parameter=path>\na.txt\n</parameter>\n<parameter=content>\none\ntwo\n</parameter>\n</function>",
		write,
	],
	[
		"<function=…> whose parameters are the last thing",
		"<function=readFile>\n<parameter=path>\nsrc/a.ts\n</parameter>",
		read,
	],
	[
		"several <function=…>",
		`<function=readFile>${json(read.args)}</function>\n<function=writeFile>${json(write.args)}</function>`,
		read,
		write,
	],
	[
		"<invoke>",
		'<function_calls>\n<invoke name="readFile">\n<parameter name="path">src/a.ts</parameter>\n</invoke>\n</function_calls>',
		read,
	],
	[
		"<invoke> with a namespace",
		'<minimax:tool_call>\n<invoke name="readFile">\n<parameter name="path">src/a.ts</parameter>\n</invoke>\n</minimax:tool_call>',
		read,
	],
	["<|python_tag|> with JSON", `<|python_tag|>${named(read, "parameters")}<|eom_id|>`, read],
	[
		"<|python_tag|> with several",
		`<|python_tag|>${named(read, "parameters")}; ${named(write, "parameters")}`,
		read,
		write,
	],
	["<|python_tag|> with Python", '<|python_tag|>readFile.call(path="src/a.ts")', read],
	["[TOOL_CALLS] with a list", `[TOOL_CALLS][${named(read)}, ${named(write)}]`, read, write],
	["[TOOL_CALLS] with a name", `[TOOL_CALLS]readFile${json(read.args)}`, read],
	[
		"[TOOL_CALLS] with [ARGS]",
		`[TOOL_CALLS]readFile[ARGS]${json(read.args)}[TOOL_CALLS]writeFile[CALL_ID]a1[ARGS]${json(write.args)}`,
		read,
		write,
	],
	["functools", `functools[${named(read)}]`, read],
	[
		"DeepSeek with a fence",
		`<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>readFile\n${fence(json(read.args))}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
		read,
	],
	[
		"DeepSeek without one",
		`<|tool▁calls▁begin|><|tool▁call▁begin|>readFile<|tool▁sep|>${json(read.args)}<|tool▁call▁end|><|tool▁call▁begin|>writeFile<|tool▁sep|>${json(write.args)}<|tool▁call▁end|><|tool▁calls▁end|>`,
		read,
		write,
	],
	[
		"Kimi",
		`<|tool_calls_section_begin|><|tool_call_begin|>functions.readFile:0<|tool_call_argument_begin|>${json(read.args)}<|tool_call_end|><|tool_calls_section_end|>`,
		read,
	],
	[
		"<|START_ACTION|>",
		`<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "readFile", "parameters": ${json(read.args)}}]<|END_ACTION|>`,
		read,
	],
	[
		"a channel for calls",
		`<|channel|>commentary to=functions.readFile <|constrain|>json<|message|>${json(read.args)}<|call|>`,
		read,
	],
	["tool_code with Python", fence('print(default_api.readFile(path="src/a.ts"))', "tool_code"), read],
	[
		"tool_code with several lines",
		fence('readFile(path="src/a.ts")\nwriteFile("a.txt", """one\ntwo""")', "tool_code"),
		read,
		write,
	],
	["tool_code with JSON", fence(named(read), "tool_call"), read],
	["tool_code that is never closed", '```tool_code\nreadFile(path="src/a.ts")', read],
	["a list of Python calls", '[readFile(path="src/a.ts"), writeFile(path="a.txt", content="one\\ntwo")]', read, write],
	[
		"Action and its input",
		`I should look.\nAction: readFile\nAction Input: ${json(read.args)}\nObservation: export {}\nFinal Answer: it is empty`,
		read,
	],
	["a tag with the tool's name", "I look at it.\n<readFile>\n<path>src/a.ts</path>\n</readFile>", read],
	["bare JSON", named(read), read],
	["bare JSON with parameters", named(read, "parameters"), read],
	["bare JSON with args", named(read, "args"), read],
	["bare JSON with input", json({ type: "tool_use", id: "t1", name: "readFile", input: read.args }), read],
	["bare JSON behind prose", `Let me first look at the file.\n\n${named(read)}`, read],
	["bare JSON, one call a line", `${named(read)}\n${named(write)}`, read, write],
	["bare JSON in a list", `[${named(read)},${named(write)}]`, read, write],
	["arguments as a string", json({ name: "readFile", arguments: json(read.args) }), read],
	[
		"the function within",
		json({ id: "c1", type: "function", function: { name: "readFile", arguments: json(read.args) } }),
		read,
	],
	[
		"a list of tool_calls",
		json({ tool_calls: [{ id: "c1", type: "function", function: { name: "readFile", arguments: json(read.args) } }] }),
		read,
	],
	["tool", json({ tool: "readFile", args: read.args }), read],
	["tool with its arguments beside it", json({ tool: "readFile", ...read.args }), read],
	["the name with its arguments beside it", json({ name: "writeFile", ...write.args }), write],
	["the tool as the only key", json({ readFile: read.args }), read],
	["a namespace before the name", json({ recipient_name: "functions.readFile", parameters: read.args }), read],
	["a fence", fence(named(read)), read],
	["a fence behind prose", `I begin with the file.\n\n${fence(named(read))}`, read],
	["a fence without a language", fence(named(read), ""), read],
	[
		"several fences with prose between them",
		`First:\n${fence(named(read))}\nThen:\n${fence(named(write))}`,
		read,
		write,
	],
	["a fence with a trailing comma", fence('{ "name": "readFile", "arguments": { "path": "src/a.ts", } }'), read],
];

/** What shows a call or looks like one, and must not become one. */
const shown: readonly [name: string, text: string][] = [
	["a report", "I read src/a.ts and fixed it. All tests pass."],
	[
		"a configuration with a name",
		`The package is now:\n${fence('{ "name": "my-app", "version": "1.0.0", "scripts": { "test": "mocha" } }')}`,
	],
	[
		"a package that is called like a tool",
		fence('{ "name": "readFile", "version": "1.0.0", "description": "reads files" }'),
	],
	["a package with nothing but a name", fence('{ "name": "listFiles" }')],
	["a tag within code", 'The parser now takes `<tool_call>{"name": "readFile"}</tool_call>` as well.'],
	[
		"a fenced example in the middle",
		`The model writes\n${fence(`<tool_call>${named(read)}</tool_call>`, "xml")}\nand the parser reads it. Done.`,
	],
	[
		"a tag in the middle of a sentence",
		`It then writes <tool_call>${named(read)}</tool_call> into its text, which is now read.`,
	],
	["Python in prose", 'I replaced the call readFile(path="src/a.ts") by another one.'],
	["a fence with Python", `Use it like this:\n${fence('readFile(path="src/a.ts")', "python")}`],
	[
		"an action with text behind it",
		`Action: readFile\nAction Input: ${json(read.args)}\nwas logged twice, which is fixed.`,
	],
	["arrays and objects of a report", `Results: [1, 2, 3]\n${json({ status: "done", files: ["a.txt"] })}`],
	[
		"a document with a call's fields and more",
		json({ name: "readFile", arguments: read.args, result: "ok", notes: "as it was" }),
	],
];

describe("calls written as text", () => {
	for (const [name, text, ...expected] of shapes) {
		it(`reads ${name}`, () => {
			const found = textCalls(text, tools);
			assert.equal(found.kind, "calls", JSON.stringify(found));
			if (found.kind !== "calls") return;
			assert.deepEqual(
				found.calls.map(({ name: called, args, malformed }) => ({ name: called, args, malformed })),
				expected.map((call) => ({ ...call, malformed: undefined })),
			);
			assert.doesNotMatch(
				found.prose,
				/readFile|tool|\{|```|<|Observation/i,
				"nothing of a call is left in what was said",
			);
			for (const { writtenAs } of found.calls) assert.ok(writtenAs);
		});
	}

	for (const [name, text] of shown) {
		it(`makes no call of ${name}`, () => {
			const found = textCalls(text, tools);
			assert.equal(found.kind, "none", JSON.stringify(found));
		});
	}

	const unread: readonly [name: string, text: string, problem: RegExp, isExample: boolean][] = [
		["a tag with half a document", '<tool_call>{"name": "', /cannot be read/, false],
		["a tag with prose in it", "<tool_call>read the file src/a.ts</tool_call>", /cannot be read/, false],
		[
			"an unknown tool that is all of the answer",
			json({ name: "search_web", arguments: { q: "x" } }),
			/no such tool. The tools are: readFile/,
			false,
		],
		[
			"JSON with text behind it",
			`${fence(named(write))}\nThis creates the file.`,
			/call of writeFile.*text after it/s,
			true,
		],
		[
			"half a document with a tool's name",
			'{"name": "readFile", "arguments": {"path": "src/',
			/readFile.*cannot be read/s,
			false,
		],
	];
	for (const [name, text, problem, isExample] of unread) {
		it(`says of ${name} what to do`, () => {
			const found = textCalls(text, tools);
			assert.equal(found.kind, "unread", JSON.stringify(found));
			if (found.kind !== "unread") return;
			assert.match(found.problem, problem);
			assert.equal(found.isExample, isExample);
		});
	}

	const malformed: readonly [name: string, text: string, called: string][] = [
		[
			"a call whose arguments are broken",
			'<tool_call>{"name": "readFile", "arguments": {"path": "src/a.ts"}</tool_call>',
			"readFile",
		],
		[
			"a parameter that is cut off",
			"<function=writeFile>\n<parameter=path>\na.txt\n</parameter>\n<parameter=content>\none",
			"writeFile",
		],
		["arguments as a string that is no JSON", json({ name: "readFile", arguments: "{path}" }), "readFile"],
	];
	for (const [name, text, called] of malformed) {
		it(`takes ${name} for a call that cannot be carried out`, () => {
			const found = textCalls(text, tools);
			assert.equal(found.kind, "calls", JSON.stringify(found));
			if (found.kind !== "calls") return;
			assert.equal(found.calls[0]?.name, called);
			assert.ok(found.calls[0]?.malformed);
		});
	}

	it("keeps what is said beside a call, and names its shape", () => {
		const found = textCalls(`Let me first look.\n<tool_call>${named(read)}</tool_call>\nThen I go on.`, tools);
		assert.deepEqual(found, {
			kind: "calls",
			calls: [{ ...read, writtenAs: "<tool_call>" }],
			prose: "Let me first look.\n\nThen I go on.",
		});
	});

	it("counts only tools that were offered", () => {
		const found = textCalls(
			named(write),
			tools.filter(({ kind }) => kind === "read"),
		);
		assert.equal(found.kind, "unread");
		assert.equal(textCalls(named(read), []).kind, "none");
	});

	it("stays quick on hostile text", () => {
		const tookMs = processorTime();
		for (const piece of [
			"<tool_call>{",
			"<function=a>",
			"[TOOL_CALLS]",
			'{"name":',
			"```\n",
			'<invoke name="x">',
			"readFile(",
			"'\\",
			"[[",
			"<parameter=a>",
		]) {
			textCalls(piece.repeat(20_000), tools);
			textCalls(`see ${piece} `.repeat(10_000), tools);
			textCalls(`<tool_call>${piece.repeat(5_000)}`, tools);
		}
		assert.ok(tookMs() < 20_000, `${tookMs()} ms of processor time`);
	});
});
