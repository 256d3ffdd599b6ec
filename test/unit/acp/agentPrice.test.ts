import assert from "node:assert/strict";
import { agentPrice } from "../../../src/daemon/acp/agentPrice.ts";
import { providerRows } from "../../../src/daemon/providers/providerRows.ts";

describe("the price of an agent's model", () => {
	const known = { known: providerRows };
	const key = { ANTHROPIC_API_KEY: "x" };
	it("is its vendor's where a key pays for it, and unknown where a subscription may", () => {
		const model = { provider: "claude-code", model: "claude-sonnet-4-20250514" };
		assert.ok(agentPrice(model, known, key), "a listed model");
		assert.equal(agentPrice(model, known, {}), undefined);
		assert.equal(agentPrice({ ...model, model: "default" }, known, key), undefined);
		assert.equal(agentPrice({ ...model, provider: "agent-mine" }, known, key), undefined);
	});
});
