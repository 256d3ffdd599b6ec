import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { ToolError } from "../../../src/daemon/tools/tool.ts";
import {
	absent,
	hashInside,
	readInside,
	sha256,
	temporaryName,
	writeInside,
} from "../../../src/daemon/tools/workspaceFiles.ts";
import { makeWorkspace, type Workspace } from "./workspace.ts";

const bytes = (text: string) => Buffer.from(text);
const hash = (text: string) => sha256(bytes(text));

describe("files of the workspace", () => {
	let place: Workspace;
	const at = (name: string) => path.join(place.workspace, name);
	beforeEach(async () => {
		place = await makeWorkspace({
			"a.txt": "one\n",
			"sub/b.txt": "two\n",
			".git/config": "[core]\n",
			".git/HEAD": "ref\n",
		});
	});
	afterEach(() => place.dispose());

	async function read(name: string): Promise<string | undefined> {
		const file = await readInside(place, name, 1000);
		return file && Buffer.from(file.bytes).toString();
	}
	const write = (name: string, text: string, expectedBefore: string = absent) =>
		writeInside(place, name, bytes(text), { expectedBefore });

	describe("reading", () => {
		it("gives content, size and the path as people read it", async () => {
			const file = await readInside(place, "./sub/../a.txt", 2);
			assert.deepEqual(file, { relative: "a.txt", bytes: bytes("on"), size: 4 });
			assert.equal(await read(at("sub/b.txt")), "two\n");
		});

		it("knows a file that is not there from one that cannot be read", async () => {
			assert.equal(await read("nowhere/x.txt"), undefined);
			await assert.rejects(read("sub"), /sub is a folder/);
			await assert.rejects(read("a.txt/x"), /leads through a file/);
		});

		it("does not wait for a pipe", async () => {
			execFileSync("mkfifo", [at("pipe")]);
			await assert.rejects(read("pipe"), /not a regular file/);
		});

		it("follows a link that stays inside", async () => {
			await symlink("sub/b.txt", at("link.txt"));
			await symlink("sub", at("folder"));
			assert.equal(await read("link.txt"), "two\n");
			assert.equal(await read("folder/b.txt"), "two\n");
		});

		it("takes the workspace's other name in an absolute path", async () => {
			await symlink(place.workspace, path.join(place.outside, "alias"));
			assert.equal(await read(path.join(place.outside, "alias/a.txt")), "one\n");
		});
	});

	const forbidden: readonly [name: string, given: string, why: RegExp][] = [
		["a path that climbs out", "../outside/secret.txt", /leads out of the workspace/],
		["a path that climbs out further down", "sub/../../outside/secret.txt", /leads out of the workspace/],
		["an absolute path elsewhere", "/etc/hostname", /leads out of the workspace/],
		["a link to a file outside", "out.txt", /leads out of the workspace/],
		["a link to a folder outside", "outer/secret.txt", /leads out of the workspace/],
		["a new file behind a link to a folder outside", "outer/new.txt", /leads out of the workspace/],
		["a link to nothing", "dangling", /symbolic link to nothing/],
		["something new behind a link to nothing", "dangling/x", /symbolic link to nothing/],
		["a link to itself", "loop", /leads to itself/],
		["the data folder", "data/events.db", /belongs to Mission Control/],
		["a new file in the data folder", "data/new", /belongs to Mission Control/],
		["a link to the data folder", "to-data/events.db", /belongs to Mission Control/],
		["git's settings", ".git/config", /settings of git/],
		["git's settings in capitals", ".GIT/Config", /settings of git/],
		["git's settings as Windows may name them", "git~1/config", /settings of git/],
		["git's settings as Windows may name them too", ".git./config", /settings of git/],
		["git's settings as macOS may name them", ".g\u200cit/config", /settings of git/],
		["a hook", ".git/hooks/pre-commit", /settings of git/],
		["a hook of a repository inside", "sub/.git/hooks/post-checkout", /settings of git/],
		["a hook of a submodule", ".git/modules/lib/hooks/post-checkout", /settings of git/],
		["a link to git's settings", "to-git/config", /settings of git/],
		["a NUL", "a.txt\0.png", /not a path that a file can have/],
		["an empty path", "", /path is empty/],
	];
	for (const [name, given, why] of forbidden)
		it(`neither reads nor writes ${name}`, async () => {
			await symlink(path.join(place.outside, "secret.txt"), at("out.txt"));
			await symlink(place.outside, at("outer"));
			await symlink(path.join(place.outside, "nothing"), at("dangling"));
			await symlink("loop", at("loop"));
			await symlink("data", at("to-data"));
			await symlink(".git", at("to-git"));
			const before = await inventory(place.outside);
			await assert.rejects(read(given), isToolError(why));
			await assert.rejects(write(given, "x"), isToolError(why));
			await assert.rejects(hashInside(place, given), isToolError(why));
			assert.deepEqual(await inventory(place.outside), before);
		});

	it("reads but never writes the rest of a repository's own folder", async () => {
		assert.equal(await read(".git/HEAD"), "ref\n");
		await assert.rejects(write(".git/HEAD", "x", hash("ref\n")), /git commands/);
		await assert.rejects(write("sub/.git", "gitdir: elsewhere"), /git commands/);
	});

	describe("writing", () => {
		it("creates a file and the folders on the way", async () => {
			await write("new/deep/c.txt", "three");
			assert.equal(await read("new/deep/c.txt"), "three");
			assert.equal(await hashInside(place, "new/deep/c.txt"), hash("three"));
			assert.equal(await hashInside(place, "new/other.txt"), absent);
		});

		it("replaces only the content it was decided on", async () => {
			await write("a.txt", "new\n", hash("one\n"));
			await assert.rejects(write("a.txt", "later\n", hash("one\n")), isToolError(/changed by another program/));
			await assert.rejects(write("a.txt", "later\n"), isToolError(/changed by another program/));
			await assert.rejects(write("gone.txt", "x", hash("one\n")), isToolError(/changed by another program/));
			assert.equal(await read("a.txt"), "new\n");
			assert.equal(await read("gone.txt"), undefined);
		});

		it("lets one of several writers of the same content win", async () => {
			const writes = Array.from({ length: 20 }, (_, n) => write("a.txt", `by ${n}\n`, hash("one\n")));
			const results = await Promise.allSettled(writes);
			assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
			const winner = results.findIndex((result) => result.status === "fulfilled");
			assert.equal(await read("a.txt"), `by ${winner}\n`);
		});

		it("keeps the file's mode", async () => {
			await chmod(at("a.txt"), 0o751);
			await write("a.txt", "x", hash("one\n"));
			assert.equal((await stat(at("a.txt"))).mode & 0o777, 0o751);
		});

		it("leaves a read-only file alone", async () => {
			await chmod(at("a.txt"), 0o444);
			await assert.rejects(write("a.txt", "x", hash("one\n")), /read-only/);
		});

		it("writes through a link that stays inside, and keeps the link", async () => {
			await symlink("sub/b.txt", at("link.txt"));
			await write("link.txt", "through", hash("two\n"));
			assert.equal(await read("sub/b.txt"), "through");
			assert.ok((await lstat(at("link.txt"))).isSymbolicLink());
		});

		it("takes the place of what a killed write left behind, and leaves nothing of its own", async () => {
			await writeFile(at(temporaryName("a.txt")), "half of it");
			await write("a.txt", "whole", hash("one\n"));
			assert.deepEqual((await readdir(place.workspace)).sort(), [".git", "a.txt", "data", "sub"]);
		});

		it("says what is in the way", async () => {
			await assert.rejects(write("sub", "x"), /is a folder/);
			await assert.rejects(write("a.txt/x", "x"), /leads through a file/);
			await assert.rejects(write(`${"n".repeat(300)}`, "x"), isToolError(/too long/));
		});

		it("is whole or not at all when it is killed at any moment", async function () {
			this.timeout(60_000);
			const rounds = 10;
			for (let round = 0; round < rounds; round++) {
				const writer = spawn(
					process.execPath,
					["--import=tsx", path.join(import.meta.dirname, "killedWriter.ts"), place.workspace],
					{
						stdio: ["ignore", "pipe", "inherit"],
					},
				);
				await once(writer.stdout, "data");
				await new Promise((resolve) => setTimeout(resolve, round * 2));
				await kill(writer);
				const text = (await readFile(at("big.txt"), "utf8").catch(() => undefined)) ?? "";
				assert.ok(text === "" || /^(\w)\1{499999}\n$/.test(text), `${text.length} characters`);
			}
		});
	});

	it("never reads or writes outside while links are swapped under it", async function () {
		this.timeout(60_000);
		await mkdir(at("flip"));
		await mkdir(path.join(place.outside, "deep"));
		await writeFile(at("flip/secret.txt"), "inside\n");
		await writeFile(path.join(place.outside, "secret.txt"), "OUTSIDE\n");
		const swapper = spawn(
			process.execPath,
			[path.join(import.meta.dirname, "linkSwapper.mjs"), place.workspace, place.outside],
			{
				stdio: ["ignore", "pipe", "inherit"],
			},
		);
		const counts = { read: 0, wrote: 0, refused: 0 };
		try {
			await once(swapper.stdout!, "data");
			const startedAt = Date.now();
			// Until each has happened: on a busy machine the swapper seldom leaves the time for a write.
			const isSeen = () => Math.min(counts.read, counts.wrote, counts.refused) > 0;
			const isOver = () => Date.now() - startedAt > (isSeen() ? 3000 : 15_000);
			for (let round = 0; !isOver(); round++) {
				const name = "flip/secret.txt";
				try {
					const file = await readInside(place, name, 100);
					if (file) {
						counts.read += 1;
						assert.notEqual(Buffer.from(file.bytes).toString(), "OUTSIDE\n");
					}
					const before = file ? sha256(file.bytes) : absent;
					await writeInside(place, name, bytes(`inside ${round}\n`), { expectedBefore: before });
					counts.wrote += 1;
					await writeInside(place, `flip/deep/new${round}.txt`, bytes("new\n"), { expectedBefore: absent });
					counts.wrote += 1;
				} catch (cause) {
					if (!(cause instanceof ToolError)) throw cause;
					counts.refused += 1;
				}
			}
		} finally {
			await kill(swapper);
		}
		console.log(`      ${JSON.stringify(counts)}`);
		assert.ok(counts.read > 0 && counts.wrote > 0 && counts.refused > 0);
		assert.deepEqual(await inventory(place.outside), { "secret.txt": "OUTSIDE\n", deep: "" });
		assert.deepEqual(await readdir(path.join(place.outside, "deep")), []);
	});
});

async function kill(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null) return;
	const closed = once(child, "close");
	child.kill("SIGKILL");
	await closed;
}

async function inventory(folder: string): Promise<Record<string, string>> {
	const names = await readdir(folder);
	const contents = await Promise.all(
		names.map(async (name) => readFile(path.join(folder, name), "utf8").catch(() => "")),
	);
	return Object.fromEntries(names.map((name, index) => [name, contents[index]!]));
}

function isToolError(message: RegExp) {
	return (cause: unknown) => {
		assert.ok(cause instanceof ToolError, String(cause));
		assert.match(cause.message, message);
		return true;
	};
}
