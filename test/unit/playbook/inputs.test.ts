import assert from "node:assert/strict";
import { inputVariables, inputWords, readInput } from "../../../src/core/inputs.ts";
import { readGivenInputs } from "../../../src/daemon/launch/takenInputs.ts";
import { accepted, refused, run } from "./playbooks.ts";

const head = (yaml: string) => `---\n${yaml}\n---\n## A\n${run}`;

describe("the inputs of a playbook", () => {
	const written = (yaml: string) =>
		accepted(head(yaml)).inputs.map(({ line: _, ...spec }) => spec as Record<string, unknown>);

	it("are a list with names, or a map by them; what is not said has a default", () => {
		const whole = {
			name: "target",
			variable: "INPUT_TARGET",
			type: "choice",
			description: "Where to?",
			default: "staging",
			options: ["staging", "production"],
			required: false,
		};
		const fields = "type: choice, description: Where to?, default: staging, options: [staging, production]";
		assert.deepEqual(written(`inputs:\n  - { name: target, ${fields} }`), [whole]);
		assert.deepEqual(written(`inputs:\n  target: { ${fields} }`), [whole]);
		const plain = { name: "Node_version", variable: "INPUT_NODE_VERSION", type: "string", required: true };
		assert.deepEqual(written("inputs: [Node_version]"), [plain]);
		assert.deepEqual(written("inputs:\n  Node_version:"), [plain]);
		assert.deepEqual(written("inputs:"), []);
		assert.deepEqual(written("autonomy: aware"), []);
	});

	it("keep values as they are written: 1.10 is not 1.1", () => {
		const [version, dry, level] = written(
			"inputs:\n  version: { default: 1.10 }\n  dry: { type: boolean, default: yes }\n  level: { options: [1, 2.0] }",
		);
		assert.equal(version?.default, "1.10");
		assert.equal(dry?.default, "true");
		assert.deepEqual(level?.options, ["1", "2.0"]);
	});

	it("may be required with a default, and not required without one", () => {
		assert.deepEqual(
			written("inputs:\n  a: { default: x, required: true }\n  b: { required: false }").map((one) => one.required),
			[true, false],
		);
	});

	const wrong: readonly (readonly [about: string, yaml: string, sentence: string])[] = [
		["a number in their place", "inputs: 12", "p.md:2: “inputs” is neither a list nor a map. Write"],
		["a list of numbers", "inputs: [1]", "p.md:2: this input has no name."],
		["one without a name", "inputs:\n  - type: string", "p.md:3: this input has no name."],
		["a value in place of what it is", "inputs:\n  version: 12", "p.md:3: the input “version” has a value instead"],
		[
			"a name with a dash",
			"inputs: [node-version]",
			"p.md:2: the input “node-version” cannot be the name of a variable.",
		],
		["a name with a digit first", "inputs: [2nd]", "p.md:2: the input “2nd” cannot be the name of a variable."],
		[
			"two of one variable",
			"inputs: [Target, target]",
			"p.md:2: the inputs “Target” and “target” would both be INPUT_TARGET.",
		],
		[
			"an unknown field",
			"inputs:\n  a: { defualt: x }",
			"p.md:3: the input “a” has an unknown “defualt”. Write “default”",
		],
		[
			"another unknown field",
			"inputs:\n  a: { colour: x }",
			"p.md:3: the input “a” has an unknown “colour”. It may have: type,",
		],
		[
			"a type that nearly is one",
			"inputs:\n  a: { type: numbr }",
			"p.md:3: the input “a” has the unknown type “numbr”. Write “type: number”",
		],
		[
			"another tool's type",
			"inputs:\n  a: { type: select }",
			"p.md:3: the input “a” has the unknown type “select”. Write “type: choice”",
		],
		[
			"an unknown type",
			"inputs:\n  a: { type: url }",
			"p.md:3: the input “a” has the unknown type “url”. Use one of: string, number",
		],
		[
			"a secret",
			"inputs:\n  a: { type: secret }",
			"p.md:3: the input “a” is to be a secret, and inputs are kept with the goal",
		],
		[
			"a password",
			"inputs:\n  a: { type: Password }",
			"p.md:3: the input “a” is to be a password, and inputs are kept",
		],
		[
			"a choice without options",
			"inputs:\n  a: { type: choice }",
			"p.md:3: the input “a” is a choice without options.",
		],
		[
			"options of a string",
			"inputs:\n  a: { type: string, options: [x] }",
			"p.md:3: the input “a” has options and is no choice.",
		],
		["options that are none", "inputs:\n  a: { options: x }", "p.md:3: the options of the input “a” cannot be read."],
		["an option twice", "inputs:\n  a: { options: [x, x] }", "p.md:3: the options of the input “a” cannot be read."],
		[
			"a default that is no number",
			"inputs:\n  a: { type: number, default: many }",
			"p.md:3: the default of the input “a” is no number: “many”.",
		],
		[
			"a default that is no option",
			"inputs:\n  a: { options: [x, y], default: z }",
			"p.md:3: the default of the input “a” is none of its options: “z”. Choose one of: x, y.",
		],
		[
			"a default that is a list",
			"inputs:\n  a: { default: [x] }",
			"p.md:3: “default” of the input “a” cannot be read.",
		],
		[
			"required that is a word",
			"inputs:\n  a: { required: maybe }",
			"p.md:3: “required” of the input “a” is neither true nor false",
		],
		[
			"too many",
			`inputs: [${Array.from({ length: 51 }, (_, at) => `i${at}`).join(", ")}]`,
			"p.md:2: there are 51 inputs, more than 50.",
		],
		["a setting that nearly is this one", "input: [a]", "p.md:2: unknown setting “input”. Use one of: priority"],
	];
	for (const [about, yaml, sentence] of wrong)
		it(`are refused with ${about}, with file, line and what to do`, () => {
			const sentences = refused(head(yaml));
			assert.ok(
				sentences.some((one) => one.startsWith(sentence)),
				sentences.join("\n"),
			);
		});
});

describe("how a playbook's commands name its inputs", () => {
	const playbook = (body: string) => `---\ninputs:\n  target: { default: x }\n---\n## A\n${body}`;
	const fence = (text: string, word = "sh") => `\`\`\`${word}\n${text}\n\`\`\`\n`;

	it("is as a variable, in every way in which a shell names one, also one that the command sets itself", () => {
		for (const text of [
			'echo "$INPUT_TARGET"',
			`echo "\${INPUT_TARGET:-y}"`,
			"printenv INPUT_TARGET",
			"INPUT_OTHER=1\necho $INPUT_OTHER",
			"for INPUT_ONE in a b; do echo $INPUT_ONE; done",
			"docker ps --format '{{.Names}}'",
		])
			assert.equal(accepted(playbook(fence(text))).steps.length, 1);
	});

	const wrong: readonly (readonly [about: string, body: string, sentence: string])[] = [
		[
			"a name that is none",
			fence("echo $INPUT_TARGT"),
			"p.md:6: $INPUT_TARGT is no input of this playbook. Write $INPUT_TARGET if",
		],
		[
			"another that is none",
			fence("echo $INPUT_FOO"),
			"p.md:6: $INPUT_FOO is no input of this playbook. The inputs are: INPUT_TARGET.",
		],
		[
			"a template",
			fence("echo {{ inputs.target }}"),
			'p.md:6: nothing is filled in for “{{ inputs.target }}”. Write "$INPUT_TARGET"',
		],
		[
			"a workflow's template",
			fence(`echo \${{ inputs.target }}`),
			`p.md:6: nothing is filled in for “\${{ inputs.target }}”.`,
		],
		[
			"a check with a name that is none",
			run + fence("test -n $INPUT_X", "check"),
			"p.md:9: $INPUT_X is no input of this playbook.",
		],
		[
			"a template in what an agent is told",
			"agent: implementer\n\nShip it.\nThen tell {{ inputs.target }} so.\n",
			"p.md:9: nothing is filled in for “{{ inputs.target }}”. Write $INPUT_TARGET: the agent is told",
		],
		[
			"a template in an example for an agent",
			`agent: implementer\n\n${fence("to: {{inputs.target}}", "text")}`,
			"p.md:9: nothing is filled in for “{{inputs.target}}”.",
		],
	];
	for (const [about, body, sentence] of wrong)
		it(`is not ${about}`, () => {
			const sentences = refused(playbook(body));
			assert.ok(
				sentences.some((one) => one.startsWith(sentence)),
				sentences.join("\n"),
			);
		});

	it("is not filled into prose that nobody works from, which may speak of templates", () => {
		accepted(playbook(`Unlike {{ inputs.target }}.\n\n${run}`));
	});

	it("is their own business where a playbook asks for nothing", () => {
		accepted(`## A\n${fence("echo $INPUT_X {{ inputs.y }}")}`);
	});

	it("in a file that is written is told, since it is written as it stands", () => {
		const [step] = accepted(playbook(fence("to: $INPUT_TARGET", "write a.txt"))).steps;
		assert.deepEqual(
			step?.notRun?.map(({ line, what, text }) => [line, what, text]),
			[[6, "$INPUT_TARGET in the file a.txt", "to: $INPUT_TARGET"]],
		);
		assert.equal(step?.actions?.length, 1);
	});
});

describe("what is given for inputs", () => {
	const { inputs } = accepted(
		head(
			"inputs:\n  target: { options: [staging, production], description: Where to. }\n  count: { type: number, default: 3 }\n  dry: { type: boolean, default: false }\n  note: { required: false }",
		),
	);
	const values = (given: Record<string, string | number | boolean>) => {
		const read = readGivenInputs(inputs, given);
		assert.deepEqual(read.problems, []);
		return inputVariables(read.values);
	};

	it("is taken with the defaults, and what is left empty is empty", () => {
		assert.deepEqual(values({ target: "staging" }), {
			INPUT_TARGET: "staging",
			INPUT_COUNT: "3",
			INPUT_DRY: "false",
			INPUT_NOTE: "",
		});
		assert.deepEqual(values({ target: " production ", count: 0.5, dry: "YES", note: "a\nb $(x)" }), {
			INPUT_TARGET: "production",
			INPUT_COUNT: "0.5",
			INPUT_DRY: "true",
			INPUT_NOTE: "a\nb $(x)",
		});
	});

	it("is empty where it is given as empty, also where there is a default", () => {
		assert.equal(values({ target: "staging", count: " " }).INPUT_COUNT, "");
		const title = accepted(head("inputs:\n  title: { default: Draft }")).inputs;
		assert.deepEqual(inputVariables(readGivenInputs(title, { title: "" }).values), { INPUT_TITLE: "" });
		assert.deepEqual(inputVariables(readGivenInputs(title, {}).values), { INPUT_TITLE: "Draft" });
		const needed = accepted(head("inputs:\n  title: { default: Draft, required: true }")).inputs;
		assert.match(readGivenInputs(needed, { title: "" }).problems[0]?.message ?? "", /“title” has no value/);
	});

	const wrong: readonly (readonly [given: Record<string, string | number | boolean>, sentence: RegExp])[] = [
		[
			{},
			/^3: the input “target” has no value\. Give it \(Where to\) by `--input target=staging` or .*: staging, production\.$/,
		],
		[
			{ target: "moon" },
			/^3: the input “target” is none of its options: “moon”\. Choose one of: staging, production\.$/,
		],
		[{ target: "staging", count: "many" }, /^4: the input “count” is no number: “many”\./],
		[{ target: "staging", dry: "perhaps" }, /^5: the input “dry” is neither true nor false/],
		[
			{ target: "staging", nota: "x" },
			/^3: the playbook has no input “nota”\. Did you mean “note”\? It asks for: target,/,
		],
		[{ target: "staging", note: "x".repeat(9000) }, /^6: the input “note” has 9000 characters, more than 8000\./],
		[{ target: "staging", note: "a\0b" }, /^6: the input “note” holds a NUL character\./],
	];
	for (const [given, sentence] of wrong)
		it(`is refused as ${JSON.stringify(given).slice(0, 60)}, in one sentence with its line`, () => {
			const { problems } = readGivenInputs(inputs, given);
			assert.equal(problems.length, 1);
			assert.match(`${problems[0]!.line}: ${problems[0]!.message}. ${problems[0]!.fix}`, sentence);
		});

	it("is refused where a playbook asks for nothing", () => {
		const [problem] = readGivenInputs([], { a: "b" }).problems;
		assert.deepEqual([problem?.line, problem?.fix], [1, "Leave it away: this playbook asks for nothing."]);
	});

	it("is told in a line, with how much of it is left out", () => {
		assert.equal(inputWords({ name: "a", variable: "INPUT_A", value: "x\ny" }), "INPUT_A=x y");
		assert.equal(
			inputWords({ name: "a", variable: "INPUT_A", value: "x".repeat(500) }),
			`INPUT_A=${"x".repeat(120)}… (380 more characters)`,
		);
		assert.equal(inputWords({ name: "a", variable: "INPUT_A", value: "x".repeat(120) }), `INPUT_A=${"x".repeat(120)}`);
		assert.deepEqual(readInput({ type: "number" }, "1e3"), { value: "1e3" });
		assert.ok("problem" in readInput({ type: "number" }, "0x10"));
		assert.ok("problem" in readInput({ type: "number" }, "Infinity"));
	});
});
