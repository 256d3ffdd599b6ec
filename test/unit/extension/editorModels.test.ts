import assert from "node:assert/strict";
import type { EditorAnswerEnd, EditorModel } from "../../../src/protocol/editorModels.ts";
import { inEditor } from "../../support/inEditor.ts";
import { until } from "../../support/until.ts";

type Made = typeof import("../../../src/extension/models/editorModels.ts");

class LanguageModelError extends Error {
	static readonly NoPermissions = { name: "NoPermissions" };
	static readonly Blocked = { name: "Blocked" };
	static readonly NotFound = { name: "NotFound" };
	readonly code: string;
	constructor(code: string) {
		super(code);
		this.code = code;
	}
}

/** An editor with one model, which says of every model that it may be used, as some versions do. */
async function editor() {
	const kept = new Map<string, unknown>();
	const state = { isThere: true, isAllowed: true, asked: 0 };
	const model = {
		vendor: "reef",
		id: "keeper",
		family: "keeper",
		name: "Reef keeper",
		maxInputTokens: 1000,
		countTokens: async () => 1,
		async sendRequest() {
			state.asked++;
			if (!state.isAllowed) throw new LanguageModelError("NoPermissions");
			return { stream: (async function* () {})() };
		},
	};
	const disposable = { dispose() {} };
	const vscode = {
		LanguageModelError,
		LanguageModelChatMessage: { User: (content: unknown) => content },
		LanguageModelChatToolMode: { Auto: 1 },
		LanguageModelTextPart: class {},
		LanguageModelToolCallPart: class {},
		CancellationTokenSource: class {
			readonly token = {};
			cancel() {}
			dispose() {}
		},
		workspace: { name: "yard" },
		lm: { selectChatModels: async () => (state.isThere ? [model] : []), onDidChangeChatModels: () => disposable },
	};
	const { createEditorModels } = await inEditor<Made>("models/editorModels.ts", vscode);
	const models = createEditorModels(
		{ canSendRequest: () => true, onDidChange: () => disposable } as never,
		{
			get: (name: string) => kept.get(name),
			update: async (name: string, value: unknown) => void kept.set(name, value),
		} as never,
	);
	const told: (readonly EditorModel["access"][])[] = [];
	models.onChange((offered) => told.push(offered.models.map(({ access }) => access)));
	assert.equal(await models.allow(model as never), true);
	await models.list();
	told.length = 0;
	const request = { callId: "c", vendor: "reef", id: "keeper", messages: [], tools: [], justification: "" };
	const respond = (): Promise<EditorAnswerEnd> => models.respond(request, () => {}, new AbortController().signal);
	return { models, state, model, told, respond };
}

const why = (end: EditorAnswerEnd) => (end.kind === "failed" ? end.why : end.kind);

describe("models that this window offers", () => {
	it("wait to be allowed again when consent was taken back, and are used once it is given", async () => {
		const { models, state, model, told, respond } = await editor();
		assert.equal(why(await respond()), "done");
		state.isAllowed = false;
		assert.equal(why(await respond()), "noPermissions");
		assert.deepEqual(told, [["unasked"]]);
		assert.deepEqual(await models.notAllowed(), [model]);
		const { asked } = state;
		assert.equal(why(await respond()), "noPermissions");
		assert.equal(state.asked, asked, "nobody is asked by a goal");
		state.isAllowed = true;
		assert.equal(await models.allow(model as never), true);
		assert.deepEqual(told, [["unasked"], ["allowed"]]);
		assert.equal(why(await respond()), "done");
		models.dispose();
	});

	it("are offered again when they were gone for a moment", async () => {
		const { models, state, told, respond } = await editor();
		state.isThere = false;
		assert.equal(why(await respond()), "notFound");
		state.isThere = true;
		await until("it is told", () => told.length > 0);
		assert.deepEqual(told, [["allowed"]]);
		models.dispose();
	});
});
