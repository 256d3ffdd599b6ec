import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { homeFolder } from "../../src/client/home.ts";
import type { Parts } from "../../src/extension/commands/parts.ts";
import type { Exports } from "../../src/extension/extension.ts";
import { accept, throughPicks } from "./throughPicks.ts";

const timeoutMs = 60_000;

describe("a policy in a real editor", function () {
	this.timeout(120_000);
	let parts: Parts;

	before(async () => {
		const extension = vscode.extensions.getExtension<Exports>("mission-control.mission-control");
		({ parts } = (await extension!.activate()) as Required<Exports>);
	});
	after(async () => {
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		fs.rmSync(path.join(homeFolder(), "config.jsonc"), { force: true });
		await parts?.daemon.read("daemon/stop", { now: true }).catch(() => undefined);
	});

	it("is tried on the past as it stands in the editor: a diff shows it beside the rules in force", async () => {
		const workspace = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
		const text = "# Sweep\n\n## Drop\n\n```sh\ntouch gone\n```\n";
		// The daemon of the tests before may still be ending.
		const { goalId } = await until("the launch", () =>
			parts.daemon
				.ask("goal/launch", { workspace, playbook: { path: "sweep.md", text }, requestId: "sweep" })
				.catch(() => undefined),
		);
		const waiting = await until("the approval", () =>
			parts.approvals.waiting.find((one) => one.goal.goalId === goalId),
		);
		await parts.approvals.answer(waiting, { answer: "deny", scope: "once" });
		await until("the goal to be told no", () =>
			parts.approvals.waiting.every((one) => one.approval !== waiting.approval),
		);
		const rules = '// Not saved.\n{ "policy": { "rules": [{ "effect": "allow", "command": "touch gone" }] } }';
		const document = await vscode.workspace.openTextDocument({ language: "jsonc", content: rules });
		await vscode.window.showTextDocument(document);
		await vscode.commands.executeCommand("missionControl.tryPolicy");
		const sides = await until("the comparison", () => {
			const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
			return input instanceof vscode.TabInputTextDiff ? [input.original, input.modified] : undefined;
		});
		const [now, tried] = await Promise.all(
			sides.map(async (uri) => (await vscode.workspace.openTextDocument(uri)).getText()),
		);
		assert.match(
			now!,
			/# You answered otherwise than what is tried\n +1× {2}touch gone\n +asked about\n +then: denied in /,
		);
		assert.match(tried!, / +1× {2}touch gone\n +allowed by user rule 1\n +then: denied in /);
		assert.match(tried!, /# Rules that decided\n(?: .*\n)* +1× {2}user rule 1: allow command `touch gone`\n/);
		await parts.daemon.ask("goal/control", { goalId, action: "cancel" }).catch(() => undefined);
	});

	it("gets a rule from what waits: the narrowest is chosen first, kept, and the act approved", async () => {
		const workspace = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
		const text = "# Mark\n\n## Mark\n\n```sh\ntouch marked-by-rule\n```\n";
		const { goalId } = await parts.daemon.ask("goal/launch", { workspace, playbook: { path: "mark.md", text } });
		const waiting = await until("the approval", () =>
			parts.approvals.waiting.find((one) => one.goal.goalId === goalId),
		);
		const { approvalId } = waiting.approval;
		await throughPicks(
			"the goal goes on",
			() => vscode.commands.executeCommand("missionControl.alwaysAllow", { goalId, approvalId }),
			[accept],
			() => parts.approvals.waiting.every((one) => one.approval.approvalId !== approvalId),
		);
		const { levels } = await parts.daemon.read("policy/read", { workspace });
		const own = levels.find(({ level }) => level === "workspace");
		assert.deepEqual(own?.rules, [{ effect: "allow", command: "touch marked-by-rule" }]);
	});
});

async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeoutMs} ms.`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
