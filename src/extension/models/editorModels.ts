import * as vscode from "vscode";
import type { ModelOffer } from "../../client/offeredModels.ts";
import type { EditorModel, OfferedModels } from "../../protocol/editorModels.ts";
import type { Memento } from "../connection/currentGoal.ts";
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

export function createEditorModels(access: vscode.LanguageModelAccessInformation, memento: Memento): EditorModels {
	const listeners = new Set<(offered: OfferedModels) => void>();
	let subscriptions: readonly vscode.Disposable[] | undefined;
	let known: readonly EditorModel[] = [];
	let timer: NodeJS.Timeout | undefined;
	let delayMs = firstDelayMs;

	/**
	 * VS Code asks the person with the first request, and some versions of it say of every model that it may be used. So
	 * nothing is sent to a vendor whose models the person did not take into use here.
	 */
	const taken = (): readonly string[] => {
		const kept = memento.get(takenVendors);
		return Array.isArray(kept) ? kept.filter((vendor) => typeof vendor === "string") : [];
	};
	const mayUse = (model: vscode.LanguageModelChat): EditorModel["access"] => {
		const may = access.canSendRequest(model);
		if (may === false) return "refused";
		return may === true && taken().includes(model.vendor) ? "allowed" : "unasked";
	};

	async function list(): Promise<OfferedModels> {
		subscriptions ??= [vscode.lm.onDidChangeChatModels(lookSoon), access.onDidChange(lookSoon)];
		known = (await vscode.lm.selectChatModels())
			.flatMap((model) => offeredModel(model, mayUse(model)))
			.slice(0, maxModels);
		return { window: windowName(), models: [...known] };
	}

	/** Looking may itself be what changes the list: what brings nothing new is looked at ever more rarely. */
	function lookSoon(): void {
		timer ??= setTimeout(async () => {
			const isOther = await lookAgain().catch(() => false);
			timer = undefined;
			delayMs = isOther ? firstDelayMs : Math.min(delayMs * 2, lastDelayMs);
		}, delayMs);
	}

	/** Whether there are others than before; then it is told. */
	async function lookAgain(): Promise<boolean> {
		const before = JSON.stringify(known);
		const offered = await list();
		const isOther = JSON.stringify(known) !== before;
		if (isOther) for (const listener of [...listeners]) listener(offered);
		return isOther;
	}

	/** The person took their consent back: the vendor's models wait to be allowed again. */
	async function letGo(vendor: string): Promise<void> {
		if (!taken().includes(vendor)) return;
		await take(taken().filter((one) => one !== vendor));
	}

	/** Told before what follows from it is asked for. */
	async function take(vendors: readonly string[]): Promise<void> {
		await memento.update(takenVendors, vendors);
		await lookAgain();
	}

	return {
		list,
		async respond(request, emit, signal) {
			const { answerOf } = await import("./answerOf.ts");
			const end = await answerOf(request, (model) => mayUse(model) === "allowed", emit, signal);
			if (end.kind === "failed" && end.why === "noPermissions") await letGo(request.vendor).catch(() => undefined);
			if (end.kind === "failed" && end.why === "notFound") {
				// The daemon passes it over now; told anew, it counts again.
				known = known.filter(({ vendor, id }) => vendor !== request.vendor || id !== request.id);
				lookSoon();
			}
			return end;
		},
		onChange(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		get known() {
			return known;
		},
		async notAllowed() {
			return (await vscode.lm.selectChatModels()).filter((model) => mayUse(model) !== "allowed");
		},
		async find(name) {
			const slash = name.indexOf("/");
			const [vendor, last] = [name.slice(0, slash), name.slice(slash + 1)];
			const models = await vscode.lm.selectChatModels({ vendor });
			return models.find(({ id }) => id === last) ?? models.find(({ family }) => family === last);
		},
		async allow(model) {
			if (mayUse(model) === "allowed") return true;
			const { askPerson } = await import("./askPerson.ts");
			const others = taken().filter((vendor) => vendor !== model.vendor);
			const isAllowed = await askPerson(model);
			await take(isAllowed ? [...others, model.vendor] : others);
			return isAllowed;
		},
		dispose() {
			clearTimeout(timer);
			for (const subscription of subscriptions ?? []) subscription.dispose();
			listeners.clear();
		},
	};
}

/** Where it is kept whose models the person took into use. */
const takenVendors = "models.taken";
const firstDelayMs = 200;
const lastDelayMs = 60_000;
const maxModels = 500;
const maxNameChars = 200;

function offeredModel(model: vscode.LanguageModelChat, access: EditorModel["access"]): readonly EditorModel[] {
	const { vendor, id, family, maxInputTokens } = model;
	const isNamed = [vendor, id, family].every((name) => name.length > 0 && name.length <= maxNameChars);
	if (!isNamed) return [];
	return [
		{
			vendor,
			id,
			family,
			maxInputTokens: maxInputTokens > 0 ? maxInputTokens : undefined,
			access,
		},
	];
}

function windowName(): string {
	return (vscode.workspace.name ?? t("a window without a folder")).slice(0, maxNameChars);
}
