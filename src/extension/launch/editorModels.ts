import * as vscode from "vscode";
import { t } from "../words/words.ts";
import type { Providers } from "./agentChoice.ts";

/**
 * Models that other extensions offer in this window. They are shown, because a person who sees them elsewhere looks for
 * them here, and cannot be chosen: they answer only while this window is open, and a goal goes on without it.
 */
export async function editorModels(): Promise<Providers["providers"]> {
	const models = await Promise.race([
		Promise.resolve(vscode.lm.selectChatModels()).catch(() => []),
		new Promise<readonly vscode.LanguageModelChat[]>((resolve) => setTimeout(() => resolve([]), waitMs)),
	]);
	const vendors = new Map<string, string[]>();
	for (const { vendor, id } of models) vendors.set(vendor, [...(vendors.get(vendor) ?? []), id]);
	return [...vendors].map(([vendor, ids]) => ({
		id: vendor,
		kind: "editor",
		source: "editor" as const,
		models: ids.slice(0, maxModels),
		usable: false,
		reason: t(
			"{0}: offered by another extension, only while this window is open. A goal goes on without it.",
			named(ids),
		),
		efforts: [],
	}));
}

const waitMs = 1000;
const maxModels = 100;
const namedModels = 5;

function named(ids: readonly string[]): string {
	const more = ids.length > namedModels ? ", …" : "";
	return `${ids.slice(0, namedModels).join(", ")}${more}`;
}
