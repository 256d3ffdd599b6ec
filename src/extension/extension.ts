import * as vscode from "vscode";
import { compose } from "./compose.ts";
import { translateWith } from "./words.ts";

/** What other extensions and tests get of this one. */
export interface Exports {
	/** How long `activate` took, in milliseconds. */
	readonly activationMs: number;
}

export function activate(context: vscode.ExtensionContext): Exports {
	const startedAt = performance.now();
	translateWith(vscode.l10n.t);
	const { log } = compose(context);
	const activationMs = performance.now() - startedAt;
	log.info(`Activated in ${activationMs.toFixed(1)} ms.`);
	return { activationMs };
}

/** Everything that was made is ended by the context's subscriptions. */
export function deactivate(): void {}
