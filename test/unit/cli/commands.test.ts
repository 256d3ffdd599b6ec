import assert from "node:assert/strict";
import { commands, groups } from "../../../src/cli/commands.ts";
import { type MethodName, methods } from "../../../src/protocol/methods.ts";

describe("the table of commands", () => {
	it("has a command for every request of the protocol", () => {
		const asked = new Set<MethodName>(commands.flatMap((command) => command.asks));
		// Every connection begins with it.
		asked.add("daemon/hello");
		const missing = (Object.keys(methods) as MethodName[]).filter((method) => !asked.has(method));
		assert.deepEqual(missing, []);
	});

	it("names each command once, in a group that exists", () => {
		const names = commands.map((command) => command.name);
		assert.equal(new Set(names).size, names.length);
		for (const name of names) {
			const [group, word, ...more] = name.split(" ");
			assert.deepEqual(more, []);
			if (word !== undefined) assert.ok(group && group in groups, name);
		}
	});
});
