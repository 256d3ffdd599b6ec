import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { event, goalId } from "./fixtures.ts";
import { newFolder, openHere, removeFolders } from "./openStores.ts";

describe("erasing a goal", () => {
	after(removeFolders);

	it("leaves its words in no file, and keeps those of other goals", async () => {
		const folder = newFolder();
		const holding = (word: string) =>
			readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(word));
		const store = await openHere({ folder });
		const [secret, kept] = [goalId("goal-secret"), goalId("goal-kept")];
		for (const goal of [secret, kept]) {
			await store.claim(goal);
			for (let seq = 0; seq < 3_000; seq += 100) {
				const events = Array.from({ length: 100 }, (_, index) =>
					event("message.added", { text: `${goal.slice(5)}word${seq + index} `.repeat(1 + (index % 50) * 4) }),
				);
				await store.append(goal, seq, 1, events, "{}");
			}
			await store.saveCheckpoint(goal, {
				seq: 3_000,
				foldVersion: 1,
				goal: JSON.stringify({ prompt: `${goal.slice(5)}word` }),
			});
		}
		assert.equal((await store.search(secret, "secretword7", 1)).length, 1);
		assert.equal((await store.search(kept, "keptword7", 1)).length, 1);
		assert.notDeepEqual(holding("secretword"), []);

		const [erased] = await Promise.all([store.erase(secret), store.erase(secret), store.search(kept, "keptword7", 1)]);
		assert.equal(erased, undefined);

		assert.deepEqual(holding("secretword"), []);
		assert.notDeepEqual(holding("keptword"), []);
		assert.deepEqual(await store.search(kept, "keptword2999", 10), [3_000]);
		assert.deepEqual(await store.search(secret, "secretword7", 10), []);
		await store.close();
		assert.deepEqual(holding("secretword"), []);
	}).timeout(60_000);
});
