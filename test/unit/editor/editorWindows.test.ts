import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { openEditorModel } from "../../../src/daemon/editor/editorModel.ts";
import { openEditorWindows, type WindowLine } from "../../../src/daemon/editor/editorWindows.ts";
import { ModelFailure } from "../../../src/daemon/endpoint/modelFailure.ts";
import type {
	EditorAnswerEnd,
	EditorAnswerPart,
	EditorRequest,
	OfferedModels,
} from "../../../src/protocol/editorModels.ts";
import { model } from "../../support/fakeWindow.ts";
import { until } from "../../support/until.ts";

const done: EditorAnswerEnd = { kind: "done" };

/** The line to a window that does what a test says. */
function line(options: {
	readonly offered?: OfferedModels | (() => Promise<OfferedModels>);
	respond?(request: EditorRequest): Promise<EditorAnswerEnd>;
}) {
	const gone = new AbortController();
	const cancelled: string[] = [];
	const asked: EditorRequest[] = [];
	const { offered = { window: "w", models: [model("one")] }, respond = async () => done } = options;
	const made: WindowLine = {
		list: async () => (typeof offered === "function" ? offered() : offered),
		respond(request) {
			asked.push(request);
			return respond(request);
		},
		cancel: (callId) => void cancelled.push(callId),
		gone: gone.signal,
	};
	return { made, gone, cancelled, asked };
}

const request = (onParts: (parts: readonly EditorAnswerPart[]) => void = () => {}) => ({
	messages: [],
	tools: [],
	justification: "",
	onParts,
});
const never = new AbortController().signal;

describe("windows that offer models", () => {
	it("are not waited for where they do not say what they have, and count when they do", async () => {
		const windows = openEditorWindows();
		let answer = (_offered: OfferedModels) => {};
		const slow = line({ offered: () => new Promise((resolve) => (answer = resolve)) });
		windows.join(slow.made);
		windows.join(line({ offered: { window: "quick", models: [model("two")] } }).made);
		const startedAt = performance.now();
		await windows.look();
		assert.ok(performance.now() - startedAt < 5000);
		assert.ok(windows.areAsked, "whoever asks again hears of it");
		assert.deepEqual(
			windows.offered().map(({ window }) => window),
			["quick"],
		);
		let changes = 0;
		windows.onChange(() => changes++);
		answer({ window: "slow", models: [model("one")] });
		await until("the slow one counts", () => windows.find("acme/one") !== undefined);
		assert.equal(changes, 1);
		await until("nothing is asked any more", () => !windows.areAsked);
	});

	it("share the work: the one that answers least is asked", async () => {
		const windows = openEditorWindows();
		let end = (_end: EditorAnswerEnd) => {};
		const lines = [1, 2].map(() => line({ respond: () => new Promise((resolve) => (end = resolve)) }));
		for (const { made } of lines) windows.join(made);
		const first = windows.ask("acme/one", request(), never);
		await until("one is asked", () => lines.some(({ asked }) => asked.length > 0));
		const endFirst = end;
		const second = windows.ask("acme/one", request(), never);
		await until("both are asked", () => lines.every(({ asked }) => asked.length >= 1));
		endFirst(done);
		end(done);
		await Promise.all([first, second]);
	});

	it("are found by a model's id before its family, and the one that may be used before others", async () => {
		const windows = openEditorWindows();
		windows.join(line({ offered: { window: "a", models: [model("x", { family: "y", access: "unasked" })] } }).made);
		windows.join(
			line({ offered: { window: "b", models: [model("x", { family: "y" }), model("y", { family: "z" })] } }).made,
		);
		await windows.look();
		assert.deepEqual(
			["acme/x", "acme/y", "acme/z", "acme/no", "other/x"].map((name) => windows.find(name)?.id),
			["x", "y", "y", undefined, undefined],
		);
		assert.equal(windows.find("acme/x")?.access, "allowed");
	});

	it("hear nothing more of a call that is over, and are told that it is", async () => {
		const windows = openEditorWindows();
		const slow = line({ respond: () => new Promise(() => {}) });
		const joined = windows.join(slow.made);
		const heard: EditorAnswerPart[] = [];
		const ending = new AbortController();
		const asking = windows.ask(
			"acme/one",
			request((parts) => heard.push(...parts)),
			ending.signal,
		);
		await until("it is asked", () => slow.asked.length >= 1);
		const { callId } = slow.asked[0]!;
		joined.parts(callId, [{ kind: "text", text: "a" }]);
		joined.parts("another call", [{ kind: "text", text: "b" }]);
		ending.abort();
		await assert.rejects(asking, { name: "AbortError" });
		joined.parts(callId, [{ kind: "text", text: "late" }]);
		assert.deepEqual(heard, [{ kind: "text", text: "a" }]);
		assert.deepEqual(slow.cancelled, [callId]);
	});

	it("name a model once, also where they say of it in the middle of a call that it waits to be allowed", async () => {
		const windows = openEditorWindows();
		const unasked = { window: "w", models: [model("one", { access: "unasked" })] };
		const one = line({
			async respond() {
				joined.changed(unasked);
				return { kind: "failed", why: "noPermissions", message: "" };
			},
		});
		const joined = windows.join(one.made);
		assert.deepEqual(await windows.ask("acme/one", request(), never), { kind: "notAllowed", windows: ["w"] });
		assert.deepEqual(
			windows.offered().flatMap(({ models }) => models.map(({ id }) => id)),
			["one"],
		);
	});

	it("count no more once they are gone", async () => {
		const windows = openEditorWindows();
		const one = line({});
		const joined = windows.join(one.made);
		await windows.look();
		assert.equal(windows.count, 1);
		one.gone.abort();
		joined.changed({ window: "ghost", models: [model("one")] });
		assert.deepEqual([windows.count, windows.find("acme/one")], [0, undefined]);
		assert.deepEqual(await windows.ask("acme/one", request(), never), { kind: "noWindow" });
	});
});

describe("a model of a window", () => {
	it("that writes without end is stopped in its window, with a sentence", async () => {
		const windows = openEditorWindows();
		let callId = "";
		const flood = line({
			respond(asked) {
				callId = asked.callId;
				return new Promise(() => {});
			},
		});
		const joined = windows.join(flood.made);
		const { model: opened } = openEditorModel(windows, "acme/one");
		const { stream } = await opened.doStream({
			prompt: [{ role: "user", content: [{ type: "text", text: "Write." }] }],
		});
		const reading = (async () => {
			for await (const _part of stream as unknown as AsyncIterable<unknown>);
		})();
		await until("it is asked", () => callId !== "");
		const text = "x".repeat(1_000_000);
		for (let times = 0; times < 9; times++) joined.parts(callId, [{ kind: "text", text }]);
		await assert.rejects(reading, (cause: unknown) => {
			assert.ok(cause instanceof ModelFailure);
			assert.match(cause.failure.reason, /editor\/acme\/one wrote more than an answer may hold/);
			return true;
		});
		assert.deepEqual(flood.cancelled, [callId]);
	});

	it("is asked nothing that does not fit into a message", async () => {
		const windows = openEditorWindows();
		const one = line({});
		windows.join(one.made);
		const { model: opened } = openEditorModel(windows, "acme/one");
		const { stream } = await opened.doStream({
			prompt: [{ role: "user", content: [{ type: "text", text: "y".repeat(6_000_000) }] }],
		});
		await assert.rejects(stream.getReader().read(), /too long to be handed to a window/);
		await sleep(0);
		assert.equal(one.asked.length, 0);
	});
});
