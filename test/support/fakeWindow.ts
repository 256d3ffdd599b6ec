import { type DaemonClient, openClient } from "../../src/client/daemonClient.ts";
import type { EditorAnswerEnd, EditorAnswerPart, EditorModel, EditorRequest } from "../../src/protocol/editorModels.ts";

/** A client that offers models as a window of VS Code does, over a real socket, and answers by a script. */
export interface FakeWindow {
	readonly client: DaemonClient;
	/** Every request so far, as it came. */
	readonly requests: readonly EditorRequest[];
	/** How often it was asked what it has. */
	readonly looks: number;
	/** Callers that were told that their answer is wanted no more. */
	readonly cancelled: readonly string[];
	/** It has other models from now on, and says so. */
	offer(models: readonly EditorModel[]): void;
	use(script: WindowScript): void;
	close(): void;
}

export interface WindowAnswer {
	readonly text?: string;
	readonly calls?: readonly { readonly name: string; readonly args: object | string }[];
	readonly end?: EditorAnswerEnd;
	/** After what was said so far nothing more comes, until the answer is cancelled. */
	readonly hangs?: boolean;
}
export type WindowScript = (request: WindowRequest) => WindowAnswer | Promise<WindowAnswer>;

export interface WindowRequest extends EditorRequest {
	/** Everything that was said, for searching. */
	readonly text: string;
	readonly purpose: "plan" | "work" | "review" | "reflect" | "summary";
	readonly toolResults: number;
	emit(parts: EditorAnswerPart[]): void;
	readonly signal: AbortSignal;
}

export function model(id: string, more: Partial<EditorModel> = {}): EditorModel {
	return { vendor: "acme", id, family: id, maxInputTokens: 100_000, access: "allowed", ...more };
}

export function openFakeWindow(options: {
	readonly home: string;
	readonly name?: string;
	readonly models?: readonly EditorModel[];
	readonly script: WindowScript;
}): FakeWindow {
	const { home, name = "yard" } = options;
	let models = [...(options.models ?? [model("one")])];
	let { script } = options;
	let looks = 0;
	const requests: EditorRequest[] = [];
	const cancelled: string[] = [];
	const listeners = new Set<(offered: { window: string; models: EditorModel[] }) => void>();
	const client = openClient({
		home,
		actor: { client: "VS Code" },
		daemonScript: "",
		start: "never",
		log() {},
		models: {
			async list() {
				looks++;
				return { window: name, models };
			},
			async respond(request, emit, signal) {
				requests.push(request);
				signal.addEventListener("abort", () => cancelled.push(request.callId));
				const said = await script({ ...request, ...readable(request), emit, signal });
				if (said.text) for (const word of said.text.split(/(?<= )/)) emit([{ kind: "text", text: word }]);
				for (const [index, { name: tool, args }] of (said.calls ?? []).entries()) {
					const input = typeof args === "string" ? args : JSON.stringify(args);
					emit([{ kind: "call", id: `call-${requests.length}-${index}`, name: tool, input }]);
				}
				if (said.hangs && !signal.aborted)
					await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
				if (signal.aborted) return { kind: "cancelled" };
				return said.end ?? { kind: "done", inputTokens: 4000, outputTokens: 20 };
			},
			onChange(listener) {
				listeners.add(listener);
				return () => void listeners.delete(listener);
			},
		},
	});
	return {
		client,
		requests,
		cancelled,
		get looks() {
			return looks;
		},
		offer(next) {
			models = [...next];
			for (const listener of [...listeners]) listener({ window: name, models });
		},
		use(next) {
			script = next;
		},
		close: () => client.close(),
	};
}

function readable({ messages, tools }: EditorRequest): Pick<WindowRequest, "text" | "purpose" | "toolResults"> {
	const parts = messages.flatMap((message) => message.parts);
	const texts = parts.map((part) => (part.kind === "text" ? part.text : ""));
	return {
		text: texts.join("\n"),
		purpose: tools.length > 0 ? "work" : purposeOf((texts[0] ?? "").slice(0, 200)),
		toolResults: parts.filter(({ kind }) => kind === "result").length,
	};
}

function purposeOf(instructions: string): WindowRequest["purpose"] {
	if (/keep the record of a conversation/.test(instructions)) return "summary";
	if (/\breviewer\b/i.test(instructions)) return "review";
	return /\breflection\b/i.test(instructions) ? "reflect" : "plan";
}
