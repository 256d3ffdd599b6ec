import assert from "node:assert/strict";
import type { Approval } from "../../../src/core/goal.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, type Life, working } from "../../support/acpGoal.ts";
import type { ScriptedTurn } from "../../support/scriptedAcp.ts";
import { failures } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("what an agent elicits", () => {
	const { start } = acpGoals();
	const form = (properties: object, more: object = {}) => ({
		mode: "form",
		message: "Set it up.",
		requestedSchema: { type: "object", properties, ...more },
	});
	const elicit = ({ client, sessionId }: ScriptedTurn, request: object, options = {}): Promise<unknown> =>
		client.request("elicitation/create", { sessionId, ...request } as never, options);
	/** Who has not done anything has not reported. */
	const look = ({ tell }: ScriptedTurn) =>
		tell({ sessionUpdate: "tool_call", toolCallId: "r", kind: "read", title: "Look", status: "completed" });
	/** One that elicits this, and what it is told: the answer, or why there is none. */
	const eliciting = (request: object) => {
		const told: unknown[] = [];
		const memory = working(async (turn) => {
			await look(turn);
			told.push(await elicit(turn, request).catch((cause: { code: number; message: string }) => cause));
			await turn.say("Done.");
			return "end_turn";
		});
		return { memory, told };
	};
	const shown = ({ summary, asked }: Approval) => ({
		question: summary,
		options: asked!.options.map(({ label, description }) => (description ? `${label}: ${description}` : label)),
		...(asked!.default && { default: asked!.default }),
	});
	type Answer = readonly [given: string, text?: string, chosen?: readonly string[]];
	const say = (text: string): Answer => ["text", text];
	const choose = (...chosen: string[]): Answer => ["choose", undefined, chosen];
	const isNew = (life: Life, last: Approval | undefined) =>
		life.approval() !== undefined && life.approval()!.approvalId !== last?.approvalId;
	const answerAll = async (life: Life, answers: readonly Answer[]) => {
		const questions: Approval[] = [];
		for (const answer of answers) {
			await until("a person is asked", () => isNew(life, questions.at(-1)));
			questions.push(life.approval()!);
			await life.answer(...answer);
		}
		return questions;
	};

	const sizes = [
		{ const: "s", title: "Small" },
		{ const: "l", title: "Large", description: "Costs more." },
	];
	interface Row {
		readonly request: object;
		readonly asks: readonly object[];
		readonly answers: readonly Answer[];
		readonly response: object;
	}
	const accepted = (content: object) => ({ action: "accept", content });
	const one = (question: string, options: readonly string[] = [], given?: readonly string[]) => ({
		question,
		options,
		...(given && { default: given }),
	});
	const rows: Readonly<Record<string, Row>> = {
		"one of an enum": {
			request: form({ db: { type: "string", enum: ["pg", "my"] } }),
			asks: [one("Set it up.", ["pg", "my"])],
			answers: [["pg"]],
			response: accepted({ db: "pg" }),
		},
		"one of an enum with names, as older agents have it": {
			request: form({ db: { type: "string", enum: ["pg", "my"], enumNames: ["Postgres", "MySQL"], default: "my" } }),
			asks: [one("Set it up.", ["Postgres", "MySQL"], ["MySQL"])],
			answers: [["Postgres"]],
			response: accepted({ db: "pg" }),
		},
		"one of several with titles and descriptions": {
			request: form({ size: { type: "string", title: "Size", description: "Of the box.", oneOf: sizes } }),
			asks: [one("Set it up.\nOf the box.", ["Small", "Large: Costs more."])],
			answers: [["Large"]],
			response: accepted({ size: "l" }),
		},
		"several of an enum, with a default": {
			request: form({
				parts: { type: "array", items: { type: "string", enum: ["a", "b", "c"] }, default: ["a", "b"] },
			}),
			asks: [one("Set it up.", ["a", "b", "c"], ["a", "b"])],
			answers: [choose("a", "c")],
			response: accepted({ parts: ["a", "c"] }),
		},
		"several with titles, as many as there have to be": {
			request: form({ sizes: { type: "array", items: { anyOf: sizes }, minItems: 2 } }),
			asks: [
				one("Set it up.", ["Small", "Large: Costs more."]),
				one("Set it up.\nChoose at least 2.", ["Small", "Large: Costs more."]),
			],
			answers: [choose("Small"), choose("Small", "Large")],
			response: accepted({ sizes: ["s", "l"] }),
		},
		"several, not more than there may be": {
			request: form({ parts: { type: "array", items: { type: "string", enum: ["a", "b"] }, maxItems: 1 } }),
			asks: [one("Set it up.", ["a", "b"]), one("Set it up.\nChoose at most 1.", ["a", "b"])],
			answers: [choose("a", "b"), choose("b")],
			response: accepted({ parts: ["b"] }),
		},
		"yes or no, with a default that is taken": {
			request: form({ sure: { type: "boolean", default: false } }),
			asks: [one("Set it up.", ["Yes", "No"], ["No"])],
			answers: [["default"]],
			response: accepted({ sure: false }),
		},
		"a whole number within limits": {
			request: form({ port: { type: "integer", minimum: 1, maximum: 9, default: 8 } }),
			asks: [
				one("Set it up.", [], ["8"]),
				one("Set it up.\nIt has to be at least 1.", [], ["8"]),
				one("Set it up.\nIt has to be at most 9.", [], ["8"]),
				one("Set it up.\nIt has to be a whole number.", [], ["8"]),
			],
			answers: [say("0"), say("10"), say("2.5"), ["default"]],
			response: accepted({ port: 8 }),
		},
		"a number": {
			request: form({ share: { type: "number", minimum: 0 } }),
			asks: [one("Set it up."), one("Set it up.\nIt has to be a number.")],
			answers: [say("half"), say("0.5")],
			response: accepted({ share: 0.5 }),
		},
		"words of a length and a kind": {
			request: form({ mail: { type: "string", format: "email", maxLength: 9, default: "a@b.org" } }),
			asks: [
				one("Set it up.", [], ["a@b.org"]),
				one("Set it up.\nIt has to be an e-mail address.", [], ["a@b.org"]),
				one("Set it up.\nIt may have at most 9 characters.", [], ["a@b.org"]),
			],
			answers: [say("nobody"), say("somebody@b.org"), say("b@b.org")],
			response: accepted({ mail: "b@b.org" }),
		},
		"several fields under a title of the form, one of which may be left out": {
			request: form(
				{ name: { type: "string", title: "Name" }, color: { type: "string", enum: ["red"] } },
				{ title: "The box", description: "It is yours.", required: ["name"] },
			),
			asks: [
				one("Set it up.\nThe box: It is yours.\nName"),
				one("Set it up.\nThe box: It is yours.\ncolor", ["red", "Leave it out"]),
			],
			answers: [say("wall"), ["Leave it out"]],
			response: accepted({ name: "wall" }),
		},
		"a form without fields": {
			request: form({}),
			asks: [one("Set it up.", ["Yes"])],
			answers: [["Yes"]],
			response: accepted({}),
		},
		"an address that the person opens": {
			request: { mode: "url", message: "Sign in.", url: "https://example.org/in", elicitationId: "e" },
			asks: [one("Sign in.\nhttps://example.org/in", ["I have done it"])],
			answers: [["I have done it"]],
			response: { action: "accept" },
		},
		"an address that the person does not open": {
			request: { mode: "url", message: "Sign in.", url: "https://example.org/in", elicitationId: "e" },
			asks: [one("Sign in.\nhttps://example.org/in", ["I have done it"])],
			answers: [["decline"]],
			response: { action: "decline" },
		},
		"a form that the person declines in the middle": {
			request: form({ name: { type: "string" }, port: { type: "integer" } }),
			asks: [one("Set it up.\nname"), one("Set it up.\nport")],
			answers: [say("wall"), ["decline", "Not now."]],
			response: { action: "decline" },
		},
	};
	for (const [what, { request, asks, answers, response }] of Object.entries(rows))
		it(`is asked in the goal like any question, and the answer reaches it: ${what}`, async () => {
			const { memory, told } = eliciting(request);
			const life = await start(memory);
			const questions = await answerAll(life, answers);
			await life.ended();
			assert.deepEqual(questions.map(shown), asks);
			assert.deepEqual(told, [response]);
		});

	const refused: Readonly<Record<string, [request: object, says: RegExp]>> = {
		"an address of this machine's files": [
			{ mode: "url", message: "Look.", url: "file:///etc/passwd", elicitationId: "e" },
			/addresses of the web only/,
		],
		"a way of asking that nobody knows": [{ mode: "telepathy", message: "Think." }, /“telepathy”/],
		"more than can be shown": [
			form({ c: { type: "string", enum: Array.from({ length: 51 }, (_, at) => `c${at}`) } }),
			/at most 50/,
		],
	};
	for (const [what, [request, says]] of Object.entries(refused))
		it(`is refused with a sentence, and nobody is asked: ${what}`, async () => {
			const { memory, told } = eliciting(request);
			const life = await start(memory);
			await life.ended();
			const [error] = told as { code: number; message: string }[];
			assert.equal(error?.code, -32602);
			assert.match(error!.message, says);
			assert.deepEqual(life.types("approval.requested"), []);
		});

	it("is answered as cancelled when the turn ends, and the question is taken back", async () => {
		const { memory, told } = eliciting(form({ name: { type: "string" } }));
		const life = await start(memory);
		await until("a person is asked", () => life.approval() !== undefined);
		await life.ask({ kind: "pause", now: true });
		await until("the turn is over", () => life.events("turn.interrupted").length > 0);
		assert.deepEqual(told, [{ action: "cancel" }]);
		await until("the question is taken back", () => life.approval() === undefined);
	});

	it("is asked about no more when the agent does not wait for it any more", async () => {
		let mayEnd = () => {};
		const end = new Promise<void>((resolve) => {
			mayEnd = resolve;
		});
		const withdrawn = new AbortController();
		const life = await start(
			working(async (turn) => {
				await look(turn);
				await elicit(turn, form({ name: { type: "string" } }), { cancellationSignal: withdrawn.signal }).catch(
					() => {},
				);
				await end;
				await turn.say("Done.");
				return "end_turn";
			}),
		);
		await until("a person is asked", () => life.approval() !== undefined);
		withdrawn.abort();
		await until("the question is taken back", () => life.approval() === undefined);
		assert.match(life.events("approval.superseded")[0]!.reason, /does not wait for it any more/);
		mayEnd();
		await life.ended();
	});

	for (const [when, isAnswered] of [
		["waits", false],
		["was answered while none ran", true],
	] as const)
		it(`is asked once, where the daemon is killed while the second of its questions ${when}`, async () => {
			const store = createMemoryStore();
			const { memory, told } = eliciting(form({ name: { type: "string" }, port: { type: "integer" } }));
			const before = await start(memory, { store });
			const [first] = await answerAll(before, [say("wall")]);
			await until("the second is asked", () => isNew(before, first));
			before.kill();
			if (isAnswered) await before.answer(...say("80"));
			const after = await start(memory, { store });
			failures.splice(0);
			if (!isAnswered) await after.answer(...say("80"));
			await after.ended();
			assert.deepEqual(told, [accepted({ name: "wall", port: 80 })]);
			const all = await store.read(after.goal().goalId, { afterSeq: 0, limit: 1000 });
			assert.equal(all.filter(({ type }) => type === "approval.requested").length, 2);
		});
});
