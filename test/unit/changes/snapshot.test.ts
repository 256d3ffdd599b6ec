import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	lstatSync,
	mkdirSync,
	renameSync,
	rmSync,
	type Stats,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ChangesError } from "../../../src/daemon/changes/changesError.ts";
import { openChanges } from "../../../src/daemon/changes/openChanges.ts";
import { emptyTree, filesOf, makePlace, type Place } from "./place.ts";

describe("a snapshot", () => {
	let place: Place;
	beforeEach(() => {
		place = makePlace();
	});
	afterEach(() => place.end());

	it("sees files added, changed, deleted and moved, with their lines", async () => {
		place.write("kept.txt", "same\n");
		place.write("changed.txt", "one\ntwo\n");
		place.write("deleted.txt", "gone\n");
		place.write("old/name.txt", "a file long enough to be known again\nafter it was moved\n");
		const changes = await place.open();
		const before = await changes.snapshot();
		place.write("changed.txt", "one\nthree\nfour\n");
		place.write("deep/er/added.txt", "new\n");
		rmSync(place.path("deleted.txt"));
		mkdirSync(place.path("new"));
		renameSync(place.path("old/name.txt"), place.path("new/name.txt"));
		const after = await changes.snapshot();

		const found = await changes.between(before.tree, after.tree);
		assert.deepEqual(
			found.map(({ path, status, from, added, removed }) => ({ path, status, from, added, removed })),
			[
				{ path: "changed.txt", status: "modified", from: undefined, added: 2, removed: 1 },
				{ path: "deep/er/added.txt", status: "added", from: undefined, added: 1, removed: 0 },
				{ path: "deleted.txt", status: "deleted", from: undefined, added: 0, removed: 1 },
				{ path: "new/name.txt", status: "renamed", from: "old/name.txt", added: 0, removed: 0 },
			],
		);
		assert.equal((await changes.content(found[0]!.before!)).toString(), "one\ntwo\n");
		assert.equal((await changes.content(found[0]!.after!)).toString(), "one\nthree\nfour\n");
		assert.equal((await changes.contentAt(before.tree, "old/name.txt"))?.length, 56);
		assert.equal(await changes.contentAt(after.tree, "old/name.txt"), undefined);
		assert.equal(await changes.contentAt(after.tree, "deep/er"), undefined);
		assert.equal(found[2]!.after, undefined);
		assert.equal(found[1]!.before, undefined);
	});

	it("is the same tree when nothing changed, also when files were only touched", async () => {
		place.write("a/b.txt", "content");
		const changes = await place.open();
		const first = await changes.snapshot();
		utimesSync(place.path("a/b.txt"), 1, 1);
		const second = await changes.snapshot();
		assert.equal(second.tree, first.tree);
		assert.deepEqual(await changes.between(first.tree, second.tree), []);
		assert.equal(await changes.diff(first.tree, second.tree), "");
	});

	it("of an empty workspace is git's empty tree, whatever empty folders there are", async () => {
		mkdirSync(place.path("empty/inside"), { recursive: true });
		const changes = await place.open();
		assert.equal((await changes.snapshot()).tree, emptyTree);
		place.write("empty/file", "x");
		const full = await changes.snapshot();
		rmSync(place.path("empty/file"));
		assert.equal((await changes.snapshot()).tree, emptyTree);
		assert.deepEqual(Object.keys(await filesOf(changes, full.tree)), ["empty/file"]);
	});

	it("keeps every byte, whatever .gitattributes asks for", async () => {
		const crlf = Buffer.from("one\r\ntwo\nthree\r\n$Id$\n");
		const binary = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7) % 256));
		place.write(".gitattributes", "* text=auto eol=crlf ident filter=evil diff=evil working-tree-encoding=UTF-16\n");
		place.git(["init", "-q"]);
		place.git(["config", "filter.evil.clean", "touch evil-ran; rev"]);
		place.git(["config", "diff.evil.textconv", "touch evil-ran; rev"]);
		place.git(["config", "diff.evil.command", "touch evil-ran; rev"]);
		place.write("lines.txt", crlf);
		place.write("picture.bin", binary);
		const changes = await place.open();
		const before = await changes.snapshot();
		assert.deepEqual(await changes.contentAt(before.tree, "lines.txt"), crlf);
		assert.deepEqual(await changes.contentAt(before.tree, "picture.bin"), binary);
		place.write("lines.txt", "one\ntwo\nthree\r\n$Id$\n");
		place.write("picture.bin", Buffer.concat([binary, binary]));
		const after = await changes.snapshot();
		const [lines, picture] = await changes.between(before.tree, after.tree);
		assert.deepEqual([lines!.added, lines!.removed], [1, 1]);
		assert.deepEqual([picture!.added, picture!.removed], [undefined, undefined]);
		const diff = await changes.diff(before.tree, after.tree);
		assert.match(diff, /^-one\r\n\+one\n/m);
		assert.match(diff, /^Binary files a\/picture.bin and b\/picture.bin differ$/m);
		assert.equal(lstatSync(place.path("evil-ran"), { throwIfNoEntry: false }), undefined);
	});

	it("sees a change of mode alone, and a file that becomes a link", async () => {
		place.write("run.sh", "echo\n");
		place.write("becomes", "text\n");
		const changes = await place.open();
		const before = await changes.snapshot();
		chmodSync(place.path("run.sh"), 0o755);
		rmSync(place.path("becomes"));
		symlinkSync("run.sh", place.path("becomes"));
		const after = await changes.snapshot();
		const [link, script] = await changes.between(before.tree, after.tree);
		assert.deepEqual([script!.modeBefore, script!.modeAfter, script!.status], ["100644", "100755", "modified"]);
		assert.equal(script!.before, script!.after);
		assert.deepEqual([link!.modeBefore, link!.modeAfter, link!.status], ["100644", "120000", "modified"]);
	});

	it("sees a folder that becomes a file, and back", async () => {
		place.write("thing/inside.txt", "inside");
		const changes = await place.open();
		const folder = await changes.snapshot();
		rmSync(place.path("thing"), { recursive: true });
		place.write("thing", "outside");
		const file = await changes.snapshot();
		assert.deepEqual(await filesOf(changes, file.tree), { thing: "outside" });
		rmSync(place.path("thing"));
		place.write("thing/inside.txt", "inside");
		assert.equal((await changes.snapshot()).tree, folder.tree);
	});

	it("stores links as links, and follows none out of the workspace", async () => {
		mkdirSync(join(place.root, "outside"));
		writeFileSync(join(place.root, "outside", "secret.txt"), "secret");
		symlinkSync("../outside", place.path("folder-link"));
		symlinkSync("../outside/secret.txt", place.path("file-link"));
		symlinkSync("nowhere", place.path("broken-link"));
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		assert.deepEqual(await filesOf(changes, tree), {
			"broken-link": "nowhere",
			"file-link": "../outside/secret.txt",
			"folder-link": "../outside",
		});
	});

	it("covers repositories inside the workspace as files, with and without commits, and submodules", async () => {
		place.git(["init", "-q"]);
		place.write("main.txt", "main\n");
		for (const name of ["committed", "unborn", "committed/deeper"]) {
			mkdirSync(place.path(name), { recursive: true });
			place.git(["init", "-q"], { in: name });
			place.write(`${name}/file.txt`, `${name}\n`);
		}
		place.git(["add", "file.txt"], { in: "committed" });
		place.git(["commit", "-q", "-m", "x"], { in: "committed" });
		mkdirSync(join(place.root, "origin"));
		place.git(["clone", "-q", "--bare", place.path("committed"), join(place.root, "origin", "sub.git")]);
		place.git([
			"-c",
			"protocol.file.allow=always",
			"submodule",
			"--quiet",
			"add",
			join(place.root, "origin", "sub.git"),
			"sub",
		]);
		const changes = await place.open();
		const before = await changes.snapshot();
		const files = await filesOf(changes, before.tree);
		delete files[".gitmodules"];
		assert.deepEqual(files, {
			"committed/deeper/file.txt": "committed/deeper\n",
			"committed/file.txt": "committed\n",
			"main.txt": "main\n",
			"sub/file.txt": "committed\n",
			"unborn/file.txt": "unborn\n",
		});
		place.write("sub/file.txt", "edited\n");
		rmSync(place.path("unborn/file.txt"));
		const after = await changes.snapshot();
		const found = await changes.between(before.tree, after.tree);
		assert.deepEqual(
			found.map(({ path, status }) => [path, status]),
			[
				["sub/file.txt", "modified"],
				["unborn/file.txt", "deleted"],
			],
		);
	});

	it("names a file that is too large without reading it, and keeps what it recorded of it before", async () => {
		place.write("grows.log", "small\n");
		place.write("big.bin", Buffer.alloc(6 * 1024 * 1024));
		const changes = await place.open();
		const before = await changes.snapshot();
		assert.deepEqual(before.skipped, [{ path: "big.bin", reason: "tooLarge" }]);
		assert.deepEqual(await filesOf(changes, before.tree), { "grows.log": "small\n" });
		place.write("grows.log", Buffer.alloc(6 * 1024 * 1024, "x"));
		const after = await changes.snapshot();
		assert.equal(after.tree, before.tree);
		assert.deepEqual(after.skipped.map(({ path }) => path).sort(), ["big.bin", "grows.log"]);
		rmSync(place.path("grows.log"));
		assert.equal((await changes.snapshot()).tree, emptyTree);
	});

	it("names sockets and pipes, and does not wait for them", async () => {
		place.write("file.txt", "x");
		execFileSync("mkfifo", [place.path("pipe")]);
		const changes = await place.open();
		const { tree, skipped } = await changes.snapshot();
		assert.deepEqual(skipped, [{ path: "pipe", reason: "special" }]);
		assert.deepEqual(Object.keys(await filesOf(changes, tree)), ["file.txt"]);
	});

	it("names what it may not read, keeps what it knew of it, and goes on", async function () {
		this.timeout(60_000);
		// Root may read everything, so this runs as somebody else where the test runs as root.
		place.write("locked.txt", "v1\n");
		place.write("shut/inside.txt", "v1\n");
		place.write("open.txt", "v1\n");
		const isRoot = process.getuid?.() === 0;
		if (isRoot) {
			chmodSync(place.root, 0o777);
			for (const path of ["", "locked.txt", "shut", "shut/inside.txt", "open.txt"])
				chownSync(place.path(path), 65534, 65534);
			mkdirSync(place.folder, { recursive: true });
			chownSync(join(place.root, "data"), 65534, 65534);
			chownSync(place.folder, 65534, 65534);
		}
		const script = fileURLToPath(new URL("unreadable.ts", import.meta.url));
		const ran = spawnSync(process.execPath, ["--import=tsx", script, place.workspace, place.folder], {
			...(isRoot && { uid: 65534, gid: 65534 }),
			env: { PATH: process.env.PATH, HOME: place.root, TMPDIR: place.root },
			encoding: "utf8",
		});
		assert.equal(ran.status, 0, ran.stderr);
		assert.deepEqual(JSON.parse(ran.stdout), {
			skipped: ["locked.txt unreadable", "shut unreadable"],
			changed: ["open.txt modified"],
		});
	});

	it("takes names of any bytes, and gives them back as they are", async () => {
		const latin = Buffer.concat([Buffer.from(`${place.workspace}/caf`), Buffer.from([0xe9]), Buffer.from(".txt")]);
		writeFileSync(latin, "v1\n");
		const odd = [
			"umlaut-ü.txt",
			"line\nbreak",
			'quote".txt',
			" leading",
			"tab\there",
			"back\\slash",
			"emoji-🚀",
			":(glob)*",
		];
		for (const name of odd) place.write(name, "v1\n");
		const changes = await place.open();
		const before = await changes.snapshot();
		const raw = "caf\udce9.txt";
		assert.deepEqual(Object.keys(await filesOf(changes, before.tree)).sort(), [...odd, raw].sort());
		assert.equal((await changes.contentAt(before.tree, raw))?.toString(), "v1\n");
		writeFileSync(latin, "v2\n");
		for (const name of odd) place.write(name, "v2\n");
		const after = await changes.snapshot();
		const paths = (await changes.between(before.tree, after.tree)).map(({ path }) => path);
		assert.deepEqual(paths.sort(), [...odd, raw].sort());
		assert.equal(JSON.parse(JSON.stringify(raw)), raw);
		for (const path of paths) {
			const diff = await changes.diff(before.tree, after.tree, path);
			assert.equal(diff.match(/^diff --git /gm)?.length, 1, path);
			assert.match(diff, /^-v1\n\+v2$/m);
		}
	});

	it("does not record the daemon's own folders when they lie inside the workspace", async () => {
		place.write("file.txt", "x");
		place.write(".daemon/log.db", "x");
		const changes = await place.open({ folder: place.path(".daemon/changes"), exclude: [place.path(".daemon")] });
		const first = await changes.snapshot();
		assert.deepEqual(Object.keys(await filesOf(changes, first.tree)), ["file.txt"]);
		assert.equal((await changes.snapshot()).tree, first.tree);
		await changes.close();
		const again = await place.open({ folder: place.path(".daemon/changes"), exclude: [] });
		const files = await filesOf(again, (await again.snapshot()).tree);
		assert.deepEqual(Object.keys(files), [".daemon/log.db", "file.txt"]);
	});

	it("sees an edit that keeps size and time, right after the snapshot before it", async () => {
		const changes = await place.open();
		const seen = new Set<string>();
		for (let round = 0; round < 60; round++) {
			const content = String(100 + round);
			writeFileSync(place.path("file.txt"), content);
			utimesSync(place.path("file.txt"), 1_000_000, 1_000_000);
			const { tree } = await changes.snapshot();
			assert.equal((await changes.contentAt(tree, "file.txt"))?.toString(), content);
			seen.add(tree);
		}
		assert.equal(seen.size, 60);
	});

	it("sees such an edit also where the file system counts time in steps of two seconds", async () => {
		const fs = createRequire(import.meta.url)("node:fs") as { lstatSync: unknown };
		const exact = fs.lstatSync as typeof lstatSync;
		fs.lstatSync = (...args: Parameters<typeof lstatSync>) => {
			const stat = exact(...args) as Stats | undefined;
			if (!stat) return undefined;
			const { mtimeMs, ctimeMs } = stat;
			return Object.assign(stat, { mtimeMs: mtimeMs - (mtimeMs % 2000), ctimeMs: ctimeMs - (ctimeMs % 2000) });
		};
		syncBuiltinESMExports();
		try {
			const changes = await place.open();
			for (let round = 0; round < 20; round++) {
				place.write("file.txt", String(100 + round));
				const { tree } = await changes.snapshot();
				assert.equal((await changes.contentAt(tree, "file.txt"))?.toString(), String(100 + round));
			}
		} finally {
			fs.lstatSync = exact;
			syncBuiltinESMExports();
		}
	});

	it("says in a sentence that the workspace is gone, and goes on when it is back", async () => {
		place.write("file.txt", "x");
		const changes = await place.open();
		const before = await changes.snapshot();
		renameSync(place.workspace, `${place.workspace}-away`);
		await assert.rejects(changes.snapshot(), (error: ChangesError) => {
			assert.equal(error.code, "workspaceGone");
			assert.match(error.message, /^The workspace .* is not there any more: .*\.$/);
			return true;
		});
		renameSync(`${place.workspace}-away`, place.workspace);
		assert.equal((await changes.snapshot()).tree, before.tree);
	});

	it("is unavailable without git, and says so in a sentence", async () => {
		const changes = await openChanges({ workspace: place.workspace, folder: place.folder, git: "no-such-git" });
		assert.ok("unavailable" in changes);
		assert.match(changes.unavailable, /^git is not installed here, so changes to files are not tracked: .*\.$/);
	});

	it("answers for an unknown tree or blob with a sentence", async () => {
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		const unknown = "0123456789012345678901234567890123456789";
		const isUnknown = (error: ChangesError) => error instanceof ChangesError && error.code === "unknownObject";
		await assert.rejects(changes.between(tree, unknown), isUnknown);
		await assert.rejects(changes.between(tree, "--output=x"), isUnknown);
		await assert.rejects(changes.diff(unknown, tree), isUnknown);
		await assert.rejects(changes.content(unknown), isUnknown);
		await assert.rejects(changes.contentAt(unknown, "x"), isUnknown);
		await assert.rejects(changes.content(tree), isUnknown);
	});
});
