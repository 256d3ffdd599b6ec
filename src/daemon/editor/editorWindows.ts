import { randomUUID } from "node:crypto";
import type {
	EditorAnswerEnd,
	EditorAnswerPart,
	EditorMessage,
	EditorModel,
	EditorRequest,
	OfferedModels,
} from "../../protocol/editorModels.ts";

/**
 * The windows of VS Code that offer models of other extensions, and what they said they have. Nothing is kept of a window
 * that is gone. A window is asked what it has when a person looks, when a turn needs a model, or when a goal waits for
 * one; connecting alone asks it nothing, because looking starts extensions there.
 */
export interface EditorWindows {
	/** A window is connected; it counts until its line is gone. */
	join(line: WindowLine): JoinedWindow;
	/** Asks the windows that have not said yet what they have; with `refresh` all of them. About a second at most. */
	look(refresh?: boolean): Promise<void>;
	/** A window was asked and has not said yet what it has. */
	readonly areAsked: boolean;
	/** What is known of windows now. */
	offered(): readonly OfferedModels[];
	/** A model as the windows have it, one that may be used first. `name` is `vendor/id` or `vendor/family`. */
	find(name: string): EditorModel | undefined;
	/** The answer of a model, from a window that has it. Rejects with `WindowGone` when that one went away meanwhile. */
	ask(name: string, request: ModelRequest, signal: AbortSignal): Promise<WindowAnswer>;
	/** Called when a window came, or has other models than before. */
	onChange(listener: () => void): () => void;
	readonly count: number;
}

/** The connection to one window. */
export interface WindowLine {
	list(): Promise<OfferedModels>;
	respond(request: EditorRequest): Promise<EditorAnswerEnd>;
	cancel(callId: string): void;
	readonly gone: AbortSignal;
}

export interface JoinedWindow {
	/** Pieces of an answer; those of a call that is not under way in this window are passed over. */
	parts(callId: string, parts: readonly EditorAnswerPart[]): void;
	changed(offered: OfferedModels): void;
}

export interface ModelRequest {
	readonly messages: EditorMessage[];
	readonly tools: EditorRequest["tools"];
	readonly justification: string;
	onParts(parts: readonly EditorAnswerPart[]): void;
}

export type WindowAnswer =
	| { readonly kind: "ended"; readonly end: EditorAnswerEnd; readonly model: EditorModel; readonly window: string }
	/** No window has it. */
	| { readonly kind: "noWindow" }
	/** Some have it, and VS Code does not let us use it there. */
	| { readonly kind: "notAllowed"; readonly windows: readonly string[] };

/** The window went away in the middle of an answer. */
export class WindowGone extends Error {
	override readonly name = "WindowGone";
}

interface Window {
	readonly line: WindowLine;
	readonly calls: Map<string, (parts: readonly EditorAnswerPart[]) => void>;
	offered?: OfferedModels;
	asking?: Promise<void>;
}

/** A window that does not say in this time what it has is not waited for; what it says later counts then. */
const lookMs = 1500;

export function openEditorWindows(): EditorWindows {
	const windows = new Set<Window>();
	const listeners = new Set<() => void>();
	const changed = () => {
		for (const listener of [...listeners]) listener();
	};

	function say(window: Window, offered: OfferedModels): void {
		const isOther = JSON.stringify(offered) !== JSON.stringify(window.offered);
		window.offered = offered;
		if (isOther && windows.has(window)) changed();
	}

	function askWhatItHas(window: Window): Promise<void> {
		window.asking ??= window.line
			.list()
			.then(
				(offered) => say(window, offered),
				() => undefined,
			)
			.finally(() => {
				window.asking = undefined;
			});
		return window.asking;
	}

	async function look(refresh = false): Promise<void> {
		const silent = [...windows].filter((window) => refresh || !window.offered);
		if (silent.length === 0) return;
		let late: NodeJS.Timeout | undefined;
		const tooLate = new Promise<void>((resolve) => {
			late = setTimeout(resolve, lookMs);
		});
		await Promise.race([Promise.all(silent.map(askWhatItHas)), tooLate]);
		clearTimeout(late);
	}

	/** Who is asked first: a window that may use it, and of these the one that answers least now. */
	function having(name: string): readonly { readonly window: Window; readonly model: EditorModel }[] {
		const found = [...windows].flatMap((window) => {
			const model = modelNamed(name, window.offered?.models ?? []);
			return model ? [{ window, model }] : [];
		});
		const order = ({ window, model }: (typeof found)[number]) =>
			(model.access === "allowed" ? 0 : 1_000_000) + window.calls.size;
		return found.toSorted((a, b) => order(a) - order(b));
	}

	/** VS Code refused it there: until the window says anew what it has, it is not asked for it again. */
	function withdraw(window: Window, model: EditorModel, access: "gone" | "refused"): void {
		const { offered } = window;
		if (!offered) return;
		// The window may have said meanwhile what it has now.
		const others = offered.models.filter(({ vendor, id }) => vendor !== model.vendor || id !== model.id);
		window.offered = { ...offered, models: access === "gone" ? others : [...others, { ...model, access }] };
	}

	async function askOne(
		{ window, model }: { readonly window: Window; readonly model: EditorModel },
		request: ModelRequest,
		signal: AbortSignal,
	): Promise<EditorAnswerEnd> {
		const callId = randomUUID();
		const { messages, tools, justification, onParts } = request;
		const { line, calls } = window;
		const ends = new AbortController();
		const over = new Promise<never>((_resolve, reject) => {
			const onAbort = () => reject(signal.reason);
			const onGone = () => reject(new WindowGone("The window of VS Code is gone."));
			if (signal.aborted) onAbort();
			else if (line.gone.aborted) onGone();
			signal.addEventListener("abort", onAbort, { signal: ends.signal });
			line.gone.addEventListener("abort", onGone, { signal: ends.signal });
		});
		calls.set(callId, onParts);
		try {
			const { vendor, id } = model;
			return await Promise.race([line.respond({ callId, vendor, id, messages, tools, justification }), over]);
		} catch (cause) {
			if (line.gone.aborted && !signal.aborted) throw new WindowGone("The window of VS Code is gone.");
			line.cancel(callId);
			throw cause;
		} finally {
			ends.abort();
			calls.delete(callId);
		}
	}

	return {
		join(line) {
			const window: Window = { line, calls: new Map() };
			windows.add(window);
			line.gone.addEventListener("abort", () => windows.delete(window), { once: true });
			changed();
			return {
				parts: (callId, parts) => window.calls.get(callId)?.(parts),
				changed: (offered) => say(window, offered),
			};
		},
		look,
		get areAsked() {
			return [...windows].some(({ asking }) => asking !== undefined);
		},
		offered: () => [...windows].flatMap(({ offered }) => offered ?? []),
		find: (name) => having(name)[0]?.model,
		async ask(name, request, signal) {
			if (having(name)[0]?.model.access !== "allowed") await look();
			for (;;) {
				const [first, ...others] = having(name);
				if (!first) return { kind: "noWindow" };
				const { window, model } = first;
				if (model.access !== "allowed")
					return { kind: "notAllowed", windows: [first, ...others].map((one) => nameOf(one.window)) };
				let hasBegun = false;
				const onParts: ModelRequest["onParts"] = (parts) => {
					hasBegun = true;
					request.onParts(parts);
				};
				const end = await askOne(first, { ...request, onParts }, signal);
				const isRefused = end.kind === "failed" && (end.why === "notFound" || end.why === "noPermissions");
				if (!isRefused || hasBegun) return { kind: "ended", end, model, window: nameOf(window) };
				withdraw(window, model, end.why === "notFound" ? "gone" : "refused");
			}
		},
		onChange(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		get count() {
			return windows.size;
		},
	};
}

function nameOf({ offered }: Window): string {
	return offered?.window ?? "";
}

/** What a person calls a model: its id, or where that cannot be written in one word its family. */
export function nameOfModel({ vendor, id, family }: EditorModel): string | undefined {
	const last = [id, family].find(isWord);
	return isWord(vendor) && !vendor.includes("/") && last ? `${vendor}/${last}` : undefined;
}

function modelNamed(name: string, models: readonly EditorModel[]): EditorModel | undefined {
	const slash = name.indexOf("/");
	const [vendor, rest] = [name.slice(0, slash), name.slice(slash + 1)];
	const own = models.filter((model) => model.vendor === vendor);
	return own.find(({ id }) => id === rest) ?? own.find(({ family }) => family === rest);
}

function isWord(text: string): boolean {
	return !/[\s\p{Cc}\p{Cf}]/u.test(text);
}
