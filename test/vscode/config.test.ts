import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { homeFolder } from "../../src/client/home.ts";
import type { Parts } from "../../src/extension/commands/parts.ts";
import type { Exports } from "../../src/extension/extension.ts";

describe("A mistake in config.jsonc, in a real editor", function () {
	this.timeout(120_000);
	const file = path.join(homeFolder(), "config.jsonc");
	const uri = vscode.Uri.file(file);
	const { showErrorMessage, showWarningMessage } = vscode.window;
	const shown: (readonly [kind: "error" | "warning", text: string, ...buttons: string[]])[] = [];
	let parts: Parts;

	before(async () => {
		const extension = vscode.extensions.getExtension<Exports>("mission-control.mission-control");
		({ parts } = (await extension!.activate()) as Required<Exports>);
		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.rmSync(file, { force: true });
		const isThere = () =>
			parts.daemon.ask("daemon/status", {}).then(
				() => true,
				() => false,
			);
		await until("the daemon is there", isThere);
		// The person presses the button at once.
		const press = (kind: "error" | "warning") => async (text: string, button: string) => {
			shown.push([kind, text, button]);
			return button;
		};
		Object.assign(vscode.window, { showErrorMessage: press("error"), showWarningMessage: press("warning") });
	});
	after(async () => {
		Object.assign(vscode.window, { showErrorMessage, showWarningMessage });
		fs.rmSync(file, { force: true });
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await parts.daemon.read("daemon/stop", { now: true }).catch(() => undefined);
	});

	async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
		for (const deadline = Date.now() + 60_000; !(await holds()); await sleep(20))
			if (Date.now() > deadline) throw new Error(`It never came to this: ${what}. ${JSON.stringify(shown)}`);
	}
	const marks = () =>
		vscode.languages
			.getDiagnostics(uri)
			.filter(({ source }) => source === "Mission Control")
			.map(({ message, range, severity }) => ({
				message,
				severity,
				at: [range.start.line, range.start.character, range.end.character],
			}));

	it("is marked where it stands while the file is closed, told with a button that opens it there, and gone when it is", async () => {
		fs.writeFileSync(file, '{\n\t"agnet": "openai/x"\n}\n');
		await until("it is marked", () => marks().length === 1);
		assert.deepEqual(marks(), [
			{
				message: "Unknown setting “agnet”; did you mean “agent”?",
				severity: vscode.DiagnosticSeverity.Warning,
				at: [1, 1, 8],
			},
		]);
		await until("the file is open at its line", () => {
			const editor = vscode.window.activeTextEditor;
			return editor?.document.uri.fsPath === file && editor.selection.active.line === 1;
		});
		assert.deepEqual(shown, [
			["warning", "config.jsonc, line 2: unknown setting “agnet”; did you mean “agent”?", "Open Config"],
		]);
		fs.writeFileSync(file, '{\n"limits": { "replans": "many" }\n}\n');
		await until("the other mistake is marked", () => marks()[0]?.severity === vscode.DiagnosticSeverity.Error);
		assert.match(
			shown.at(-1)?.[1] ?? "",
			/line 2: “replans” .* Until it is corrected, the settings from before hold\.$/,
		);
		fs.writeFileSync(file, "{}\n");
		await until("nothing is marked", () => marks().length === 0);
		assert.equal(shown.length, 2);
	});
});
