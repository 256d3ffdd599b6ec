import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { makeDurableFolder } from "../../../src/daemon/platform/durableFolder.ts";

describe("a folder that a power cut must not take", () => {
	const root = mkdtempSync(path.join(os.tmpdir(), "mission-durable-"));
	after(() => rmSync(root, { recursive: true }));

	it("has its name synced in the folder above, and so has every folder made with it, and no other", () => {
		const synced: string[] = [];
		const deep = path.join(root, "a", "b", "c");
		makeDurableFolder(deep, { sync: (folder) => void synced.push(path.relative(root, folder)) });
		assert.ok(statSync(deep).isDirectory());
		assert.deepEqual(synced.sort(), ["", "a", path.join("a", "b")]);
		makeDurableFolder(path.join(root, "a", "d"), { sync: (folder) => void synced.push(path.relative(root, folder)) });
		assert.deepEqual(synced.slice(3), ["a"]);
		// Who made it may have been killed before its name was synced.
		makeDurableFolder(deep, { sync: (folder) => void synced.push(path.relative(root, folder)) });
		assert.deepEqual(synced.slice(4), [path.join("a", "b")]);
		makeDurableFolder(path.join(root, "e"));
		assert.ok(statSync(path.join(root, "e")).isDirectory());
	});
});
