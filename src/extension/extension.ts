import * as vscode from "vscode";
import type { Parts } from "./commands/parts.ts";
import { compose } from "./compose.ts";
import { translateWith } from "./words/words.ts";

/** What other extensions and tests get of this one. */
export interface Exports {
	/** How long `activate` took, in milliseconds. */
	readonly activationMs: number;
	/** Only where the editor runs tests: what a person sees cannot all be read back through VS Code. */
	readonly parts?: Parts;
}

export function activate(context: vscode.ExtensionContext): Exports {
	const startedAt = performance.now();
	translateWith(vscode.l10n.t);
	const parts = compose(context);
	const activationMs = performance.now() - startedAt;
	parts.log.info(`Activated in ${activationMs.toFixed(1)} ms.`);
	return context.extensionMode === vscode.ExtensionMode.Test ? { activationMs, parts } : { activationMs };
}

/** Everything that was made is ended by the context's subscriptions. */
export function deactivate(): void {}
