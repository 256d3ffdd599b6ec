import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChangesError } from "../../../src/daemon/changes/changesError.ts";
import { filesOf, makePlace, type Place, randomFrom } from "./place.ts";

describe("the record of changes", () => {
	let place: Place;
	beforeEach(() => {
		place = makePlace();
	});
	afterEach(() => place.end());

	it("is right after kill -9 in the middle of snapshots, and every tree acknowledged before is whole", async function () {
		this.timeout(120_000);
		const seed = Number(process.env.MISSION_SEED ?? Date.now() % 1_000_000_000);
		console.log(`      MISSION_SEED=${seed}`);
		const random = randomFrom(seed);
		const script = fileURLToPath(new URL("snapshotForEver.ts", import.meta.url));
		const acknowledged = new Set<string>();
		for (let round = 0; round < 6; round++) {
			const child = spawn(process.execPath, ["--import=tsx", script, place.workspace, place.folder], {
				stdio: ["ignore", "pipe", "inherit"],
			});
			let said = "";
			child.stdout.on("data", (data: Buffer) => {
				said += data.toString();
			});
			while (!said.includes("\n")) await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
			await new Promise((resolve) => setTimeout(resolve, random(250)));
			child.kill("SIGKILL");
			await once(child, "close");
			for (const line of said.split("\n").slice(0, -1)) acknowledged.add(line);

			const changes = await place.open();
			const { tree } = await changes.snapshot();
			assert.equal(tree, place.treeByGit(), `seed ${seed}, round ${round}`);
			await changes.close();
		}
		fsck(place);
		const changes = await place.open();
		for (const tree of acknowledged) assert.ok(Object.keys(await filesOf(changes, tree)).length > 0);
		assert.ok(acknowledged.size >= 6, `${acknowledged.size} snapshots`);
	});

	it("is not disturbed by what a killed writer left: locks, halves of packs, a torn inventory", async () => {
		for (let file = 0; file < 200; file++) place.write(`f${file}`, String(file));
		const changes = await place.open();
		const before = await changes.snapshot();
		await changes.close();
		const packs = join(place.folder, "objects", "pack");
		writeFileSync(join(packs, `pack-${"0".repeat(40)}.pack`), "PACK");
		writeFileSync(join(packs, `pack-${"0".repeat(39)}1.idx`), "");
		writeFileSync(join(packs, "tmp_pack_x"), "PACK");
		writeFileSync(join(packs, "tmp_1.idx"), "x");
		for (const name of ["index.lock", "config.lock", "HEAD.lock"]) writeFileSync(join(place.folder, name), "");
		writeFileSync(join(place.folder, "HEAD"), "");
		writeFileSync(join(place.folder, "config"), "[co");
		truncateSync(join(place.folder, "inventory"), 1000);
		const again = await place.open();
		place.write("f7", "changed");
		const after = await again.snapshot();
		assert.deepEqual(
			(await again.between(before.tree, after.tree)).map(({ path }) => path),
			["f7"],
		);
		assert.deepEqual(
			readdirSync(packs).filter((name) => name.startsWith("tmp_") || name.includes("0000000000")),
			[],
		);
		assert.deepEqual(
			readdirSync(place.folder).filter((name) => name.endsWith(".lock")),
			[],
		);
	});

	it("does not read the workspace again after a restart", async () => {
		for (let file = 0; file < 300; file++) place.write(`d${file % 7}/f${file}`, String(file));
		const old = new Date(Date.now() - 60_000);
		execFileSync("find", [place.workspace, "-type", "f", "-exec", "touch", "-d", old.toISOString(), "{}", "+"]);
		// The time of the last change of an inode cannot be set: wait until it is not racy any more.
		await new Promise((resolve) => setTimeout(resolve, 2_100));
		const changes = await place.open();
		const before = await changes.snapshot();
		await changes.close();
		const packs = () => readdirSync(join(place.folder, "objects", "pack")).length;
		const count = packs();
		const again = await place.open();
		assert.equal((await again.snapshot()).tree, before.tree);
		assert.equal(packs(), count);
	});

	it("of another workspace is not taken for this one's", async () => {
		place.write("file", "x");
		const changes = await place.open();
		await changes.snapshot();
		await changes.close();
		mkdirSync(join(place.root, "other"));
		const other = await place.open({ workspace: join(place.root, "other") });
		assert.deepEqual(await filesOf(other, (await other.snapshot()).tree), {});
	});

	it("answers any number of callers at once, each with a state at or after its call", async () => {
		const changes = await place.open();
		const answers = [];
		for (let round = 0; round < 20; round++) {
			place.write("counter", String(round));
			const asked = changes.snapshot();
			answers.push(asked.then(async ({ tree }) => ({ round, seen: Number(await changes.contentAt(tree, "counter")) })));
			if (round % 5 === 0) await asked;
		}
		for (const { round, seen } of await Promise.all(answers)) assert.ok(seen >= round, `${seen} at ${round}`);
	});

	it("lets a caller go who gives up, and serves the others", async () => {
		for (let file = 0; file < 800; file++) place.write(`d${file % 50}/f${file}`, `content of ${file}\n`.repeat(20));
		const changes = await place.open();
		const impatient = new AbortController();
		const given = changes.snapshot(impatient.signal);
		const kept = changes.snapshot();
		setTimeout(() => impatient.abort(new Error("enough")), 20);
		await assert.rejects(given, /enough/);
		assert.equal((await kept).tree, place.treeByGit());
		const alone = new AbortController();
		place.write("d1/f1", "changed");
		const aborted = changes.snapshot(alone.signal);
		alone.abort();
		await assert.rejects(aborted);
		assert.equal((await changes.snapshot()).tree, place.treeByGit());
		await assert.rejects(changes.snapshot(AbortSignal.abort(new Error("before it began"))), /before it began/);
	});

	it("goes on where an aborted first snapshot ended", async () => {
		for (let file = 0; file < 1000; file++) place.write(`d${file % 50}/f${file}`, `content of ${file}\n`.repeat(20));
		const changes = await place.open();
		for (let tries = 0; tries < 5; tries++) {
			const abort = new AbortController();
			const aborted = changes.snapshot(abort.signal);
			setTimeout(() => abort.abort(new Error("enough")), 30);
			await aborted.catch(() => {});
		}
		await changes.close();
		const again = await place.open();
		assert.equal((await again.snapshot()).tree, place.treeByGit());
		fsck(place);
	});

	it("refuses in a sentence when the disk does, and is right when it can write again", async () => {
		place.write("file", "v1");
		const changes = await place.open();
		const before = await changes.snapshot();
		const packs = join(place.folder, "objects", "pack");
		const kept = readdirSync(packs).map((name) => [name, readFileSync(join(packs, name))] as const);
		rmSync(packs, { recursive: true });
		writeFileSync(packs, "in the way");
		place.write("file", "v2");
		await assert.rejects(changes.snapshot(), (error: ChangesError) => {
			assert.equal(error.code, "disk");
			assert.match(error.message, /^Changes could not be written to .*: see that the daemon may write there\.$/);
			return true;
		});
		rmSync(packs);
		mkdirSync(packs);
		for (const [name, content] of kept) writeFileSync(join(packs, name), content);
		const after = await changes.snapshot();
		assert.equal((await changes.contentAt(after.tree, "file"))?.toString(), "v2");
		assert.equal((await changes.between(before.tree, after.tree)).length, 1);
	});

	it("is closed once and for all, however often one closes it", async () => {
		const changes = await place.open();
		const { tree } = await changes.snapshot();
		const under = changes.snapshot();
		await Promise.all([changes.close(), changes.close(), under.catch(() => {})]);
		await changes.close();
		for (const ask of [() => changes.snapshot(), () => changes.contentAt(tree, "x"), () => changes.pack()]) {
			await assert.rejects(ask(), /^ChangesError: The record of changes is closed\.$/);
		}
	});
});

describe("packing", () => {
	let place: Place;
	beforeEach(() => {
		place = makePlace();
	});
	afterEach(() => place.end());

	it("keeps every tree, makes the history small, and leaves few packs", async function () {
		this.timeout(60_000);
		for (let file = 0; file < 200; file++) place.write(`src/d${file % 10}/f${file}.ts`, `line of ${file}\n`.repeat(60));
		const changes = await place.open();
		const trees: string[] = [];
		for (let round = 0; round < 100; round++) {
			place.write("src/d3/f3.ts", `${"line of 3\n".repeat(30)}round ${round}\n${"more of 3\n".repeat(30)}`);
			trees.push((await changes.snapshot()).tree);
			if (round === 50) await Promise.all([changes.pack(), changes.pack()]);
		}
		const before = bytesOf(place.folder);
		const packing = changes.pack();
		// Reading and writing go on while it packs.
		place.write("src/new.ts", "during");
		const during = await changes.snapshot();
		assert.equal((await changes.between(trees[0]!, during.tree)).length, 2);
		await packing;
		await changes.pack();
		const after = bytesOf(place.folder);
		assert.ok(after < before / 3, `${before} bytes before, ${after} after`);
		assert.ok(readdirSync(join(place.folder, "objects", "pack")).filter((name) => name.endsWith(".pack")).length <= 4);
		assert.equal(new Set(trees).size, 100);
		for (const [round, tree] of trees.entries()) {
			assert.match((await changes.contentAt(tree, "src/d3/f3.ts"))!.toString(), new RegExp(`^round ${round}$`, "m"));
		}
		fsck(place);
	});

	it("happens by itself before the packs become too many", async function () {
		this.timeout(60_000);
		const changes = await place.open();
		const trees: string[] = [];
		for (let round = 0; round < 300; round++) {
			place.write("file", `round ${round}`);
			trees.push((await changes.snapshot()).tree);
		}
		await changes.pack();
		assert.ok(readdirSync(join(place.folder, "objects", "pack")).length < 100);
		for (const [round, tree] of trees.entries()) {
			assert.equal((await changes.contentAt(tree, "file"))?.toString(), `round ${round}`);
		}
	});

	it("of nothing, or of one pack, does nothing", async () => {
		const changes = await place.open();
		await changes.pack();
		place.write("file", "x");
		const { tree } = await changes.snapshot();
		await changes.pack();
		await changes.pack();
		assert.deepEqual(await filesOf(changes, tree), { file: "x" });
	});
});

/** Git's own opinion of every object. */
function fsck(place: Place): void {
	place.git(["fsck", "--full", "--strict", "--no-dangling"], { env: { GIT_DIR: place.folder } });
}

function bytesOf(folder: string): number {
	return Number(execFileSync("du", ["-sk", folder]).toString().split("\t")[0]) * 1024;
}
