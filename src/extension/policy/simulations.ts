import * as path from "node:path";
import * as vscode from "vscode";
import type { Daemon } from "../connection/daemon.ts";
import { queryValue, schemes, simulationUri } from "../documents/uris.ts";
import { t } from "../words/words.ts";
import { simulationText } from "./simulationText.ts";

/** What rules would have done to the past: two policies as two documents, side by side in a diff. */
export interface Simulations extends vscode.Disposable {
	/** The rules of a document as it stands in the editor, saved or not, beside those in force. */
	compare(document: vscode.TextDocument): Promise<void>;
}

/** Compared ones that can still be looked at. */
const maxKept = 20;

export function createSimulations(daemon: Daemon): Simulations {
	const kept = new Map<string, Readonly<Record<string, string>>>();
	let number = 0;
	const registration = vscode.workspace.registerTextDocumentContentProvider(schemes.simulation, {
		provideTextDocumentContent: (uri) =>
			kept.get(queryValue(uri, "number") ?? "")?.[queryValue(uri, "side") ?? ""] ??
			t("This comparison is no longer kept. Run “Try Policy on the Past” again."),
	});
	return {
		async compare(document) {
			const simulation = await daemon.read("policy/simulate", { text: document.getText() });
			if (simulation.acts === 0) {
				void vscode.window.showInformationMessage(
					t("No goal has done anything yet that these rules could be tried on."),
				);
				return;
			}
			const key = String(++number);
			kept.set(key, { now: simulationText(simulation, "now"), tried: simulationText(simulation, "would") });
			for (const oldest of [...kept.keys()].slice(0, -maxKept)) kept.delete(oldest);
			const name = path.posix.basename(document.uri.path);
			await vscode.commands.executeCommand(
				"vscode.diff",
				simulationUri(t("rules in force"), "now", number),
				simulationUri(name, "tried", number),
				t("Rules in force ↔ {0}", name),
				{ preview: true },
			);
		},
		dispose: () => registration.dispose(),
	};
}
