import assert from "node:assert/strict";
import type { RecordedEvent } from "../../../src/core/events.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import type { Changes, FileChange } from "../../../src/daemon/changes/changes.ts";
import type { CommandOutcome } from "../../../src/daemon/commands/command.ts";
import type { Commands } from "../../../src/daemon/commands/commands.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { failures, launchPlaybook, newWorld, type Simulation, simulate } from "../../support/simulation.ts";

/** Who changed a file, and what that means for checks, when writers and looks at the workspace overlap. */
describe("what changed on disk", () => {
	afterEach(() => assert.deepEqual(failures.splice(0), []));

	/** Commands that write a file at their very end, after as many milliseconds as they say: `make NAME MS`. */
	function workshop(lookMs = 0) {
		const files: string[] = [];
		let broken = 0;
		const changes: Partial<Changes> = {
			async snapshot() {
				const tree = files.join(" ") || "empty";
				if (broken-- > 0) throw new Error("The disk is full.");
				await sleep(lookMs);
				return { tree, coverage: "none", at: Date.now(), skipped: [], ignored: [] };
			},
			async between(before, after) {
				const known = before.split(" ");
				const added = after.split(" ").filter((name) => !known.includes(name));
				return added.map((path): FileChange => ({ path, status: "added", after: path }));
			},
		};
		const commands: Commands = {
			async run({ command }) {
				const [verb, name = "", ms = "0"] = command.split(" ");
				await sleep(Number(ms));
				if (verb === "make") files.push(name);
				return exited;
			},
			stop: async () => undefined,
			running: async () => [],
			forget: async () => undefined,
		};
		return {
			changes,
			commands,
			breakLooks: (times: number) => {
				broken = times;
			},
		};
	}

	it("is told of the call that wrote it, also when the call ended during a look", async () => {
		const { changes, commands } = workshop(30);
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), changes, commands });
		await run.driver.commit(() =>
			launchPlaybook([
				{ id: "a", commands: ["make a 5"] },
				{ id: "b", commands: ["make b 20"] },
			]),
		);
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
		for (const change of changed(run)) {
			assert.equal(change.by, "agent", `${change.path} was made ${change.by}`);
			const wrote = callOf(run, `make ${change.path}`);
			assert.ok(change.toolCallIds.includes(wrote), `${change.path} is not told of ${wrote}`);
		}
		assert.deepEqual(
			changed(run)
				.map((change) => change.path)
				.sort(),
			["a", "b"],
		);
	});

	it("is looked at again after a look that failed", async () => {
		const { changes, commands, breakLooks } = workshop();
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), changes, commands });
		breakLooks(1);
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a 1", "make b 1"] }]));
		await run.settled();
		const { files } = run.driver.goal();
		assert.equal(files.untracked, undefined);
		assert.equal(files.tree, "a b");
	});

	it("may be anything where nothing can be looked at, so every check runs again at the end", async () => {
		const { changes, commands } = workshop();
		const ran: string[] = [];
		const counting = noting(commands, ran);
		const gone = { ...changes, snapshot: () => Promise.reject(new Error("The folder is gone.")) };
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), changes: gone, commands: counting });
		await run.driver.commit(() =>
			launchPlaybook([
				{ id: "a", commands: ["make a 1"], checks: ["read a"] },
				{ id: "b", commands: ["make b 1"], needs: ["a"] },
			]),
		);
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.deepEqual(ran, ["make a 1", "read a", "make b 1", "read a"]);
		assert.ok(run.driver.goal().files.unaccounted.length < 2);
	});

	it("while a check ran makes its verdict old", async () => {
		const { changes, commands } = workshop();
		const ran: string[] = [];
		const checking = gate();
		const made = gate();
		const overlapping: Commands = {
			...commands,
			async run(spec) {
				ran.push(spec.command);
				if (spec.command === "read a") {
					checking.open();
					await made.opened;
				}
				if (spec.command === "make b") await checking.opened;
				const outcome = await commands.run(spec);
				if (spec.command === "make b") made.open();
				return outcome;
			},
		};
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), changes, commands: overlapping });
		await run.driver.commit(() =>
			launchPlaybook([
				{ id: "a", commands: ["read x"], checks: ["read a"] },
				{ id: "b", commands: ["make b", "read c 60"] },
			]),
		);
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.equal(ran.filter((command) => command === "read a").length, 2, ran.join(", "));
	});
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const exited: CommandOutcome = {
	kind: "exited",
	exitCode: 0,
	timedOut: false,
	durationMs: 1,
	output: { head: "", tail: "", bytes: 0, sha256: "", path: "" },
};

function gate(): { readonly opened: Promise<void>; open(): void } {
	let open = () => {};
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { opened, open: () => open() };
}

function noting(commands: Commands, ran: string[]): Commands {
	return {
		...commands,
		run(spec) {
			ran.push(spec.command);
			return commands.run(spec);
		},
	};
}

function changed(run: Simulation): RecordedEvent<"file.changed">[] {
	return run.events.filter((event) => event.type === "file.changed") as RecordedEvent<"file.changed">[];
}

function callOf(run: Simulation, command: string): string {
	const asked = run.events.find((event) => event.type === "tool.requested" && event.summary.startsWith(command));
	return asked?.type === "tool.requested" ? asked.toolCallId : "nobody";
}
