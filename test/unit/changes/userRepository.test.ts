import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesOf, makePlace, type Place } from "./place.ts";

describe("the user's repository", () => {
	let place: Place;
	beforeEach(() => {
		place = makePlace();
		place.git(["init", "-q"]);
		place.write("file.txt", "one\n");
		place.git(["add", "-A"]);
		place.git(["commit", "-q", "-m", "first"]);
	});
	afterEach(() => place.end());

	it("is byte for byte the same before and after: index, refs, stash, objects, configuration", async () => {
		place.write("file.txt", "stashed\n");
		place.git(["stash", "-q"]);
		place.write("staged.txt", "staged\n");
		place.git(["add", "staged.txt"]);
		place.write("staged.txt", "edited after staging\n");
		place.write("untracked.txt", "x\n");
		const status = place.git(["--no-optional-locks", "status", "--porcelain=v2", "--branch"]);
		const before = fingerprint(place.workspace);
		const changes = await place.open();
		const first = await changes.snapshot();
		assert.deepEqual(fingerprint(place.workspace), before);
		place.write("untracked.txt", "y\n");
		const second = await changes.snapshot();
		await changes.between(first.tree, second.tree);
		await changes.diff(first.tree, second.tree);
		await changes.pack();
		await changes.close();
		place.write("untracked.txt", "x\n");
		assert.equal(place.git(["--no-optional-locks", "status", "--porcelain=v2", "--branch"]), status);
		assert.equal(fingerprint(place.workspace).git, before.git);
	});

	it("may be in the middle of a rebase with conflicts", async () => {
		place.git(["checkout", "-q", "-b", "other"]);
		place.write("file.txt", "other\n");
		place.git(["commit", "-q", "-am", "other"]);
		place.git(["checkout", "-q", "-"]);
		place.write("file.txt", "mine\n");
		place.git(["commit", "-q", "-am", "mine"]);
		assert.throws(() => place.git(["rebase", "other"]));
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		assert.match((await filesOf(changes, tree))["file.txt"]!, /^<<<<<<< /);
		place.git(["rebase", "--abort"]);
		const after = await changes.snapshot();
		assert.equal((await filesOf(changes, after.tree))["file.txt"], "mine\n");
	});

	it("may be a linked work tree, a broken one, or have its lock taken", async () => {
		const linked = join(place.root, "linked");
		place.git(["worktree", "add", "-q", linked]);
		writeFileSync(join(place.workspace, ".git", "info", "exclude"), "secret\n");
		writeFileSync(join(linked, "secret"), "x");
		writeFileSync(join(linked, "new.txt"), "x");
		const changes = await place.open({ workspace: linked });
		assert.deepEqual(Object.keys(await filesOf(changes, (await changes.snapshot()).tree)), ["file.txt", "new.txt"]);
		writeFileSync(join(place.workspace, ".git", "index.lock"), "");
		writeFileSync(join(place.workspace, ".git", "HEAD"), "");
		writeFileSync(join(place.workspace, ".git", "config"), "[broken");
		const broken = await place.open({ folder: join(place.root, "second") });
		assert.deepEqual(Object.keys(await filesOf(broken, (await broken.snapshot()).tree)), ["file.txt"]);
	});

	it("cannot make us run what it configures", async () => {
		const trap = join(place.root, "trap");
		writeFileSync(trap, `#!/bin/sh\necho ran >> "${place.root}/ran"\ncat\n`, { mode: 0o755 });
		for (const key of [
			"core.fsmonitor",
			"core.pager",
			"diff.external",
			"core.sshCommand",
			"filter.x.clean",
			"core.editor",
		]) {
			place.git(["config", key, trap]);
		}
		mkdirSync(place.path(".git/hooks"), { recursive: true });
		for (const hook of ["post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction"]) {
			writeFileSync(place.path(`.git/hooks/${hook}`), `#!/bin/sh\n${trap}\n`, { mode: 0o755 });
		}
		place.write(".gitattributes", "* filter=x\n");
		place.write(".gitignore", "ignored\n");
		place.write("ignored", "x");
		const changes = await place.open();
		const first = await changes.snapshot();
		place.write("file.txt", "two\n");
		const second = await changes.snapshot();
		await changes.diff(first.tree, second.tree);
		await changes.pack();
		assert.equal(lstatSync(join(place.root, "ran"), { throwIfNoEntry: false }), undefined);
	});

	it("does not lead our git astray through the environment", async () => {
		const set = {
			GIT_DIR: place.path(".git"),
			GIT_INDEX_FILE: place.path(".git/index"),
			GIT_WORK_TREE: "/",
			GIT_OBJECT_DIRECTORY: place.path(".git/objects"),
		};
		Object.assign(process.env, set);
		const before = fingerprint(place.workspace);
		try {
			const changes = await place.open();
			const first = await changes.snapshot();
			place.write("new.txt", "x\n");
			const second = await changes.snapshot();
			assert.deepEqual(
				(await changes.between(first.tree, second.tree)).map(({ path }) => path),
				["new.txt"],
			);
			await changes.pack();
		} finally {
			for (const name of Object.keys(set)) delete process.env[name];
		}
		assert.equal(fingerprint(place.workspace).git, before.git);
	});

	it("loses its own history without taking ours along", async () => {
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		place.git(["commit", "-q", "--amend", "-m", "rewritten", "--allow-empty"]);
		place.git(["rm", "-q", "file.txt"]);
		place.git(["commit", "-q", "--amend", "-m", "empty", "--allow-empty"]);
		place.git(["reflog", "expire", "--expire=now", "--all"]);
		place.git(["gc", "-q", "--prune=now"]);
		assert.equal((await changes.contentAt(tree, "file.txt"))?.toString(), "one\n");
	});
});

/** Names, kinds, times and contents of everything in a folder, and of its `.git` apart. */
function fingerprint(folder: string): { readonly files: string; readonly git: string } {
	const files = createHash("sha256");
	const git = createHash("sha256");
	const walk = (path: string, isGit: boolean) => {
		for (const name of readdirSync(join(folder, path)).sort()) {
			const each = join(path, name);
			const stat = lstatSync(join(folder, each));
			const isWithin = isGit || name === ".git";
			const sum = isWithin ? git : files;
			sum.update(`${each} ${stat.mode} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}\n`);
			if (stat.isDirectory()) walk(each, isWithin);
			else sum.update(stat.isSymbolicLink() ? readlinkSync(join(folder, each)) : readFileSync(join(folder, each)));
		}
	};
	walk("", false);
	return { files: files.digest("hex"), git: git.digest("hex") };
}
