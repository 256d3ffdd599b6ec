import assert from "node:assert/strict";
import * as fs from "node:fs";
import { join } from "node:path";
import { verifyChain } from "../../../src/chain/chain.ts";
import { type Store, StoreError, type StoreErrorCode } from "../../../src/daemon/store/eventStore.ts";
import type { FileIo } from "../../../src/daemon/store/fileIo.ts";
import { storeFileName } from "../../../src/daemon/store/storeFile.ts";
import { seeded } from "../../support/seed.ts";
import { goalId, rejectsWith, sized } from "./fixtures.ts";
import { newFolder, openHere, removeFolders } from "./openStores.ts";

/** A real disk that refuses single calls. */
describe("a disk that refuses", () => {
	const goal = goalId("goal-1");
	after(removeFolders);

	const faults: ReadonlyArray<readonly [keyof FileIo, string, StoreErrorCode]> = [
		["writeSync", "ENOSPC", "full"],
		["writeSync", "EDQUOT", "full"],
		["fsyncSync", "ENOSPC", "full"],
		["writeSync", "EIO", "unavailable"],
		["fsyncSync", "EIO", "unavailable"],
		["writeSync", "EROFS", "unavailable"],
	];
	for (const [call, errno, code] of faults)
		it(`makes an append fail with "${code}" on ${errno} from ${call}, and nothing of it is ever seen`, async () => {
			const folder = newFolder();
			const disk = faultyIo();
			const store = await openHere({ folder, io: disk });
			await store.claim(goal);
			await store.append(goal, 0, 1, [sized(300)], "{}");

			disk.fail(call, errno);
			await rejectsWith(code, store.append(goal, 1, 1, [sized(300, { type: "rejected" })], "{}"));
			await rejectsWith(code, store.append(goal, 1, 1, [sized(300, { type: "rejected" })], "{}"));
			disk.heal();
			assert.equal((await store.read(goal, { limit: 10 })).length, 1);
			const afterCrash = await reopened(folder);
			assert.equal((await afterCrash.read(goal, { limit: 10 })).length, 1, "also not after a crash at this moment");
			await afterCrash.close();

			assert.equal(await store.append(goal, 1, 1, [sized(300), sized(300)], "{}"), 3);
			await store.close();
			const again = await openHere({ folder });
			const events = await again.read(goal, { limit: 10 });
			assert.deepEqual(
				events.map(({ type }) => type),
				["message.added", "message.added", "message.added"],
			);
			assert.equal(verifyChain(events).ok, true);
			await again.close();
		});

	it("loses nothing acknowledged, whatever call fails whenever", async function () {
		this.timeout(60_000);
		const random = seeded("disk faults");
		const folder = newFolder();
		const calls = ["writeSync", "fsyncSync", "readSync", "ftruncateSync", "openSync", "unlinkSync"] as const;
		const disk = faultyIo();
		let store = await openHere({ folder, io: disk, maxWalBytes: 128 * 1024 });
		let { epoch, lastSeq } = await store.claim(goal);
		let failures = 0;
		for (let round = 0; round < 300; round++) {
			const fault = random.between(0, 3);
			if (fault > 0)
				disk.fail(calls[random.between(0, calls.length - 1)]!, fault === 1 ? "ENOSPC" : "EIO", random.between(0, 12));
			for (let n = 0; n < 5; n++) {
				try {
					const events = Array.from({ length: random.between(1, 3) }, () => sized(random.between(20, 6_000)));
					lastSeq = await store.append(goal, lastSeq, epoch, events, "{}");
				} catch (error) {
					assert.ok(error instanceof StoreError && ["full", "unavailable"].includes(error.code), String(error));
					failures++;
				}
			}
			disk.heal();
			if (random.next() < 0.1) {
				await store.close();
				store = await openHere({ folder, io: disk, maxWalBytes: 128 * 1024 });
				const claimed = await store.claim(goal);
				assert.equal(claimed.lastSeq, lastSeq);
				epoch = claimed.epoch;
			}
		}
		const events: Awaited<ReturnType<Store["read"]>>[number][] = [];
		for (;;) {
			const page = await store.read(goal, { afterSeq: events.length, limit: 1_000 });
			if (page.length === 0) break;
			events.push(...page);
		}
		assert.equal(events.length, lastSeq);
		assert.equal(verifyChain(events).ok, true);
		assert.ok(failures > 50, `only ${failures} appends failed`);
		await store.close();
	});

	it("leaves one file and no log behind after closing", async () => {
		const folder = newFolder();
		const store = await openHere({ folder });
		await store.claim(goal);
		await store.append(goal, 0, 1, [sized(300)], "{}");
		assert.deepEqual(ours(folder), [storeFileName, `${storeFileName}-wal`]);
		await store.close();
		assert.deepEqual(ours(folder), [storeFileName]);
	});
});

const ours = (folder: string) => fs.readdirSync(folder).filter((name) => name.startsWith(storeFileName));

/** The store as it would be found if the process ended now: on a copy of its files. */
function reopened(folder: string): Promise<Store> {
	const copy = newFolder();
	for (const name of ours(folder)) fs.copyFileSync(join(folder, name), join(copy, name));
	return openHere({ folder: copy });
}

interface FaultyIo extends FileIo {
	/** From the call after `spared` more on, `call` fails. */
	fail(call: keyof FileIo, code: string, spared?: number): void;
	heal(): void;
}

function faultyIo(): FaultyIo {
	let fault: { readonly call: keyof FileIo; readonly code: string; spared: number } | undefined;
	const real: FileIo = { ...fs };
	const guarded = <Call extends keyof FileIo>(call: Call): FileIo[Call] =>
		((...args: unknown[]) => {
			if (fault?.call === call && fault.spared-- <= 0)
				throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
			return (real[call] as (...args: unknown[]) => unknown)(...args);
		}) as FileIo[Call];
	return {
		openSync: guarded("openSync"),
		closeSync: guarded("closeSync"),
		readSync: guarded("readSync"),
		writeSync: guarded("writeSync"),
		fsyncSync: guarded("fsyncSync"),
		ftruncateSync: guarded("ftruncateSync"),
		fstatSync: guarded("fstatSync"),
		statSync: guarded("statSync"),
		unlinkSync: guarded("unlinkSync"),
		fail(call, code, spared = 0) {
			fault = { call, code, spared };
		},
		heal() {
			fault = undefined;
		},
	};
}
