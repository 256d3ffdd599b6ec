import assert from "node:assert/strict";
import * as vscode from "vscode";

describe("the extension in a real editor", () => {
	it("is activated and offers its commands", async () => {
		const extension = vscode.extensions.getExtension("mission-control.mission-control");
		assert.ok(extension, "the extension is not installed");
		await extension.activate();
		const commands = await vscode.commands.getCommands(true);
		const declared: readonly { readonly command: string }[] = extension.packageJSON.contributes.commands;
		assert.ok(declared.length > 0, "package.json declares no command");
		for (const { command } of declared)
			assert.ok(commands.includes(command), `${command} is declared but not registered`);
	});
});
