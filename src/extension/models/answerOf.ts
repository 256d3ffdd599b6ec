import * as vscode from "vscode";
import type {
	EditorAnswerEnd,
	EditorAnswerPart,
	EditorMessage,
	EditorMessagePart,
	EditorRequest,
} from "../../protocol/editorModels.ts";

/** One answer of a model of this window, piece by piece. A model that the person did not allow is not asked: no dialog comes of it. */
export async function answerOf(
	{ vendor, id, messages, tools, justification }: EditorRequest,
	mayUse: (model: vscode.LanguageModelChat) => boolean,
	emit: (parts: EditorAnswerPart[]) => void,
	signal: AbortSignal,
): Promise<EditorAnswerEnd> {
	const ending = new vscode.CancellationTokenSource();
	const cancel = () => ending.cancel();
	signal.addEventListener("abort", cancel);
	try {
		const [model] = await vscode.lm.selectChatModels({ vendor, id });
		if (!model) return { kind: "failed", why: "notFound", message: "" };
		if (!mayUse(model)) return { kind: "failed", why: "noPermissions", message: "" };
		if (signal.aborted) return { kind: "cancelled" };
		const inputTokens = counted(model, textsOf(messages), ending.token);
		const options = { justification, tools, toolMode: vscode.LanguageModelChatToolMode.Auto };
		const response = await model.sendRequest(
			messages.map(toMessage),
			tools.length > 0 ? options : { justification },
			ending.token,
		);
		let said = "";
		let heardAt = 0;
		for await (const part of response.stream) {
			if (signal.aborted) break;
			if (part instanceof vscode.LanguageModelTextPart) {
				said += part.value;
				for (let at = 0; at < part.value.length; at += pieceChars)
					emit([{ kind: "text", text: part.value.slice(at, at + pieceChars) }]);
			} else if (part instanceof vscode.LanguageModelToolCallPart) {
				const input = JSON.stringify(part.input ?? {});
				said += input;
				emit([{ kind: "call", id: part.callId, name: part.name, input }]);
			} else if (Date.now() - heardAt > signEveryMs) {
				// Nothing of ours, reasoning for example; it shows that the model is at work.
				heardAt = Date.now();
				emit([]);
			}
		}
		if (signal.aborted) return { kind: "cancelled" };
		const [read, written] = await Promise.all([inTime(inputTokens), inTime(counted(model, said, ending.token))]);
		return { kind: "done", inputTokens: read, outputTokens: written };
	} catch (cause) {
		return signal.aborted ? { kind: "cancelled" } : failed(cause);
	} finally {
		signal.removeEventListener("abort", cancel);
		ending.cancel();
		ending.dispose();
	}
}

const pieceChars = 1_000_000;
const signEveryMs = 1000;
/** A tokenizer that takes longer is not waited for: the daemon estimates then. */
const countMs = 1000;

function toMessage({ role, parts }: EditorMessage): vscode.LanguageModelChatMessage {
	const content = parts.map(toPart);
	return role === "user"
		? vscode.LanguageModelChatMessage.User(
				content as Parameters<typeof vscode.LanguageModelChatMessage.User>[0] & object[],
			)
		: vscode.LanguageModelChatMessage.Assistant(
				content as Parameters<typeof vscode.LanguageModelChatMessage.Assistant>[0] & object[],
			);
}

function toPart(part: EditorMessagePart): vscode.LanguageModelInputPart {
	switch (part.kind) {
		case "text":
			return new vscode.LanguageModelTextPart(part.text);
		case "image":
			return vscode.LanguageModelDataPart.image(Buffer.from(part.base64, "base64"), part.mediaType);
		case "call":
			return new vscode.LanguageModelToolCallPart(part.id, part.name, part.input);
		case "result":
			return new vscode.LanguageModelToolResultPart(part.id, part.parts.map(toPart));
	}
}

function textsOf(messages: readonly EditorMessage[]): string {
	const texts = messages.flatMap(({ parts }) =>
		parts.flatMap((part) => {
			if (part.kind === "text") return [part.text];
			if (part.kind === "call") return [JSON.stringify(part.input)];
			return part.kind === "result" ? part.parts.flatMap((one) => (one.kind === "text" ? [one.text] : [])) : [];
		}),
	);
	return texts.join("\n");
}

function counted(
	model: vscode.LanguageModelChat,
	text: string,
	token: vscode.CancellationToken,
): Promise<number | undefined> {
	return Promise.resolve(model.countTokens(text, token)).then(
		(tokens) => (Number.isFinite(tokens) && tokens >= 0 ? tokens : undefined),
		() => undefined,
	);
}

async function inTime(counting: Promise<number | undefined>): Promise<number | undefined> {
	let late: NodeJS.Timeout | undefined;
	const tooLate = new Promise<undefined>((resolve) => {
		late = setTimeout(() => resolve(undefined), countMs);
	});
	const tokens = await Promise.race([counting, tooLate]);
	clearTimeout(late);
	return tokens;
}

/** The code as VS Code names it, and what was behind it in words. */
function failed(cause: unknown): EditorAnswerEnd {
	const known = cause instanceof vscode.LanguageModelError ? cause.code : undefined;
	const { NoPermissions, Blocked, NotFound } = vscode.LanguageModelError;
	const words = { noPermissions: NoPermissions.name, blocked: Blocked.name, notFound: NotFound.name };
	const why = Object.entries(words).find(([, name]) => known === name)?.[0];
	const texts = [cause, (cause as { cause?: unknown } | undefined)?.cause].flatMap((one) =>
		one instanceof Error ? [one.message] : typeof one === "string" ? [one] : [],
	);
	const message = [...new Set(texts)].filter(Boolean).join(": ").slice(0, 2000);
	return { kind: "failed", why: why ?? (known || "unknown").slice(0, 200), message };
}
