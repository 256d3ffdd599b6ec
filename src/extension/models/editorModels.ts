import * as vscode from "vscode";
import type { ModelOffer } from "../../client/offeredModels.ts";
import type { EditorModel, OfferedModels } from "../../protocol/editorModels.ts";
import { t } from "../words/words.ts";

/**
 * Models that other extensions provide in this window, offered to the daemon. Nothing is looked for before the daemon
 * asks, which it does when a person looks or a goal needs one: looking starts the extensions that provide them.
 */
export interface EditorModels extends ModelOffer, vscode.Disposable {
	/** What was there when the daemon last asked. */
	readonly known: readonly EditorModel[];
	/** Models of this window that were not allowed yet, or were refused. */
	notAllowed(): Promise<readonly vscode.LanguageModelChat[]>;
	/** By `vendor/id` or `vendor/family`. */
	find(name: string): Promise<vscode.LanguageModelChat | undefined>;
	/** Asks the person, where VS Code has to; only for what they do themselves. Whether it may be used. */
	allow(model: vscode.LanguageModelChat): Promise<boolean>;
}

export function createEditorModels(access: vscode.LanguageModelAccessInformation): EditorModels {
	const listeners = new Set<(offered: OfferedModels) => void>();
	let subscriptions: readonly vscode.Disposable[] | undefined;
	let known: readonly EditorModel[] = [];
	let timer: NodeJS.Timeout | undefined;
	let delayMs = firstDelayMs;

	async function list(): Promise<OfferedModels> {
		subscriptions ??= [vscode.lm.onDidChangeChatModels(lookSoon), access.onDidChange(lookSoon)];
		known = (await vscode.lm.selectChatModels()).flatMap((model) => offeredModel(model, access)).slice(0, maxModels);
		return { window: windowName(), models: [...known] };
	}

	/** Looking may itself be what changes the list: what brings nothing new is looked at ever more rarely. */
	function lookSoon(): void {
		timer ??= setTimeout(async () => {
			const before = JSON.stringify(known);
			const offered = await list().catch(() => undefined);
			timer = undefined;
			const isOther = JSON.stringify(known) !== before;
			delayMs = isOther ? firstDelayMs : Math.min(delayMs * 2, lastDelayMs);
			if (offered && isOther) for (const listener of [...listeners]) listener(offered);
		}, delayMs);
	}

	return {
		list,
		async respond(request, emit, signal) {
			const { answerOf } = await import("./answerOf.ts");
			return answerOf(request, access, emit, signal);
		},
		onChange(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		get known() {
			return known;
		},
		async notAllowed() {
			return (await vscode.lm.selectChatModels()).filter((model) => access.canSendRequest(model) !== true);
		},
		async find(name) {
			const slash = name.indexOf("/");
			const [vendor, last] = [name.slice(0, slash), name.slice(slash + 1)];
			const models = await vscode.lm.selectChatModels({ vendor });
			return models.find(({ id }) => id === last) ?? models.find(({ family }) => family === last);
		},
		async allow(model) {
			const { allow } = await import("./allow.ts");
			return allow(model, access);
		},
		dispose() {
			clearTimeout(timer);
			for (const subscription of subscriptions ?? []) subscription.dispose();
			listeners.clear();
		},
	};
}

const firstDelayMs = 200;
const lastDelayMs = 60_000;
const maxModels = 500;
const maxNameChars = 200;

function offeredModel(
	model: vscode.LanguageModelChat,
	access: vscode.LanguageModelAccessInformation,
): readonly EditorModel[] {
	const { vendor, id, family, maxInputTokens } = model;
	const isNamed = [vendor, id, family].every((name) => name.length > 0 && name.length <= maxNameChars);
	if (!isNamed) return [];
	const may = access.canSendRequest(model);
	return [
		{
			vendor,
			id,
			family,
			maxInputTokens: maxInputTokens > 0 ? maxInputTokens : undefined,
			access: may === true ? "allowed" : may === false ? "refused" : "unasked",
		},
	];
}

function windowName(): string {
	return (vscode.workspace.name ?? t("a window without a folder")).slice(0, maxNameChars);
}
