import assert from "node:assert/strict";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, working } from "../../support/acpGoal.ts";
import { until } from "../../support/until.ts";

describe("what a session is set to", () => {
	const { start } = acpGoals();
	const select = (id: string, category: string, currentValue: string, ...values: string[]) => ({
		id,
		name: id,
		category,
		type: "select",
		currentValue,
		options: values.map((value) => ({ value, name: value })),
	});
	const ways = {
		"by an option": () => ({ configOptions: [select("m", "model", "small", "small", "large")] }),
		"as older agents have it": () => ({
			models: { currentModelId: "small", availableModels: [{ modelId: "small" }, { modelId: "large" }] },
		}),
		"by itself, which it tells": () => ({ configOptions: [select("m", "model", "small", "small", "large")] }),
	};
	for (const [how, session] of Object.entries(ways))
		it(`is known to the daemon that takes a turn over, so that the receipt names the model that answered: ${how}`, async () => {
			const store = createMemoryStore();
			const isOwn = how.startsWith("by itself");
			let mayEnd = () => {};
			const end = new Promise<void>((resolve) => {
				mayEnd = resolve;
			});
			const memory = working(
				async ({ say, tell }) => {
					if (isOwn) {
						const configOptions = [select("m", "model", "large", "small", "large")];
						await tell({ sessionUpdate: "config_option_update", configOptions });
					}
					await tell({ sessionUpdate: "tool_call", toolCallId: "r", kind: "read", title: "Look", status: "completed" });
					await end;
					await say("Done.");
					return "end_turn";
				},
				{ session: session() },
			);
			const choice = { provider: "agent-mine", model: isOwn ? "default" : "large" };
			const before = await start(memory, { store, choice });
			await until("it works", () => before.events("tool.completed").length > 0);
			await before.close();
			const after = await start(memory, { store, choice });
			mayEnd();
			await after.ended();
			const [worked] = after.events("turn.completed");
			assert.equal(worked?.answered, "large");
			assert.deepEqual(after.types("model.substituted"), []);
		});
});
