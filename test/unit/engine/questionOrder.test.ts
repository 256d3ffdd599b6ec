import assert from "node:assert/strict";
import type { Agent } from "../../../src/daemon/agents/agent.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { answered, failures, launchPrompt, newWorld, simulate } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("questions that an agent asks at once", () => {
	it("are asked in its order, also where the file system answers the last look at the folder first", async () => {
		const plan = answered(JSON.stringify({ title: "T", steps: [{ id: "work", title: "W", instructions: "W." }] }));
		const questions = ["One?", "Two?", "Three?", "Four?"];
		const asking = answered(
			"",
			questions.map((question) => ({ name: "askPerson", args: { question } })),
		);
		const agent: Agent = { takeTurn: async ({ step }) => (step ? asking : plan) };
		let slowMs = 40;
		const folderNow = async () => {
			slowMs = Math.max(0, slowMs - 5);
			await new Promise((resolve) => setTimeout(resolve, slowMs));
			return { dev: "1", ino: "1" };
		};
		const { driver } = await simulate({ store: createMemoryStore(), world: newWorld(), agent, folderNow });
		try {
			await driver.commit(() => launchPrompt());
			const asked = () => Object.values(driver.goal().approvals).map(({ summary }) => summary);
			await until("all are asked", () => asked().length === questions.length);
			assert.deepEqual(asked(), questions);
		} finally {
			await driver.close();
		}
		assert.deepEqual(failures.splice(0), []);
	});
});
