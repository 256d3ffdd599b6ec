import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { openDirectory } from "../../../src/daemon/discovery/directory.ts";
import { acpGoals, working } from "../../support/acpGoal.ts";
import { until } from "../../support/until.ts";

describe("what an agent offers in a session", () => {
	const { start } = acpGoals();
	let home: string;
	beforeEach(() => {
		home = mkdtempSync(path.join(os.tmpdir(), "mission-offers-"));
		const agents = [{ id: "mine", command: [process.execPath] }];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ agents, discovery: { ollama: false } }));
	});
	afterEach(() => rmSync(home, { recursive: true, force: true }));
	const select = (category: string, ...values: string[]) => ({
		id: category,
		name: category,
		category,
		type: "select" as const,
		currentValue: values[0]!,
		options: values.map((value) => ({ value, name: value })),
	});
	const file = () => path.join(home, "agents.json");
	const open = () => openDirectory(loadConfig(home, {}), {});
	const listed = async (directory: ReturnType<typeof open>) => {
		const { here } = await directory.list(false);
		const { models = [], efforts = [] } = here.find(({ id }) => id === "agent-mine") ?? {};
		return { models, efforts };
	};

	it("is listed from then on, also by the next daemon, and is written only when it is other than it was", async () => {
		const directory = open();
		let turns = 0;
		let writes = 0;
		const session = { configOptions: [select("model", "small", "large"), select("thought_level", "low", "high")] };
		const life = await start(
			working(
				async ({ say, tell }) => {
					turns++;
					if (turns === 2) {
						const configOptions = [select("model", "small", "large", "later"), select("thought_level", "low")];
						await tell({ sessionUpdate: "config_option_update", configOptions });
						// Sessions that are opened from now on, for other roles, offer it too.
						session.configOptions = [
							select("model", "small", "large", "later"),
							select("thought_level", "low", "high"),
						];
					}
					await tell({ sessionUpdate: "tool_call", toolCallId: "r", kind: "read", title: "Look", status: "completed" });
					// What fails is waited for, an answer without a word is not.
					if (turns < 3) throw new Error("Overloaded, try again.");
					if (turns === 3) return "end_turn";
					await say("Done.");
					return "end_turn";
				},
				{ session },
			),
			{
				agent: {
					hearAgent(id, offers) {
						const before = statSync(file(), { throwIfNoEntry: false })?.ino;
						directory.hearAgent(id, offers);
						if (statSync(file()).ino !== before) writes++;
					},
				},
			},
		);
		await until("its first turn is over", () => life.events("provider.failed").length > 0);
		assert.deepEqual(await listed(directory), { models: ["default", "small", "large"], efforts: ["low", "high"] });
		assert.equal(writes, 1);
		await until("it has told of another model", () => life.events("provider.failed").length > 1);
		const known = { models: ["default", "small", "large", "later"], efforts: ["low", "high"] };
		assert.deepEqual(await listed(directory), known);
		await until("two more turns are over", () => turns === 4 && life.events("turn.completed").length > 1);
		assert.equal(writes, 2);
		assert.deepEqual(await listed(open()), known);
	});
});
