import assert from "node:assert/strict";
import { fieldsOf } from "../../../src/daemon/acp/fields.ts";
import { effortProblem, nextSetting, optionsOf, type Wanted } from "../../../src/daemon/acp/options.ts";
import { permissionAnswer } from "../../../src/daemon/acp/permission.ts";
import { agentCall, effectOf, exitCodeOf, outputOf, type ToldCall } from "../../../src/daemon/acp/toolCall.ts";
import { openTurnReader } from "../../../src/daemon/acp/turnReader.ts";
import { turnUsage } from "../../../src/daemon/acp/usage.ts";

const workspace = "/home/mara/project";

describe("a tool call that an agent tells of", () => {
	const diff = (path: string) => ({ type: "diff", path, oldText: "a", newText: "b" });
	const asked: Readonly<Record<string, [call: ToldCall, effect: string, read: Record<string, unknown>]>> = {
		"a command by its text": [
			{ kind: "execute", title: "Build", rawInput: { command: "make" } },
			"outside",
			{ command: "make" },
		],
		"a command in words that a shell is given": [
			{ kind: "execute", rawInput: { command: ["bash", "-lc", "make && make test"] } },
			"outside",
			{ command: "make && make test" },
		],
		"a command in words": [
			{ kind: "execute", rawInput: { cmd: ["grep", "a b", "x"] } },
			"outside",
			{ command: "grep 'a b' x" },
		],
		"a command that is only its title": [{ kind: "execute", title: "`ls -a`" }, "outside", { command: "ls -a" }],
		"a command in another folder": [
			{ kind: "execute", rawInput: { command: "make", cwd: "/home/mara/other one" } },
			"outside",
			{ command: "cd '/home/mara/other one' && make" },
		],
		"a command in the workspace itself": [
			{ kind: "execute", rawInput: { command: "make", workdir: workspace } },
			"outside",
			{ command: "make" },
		],
		"a command that is said to read": [{ kind: "read", rawInput: { command: "rm x" } }, "outside", { command: "rm x" }],
		"a command with its arguments beside": [
			{ kind: "execute", title: "Run git", rawInput: { command: "git", args: ["push", "--force", "a b"] } },
			"outside",
			{ command: "git push --force 'a b'" },
		],
		"a command with what is said about it": [
			{ kind: "execute", rawInput: { command: "make", description: "Builds", timeout: 5, run_in_background: false } },
			"outside",
			{ command: "make" },
		],
		"a command beside what runs it elsewhere": [
			{ kind: "other", name: "ssh", title: "Run", rawInput: { host: "prod", command: "npm test" } },
			"outside",
			{ command: undefined, title: "Run", input: { host: "prod", command: "npm test" } },
		],
		"a command beside another one": [
			{ kind: "execute", title: "npm test", rawInput: { command: "npm test", script: "rm -r ." } },
			"outside",
			{ command: undefined, input: { command: "npm test", script: "rm -r ." } },
		],
		"a command with arguments that are no words": [
			{ kind: "read", title: "Run", rawInput: { command: "git", args: { push: true } } },
			"outside",
			{ command: undefined, input: { command: "git", args: { push: true } } },
		],
		"a command by its title, of an input that says something else": [
			{ kind: "execute", title: "npm test", rawInput: { host: "prod" } },
			"outside",
			{ command: undefined, input: { host: "prod" } },
		],
		"an edit by its path": [
			{ kind: "edit", content: [diff(`${workspace}/src/a.ts`)] },
			"workspace",
			{ path: "src/a.ts" },
		],
		"an edit of several files by all of them": [
			{
				kind: "edit",
				content: [diff("a.ts")],
				locations: [{ path: `${workspace}/b.ts` }],
				rawInput: { file_path: "/etc/c" },
			},
			"workspace",
			{ paths: ["a.ts", "b.ts", "/etc/c"] },
		],
		"an edit by an address": [
			{ kind: "delete", locations: [{ path: `file://${workspace}/a%20b` }] },
			"workspace",
			{ path: "a b" },
		],
		"a look": [{ kind: "search", locations: [{ path: workspace }] }, "none", { path: workspace }],
		"the web": [
			{ kind: "fetch", title: "example.org", rawInput: { url: "https://example.org" } },
			"outside",
			{ title: "example.org" },
		],
		"another mode": [{ kind: "switch_mode", title: "Ready to code?" }, "outside", { title: "Ready to code?" }],
		"a kind that nobody knows": [{ kind: "levitate", title: "Up" }, "outside", { title: "Up" }],
		"no kind at all": [{ title: "Up" }, "outside", { title: "Up" }],
	};
	for (const [what, [told, effect, read]] of Object.entries(asked))
		it(`is read so that the policy can judge it: ${what}`, () => {
			const { args, effect: may } = agentCall("1", told, workspace, true);
			assert.equal(may, effect);
			for (const [name, value] of Object.entries(read)) assert.deepEqual(args[name], value);
		});

	it("of an agent's own list has no effect, though it is said to be any other tool", () => {
		for (const name of ["todowrite", "TodoWrite", "update_plan"])
			assert.equal(effectOf({ kind: "other", name }), "none");
		assert.equal(effectOf({ kind: "other", name: "todo_delete_all" }), "outside");
	});

	it("has its output from wherever the agent puts it", () => {
		const text = (words: string) => ({ type: "content", content: { type: "text", text: words } });
		assert.equal(outputOf({ content: [text("one"), text("two")], rawOutput: "x" }), "one\ntwo");
		assert.equal(outputOf({ rawOutput: "plain" }), "plain");
		assert.equal(outputOf({ rawOutput: { output: "said", exitCode: 1 } }), "said");
		assert.equal(outputOf({ rawOutput: { odd: 1 } }), '{"odd":1}');
		assert.equal(outputOf({}), "");
		assert.deepEqual(
			[{ exitCode: 2 }, { exit_code: 0 }, { metadata: { exit: 3 } }, {}, undefined].map((rawOutput) =>
				exitCodeOf({ rawOutput }),
			),
			[2, 0, 3, undefined, undefined],
		);
	});
});

describe("the updates of a turn", () => {
	const call = (more: object) => ({ sessionUpdate: "tool_call_update", toolCallId: "1", ...more });

	it("add up to one call, that is told once it is over", () => {
		const reader = openTurnReader(workspace);
		assert.deepEqual(
			reader.update(call({ sessionUpdate: "tool_call", kind: "execute", title: "make", status: "pending" })),
			[],
		);
		assert.deepEqual(reader.update(call({ status: "in_progress", rawInput: { command: "make all" } })), []);
		const told = reader.update(call({ status: "completed" }));
		assert.deepEqual(
			told.map(({ kind }) => kind),
			["call", "callEnded"],
		);
		assert.ok(told[0]?.kind === "call" && told[0].call.args.command === "make all");
		assert.deepEqual(
			reader.unasked.map(({ summary }) => summary),
			["make all"],
		);
		assert.deepEqual(reader.update(call({ status: "completed" })), [], "it is over once");
	});

	it("begin another call where an id is used again, or asks for something else", () => {
		const reader = openTurnReader(workspace);
		const asks = (command: string) => reader.asks({ toolCallId: "1", kind: "execute", rawInput: { command } }).id;
		assert.deepEqual([asks("make"), asks("make"), asks("make install")], ["1", "1", "1#2"]);
		assert.deepEqual(
			reader.update(call({ status: "completed" })).map((told) => "id" in told && told.id),
			["1#2"],
		);
		assert.equal(asks("make install"), "1#3");
	});

	it("come to the same when they are read again", () => {
		const updates = [
			call({ sessionUpdate: "tool_call", kind: "edit", locations: [{ path: "a" }] }),
			call({ status: "completed" }),
			{
				sessionUpdate: "plan",
				entries: [
					{ content: "A", status: "completed" },
					{ content: "B", status: "odd" },
				],
			},
		];
		const read = () => {
			const reader = openTurnReader(workspace);
			return updates.flatMap((update) => reader.update(update));
		};
		assert.deepEqual(read(), read());
	});

	it("leave what had begun without asking as begun, when the agent is gone", () => {
		const reader = openTurnReader(workspace);
		reader.update(call({ sessionUpdate: "tool_call", kind: "execute", title: "make", status: "in_progress" }));
		reader.update({ ...call({ sessionUpdate: "tool_call", kind: "read", status: "in_progress" }), toolCallId: "2" });
		assert.deepEqual(
			reader.unfinished().map((told) => told.kind === "call" && told.call.id),
			["1"],
		);
	});
});

describe("an answer to an agent", () => {
	const options = [
		{ kind: "allow_always", optionId: "1" },
		{ kind: "reject_always", optionId: "2" },
		{ kind: "reject_once", optionId: "3" },
		{ kind: "allow_once", optionId: "4" },
	] as const;
	it("is chosen by its kind, and never holds for longer than once", () => {
		assert.deepEqual(permissionAnswer({ kind: "allow" }, options), { outcome: "selected", optionId: "4" });
		const denied = permissionAnswer({ kind: "deny", reason: "No." }, options);
		assert.deepEqual(denied, { outcome: "selected", optionId: "3", _meta: { reason: "No." } });
		assert.deepEqual(permissionAnswer({ kind: "over" }, options), { outcome: "cancelled" });
		assert.deepEqual(permissionAnswer({ kind: "allow" }, options.slice(0, 2)), { outcome: "cancelled" });
	});
});

describe("what can be chosen in a session", () => {
	const value = (name: string, label = name) => ({ value: name, name: label });
	const option = (category: string, currentValue: string, options: object[]) => ({
		id: `the-${category}`,
		category,
		type: "select",
		currentValue,
		options,
	});
	const own: Wanted = { model: "default", hasModel: false };
	const cases: Readonly<Record<string, [answer: object, wanted: Partial<Wanted>, expected: object | undefined]>> = {
		"nothing, where all is as it is wanted": [{ modes: { currentModeId: "ask" } }, { mode: "ask" }, undefined],
		"the mode among modes": [
			{ modes: { currentModeId: "auto", availableModes: [{ id: "ask" }] } },
			{ mode: "ask" },
			{ method: "session/set_mode", value: "ask" },
		],
		"the mode among options": [
			{ configOptions: [option("mode", "auto", [value("ask")])] },
			{ mode: "ask" },
			{ method: "session/set_config_option", params: { configId: "the-mode", value: "ask" } },
		],
		"no mode, of an agent that has none": [{}, { mode: "ask" }, undefined],
		"a model by its name": [
			{ configOptions: [option("model", "x", [value("id-1", "Large")])] },
			{ model: "large" },
			{ params: { configId: "the-model", value: "id-1" } },
		],
		"a model in a group": [
			{ configOptions: [option("model", "x", [{ group: "g", name: "G", options: [value("vendor/big")] }])] },
			{ model: "big" },
			{ params: { configId: "the-model", value: "vendor/big" } },
		],
		"a model of an older agent": [
			{ models: { currentModelId: "a", availableModels: [{ modelId: "b", name: "B" }] } },
			{ model: "b" },
			{ method: "session/set_model", params: { modelId: "b" } },
		],
		"no model, where the agent takes its own": [{ configOptions: [option("model", "x", [])] }, {}, undefined],
		"no model, where the program was given it": [{}, { model: "b", hasModel: true }, undefined],
		"an effort": [
			{ configOptions: [option("thought_level", "low", [value("low"), value("hi", "High")])] },
			{ effort: "high" },
			{ name: "effort", params: { configId: "the-thought_level", value: "hi" } },
		],
		"no effort, where there is none": [{}, { effort: "high" }, undefined],
	};
	for (const [what, [answer, wanted, expected]] of Object.entries(cases))
		it(`is set by category and value: ${what}`, () => {
			const setting = nextSetting(optionsOf(fieldsOf(answer)), { ...own, ...wanted }, "It");
			if (expected === undefined) assert.equal(setting, undefined);
			else for (const [name, one] of Object.entries(expected)) assert.deepEqual(fieldsOf(setting)[name], one);
		});

	it("says what there is, where what is wanted is not there", () => {
		const now = optionsOf({
			modes: { currentModeId: "auto", availableModes: [{ id: "auto" }] },
			configOptions: [option("model", "x", [value("x")])],
		});
		const problem = (wanted: Partial<Wanted>) => fieldsOf(nextSetting(now, { ...own, ...wanted }, "It")).problem;
		assert.match(String(problem({ mode: "ask" })), /no session mode “ask”[^.]*\. It offers “auto”/);
		assert.match(String(problem({ model: "y" })), /no model “y”\. It offers “x”, and “default”/);
		assert.match(effortProblem(now, "high", "It") ?? "", /cannot be asked for the effort “high”/);
	});
});

describe("what a turn used", () => {
	const passed = { prompt: "Do it, please.", spoken: 7 };
	const price = { input: 1, output: 10 };
	const cases: Readonly<Record<string, [answer: object, told: object, expected: object]>> = {
		"as the answer says": [
			{ usage: { inputTokens: 100, outputTokens: 20, totalTokens: 120 } },
			{},
			{ inputTokens: 100, outputTokens: 20, costUsd: 0.0003 },
		],
		"with what was cached and thought beside": [
			{
				usage: {
					inputTokens: 100,
					cachedReadTokens: 50,
					cachedWriteTokens: 10,
					outputTokens: 20,
					thoughtTokens: 5,
					totalTokens: 185,
				},
			},
			{},
			{ inputTokens: 160, outputTokens: 25, cachedInputTokens: 50, reasoningTokens: 5 },
		],
		"with what was cached within": [
			{ usage: { inputTokens: 100, cachedReadTokens: 50, outputTokens: 20, totalTokens: 120 } },
			{},
			{ inputTokens: 100, cachedInputTokens: 50 },
		],
		"by its quota": [
			{ _meta: { quota: { token_count: { input_tokens: 9, output_tokens: 2 } } } },
			{},
			{ inputTokens: 9, outputTokens: 2 },
		],
		"at the cost that it tells": [
			{ usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } },
			{ costBefore: 0.5, costAfter: 0.75 },
			{ costUsd: 0.25 },
		],
		"as an estimate, where it says nothing": [{}, {}, { outputTokens: 7, estimated: true }],
		"as an estimate, where it counts nothing": [
			{ usage: { inputTokens: 0, outputTokens: 0 } },
			{},
			{ estimated: true },
		],
	};
	for (const [what, [answer, told, expected]] of Object.entries(cases))
		it(`is told ${what}`, () => {
			const usage = turnUsage(fieldsOf(answer), { ...passed, ...told }, price);
			for (const [name, value] of Object.entries(expected)) assert.deepEqual(fieldsOf(usage)[name], value);
		});
});
