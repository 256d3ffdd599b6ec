import assert from "node:assert/strict";
import type { ToolCallId } from "../../../src/core/ids.ts";
import { openBackgroundOutputs } from "../../../src/daemon/perform/backgroundOutputs.ts";

describe("what commands in the background have printed", () => {
	const [over, running] = ["c-over", "c-running"] as ToolCallId[];

	it("is read as it comes, and whole when all is asked for", () => {
		const outputs = openBackgroundOutputs();
		outputs.add(running!, "one ");
		assert.equal(outputs.read(running!, false), "one ");
		outputs.add(running!, "two");
		assert.equal(outputs.read(running!, false), "two");
		assert.equal(outputs.read(running!, true), "one two");
	});

	it("is forgotten with the commands that nobody can ask about any more", () => {
		const outputs = openBackgroundOutputs();
		outputs.add(over!, "built");
		outputs.add(running!, "ready");
		outputs.keepOnly([running!]);
		assert.deepEqual([outputs.read(over!, true), outputs.read(running!, true)], ["", "ready"]);
	});
});
