import { writeSync } from "node:fs";
import type { GoalId } from "../../../src/core/ids.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { openSqliteStore } from "../../../src/daemon/store/sqliteStore.ts";
import { randomFrom } from "../../support/seed.ts";

/**
 * The process that kill.test.ts kills: bundled, with the store in its worker, as the daemon is. It says on standard
 * output what it found (`found GOAL SEQ`) and, after each acknowledgement, what is stored (`stored GOAL SEQ`).
 */
const [folder = "", ownerFile = "", nonce = "", seed = "0"] = process.argv.slice(2);
const random = randomFrom(Number(seed));

async function main(): Promise<void> {
	const store = await openSqliteStore({ folder, owner: { file: ownerFile, nonce } });
	await Promise.all(["goal-a", "goal-b", "goal-c"].map((goal) => write(store, goal as GoalId)));
}

async function write(store: Store, goal: GoalId): Promise<void> {
	let { epoch, lastSeq } = await store.claim(goal);
	writeSync(1, `found ${goal} ${lastSeq}\n`);
	for (;;) {
		const first = lastSeq + 1;
		const events = Array.from({ length: random.between(1, 5) }, (_, index) => ({
			at: first + index,
			type: `type.${(first + index) % 4}`,
			threadId: `thread-${(first + index) % 3}`,
			body: bodyOf(goal, first + index),
		}));
		lastSeq = await store.append(goal, lastSeq, epoch, events, JSON.stringify({ lastSeq: first }));
		writeSync(1, `stored ${goal} ${lastSeq}\n`);
		if (random.next() < 0.02)
			await store.saveCheckpoint(goal, { seq: lastSeq, foldVersion: 1, goal: bodyOf(goal, lastSeq) });
		if (random.next() < 0.01) await store.search(goal, "payload", 10);
	}
}

/** The test knows it, too: it must be found unchanged. */
function bodyOf(goal: string, seq: number): string {
	return JSON.stringify({ goal, seq, text: `payload ${"x".repeat((seq * 97) % 3_000)}` });
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(3);
});
