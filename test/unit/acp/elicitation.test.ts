import assert from "node:assert/strict";
import { elicited } from "../../../src/daemon/acp/elicitation.ts";
import type { SessionAnswer, SessionQuestion } from "../../../src/daemon/agents/turnSession.ts";
import { acpGoals, working } from "../../support/acpGoal.ts";
import { until } from "../../support/until.ts";

describe("what an agent elicits", () => {
	const { start } = acpGoals();
	const chosen = (...labels: string[]): SessionAnswer => ({ kind: "answered", chosen: labels });
	const said = (text: string): SessionAnswer => ({ kind: "answered", chosen: [], text });
	const form = (properties: object) => ({
		mode: "form",
		message: "Set it up.",
		requestedSchema: { type: "object", properties },
	});

	const cases: Readonly<Record<string, [request: object, answers: SessionAnswer[], response: object]>> = {
		"one of several": [
			form({
				db: {
					type: "string",
					oneOf: [
						{ const: "pg", title: "Postgres" },
						{ const: "my", title: "MySQL" },
					],
				},
			}),
			[chosen("MySQL")],
			{ action: "accept", content: { db: "my" } },
		],
		"several of several": [
			form({ parts: { type: "array", items: { type: "string", enum: ["a", "b", "c"] } } }),
			[chosen("a", "c")],
			{ action: "accept", content: { parts: ["a", "c"] } },
		],
		"yes or no, words and a number, one after the other": [
			form({ sure: { type: "boolean" }, name: { type: "string", title: "Name" }, port: { type: "integer" } }),
			[chosen("Yes"), said("box"), said("many"), said("80")],
			{ action: "accept", content: { sure: true, name: "box", port: 80 } },
		],
		"a page to be opened": [
			{ mode: "url", message: "Sign in.", url: "https://example.org/", elicitationId: "e" },
			[chosen("I have done it")],
			{ action: "accept" },
		],
		"what the person declines": [form({ name: { type: "string" } }), [{ kind: "declined" }], { action: "decline" }],
		"what nobody answers before the turn is over": [
			form({ name: { type: "string" } }),
			[{ kind: "over" }],
			{ action: "cancel" },
		],
		"nothing at all": [{ mode: "form" }, [], { action: "accept", content: {} }],
	};
	for (const [what, [request, answers, response]] of Object.entries(cases))
		it(`is asked as questions of the inbox: ${what}`, async () => {
			const asked: SessionQuestion[] = [];
			const given = await elicited("1 7", request as Record<string, unknown>, async (question) => {
				asked.push(question);
				return answers[asked.length - 1]!;
			});
			assert.deepEqual(given, response);
			assert.equal(new Set(asked.map(({ id }) => id)).size, answers.length, "each question has an id of its own");
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
