import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addRules, isIgnored } from "../../../src/daemon/changes/ignoreRules.ts";
import { processorTime } from "../../support/processorTime.ts";
import { filesOf, makePlace, type Place, randomFrom } from "./place.ts";

describe("the user's ignore rules", () => {
	let place: Place;
	beforeEach(() => {
		place = makePlace();
	});
	afterEach(() => place.end());

	const table: readonly (readonly [rules: string, ignored: readonly string[], kept: readonly string[]])[] = [
		["build", ["build/", "build", "a/build"], ["builds", "a/build.txt"]],
		["build/", ["build/", "a/build/"], ["build"]],
		["/build", ["build"], ["a/build"]],
		["a/build", ["a/build"], ["b/a/build"]],
		["*.log", ["x.log", "a/.log"], ["x.log.txt"]],
		["*.log\n!keep.log", ["x.log"], ["keep.log", "a/keep.log"]],
		["**/cache", ["cache", "a/b/cache"], ["cached"]],
		["a/**", ["a/b", "a/b/c"], ["a", "ab"]],
		["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["z", "b/z"]],
		["a/*/z", ["a/b/z"], ["a/z", "a/b/c/z"]],
		["[ab]?[!c].x", ["a1d.x", "b2e.x"], ["c1d.x", "a1c.x", "ad.x"]],
		["[[:digit:]]*", ["1", "1abc"], ["a1"]],
		["[]-]x", ["]x", "-x"], ["ax"]],
		["\\#x\n\\!y\n# comment", ["#x", "!y"], ["# comment"]],
		["trail   \nspace\\ ", ["trail", "space "], ["space"]],
		["crlf\r\nnext\r\n", ["crlf", "next"], ["crlf\r"]],
		["\ufeffbom", ["bom"], []],
		["[unclosed\nends\\", [], ["[unclosed", "u", "ends\\", "ends"]],
		["caf\u00e9", ["caf\u00e9"], ["caf\u00e8"]],
		["*", ["a", "b/"], []],
		["/*\n!/src", ["a", "b/"], ["src/", "src"]],
	];
	for (const [rules, ignored, kept] of table) {
		it(`${JSON.stringify(rules)} means what it means to git`, () => {
			const chain = addRules(undefined, Buffer.from(rules).toString("latin1"), "");
			const ask = (path: string) =>
				isIgnored(chain, Buffer.from(path.replace(/\/$/, "")).toString("latin1"), path.endsWith("/"));
			place.git(["init", "-q"]);
			place.write(".gitignore", rules);
			for (const [path, expected] of [
				...ignored.map((each) => [each, true]),
				...kept.map((each) => [each, false]),
			] as const) {
				assert.equal(ask(path as string), expected, `${path}`);
				assert.equal(askGit(place, [path as string])[0], expected, `git on ${path}`);
			}
		});
	}

	it("are read as git reads them, for any patterns and paths", function () {
		this.timeout(60_000);
		const seed = seedOfThisRun();
		const random = randomFrom(seed);
		place.git(["init", "-q"]);
		const words = [
			"a",
			"b",
			"ab",
			"*",
			"**",
			"?",
			"[ab]",
			"[!a]",
			"[a-c]",
			"\\a",
			"\\*",
			"***",
			"[[:alpha:]]",
			"[",
			"]",
			"-",
			".",
			"!",
			" ",
			"[^b]",
			"[b/]",
			"\\",
			"[a\\]]",
		];
		const pattern = () => {
			let text = "";
			for (let parts = 1 + random(4); parts > 0; parts--)
				text += words[random(words.length)] + (random(3) === 0 ? "/" : "");
			return (random(5) === 0 ? "!" : "") + (random(5) === 0 ? "/" : "") + text;
		};
		const names = ["a", "b", "ab", "ba", "abc", "*", "c", "-", "]", "a]", "a.b", "!", "a ", "\\", "[", ""];
		const name = () => names[random(names.length - 1)]!;
		for (let round = 0; round < 60; round++) {
			const rules = Array.from({ length: 1 + random(4) }, pattern).join("\n");
			const paths = Array.from({ length: 40 }, () => Array.from({ length: 1 + random(4) }, name).join("/"));
			place.write(".gitignore", rules);
			const chain = addRules(undefined, rules, "");
			// Git looks at the folders above a path too, which the scan does by going down from the top.
			const ours = paths.map((path) =>
				path
					.split("/")
					.some((_, depth, all) => isIgnored(chain, all.slice(0, depth + 1).join("/"), depth < all.length - 1)),
			);
			const theirs = askGit(place, paths);
			paths.forEach((path, at) => {
				assert.equal(ours[at], theirs[at], `seed ${seed}: ${JSON.stringify(path)} under ${JSON.stringify(rules)}`);
			});
		}
	});

	it("give the tree that git makes, for any workspace", async function () {
		this.timeout(60_000);
		const seed = seedOfThisRun();
		const random = randomFrom(seed);
		const names = ["a", "b", "lib", "x.log", "y.txt", "build", "a-b", "a.b", "z"];
		const rules = [
			"*.log",
			"!x.log",
			"build",
			"/a",
			"lib/*",
			"!lib/z",
			"b/",
			"**/z",
			"a/**/y.txt",
			"*",
			"!*/",
			"!*.txt",
		];
		for (let round = 0; round < 12; round++) {
			const each = makePlace();
			try {
				for (let files = 5 + random(40); files > 0; files--) {
					const path = Array.from({ length: 1 + random(4) }, () => names[random(names.length)]);
					try {
						if (random(6) === 0) {
							const lines = Array.from({ length: 1 + random(3) }, () => rules[random(rules.length)]);
							each.write([...path.slice(1), ".gitignore"].join("/"), lines.join("\n"));
						} else if (random(8) === 0) symlinkSync("anywhere", each.path(path.join("/")));
						else each.write(path.join("/"), String(random(1000)));
					} catch {
						// A folder where a file is wanted, or the other way round: not every draw can be.
					}
				}
				const changes = await each.open();
				assert.equal((await changes.snapshot()).tree, each.treeByGit(), `seed ${seed}, round ${round}`);
			} finally {
				await each.end();
			}
		}
	});

	it("take no time to speak of, even when a pattern is made to take for ever", () => {
		const chain = addRules(undefined, `${"*a".repeat(40)}b\n/${"**/a*".repeat(20)}b\n`, "");
		const tookMs = processorTime();
		assert.equal(isIgnored(chain, "a".repeat(250), false), false);
		assert.equal(isIgnored(chain, Array.from({ length: 100 }, () => "aaaa").join("/"), false), false);
		assert.ok(tookMs() < 10_000);
	});

	it("come from .gitignore, info/exclude and the user's own file", async () => {
		place.git(["init", "-q"]);
		appendFileSync(place.path(".git/info/exclude"), "by-exclude\n");
		mkdirSync(join(place.root, "home"));
		writeFileSync(join(place.root, "home", "mine"), "by-user\n");
		place.git(["config", "core.excludesFile", join(place.root, "home", "mine")]);
		place.write(".gitignore", "by-gitignore\n");
		for (const name of ["by-exclude", "by-user", "by-gitignore", "kept"]) place.write(name, name);
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		assert.deepEqual(Object.keys(await filesOf(changes, tree)), [".gitignore", "kept"]);
		appendFileSync(place.path(".git/info/exclude"), "new-rule\n");
		place.write("new-rule", "x");
		assert.equal((await changes.snapshot()).tree, tree);
	});

	it("of the folders above apply when the workspace is part of a larger repository", async () => {
		place.git(["init", "-q"]);
		place.write(".gitignore", "*.tmp\n/sub/deep/anchored\n/anchored\n");
		place.write("sub/.gitignore", "deep/from-sub\n!kept.tmp\n");
		appendFileSync(place.path(".git/info/exclude"), "/sub/deep/excluded\n");
		for (const name of ["a.tmp", "kept.tmp", "anchored", "from-sub", "excluded", "file", "x/anchored"]) {
			place.write(`sub/deep/${name}`, name);
		}
		const changes = await place.open({ workspace: place.path("sub/deep") });
		const { tree } = await changes.snapshot();
		assert.deepEqual(Object.keys(await filesOf(changes, tree)), ["file", "kept.tmp", "x/anchored"]);
	});

	it("of a repository that ignores the whole workspace do not apply", async () => {
		place.git(["init", "-q"]);
		place.write(".gitignore", "/sub/*\n*.tmp\n");
		place.write("sub/deep/file.tmp", "x");
		const changes = await place.open({ workspace: place.path("sub/deep") });
		assert.deepEqual(Object.keys(await filesOf(changes, (await changes.snapshot()).tree)), ["file.tmp"]);
	});

	it("end at the border of a repository inside, as they do in git", async () => {
		place.write(".gitignore", "*.log\nvendor/\n");
		place.write("inner/x.log", "seen by the inner repository\n");
		place.write("inner/y.bak", "y");
		place.write("outer.log", "x");
		place.write("vendor/repo/file", "x");
		mkdirSync(place.path("inner/.git/info"), { recursive: true });
		mkdirSync(place.path("vendor/repo/.git"), { recursive: true });
		place.write("inner/.git/info/exclude", "*.bak\n");
		place.write("inner/.git/HEAD", "ref: refs/heads/main\n");
		mkdirSync(place.path("no-repository/.git"), { recursive: true });
		place.write("no-repository/x.log", "x");
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		assert.deepEqual(Object.keys(await filesOf(changes, tree)), [".gitignore", "inner/x.log"]);
	});

	it("that are new do not make recorded files look deleted, and go on recording their changes", async () => {
		place.write("dist/app.js", "v1");
		place.write("dist/other.js", "v1");
		const changes = await place.open();
		const before = await changes.snapshot();
		place.write(".gitignore", "dist/\n");
		place.write("dist/new.js", "never recorded");
		const ignored = await changes.snapshot();
		place.write("dist/app.js", "v2");
		const after = await changes.snapshot();
		const list = async (a: string, b: string) =>
			(await changes.between(a, b)).map(({ path, status }) => `${status} ${path}`);
		assert.deepEqual(await list(before.tree, ignored.tree), ["added .gitignore"]);
		assert.deepEqual(await list(ignored.tree, after.tree), ["modified dist/app.js"]);
		place.write(".gitignore", "");
		const open = await changes.snapshot();
		assert.deepEqual(await list(after.tree, open.tree), ["modified .gitignore", "added dist/new.js"]);
	});

	it("yield to the user's index: a file added by force is recorded", async () => {
		place.git(["init", "-q"]);
		place.write(".gitignore", "dist/\n*.log\n");
		for (const path of ["dist/app.js", "dist/deep/lib.js", "dist/not.js", "kept.log", "not.log"])
			place.write(path, path);
		place.git(["add", "-f", "dist/app.js", "dist/deep/lib.js", "kept.log"]);
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		const expected = [".gitignore", "dist/app.js", "dist/deep/lib.js", "kept.log"];
		assert.deepEqual(Object.keys(await filesOf(changes, tree)), expected);
		place.write("dist/deep/lib.js", "v2");
		const after = await changes.snapshot();
		assert.deepEqual(
			(await changes.between(tree, after.tree)).map(({ path }) => path),
			["dist/deep/lib.js"],
		);
	});

	it("are not waited for when they are a pipe", async () => {
		place.write("file", "x");
		execFileSync("mkfifo", [place.path(".gitignore")]);
		mkdirSync(place.path("inner/.git/info"), { recursive: true });
		execFileSync("mkfifo", [place.path("inner/.git/info/exclude")]);
		place.write("inner/.git/HEAD", "ref: refs/heads/main\n");
		place.write("inner/file", "x");
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		assert.deepEqual(Object.keys(await filesOf(changes, tree)), ["file", "inner/file"]);
	});
});

function askGit(place: Place, paths: readonly string[]): boolean[] {
	// A trailing slash asks about a folder. Exit status 1 means that nothing was ignored.
	const script = "git check-ignore --no-index -z -v -n --stdin || test $? = 1";
	const output = execFileSync("sh", ["-c", script], {
		cwd: place.workspace,
		input: `${paths.join("\0")}\0`,
		env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
	});
	const fields = output.toString().split("\0");
	return paths.map((_, at) => {
		const pattern = fields[at * 4 + 2]!;
		return pattern !== "" && !pattern.startsWith("!");
	});
}

function seedOfThisRun(): number {
	const seed = Number(process.env.MISSION_SEED ?? Date.now() % 1_000_000_000);
	console.log(`      MISSION_SEED=${seed}`);
	return seed;
}
