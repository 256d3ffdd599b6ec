import assert from "node:assert/strict";
import { acpGoals, working } from "../../support/acpGoal.ts";
import { until } from "../../support/until.ts";

describe("what an agent elicits", () => {
	const { start } = acpGoals();
	const form = (properties: object) => ({
		mode: "form",
		message: "Set it up.",
		requestedSchema: { type: "object", properties },
	});

	it("waits in the goal like any question, and reaches the agent", async () => {
		const told: unknown[] = [];
		const life = await start(
			working(async ({ client, sessionId, say }) => {
				const request = form({ db: { type: "string", enum: ["pg", "my"] } });
				told.push(await client.request("elicitation/create", { sessionId, ...request } as never));
				await say("Done.");
				return "end_turn";
			}),
		);
		await until("a person is asked", () => life.approval() !== undefined);
		assert.equal(life.approval()!.kind, "question");
		await life.answer("pg");
		await until("the agent is told", () => told.length > 0);
		assert.deepEqual(told[0], { action: "accept", content: { db: "pg" } });
	});
});
