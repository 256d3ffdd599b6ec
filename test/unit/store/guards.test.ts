import assert from "node:assert/strict";
import * as fs from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { loadSqlite } from "../../../src/daemon/store/sqliteFile.ts";
import { checkImports, compile } from "../../../src/daemon/store/sqliteModule.ts";
import { openSqliteStore } from "../../../src/daemon/store/sqliteStore.ts";
import { storeFileName } from "../../../src/daemon/store/storeFile.ts";
import { event, goalId, rejectsWith, sized } from "./fixtures.ts";
import {
	checkFolderOwner,
	newFolder,
	openHere,
	openInWorker,
	ownerFile,
	removeFolders,
	wasmPath,
} from "./openStores.ts";

/** What the store refuses to do, so that nothing is broken by accident. */
describe("the SQLite store refuses", () => {
	const goal = goalId("goal-1");
	after(removeFolders);
	const hash = (folder: string) =>
		fs.readdirSync(folder).map((name) => fs.readFileSync(join(folder, name)).toString("latin1"));

	it("a folder that another daemon has taken over, without writing another byte", async () => {
		const folder = newFolder();
		const store = await openInWorker(folder);
		await store.claim(goal);
		await store.append(goal, 0, 1, [event("a")], "{}");
		fs.writeFileSync(ownerFile(folder), JSON.stringify({ nonce: "somebody else" }));
		const before = hash(folder);
		await rejectsWith("fenced", store.append(goal, 1, 1, [event("b")], "{}"));
		await rejectsWith("fenced", store.claim(goal));
		await store.close();
		assert.deepEqual(hash(folder), before);
	});

	it("to come back when it was the owner again after somebody else", async () => {
		const folder = newFolder();
		const ours = fs.readFileSync(ownerFile(folder));
		const store = await openHere({ folder, checkOwner: checkFolderOwner(folder) });
		await store.claim(goal);
		fs.rmSync(ownerFile(folder));
		await rejectsWith("fenced", store.append(goal, 0, 1, [event("a")], "{}"));
		fs.writeFileSync(ownerFile(folder), ours);
		await rejectsWith("fenced", store.append(goal, 0, 1, [event("a")], "{}"));
		await store.close();
	});

	it("to move its log into the file when it is no longer the owner", async () => {
		const folder = newFolder();
		const store = await openHere({ folder, checkOwner: checkFolderOwner(folder) });
		await store.claim(goal);
		await store.append(goal, 0, 1, [sized(5_000)], "{}");
		fs.writeFileSync(ownerFile(folder), "{}");
		const before = hash(folder);
		await store.close();
		assert.deepEqual(hash(folder), before);
		const next = await openHere({ folder });
		assert.equal((await next.read(goal, { limit: 10 })).length, 1);
		await next.close();
	});

	it("to open a folder that it does not own", async () => {
		const folder = newFolder();
		fs.writeFileSync(ownerFile(folder), "{}");
		await rejectsWith("fenced", openInWorker(folder));
		assert.equal(fs.existsSync(join(folder, storeFileName)), false);
	});

	it("a file of a newer version, and leaves it as it is", async () => {
		const folder = newFolder();
		const engine = await loadSqlite(wasmPath);
		const file = engine.open({ folder, name: storeFileName, io: fs });
		file.script("PRAGMA user_version=1000");
		file.close();
		const before = hash(folder);
		await rejectsWith("unavailable", openInWorker(folder));
		fs.rmSync(join(folder, `${storeFileName}-wal`), { force: true });
		assert.deepEqual(hash(folder), before);
	});

	it("a file that is no database", async () => {
		const folder = newFolder();
		fs.writeFileSync(join(folder, storeFileName), "this is not a database, but somebody's text\n".repeat(100));
		await rejectsWith("unavailable", openInWorker(folder));
	});

	it("a build of sql.js other than the pinned one", () => {
		const folder = newFolder();
		const other = join(folder, "sql-wasm-debug.wasm");
		fs.writeFileSync(other, fs.readFileSync(wasmPath).subarray(0, -1));
		assert.throws(() => compile(other), /needs sql-wasm-debug[.]wasm of sql[.]js 1[.]16[.]0, but .* is another file/);
		assert.throws(
			() => checkImports([{ module: "env", name: "__syscall_openat", kind: "function" } as never]),
			/does not import .*wasi_snapshot_preview1[.]fd_sync/,
		);
	});

	it("everything once its worker is gone, instead of waiting for it", async () => {
		let worker: Worker | undefined;
		const store = await openInWorker(newFolder(), (started) => {
			worker = started;
		});
		await store.claim(goal);
		const waiting = store.append(goal, 0, 1, [event("a")], "{}");
		const refused = rejectsWith("unavailable", waiting);
		await worker?.terminate();
		await refused.catch(() => waiting); // unless it was stored before the end
		await rejectsWith("unavailable", store.append(goal, 0, 1, [event("a")], "{}"));
		await store.close();
	});

	it("a body that could exhaust its memory", async () => {
		const store = await openInWorker(newFolder());
		await store.claim(goal);
		await assert.rejects(store.append(goal, 0, 1, [sized(17 * 1024 * 1024)], "{}"), RangeError);
		assert.equal(await store.append(goal, 0, 1, [sized(15 * 1024 * 1024)], "{}"), 1);
		await store.close();
	});

	it("everything once its worker is gone, and says so to whoever opened it; closing it is no such thing", async () => {
		const workers: Worker[] = [];
		const lost: string[] = [];
		const open = () =>
			openInWorker(
				newFolder(),
				(worker) => workers.push(worker),
				(why) => lost.push(why),
			);
		const [first, second] = [await open(), await open()];
		await first.close();
		assert.deepEqual(lost, []);
		await workers[1]!.terminate();
		await rejectsWith("unavailable", second.claim(goal));
		assert.deepEqual(lost, ["exit code 1"]);
	});

	it("to start without its worker, with an error that says so", async () => {
		const folder = newFolder();
		const owner = { file: ownerFile(folder), nonce: "" };
		await assert.rejects(
			openSqliteStore({ folder, owner, wasmPath, workerPath: join(folder, "missing.js") }),
			/missing[.]js/,
		);
	});
});
