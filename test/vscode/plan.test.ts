import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import * as vscode from "vscode";
import { homeFolder } from "../../src/client/home.ts";
import type { GoalId } from "../../src/core/ids.ts";
import type { Parts } from "../../src/extension/commands/parts.ts";
import type { Exports } from "../../src/extension/extension.ts";

const timeoutMs = 60_000;
const plan = {
	title: "Greet",
	summary: "Write a greeting, then sign it.",
	steps: [
		{ id: "write", title: "Write it", instructions: "Write the greeting." },
		{ id: "sign", title: "Sign it", instructions: "Sign the greeting.", needs: ["write"] },
	],
};

describe("the plan of a goal in a real editor", function () {
	this.timeout(120_000);
	let parts: Parts;
	let goalId: GoalId;
	let document: vscode.TextDocument;
	let server: http.Server;

	before(async () => {
		const extension = vscode.extensions.getExtension<Exports>("mission-control.mission-control");
		({ parts } = (await extension!.activate()) as Required<Exports>);
		server = await planner();
		const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl, models: ["m"] }];
		fs.mkdirSync(homeFolder(), { recursive: true });
		fs.writeFileSync(path.join(homeFolder(), "config.jsonc"), JSON.stringify({ providers, agent: "local/m" }));
		await parts.daemon.read("daemon/stop", { now: true }).catch(() => undefined);
		await until("the daemon to be gone", () => !fs.existsSync(path.join(homeFolder(), "daemon.json")));
		const workspace = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
		const settings = { planApproval: "always" as const };
		({ goalId } = await until("the launch", () =>
			parts.daemon.ask("goal/launch", { workspace, prompt: "Greet me", settings }).catch(() => undefined),
		));
		await until("a plan that waits", () => parts.approvals.waiting.find((one) => one.goal.goalId === goalId));
	});
	after(async () => {
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await parts?.daemon.read("daemon/stop", { now: true }).catch(() => undefined);
		server?.close();
		fs.rmSync(path.join(homeFolder(), "config.jsonc"), { force: true });
	});

	it("opens as a Markdown document, from the goal and from the approval that waits", async () => {
		await vscode.commands.executeCommand("missionControl.editPlan", { goalId });
		document = await until("the plan", () => {
			const shown = vscode.window.activeTextEditor?.document;
			return shown?.uri.scheme === "mission-plan" ? shown : undefined;
		});
		assert.equal(document.languageId, "markdown");
		assert.match(document.getText(), /^---\nrevision: 1\n---\n\n# Greet me/);
		assert.match(document.getText(), /## Sign it\nid: sign\nneeds: write\n/);
		const waiting = parts.approvals.waiting.find((one) => one.goal.goalId === goalId)!;
		await parts.approvals.open(goalId, waiting.approval.approvalId);
		const asked = await until("the approval", () => {
			const shown = vscode.window.activeTextEditor?.document;
			return shown?.uri.scheme === "mission-approval" ? shown : undefined;
		});
		const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
			"vscode.executeCodeLensProvider",
			asked.uri,
			10,
		);
		assert.ok(lenses.some((lens) => lens.command?.command === "missionControl.editPlan"));
		await vscode.commands.executeCommand("missionControl.editPlan", { goalId });
	});

	it("keeps what cannot be saved, and says at its line why", async () => {
		await replace("needs: write", "needs: wrote");
		assert.equal(await document.save(), false);
		assert.equal(document.isDirty, true);
		assert.match(document.getText(), /needs: wrote/);
		const [problem] = await until("the problem", () => {
			const found = vscode.languages.getDiagnostics(document.uri);
			return found.length > 0 ? found : undefined;
		});
		assert.match(problem!.message, /Step “sign” needs the unknown step “wrote”/);
		assert.equal(document.lineAt(problem!.range.start.line).text, "needs: wrote");
	});

	it("is the goal's plan when it is saved, and can be saved again", async () => {
		await replace("needs: wrote", "needs: none");
		assert.equal(await document.save(), true);
		assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
		const steps = async () => (await parts.daemon.read("goal/get", { goalId })).plan.steps;
		assert.deepEqual((await steps())[1]?.needs, []);
		await until("its new revision", () => document.getText().includes("revision: 2"));
		await replace("## Sign it", "## Sign it well");
		assert.equal(await document.save(), true);
		assert.equal((await steps())[1]?.title, "Sign it well");
	});

	async function replace(some: string, other: string): Promise<void> {
		const at = document.getText().indexOf(some);
		assert.ok(at >= 0, `“${some}” is in ${document.getText()}`);
		const edit = new vscode.WorkspaceEdit();
		const range = new vscode.Range(document.positionAt(at), document.positionAt(at + some.length));
		edit.replace(document.uri, range, other);
		assert.ok(await vscode.workspace.applyEdit(edit));
	}
});

/** An endpoint whose model knows one plan. */
async function planner(): Promise<http.Server> {
	const server = http.createServer((request, response) => {
		request.resume();
		response.writeHead(200, { "content-type": "text/event-stream" });
		const piece = (delta: object, finish: string | null) =>
			`data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
		response.end(
			`${piece({ role: "assistant", content: JSON.stringify(plan) }, null)}${piece({}, "stop")}data: [DONE]\n\n`,
		);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return server;
}

async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeoutMs} ms.`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
