/*
 * A second extension that provides a language model, as Copilot does. It plans one step, writes a file, runs a check of
 * its own by a command, and reports; what it is asked is kept for the tests.
 */
const fs = require("node:fs");
const path = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const vscode = require("vscode");

/** The folder that a story can reach, too. */
const beside = path.dirname(process.env.MISSION_HOME ?? "/nowhere/data");
const requests = [];
let pauseMs = 0;
const events = new vscode.EventEmitter();
let ids = ["pilot"];

const information = (id) => ({
	id,
	name: `Harbour ${id}`,
	family: id,
	version: "1",
	maxInputTokens: 60000,
	maxOutputTokens: 4000,
	capabilities: { toolCalling: true, imageInput: true },
});

const plan = {
	title: "Greet",
	summary: "",
	steps: [{ id: "greet", title: "Greet", instructions: "Write greeting.txt." }],
};

function textOf(message) {
	return message.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
}

exports.activate = (context) => {
	const provider = {
		onDidChangeLanguageModelChatInformation: events.event,
		provideLanguageModelChatInformation: async () => ids.map(information),
		provideTokenCount: async (_model, text) => Math.ceil((typeof text === "string" ? text : textOf(text)).length / 4),
		async provideLanguageModelChatResponse(model, messages, options, progress, token) {
			const text = messages.map(textOf).join("\n");
			const parts = messages.flatMap((message) => message.content);
			const results = parts.filter((part) => part instanceof vscode.LanguageModelToolResultPart);
			const tools = (options.tools ?? []).map(({ name }) => name);
			const request = {
				model: model.id,
				roles: messages.map(({ role }) => (role === vscode.LanguageModelChatMessageRole.User ? "user" : "assistant")),
				tools,
				results: results.length,
				text,
				cancelled: false,
			};
			requests.push(request);
			token.onCancellationRequested(() => {
				request.cancelled = true;
			});
			const say = (value) => progress.report(new vscode.LanguageModelTextPart(value));
			if (text.includes("[[blocked]]")) throw vscode.LanguageModelError.Blocked("The quota of this month is used up.");
			if (tools.length > 0 && pauseMs > 0) {
				say("Let me think. ");
				await new Promise((resolve) => {
					const timer = setTimeout(resolve, pauseMs);
					token.onCancellationRequested(() => {
						clearTimeout(timer);
						resolve();
					});
				});
				if (token.isCancellationRequested) return;
			}
			// Says nothing more as long as a story wants it so.
			const stop = path.join(beside, "hold");
			if (tools.length > 0 && fs.existsSync(stop)) fs.writeFileSync(path.join(beside, "asked"), "");
			while (tools.length > 0 && fs.existsSync(stop) && !token.isCancellationRequested) await sleep(50);
			if (token.isCancellationRequested) return;
			if (tools.length === 0) {
				say(text.includes("reflection") ? '{"summary":"Greeted.","reflection":"Fine."}' : JSON.stringify(plan));
				return;
			}
			if (results.length > 0) return say("The greeting is written.");
			say("Writing it.");
			progress.report(
				new vscode.LanguageModelToolCallPart("call-1", "writeFile", { path: "greeting.txt", content: "hello\n" }),
			);
		},
	};
	// An extension that takes long to say what it has, as long as a story wants it so.
	const late = path.join(beside, "late");
	// Its editor asks the person before another extension may use it, as with models that need an account.
	const guarded = {
		...provider,
		async provideLanguageModelChatInformation() {
			while (fs.existsSync(late)) await sleep(50);
			return [{ ...information("keeper"), requiresAuthorization: { label: "The Harbour" } }];
		},
	};
	context.subscriptions.push(
		vscode.lm.registerLanguageModelChatProvider("harbour", provider),
		vscode.lm.registerLanguageModelChatProvider("reef", guarded),
	);
	return {
		requests,
		pause(ms) {
			pauseMs = ms;
		},
		provide(next) {
			ids = next;
			events.fire();
		},
	};
};
