import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openStage, type Stage } from "./mission.ts";

describe("a mistake in config.jsonc", function () {
	this.timeout(60_000);
	let stage: Stage;
	let file: string;
	before(() => {
		stage = openStage();
		mkdirSync(stage.home, { recursive: true });
		stage.playbook("fine.md", "# Fine", "## One", "```sh", "true", "```");
		file = path.join(stage.home, "config.jsonc");
	});
	afterEach(() => rmSync(file, { force: true, recursive: true }));
	after(() => stage.end());

	/** What it holds, what is said of it, and whether a launch goes on with it. */
	const mistakes: readonly (readonly [name: string, text: string, says: RegExp, launches: boolean])[] = [
		[
			"a word that means nothing",
			'{\n\t"agnet": "a/b"\n}',
			/config\.jsonc:2:2: unknown setting “agnet”; did you mean “agent”\?/,
			true,
		],
		[
			"a provider without an address",
			'{ "providers": [\n{ "id": "x" } ] }',
			/config\.jsonc:2:1: “providers\.baseUrl” is missing\./,
			true,
		],
		[
			"a comma too few",
			'{\n"limits": { "replans": 1 }\n"agent": "a/b" }',
			/config\.jsonc:3:1: this is not valid JSON/,
			false,
		],
		[
			"a limit that is none",
			'{ "limits": {\n"replans": "none" } }',
			/config\.jsonc:2:12: “replans” cannot be read/,
			false,
		],
	];
	for (const [name, text, says, launches] of mistakes)
		it(`is said by doctor and by each launch, with its place: ${name}`, () => {
			// A daemon that has read nothing better before.
			if (!launches) stage.run("daemon", "stop");
			writeFileSync(file, text);
			const doctor = stage.run("doctor", "--json");
			assert.equal(doctor.code, 1);
			assert.match(JSON.parse(doctor.error).error.message, says);
			const { ok, findings } = JSON.parse(doctor.out);
			assert.equal(ok, false);
			assert.match(findings.find((one: { name: string }) => one.name === "config").detail, says);
			const plain = stage.run("launch", "--playbook", "fine.md");
			const json = stage.run("launch", "--playbook", "fine.md", "--json");
			assert.match(plain.error, says);
			assert.deepEqual([plain.code, json.code], launches ? [0, 0] : [3, 3]);
			if (launches) assert.match(JSON.parse(json.out).notes.join("\n"), says);
			else assert.match(JSON.parse(json.error).error.message, says);
		});

	it("is said at the first line where the file cannot be read at all", () => {
		stage.run("daemon", "stop");
		mkdirSync(file);
		assert.match(stage.run("doctor").out, /config\.jsonc:1:1: config\.jsonc is a folder/);
		assert.equal(stage.run("launch", "--playbook", "fine.md").code, 3);
	});

	it("is none: doctor is content, and a launch has no notes", () => {
		writeFileSync(file, '{ "limits": { "replans": 1 } /* fine */ }');
		assert.equal(stage.json("doctor").ok, true);
		assert.equal(stage.json("launch", "--playbook", "fine.md").notes, undefined);
	});
});
