import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { rm, symlink, truncate, writeFile as writeDisk } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { encodeText } from "../../../src/daemon/text/encodeText.ts";
import { findRipgrep } from "../../../src/daemon/tools/ripgrep.ts";
import { type FoundImage, type Tool, ToolError } from "../../../src/daemon/tools/tool.ts";
import { toolSchema } from "../../../src/daemon/tools/toolSchema.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { images, png } from "../../support/images.ts";
import { processorTime } from "../../support/processorTime.ts";
import { makeWorkspace, type Workspace } from "./workspace.ts";

const ripgrep = findRipgrep(process.env);
const tools = new Map(createTools({}).map((tool) => [tool.name, tool]));
const bytes = (text: string) => Buffer.from(text);

describe("the tools", () => {
	it("carry the names and arguments that are promised to models", () => {
		const shapes = [...tools.values()].map((tool) => {
			const { properties, required } = toolSchema(tool) as { properties: object; required?: string[] };
			return [
				tool.name,
				Object.keys(properties)
					.map((name) => (required?.includes(name) ? name : `${name}?`))
					.join(" "),
			];
		});
		assert.deepEqual(Object.fromEntries(shapes), {
			readFile: "path fromLine? toLine?",
			writeFile: "path content",
			editFile: "path edits",
			listFiles: "path? glob?",
			findText: "pattern path? glob? literal? case? multiline? context? filesOnly? limit?",
			runCommand: "command timeoutMs? background?",
			readOutput: "id all?",
			stopCommand: "id",
			updateTodos: "todos",
			askPerson: "question options? several? default?",
			delegate: "role title instructions",
			fetchUrl: "url fromLine? toLine?",
		});
		assert.deepEqual(toolSchema(tools.get("editFile")!), {
			type: "object",
			properties: {
				path: { type: "string" },
				edits: {
					type: "array",
					minItems: 1,
					maxItems: 200,
					items: {
						type: "object",
						properties: {
							find: { type: "string" },
							replace: { type: "string" },
							all: { type: "boolean", description: "Every place, and not the only one." },
						},
						required: ["find", "replace"],
					},
				},
			},
			required: ["path", "edits"],
		});
	});

	const summaries: readonly [name: string, args: object, summary: string][] = [
		["readFile", { path: "a.ts" }, "a.ts"],
		["readFile", { path: "a.ts", fromLine: 3 }, "a.ts, lines 3–end"],
		["writeFile", { path: "a.ts", content: "" }, "a.ts"],
		[
			"editFile",
			{
				path: "a.ts",
				edits: [
					{ find: "a", replace: "b" },
					{ find: "c", replace: "d" },
				],
			},
			"a.ts, 2 passages",
		],
		["listFiles", {}, "."],
		["listFiles", { path: "src", glob: "*.ts" }, "src  *.ts"],
		["findText", { pattern: "a+", glob: "*.ts" }, "/a+/  *.ts"],
		["findText", { pattern: "a+", case: "ignore", multiline: true, path: "src" }, "/a+/is  src"],
		["findText", { pattern: "f(", literal: true }, "“f(”"],
		["runCommand", { command: "npm test" }, "npm test"],
		[
			"updateTodos",
			{
				todos: [
					{ content: "a", state: "completed" },
					{ content: "b", state: "pending" },
				],
			},
			"1 of 2 done",
		],
	];
	for (const [name, args, summary] of summaries)
		it(`sums up ${name} ${JSON.stringify(args)} as “${summary}”`, () => {
			const tool = tools.get(name)!;
			assert.equal(tool.summarize(v.parse(tool.params, args)), summary);
		});

	const wrong: readonly [name: string, args: object][] = [
		["readFile", {}],
		["readFile", { path: "a", fromLine: 0 }],
		["editFile", { path: "a", edits: [] }],
		["findText", { pattern: "" }],
		["findText", { pattern: "a", context: 21 }],
		["findText", { pattern: "a", limit: 0 }],
		["findText", { pattern: "a", case: "upper" }],
		["runCommand", { command: "" }],
		["runCommand", { command: "x", timeoutMs: -1 }],
		["updateTodos", { todos: [{ content: "a", state: "done" }] }],
	];
	for (const [name, args] of wrong)
		it(`does not take ${JSON.stringify(args)} for ${name}`, () => {
			assert.equal(v.safeParse(tools.get(name)!.params, args).success, false);
		});
});

describe("readFile", () => {
	let place: Workspace;
	beforeEach(async () => {
		place = await makeWorkspace({
			"a.txt": "one\ntwo\nthree\n",
			"bom.txt": "\uFEFFhello\n",
			"image.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0xff]),
			"shot.txt": images.png,
			"photo.jpg": images.jpeg,
			"dance.gif": images.gif,
			"icon.webp": images.webp,
			"half.png": png(200, 200).subarray(0, 60),
			"large.png": Buffer.concat([png(), Buffer.alloc(4_000_000)]),
			"huge.png": Buffer.concat([png(), Buffer.alloc(17_000_000)]),
			"wide.png": png(9000, 1),
			"gif.md": "GIF89a is a format of images.\n",
			"latin1.txt": Buffer.from([0x66, 0xfc, 0x72]),
			"gbk.txt": encodeText("配置文件\n端口 = 8080\n", "gbk")!,
			"broken.txt": Buffer.concat([bytes("größer"), Buffer.from([0xfc, 0x0a])]),
			"long.txt": Array.from({ length: 5000 }, (_, at) => `line ${at + 1}\n`).join(""),
			"wide.txt": "x".repeat(500_000),
			"empty.txt": "",
		});
	});
	afterEach(() => place.dispose());
	const read = (args: object) => run("readFile", args, place);

	it("gives a file as it is", async () => {
		assert.equal(await read({ path: "a.txt" }), "one\ntwo\nthree\n");
		assert.equal(await read({ path: "bom.txt" }), "hello\n");
		assert.equal(await read({ path: "empty.txt" }), "");
	});

	it("gives the lines asked for, and says which of how many", async () => {
		assert.equal(await read({ path: "a.txt", fromLine: 2, toLine: 2 }), "two\n[lines 2–2 of 3 of a.txt]");
		assert.equal(await read({ path: "a.txt", fromLine: 2 }), "two\nthree\n[lines 2–3 of 3 of a.txt]");
		await assert.rejects(read({ path: "a.txt", fromLine: 9 }), /has only 3 lines/);
		await assert.rejects(read({ path: "a.txt", fromLine: 3, toLine: 2 }), /before fromLine/);
	});

	it("gives a long file in parts", async () => {
		const text = await read({ path: "long.txt" });
		assert.ok(
			text.endsWith("line 2000\n[lines 1–2000 of 5000 of long.txt; read on with fromLine 2001]"),
			text.slice(-80),
		);
		assert.ok((await read({ path: "wide.txt" })).length < 24_000);
	});

	it("says the size of what is no text, rather than giving garbage", async () => {
		await assert.rejects(read({ path: "image.png" }), toolError(/image\.png is not a text file: it has 8 bytes/));
	});

	const seen: readonly [path: string, text: RegExp][] = [
		["shot.txt", /^shot\.txt \(PNG, 12×8 pixels, \d+ bytes\)\.$/],
		["photo.jpg", /^photo\.jpg \(JPEG, 12×8/],
		["dance.gif", /^dance\.gif \(GIF, 12×8/],
		["icon.webp", /^icon\.webp \(WebP, 12×8/],
	];
	for (const [path, text] of seen)
		it(`gives ${path} to be looked at, by its contents, with a line that says what it is`, async () => {
			const found = await look("readFile", { path }, place);
			assert.ok(typeof found === "object");
			assert.match(found.text, text);
			assert.equal(found.name, path);
			assert.ok(Buffer.from(found.bytes).equals(readFileSync(`${place.workspace}/${path}`)));
		});

	const unseen: readonly [path: string, says: RegExp][] = [
		["half.png", /^half\.png begins as a PNG, and is damaged or cut off\.$/],
		["large.png", /^large\.png has 4000\d{3} bytes, and an image may have at most 3750000\. Make it smaller\.$/],
		["huge.png", /^huge\.png has 17000\d{3} bytes, and an image/],
		["wide.png", /^wide\.png has 9000×1 pixels, and an image may have at most 8000 on a side/],
	];
	for (const [path, says] of unseen)
		it(`says in a sentence why ${path} cannot be looked at`, async () => {
			await assert.rejects(read({ path }), toolError(says));
		});

	it("gives a text as text that begins as an image does", async () => {
		assert.equal(await read({ path: "gif.md" }), "GIF89a is a format of images.\n");
	});

	it("gives a file in another encoding as text, and says which", async () => {
		assert.match(await read({ path: "latin1.txt" }), /^für\n\[this file is not UTF-8: it was read as windows-1252/);
		assert.match(
			await read({ path: "gbk.txt" }),
			/^配置文件\n端口 = 8080\n\[this file is not UTF-8: it was read as gbk/,
		);
		assert.match(await read({ path: "broken.txt" }), /^größer\uFFFD\n\[some bytes of this file are not UTF-8/);
	});

	it("says what helps when there is no such file", async () => {
		await assert.rejects(read({ path: "b.txt" }), toolError(/There is no file b\.txt\. listFiles shows/));
		await assert.rejects(read({ path: "../outside/secret.txt" }), toolError(/leads out of the workspace/));
	});
});

describe("editFile", () => {
	const editedBytes = async (before: string | Uint8Array | undefined, ...edits: [find: string, replace: string][]) => {
		const args = { path: "a.ts", edits: edits.map(([find, replace]) => ({ find, replace })) };
		return Buffer.from(
			await editTool("editFile").edit(args as never, typeof before === "string" ? bytes(before) : before),
		);
	};
	const edit = async (...given: Parameters<typeof editedBytes>) => (await editedBytes(...given)).toString();

	it("replaces passages in order, each on the result of the one before", async () => {
		assert.equal(await edit("a b c\n", ["a b", "b b b"], ["b b b c", "done"]), "done\n");
	});

	it("takes the replacement as it is, with all its dollars", async () => {
		assert.equal(await edit("price\n", ["price", "$& $1 $$"]), "$& $1 $$\n");
	});

	it("replaces every place where all is said", async () => {
		const edits = [{ find: "a", replace: "$&b", all: true }];
		const after = await editTool("editFile").edit({ path: "a.ts", edits } as never, bytes("a c a\n"));
		assert.equal(Buffer.from(after).toString(), "$&b c $&b\n");
	});

	it("keeps byte order mark and Windows line ends", async () => {
		assert.equal(
			await edit("\uFEFFone\r\ntwo\r\nthree\r\n", ["one\ntwo", "1\n2\n2b"]),
			"\uFEFF1\r\n2\r\n2b\r\nthree\r\n",
		);
		assert.equal(await edit("one\r\ntwo\r\n", ["one\r\ntwo", "1\r\n2"]), "1\r\n2\r\n");
		assert.equal(await edit("one\r\ntwo\n", ["one\ntwo", "1\n2"]), "1\r\n2\n");
	});

	it("keeps plain line ends, and bytes it does not touch", async () => {
		assert.equal(await edit("a\tß\u{1F600}\nb", ["b", "c"]), "a\tß\u{1F600}\nc");
	});

	for (const encoding of ["gbk", "big5", "shift_jis", "euc-jp", "utf-16le", "utf-16be"])
		it(`keeps a file in ${encoding} as it is, but for the passage`, async () => {
			const words =
				encoding === "gbk"
					? "配置文件，请勿删除\n"
					: encoding === "big5"
						? "錯誤：找不到檔案\n"
						: "ファイルが見つかりません\n";
			const before = encodeText(`${words}port = 8080\n`, encoding)!;
			assert.deepEqual(
				await editedBytes(before, ["port = 8080", "port = 9090"]),
				Buffer.from(encodeText(`${words}port = 9090\n`, encoding)!),
			);
			const marked = encoding === "utf-16le" ? [0xff, 0xfe] : encoding === "utf-16be" ? [0xfe, 0xff] : [];
			const edited = await editedBytes(Buffer.concat([Uint8Array.from(marked), before]), ["8080", "1"]);
			assert.deepEqual([...edited.subarray(0, marked.length)], marked);
		});

	const refused: readonly [
		name: string,
		before: string | Uint8Array | undefined,
		edits: [string, string][],
		why: RegExp,
	][] = [
		[
			"a passage that is not there, naming the nearest line",
			"let x = 1;\n\tconst total = sum(a);\n",
			[["const total = sum(b);", "x"]],
			/nearest is line 2\.\nline 2: "\\tconst total = sum\(a\);"\nfind: {3}"const total = sum\(b\);"/,
		],
		[
			"a passage that differs in spaces only",
			"if (a) {\n    go();\n}\n",
			[["if (a) {\n  go();\n}", "x"]],
			/nearest is lines 1–3; it differs in the indentation\.\nline 2: " {4}go\(\);"\nfind: {3}" {2}go\(\);"/,
		],
		[
			"a passage like nothing in the file",
			"abc\n",
			[["zzz qqq", "x"]],
			/its find is not in a\.ts\. Nothing in it is like that\. Read the file again/,
		],
		["a passage that occurs more than once", "a\nb\na\n", [["a", "x"]], /occurs 2 times in a\.ts \(at lines 1, 3\)/],
		["a passage that overlaps itself", "aaa", [["aa", "x"]], /occurs 2 times/],
		["an empty passage", "a", [["", "x"]], /empty find/],
		["an edit that changes nothing", "a", [["a", "a"]], /would leave a\.ts as it is/],
		[
			"all of them when the second does not fit",
			"a b",
			[
				["a", "c"],
				["x", "y"],
			],
			/^Edit 2 does not fit.*Nothing was changed\.$/s,
		],
		[
			"an edit of what one before it has changed",
			"one\ntwo\n",
			[
				["one\ntwo", "three"],
				["two", "four"],
			],
			/an edit before it in this call has changed what it looks for/,
		],
		[
			"an edit that was made already",
			"const total = sum(b);\n",
			[["const total = sum(a);", "const total = sum(b);"]],
			/Its replacement is there already, at line 1/,
		],
		["a file that is not there", undefined, [["a", "b"]], /There is no file a\.ts\. Write it with writeFile/],
		["a file that is no text", Buffer.from([0x61, 0, 0, 0xfe]), [["a", "b"]], /not a text file \(4 bytes\)/],
		[
			"a character that the file's encoding does not have",
			encodeText("Größe\n", "windows-1252"),
			[["Größe", "大小"]],
			/is in windows-1252, and this edit cannot be made without changing other bytes/,
		],
		[
			"an edit beside bytes that cannot be written back",
			Buffer.concat([bytes("größer"), Buffer.from([0xfc])]),
			[["größer", "x"]],
			/bytes that are not UTF-8/,
		],
	];
	for (const [name, before, edits, why] of refused)
		it(`refuses ${name}`, async () => {
			await assert.rejects(edit(before, ...edits), toolError(why));
		});

	it("finds the nearest line of a large file at once", async () => {
		const large = Array.from({ length: 100_000 }, (_, at) => `const value${at} = compute(${at});`).join("\n");
		const tookMs = processorTime();
		await assert.rejects(edit(large, ["const value77 = calculate(77);", "x"]), /nearest is line 78/);
		assert.ok(tookMs() < 10_000);
	});
});

describe("writeFile", () => {
	it("makes the file's bytes from the text alone", async () => {
		const after = await editTool("writeFile").edit({ path: "a", content: "ü\r\n" } as never, bytes("before"));
		assert.deepEqual(Buffer.from(after), bytes("ü\r\n"));
	});
});

for (const [name, program] of [
	["ripgrep", ripgrep],
	["our own search", undefined],
] as const)
	describe(`listFiles and findText with ${name}`, () => {
		let place: Workspace;
		const searching = new Map(createTools({ MISSION_RIPGREP: program }).map((tool) => [tool.name, tool]));
		const list = (args: object) => run("listFiles", args, place, searching);
		const find = (args: object) => run("findText", args, place, searching);

		it("finds words in a file of another encoding", async () => {
			assert.equal(await find({ pattern: "配置" }), "gbk.txt:2: 配置文件，请勿删除");
		});

		before(() => {
			if (name === "ripgrep" && !ripgrep)
				throw new Error("ripgrep is missing: install it, or name it in MISSION_RIPGREP.");
		});
		beforeEach(async () => {
			place = await makeWorkspace({
				".gitignore": "node_modules/\n*.log\n/build\n",
				".git/HEAD": "needle",
				"a.ts": "const needle = 1;\nnothing\nneedle(needle)\n",
				"src/b.ts": "// Needle\r\nneedle\r\n",
				"src/deep/c.js": "find(a.b)\n",
				"src/deep/.gitignore": "skip*\n",
				"src/deep/skipped.ts": "needle",
				"src/deep/notes.log": "needle",
				"src/build/kept.ts": "x",
				".hidden/d.ts": "needle hidden\n",
				"build/out.ts": "needle",
				"node_modules/p/index.js": "needle",
				"debug.log": "needle",
				"gbk.txt": encodeText("第一行\n配置文件，请勿删除\n", "gbk")!,
				"picture.bin": Buffer.from([0, 1, 2, ...bytes("needle")]),
			});
			await symlink(place.outside, path.join(place.workspace, "outer"));
			await writeDisk(path.join(place.outside, "secret.txt"), "needle\n");
		});
		afterEach(() => place.dispose());

		const listings: readonly [name: string, args: object, files: readonly string[]][] = [
			[
				"all that is not ignored",
				{},
				[
					".gitignore",
					".hidden/d.ts",
					"a.ts",
					"gbk.txt",
					"picture.bin",
					"src/b.ts",
					"src/build/kept.ts",
					"src/deep/.gitignore",
					"src/deep/c.js",
				],
			],
			["a folder, with the rules of those above it", { path: "src/deep" }, ["src/deep/.gitignore", "src/deep/c.js"]],
			["a folder named with a slash", { path: "./src/", glob: "deep/*.js" }, ["src/deep/c.js"]],
			["by name at any depth", { glob: "*.ts" }, [".hidden/d.ts", "a.ts", "src/b.ts", "src/build/kept.ts"]],
			["by path", { glob: "src/**/*.{ts,js}" }, ["src/b.ts", "src/build/kept.ts", "src/deep/c.js"]],
			["by path from the folder on", { path: "src", glob: "deep/*" }, ["src/deep/.gitignore", "src/deep/c.js"]],
			["one file", { path: "a.ts" }, ["a.ts"]],
		];
		for (const [what, args, files] of listings)
			it(`lists ${what}`, async () => {
				assert.deepEqual((await list(args)).split("\n"), files);
			});

		it("lists nothing outside, in the data folder, or ignored by name alone", async () => {
			assert.equal(await list({ glob: "*.log" }), "No file matches *.log.");
			await assert.rejects(list({ path: "outer" }), toolError(/leads out/));
			await assert.rejects(list({ path: "data" }), toolError(/belongs to Mission Control/));
			await assert.rejects(list({ path: "none" }), toolError(/There is no none/));
			await assert.rejects(find({ pattern: "a", path: "none" }), toolError(/There is no none/));
		});

		const searches: readonly [name: string, args: object, answer: string][] = [
			[
				"every line once",
				{ pattern: "needle" },
				".hidden/d.ts:1: needle hidden\na.ts:1: const needle = 1;\na.ts:3: needle(needle)\nsrc/b.ts:2: needle",
			],
			["by regular expression", { pattern: "^find\\(\\w\\.\\w\\)$" }, "src/deep/c.js:1: find(a.b)"],
			["in a folder", { pattern: "needle", path: "src" }, "src/b.ts:2: needle"],
			["in a file", { pattern: "nothing", path: "a.ts" }, "a.ts:2: nothing"],
			["in files that a glob matches", { pattern: "needle", glob: ".hidden/*" }, ".hidden/d.ts:1: needle hidden"],
			["in all files but those of a glob", { pattern: "needle", glob: "!*.ts" }, "Nothing matches needle."],
			["a pattern that begins like an option", { pattern: "--files" }, "Nothing matches --files."],
			["nothing", { pattern: "absent everywhere" }, "Nothing matches absent everywhere."],
		];
		for (const [what, args, answer] of searches)
			it(`finds ${what}`, async () => {
				assert.equal(await find(args), answer);
			});

		const poem = [
			"Größe und Änderung",
			"\tthe first line",
			"  second(line, [0])",
			"",
			"THE third line",
			"interface Foo {",
			'  say "hello"',
			"}",
			"l'été 12 слово",
			"",
		].join("\n");
		const inPoem: readonly [what: string, args: object, lines: readonly number[]][] = [
			["with its capitals, if nothing is said", { pattern: "the" }, [2]],
			["in any case", { pattern: "THE", case: "ignore" }, [2, 5]],
			["smart, in lower case: any", { pattern: "the", case: "smart" }, [2, 5]],
			["smart, with a capital: that", { pattern: "THE", case: "smart" }, [5]],
			["smart, with a capital that is no letter of it", { pattern: "\\Sthe|the\\b", case: "smart" }, [2, 5]],
			["in any case, in another script", { pattern: "änderung", case: "ignore" }, [1]],
			["in any case, by a flag in the pattern", { pattern: "(?i)the" }, [2, 5]],
			["a literal text", { pattern: "second(line, [0])", literal: true }, [3]],
			["a literal text smartly", { pattern: "FOO {", literal: true, case: "smart" }, []],
			["words of other scripts", { pattern: "\\bÄnderung\\b|\\bслово\\b" }, [1, 9]],
			["letters of every script", { pattern: "^\\w+ und \\w+$" }, [1]],
			["no word", { pattern: "r\\B" }, [1, 2, 5, 6]],
			["what is no letter", { pattern: "^[\\W\\s]*second" }, [3]],
			["in names of classes as grep has them", { pattern: "^[[:space:]]+[[:alpha:]]+[(]" }, [3]],
			["a brace that stands for itself", { pattern: "Foo {$" }, [6]],
			["what needs no escape", { pattern: '\\"hello\\"' }, [7]],
			["what looks ahead", { pattern: "the(?= third)", case: "ignore" }, [5]],
			["what comes again", { pattern: "(l)\\1" }, [7]],
			["empty lines", { pattern: "^$" }, [4]],
			["every line", { pattern: "^" }, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
			["across lines, with . for each character", { pattern: "Foo \\{.*\\}", multiline: true }, [6, 7, 8]],
			["across lines, more than once", { pattern: "line.*?[,e]", multiline: true }, [2, 3, 5, 6]],
			["across lines, by a line break in the pattern", { pattern: "\\)\\n\\nTHE .*" }, [3, 4, 5]],
			["across lines, by the line breaks of others", { pattern: "Foo \\{\\r\\n" }, [6]],
			["across lines, by a literal text", { pattern: "{\n  say", literal: true }, [6, 7]],
			["across lines, in any case", { pattern: "foo.*HELLO", multiline: true, case: "ignore" }, [6, 7]],
			["in one line, where a class has a line break", { pattern: "the[^\\n]*" }, [2]],
		];
		for (const [ending, lineEnd] of [
			["LF", "\n"],
			["CRLF", "\r\n"],
		] as const)
			for (const [what, args, lines] of inPoem)
				it(`finds ${what}, in a file with ${ending}`, async () => {
					await writeDisk(path.join(place.workspace, "poem.txt"), poem.replaceAll("\n", lineEnd));
					const expected = lines.map((line) => `poem.txt:${line}: ${poem.split("\n")[line - 1]}`).join("\n");
					assert.equal(
						await find({ path: "poem.txt", ...args }),
						expected || `Nothing matches ${(args as { pattern: string }).pattern}.`,
					);
				});

		const numbered = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`).join("\n");
		const besides: readonly [what: string, args: object, answer: string][] = [
			[
				"lines before and after, each once",
				{ pattern: "line (3|5|20)$", context: 2 },
				[
					...["b.txt-1- line 1", "b.txt-2- line 2", "b.txt:3: line 3", "b.txt-4- line 4", "b.txt:5: line 5"],
					...["b.txt-6- line 6", "b.txt-7- line 7", "--", "b.txt-18- line 18", "b.txt-19- line 19"],
					...["b.txt:20: line 20", "b.txt-21- line 21", "b.txt-22- line 22"],
				].join("\n"),
			],
			[
				"no lines beyond the ends of the file",
				{ pattern: "line (1|30)$", context: 1 },
				"b.txt:1: line 1\nb.txt-2- line 2\n--\nb.txt-29- line 29\nb.txt:30: line 30",
			],
			[
				"what stands beside what is shown, and not beside what is left out",
				{ pattern: "line (3|20|25)$", context: 1, limit: 1 },
				"b.txt-2- line 2\nb.txt:3: line 3\nb.txt-4- line 4\n[2 more lines in 1 file match: make the pattern narrower, or name a folder or a glob]",
			],
			["a file once, by its name", { pattern: "line", filesOnly: true }, "b.txt"],
			[
				"how many lines are left out",
				{ pattern: "line", limit: 2 },
				"b.txt:1: line 1\nb.txt:2: line 2\n[28 more lines in 1 file match: make the pattern narrower, or name a folder or a glob]",
			],
			[
				"all, where as many as the limit match",
				{ pattern: "line [12]$", limit: 2 },
				"b.txt:1: line 1\nb.txt:2: line 2",
			],
		];
		for (const [what, args, answer] of besides)
			it(`gives ${what}`, async () => {
				await writeDisk(path.join(place.workspace, "b.txt"), numbered);
				assert.equal(await find({ glob: "b.txt", ...args }), answer);
			});

		it("gives files in the order of their names, and says how many more match in how many", async () => {
			for (const file of ["src/deep/z.md", "src/deep.md", "src/a10.md", "src/a2.md", "z.md"])
				await writeDisk(path.join(place.workspace, file), "thread\nthread\n");
			assert.equal(
				await find({ pattern: "thread", glob: "*.md", limit: 3 }),
				"src/a10.md:1: thread\nsrc/a10.md:2: thread\nsrc/a2.md:1: thread\n[7 more lines in 4 files match: make the pattern narrower, or name a folder or a glob]",
			);
			assert.equal(
				await find({ pattern: "thread", filesOnly: true, limit: 4 }),
				"src/a10.md\nsrc/a2.md\nsrc/deep/z.md\nsrc/deep.md\n[1 more file matches: make the pattern narrower, or name a folder or a glob]",
			);
		});

		it("says what is wrong with a pattern", async () => {
			await assert.rejects(find({ pattern: "a(" }), toolError(/^Invalid regular expression a\(/));
			await assert.rejects(find({ pattern: "a(\\n", multiline: true }), toolError(/^Invalid regular expression a\(/));
		});

		it("gives a bounded answer and says so", async () => {
			const many = path.join(place.workspace, "many.txt");
			await writeDisk(many, `${"x".repeat(1500)} needle\n`.repeat(1000));
			const answer = await find({ pattern: "x needle", path: "many.txt" });
			assert.ok(answer.length <= 23_000, `${answer.length}`);
			const shown = answer.split("\n").length - 1;
			assert.match(answer, new RegExp(`\\n\\[${1000 - shown} more lines in 1 file match: [^\\n]*\\]$`));
			await writeDisk(many, "needle\n".repeat(20_000));
			assert.match(
				await find({ pattern: "needle", path: "many.txt" }),
				/\n\[more than 9,800 more lines match: [^\n]*\]$/,
			);
			await rm(many);
			for (let at = 0; at < 1200; at++) await writeDisk(path.join(place.workspace, "src/deep", `f${at}.md`), "");
			const listing = (await list({ glob: "*.md" })).split("\n");
			assert.equal(listing.length, 1001);
			assert.equal(listing.at(-1), "[200 more: name a folder or a glob]");
		});

		it("searches a file that is too large to be read at once, or says that it is too large", async () => {
			await writeDisk(path.join(place.workspace, "large.txt"), `${"a line of a large file\n".repeat(900_000)}needle\n`);
			await assert.rejects(run("readFile", { path: "large.txt" }, place), toolError(/search it with findText/));
			assert.equal(
				await find({ pattern: "^needle", path: "large.txt" }),
				name === "ripgrep"
					? "large.txt:900001: needle"
					: "Nothing matches ^needle in what was searched.\n[too large to be searched: large.txt]",
			);
		});

		it("ends when it is aborted", async () => {
			const context = { ...place, signal: AbortSignal.abort() };
			await assert.rejects(run("findText", { pattern: "needle" }, context, searching), { name: "AbortError" });
		});
	});

describe("our own search", () => {
	let place: Workspace;
	beforeEach(async () => {
		place = await makeWorkspace({ "a.txt": "needle\n", "b.txt": `${"a".repeat(40)}b\n` });
	});
	afterEach(() => place.dispose());

	it("says which files are too large for it", async () => {
		await truncate(path.join(place.workspace, "b.txt"), 5 * 1024 * 1024);
		assert.equal(
			await run("findText", { pattern: "needle" }, place),
			"a.txt:1: needle\n[too large to be searched: b.txt]",
		);
		assert.equal(
			await run("findText", { pattern: "absent" }, place),
			"Nothing matches absent in what was searched.\n[too large to be searched: b.txt]",
		);
	});

	for (const multiline of [false, true])
		it(`gives up a pattern that takes exponential time, ${multiline ? "across lines" : "in a line"}`, async () => {
			const startedAt = performance.now();
			await assert.rejects(
				run("findText", { pattern: "^(a+)+$", multiline }, place),
				toolError(/^The pattern \^\(a\+\)\+\$ takes too long: make it simpler\.$/),
			);
			assert.ok(performance.now() - startedAt < 10_000);
		});
});

async function run(name: string, args: object, context: Workspace, from = tools): Promise<string> {
	const read = await look(name, args, context, from);
	assert.ok(typeof read === "string");
	return read;
}

function look(name: string, args: object, context: Workspace, from = tools): Promise<string | FoundImage> {
	const tool = from.get(name);
	assert.ok(tool?.kind === "read");
	return tool.run(v.parse(tool.params, args), context);
}

function editTool(name: string): Extract<Tool, { kind: "edit" }> {
	const tool = tools.get(name);
	assert.ok(tool?.kind === "edit");
	return tool;
}

function toolError(message: RegExp) {
	return (cause: unknown) => {
		assert.ok(cause instanceof ToolError, String(cause));
		assert.match(cause.message, message);
		return true;
	};
}
