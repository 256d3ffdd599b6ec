import * as vscode from "vscode";
import type { DaemonClient } from "../../client/daemonClient.ts";
import { capital } from "../../core/words/capital.ts";
import type { ConfigState } from "../../protocol/config.ts";
import type { Daemon } from "../connection/daemon.ts";
import { openSettingsFile } from "../launch/settingsFile.ts";
import { t } from "../words/words.ts";

/**
 * Mistakes in config.jsonc where they stand, in the file and in the list of problems, as the daemon reads them; and a
 * message when they are new, since most people have that file closed.
 */
export function createConfigDiagnostics(daemon: Daemon): vscode.Disposable {
	const collection = vscode.languages.createDiagnosticCollection("missionControl.config");
	let current: ConfigState | undefined;
	let told = "";

	function show(state: ConfigState): void {
		if (current && current.path !== state.path) collection.clear();
		current = state;
		collection.set(vscode.Uri.file(state.path), state.problems.map(diagnosticOf));
		const key = JSON.stringify([state.path, state.problems.map(({ message }) => message)]);
		if (state.problems.length > 0 && key !== told) void tell(state);
		told = key;
	}

	/** An older daemon does not know the request. */
	const read = (client: DaemonClient) =>
		client.request("config/read", { watch: true }, { once: true }).then(show, () => undefined);

	daemon.whileOpen(({ client }) => {
		const onState = (state: string) => state === "connected" && void read(client);
		onState(client.state);
		const stops = [client.onState(onState), client.onNotice("config/changed", show)];
		return () => {
			for (const stop of stops) stop();
		};
	});
	// The daemon looks once a second; whoever saves wants to know now.
	const saved = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
		if (uri.fsPath === current?.path) void daemon.read("config/read", {}).then(show, () => undefined);
	});
	return vscode.Disposable.from(collection, saved);
}

function diagnosticOf({
	line,
	column,
	endColumn,
	message,
	blocks,
}: ConfigState["problems"][number]): vscode.Diagnostic {
	const { Error: error, Warning: warning } = vscode.DiagnosticSeverity;
	const range = new vscode.Range(line - 1, column - 1, line - 1, endColumn - 1);
	const diagnostic = new vscode.Diagnostic(range, capital(message), blocks ? error : warning);
	diagnostic.source = "Mission Control";
	return diagnostic;
}

async function tell({ path, problems, keptFrom }: ConfigState): Promise<void> {
	const first = problems.find(({ blocks }) => blocks) ?? problems[0]!;
	const more = problems.length > 1 ? ` ${t("({0} mistakes in all)", problems.length)}` : "";
	const sentence = t("config.jsonc, line {0}: {1}", first.line, first.message) + more;
	const consequence = !first.blocks
		? ""
		: keptFrom
			? ` ${t("Until it is corrected, the settings from before hold.")}`
			: ` ${t("Nothing is launched until it is corrected.")}`;
	const open = t("Open Config");
	const show = first.blocks ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
	if ((await show(sentence + consequence, open)) === open) await openSettingsFile(path, first.line);
}
