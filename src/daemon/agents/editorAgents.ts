import { editorProvider } from "../../core/agentKinds.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import type { Config } from "../config/config.ts";
import type { Listed } from "../discovery/directory.ts";
import { openEditorModel } from "../editor/editorModel.ts";
import { type EditorWindows, nameOfModel } from "../editor/editorWindows.ts";
import type { Learned } from "../endpoint/learned.ts";
import type { Provider } from "../providers/provider.ts";
import type { AgentMaker } from "./agentKinds.ts";
import { createModelAgent } from "./modelAgent.ts";

export interface EditorAgentsParts {
	readonly config: Config;
	readonly windows: EditorWindows;
	readonly learned: Learned;
	readonly closing: AbortSignal;
}

/** It has no address and no key, and answers in text: VS Code knows no schema for an answer. */
const provider: Provider = {
	id: editorProvider,
	kind: "openai-compatible",
	baseUrl: "",
	structuredOutput: false,
	efforts: [],
};

/** Agents that are models of other extensions of VS Code, asked through a window. */
export function editorAgents({ config, windows, learned, closing }: EditorAgentsParts): AgentMaker {
	return {
		create: (choice) =>
			createModelAgent({
				provider,
				known: [],
				choice,
				keys: config.keys,
				limits: config.limits,
				learned,
				closing,
				load: async () => () => openEditorModel(windows, choice.model),
				remedy: "See whether the window of VS Code that has it answers.",
			}),
		// A goal may be launched before the window is open that it will wait for.
		isThere: () => true,
		// Who pays for it pays the extension's vendor, by no price that is known here.
		priceOf: () => undefined,
		sees: () => undefined,
		windowOf: ({ model }) => windows.find(model)?.maxInputTokens || undefined,
		effortProblem: (choice) =>
			choice.effort &&
			`${formatModelRef({ ...choice, effort: undefined })} takes no reasoning effort from Mission Control, so “${choice.effort}” is left out.`,
		builtIn: [],
	};
}

/** The models that windows have, as one provider; nothing where none has any. */
export function editorListed(windows: EditorWindows): readonly Listed[] {
	const offered = windows.offered().map(({ window, models }) => ({
		name: window,
		models: [...new Set(models.flatMap((model) => nameOfModel(model) ?? []))],
		isUsable: models.some(({ access }) => access !== "refused"),
	}));
	const models = [...new Set(offered.flatMap((one) => one.models))];
	if (models.length === 0) return [];
	const usable = offered.some(({ isUsable }) => isUsable);
	return [
		{
			id: editorProvider,
			kind: "vscode.lm",
			source: "editor",
			models,
			usable,
			...(!usable && {
				reason:
					"VS Code was told not to let Mission Control use its models. “Mission Control: Allow a Model of VS Code…” asks again.",
			}),
			windows: offered.filter((one) => one.models.length > 0).map(({ name, models: own }) => ({ name, models: own })),
			efforts: [],
		},
	];
}
