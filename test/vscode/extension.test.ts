import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { openClient } from "../../src/client/daemonClient.ts";
import { homeFolder, thisActor } from "../../src/client/home.ts";
import type { GoalId } from "../../src/core/ids.ts";
import type { Parts } from "../../src/extension/commands/parts.ts";
import type { Exports } from "../../src/extension/extension.ts";
import type { TreeNode } from "../../src/extension/tree/nodes.ts";
import { accept, throughPicks } from "./throughPicks.ts";

const timeoutMs = 60_000;

/** A playbook with what an editor has to show: a step that needs the other, a change to a file, one more file, checks. */
const playbook = `# Tidy the house

Some work on three files.

## Sweep

\`\`\`sh
printf 'clean\\n' > floor.txt
printf 'two\\n' >> kept.txt
\`\`\`

\`\`\`check
grep -q clean floor.txt
\`\`\`

## Air

\`\`\`write window.txt
open
\`\`\`
`;

describe("Mission Control in a real editor, with a real daemon", function () {
	this.timeout(120_000);
	let parts: Parts;
	let activationMs: number;
	let folder: string;
	let goalId: GoalId;

	before(async () => {
		const extension = vscode.extensions.getExtension<Exports>("mission-control.mission-control");
		assert.ok(extension, "the extension is not installed");
		const exported = await extension.activate();
		assert.ok(exported.parts, "the editor does not say that it runs tests");
		({ parts, activationMs } = exported as Required<Exports>);
		folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
		fs.writeFileSync(path.join(folder, "kept.txt"), "one\n");
		fs.writeFileSync(path.join(folder, "tidy.md"), playbook);
	});

	after(async () => {
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await parts?.daemon.read("daemon/stop", { now: true }).catch(() => undefined);
	});

	it("is active without waiting for anything", () => {
		// `npm run bench` measures it; waiting for a daemon or a program would take longer than this.
		console.log(`      activate took ${activationMs.toFixed(1)} ms`);
		assert.ok(activationMs < 500, `${activationMs} ms`);
	});

	it("registers exactly the commands that it declares", async () => {
		const manifest = vscode.extensions.getExtension("mission-control.mission-control")!.packageJSON;
		const declared = manifest.contributes.commands.map((row: { command: string }) => row.command).sort();
		// VS Code makes some of its own for each view.
		const views = (Object.values(manifest.contributes.views).flat() as { id: string }[]).map(({ id }) => `${id}.`);
		const registered = (await vscode.commands.getCommands(true))
			.filter((id) => id.startsWith("missionControl.") && !views.some((view) => id.startsWith(view)))
			.sort();
		assert.deepEqual(registered, declared);
	});

	it("starts no daemon, and looks for no model of another extension, before a person asks for something", () => {
		assert.equal(fs.existsSync(path.join(homeFolder(), "daemon.json")), false);
		assert.deepEqual(parts.models.known, []);
	});

	it("launches a playbook and has it in the tree", async () => {
		const goal = await throughPicks(
			"a goal is in the tree",
			() =>
				vscode.commands.executeCommand("missionControl.launchPlaybook", vscode.Uri.file(path.join(folder, "tidy.md"))),
			// The first row of the question what is approved with the launch: nothing is.
			[accept],
			() => rows(parts).find((node) => node.kind === "goal"),
		);
		assert.ok(goal.kind === "goal");
		goalId = goal.goalId;
		assert.equal(goal.summary.title, "Tidy the house");
		await until("it is the current goal", () => parts.current.goalId === goalId || undefined);
	});

	it("has another goal in the tree within 300 ms of the launch", async () => {
		const { launchGoal } = await import("../../src/extension/launch/launch.ts");
		// Whatever else the machine does makes it slower, nothing makes it faster: the best of a few is what it takes.
		let bestMs = Number.POSITIVE_INFINITY;
		for (let tries = 0; tries < 12 && bestMs >= 300; tries++) {
			const startedAt = performance.now();
			const another = await launchGoal(parts.daemon, {
				workspace: folder,
				playbook: { path: "second.md", text: "# Second\n\n## Wait\n\n```sh\ntouch waited\n```\n" },
			});
			await until("it", () => rows(parts).find((node) => node.kind === "goal" && node.goalId === another));
			bestMs = Math.min(bestMs, performance.now() - startedAt);
			await parts.daemon.ask("goal/control", { goalId: another, action: "cancel" });
		}
		console.log(`      in the tree after ${bestMs.toFixed(0)} ms`);
		assert.ok(bestMs < 300, `${bestMs} ms`);
	});

	it("shows what waits under its goal, with the whole command in a document", async () => {
		const waiting = await until("an approval", () => parts.approvals.waiting.find((one) => one.goal.goalId === goalId));
		const below = children(parts, goalId);
		assert.equal(below[0]?.kind, "approval");
		assert.deepEqual(
			below.filter((node) => node.kind === "step").map((node) => (node.kind === "step" ? node.step.title : "")),
			["Sweep", "Air"],
		);
		await vscode.commands.executeCommand("missionControl.showApproval", below[0]);
		const document = await until("the document", () => {
			const shown = vscode.window.activeTextEditor?.document;
			return shown?.uri.scheme === "mission-approval" ? shown : undefined;
		});
		assert.ok(document.getText().includes(`\n${waiting.approval.command!.trimEnd()}\n`), document.getText());
		const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
			"vscode.executeCodeLensProvider",
			document.uri,
			10,
		);
		const titles = lenses.map((lens) => lens.command?.title);
		assert.deepEqual(titles.slice(0, 1), ["Approve"]);
		assert.ok(titles.includes("Deny") && titles.includes("Open Thread"), String(titles));
	});

	it("learns of an answer that someone else gave first, and says who it was", async () => {
		const [waiting] = parts.approvals.waiting.filter((one) => one.goal.goalId === goalId);
		const stop = parts.goals.follow(goalId);
		const other = openClient({
			home: homeFolder(),
			actor: { ...thisActor("CLI"), user: "mara" },
			daemonScript: "",
			start: "never",
			log: () => undefined,
		});
		try {
			const { approvalId, digest } = waiting!.approval;
			await other.request("approval/answer", { approvalId, answer: "approve", digest });
			await until("the answer", () => !parts.approvals.find(goalId, approvalId));
			await assert.rejects(
				parts.approvals.answer(waiting!, { answer: "deny", scope: "once" }),
				/Already approved in the CLI by mara at \d\d:\d\d\./,
			);
			const document = vscode.window.activeTextEditor!.document;
			await until("the document to say so", () => document.getText().startsWith("Approved in the CLI by mara"));
		} finally {
			other.close();
			stop();
		}
	});

	it("runs the goal to its end with approvals given in the editor", async () => {
		await until("the end of the goal", async () => {
			for (const { goal, approval } of parts.approvals.waiting)
				if (goal.goalId === goalId)
					await vscode.commands.executeCommand("missionControl.answerApproval", {
						goalId,
						approvalId: approval.approvalId,
						answer: "approve",
					});
			return parts.goals.summary(goalId)?.state === "completed";
		});
		assert.equal(fs.readFileSync(path.join(folder, "window.txt"), "utf8"), "open\n");
		const root = parts.tree.provider.getChildren(undefined) as readonly TreeNode[];
		assert.ok(root.some((node) => node.kind === "group" && node.group === "finished"));
	});

	it("opens the changes of the goal and of a step in one editor, and a file in a diff", async () => {
		await vscode.commands.executeCommand("missionControl.openChanges", { goalId });
		await tab("Tidy the house: all changes");
		const step = children(parts, goalId).find((node) => node.kind === "step");
		await vscode.commands.executeCommand("missionControl.openChanges", step);
		await tab("Step 1: Sweep");
		const changes = await parts.files.read(goalId);
		assert.deepEqual(changes.map(({ path, status }) => `${status} ${path}`).sort(), [
			"added floor.txt",
			"added window.txt",
			"modified kept.txt",
		]);
		const kept = changes.find((change) => change.path === "kept.txt")!;
		await vscode.commands.executeCommand("missionControl.openChange", {
			kind: "change",
			goalId,
			change: kept,
			under: "goal",
		});
		const { input } = await tab("kept.txt (Tidy the house)");
		assert.ok(input instanceof vscode.TabInputTextDiff);
		assert.equal(Buffer.from(await vscode.workspace.fs.readFile(input.original)).toString(), "one\n");
		assert.equal(
			input.modified.fsPath,
			path.join(folder, "kept.txt"),
			"the file itself while it is as the goal left it",
		);
	});

	it("shows the version that the goal left once the person has changed the file", async () => {
		const kept = (await parts.files.read(goalId)).find((change) => change.path === "kept.txt")!;
		fs.writeFileSync(path.join(folder, "kept.txt"), "mine\n");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await parts.diffs.openOne(goalId, kept);
		const { input } = await tab("kept.txt (Tidy the house)");
		assert.ok(input instanceof vscode.TabInputTextDiff);
		assert.equal(input.modified.scheme, "mission-file");
		assert.equal(Buffer.from(await vscode.workspace.fs.readFile(input.modified)).toString(), "one\ntwo\n");
	});

	it("opens the dossier as a page, and as it stood at an earlier moment", async () => {
		await vscode.commands.executeCommand("missionControl.openDossier", { goalId });
		await tab("Tidy the house.md");
		const { dossierUri } = await import("../../src/extension/documents/uris.ts");
		const now = await vscode.workspace.openTextDocument(dossierUri(goalId, "Tidy the house"));
		assert.match(now.getText(), /Tidy the house/);
		const then = await vscode.workspace.openTextDocument(dossierUri(goalId, "Tidy the house", 1));
		assert.notEqual(then.getText(), now.getText());
	});

	it("opens one tab for a goal and one for each thread, however often it is asked", async () => {
		for (let time = 0; time < 2; time++) {
			await vscode.commands.executeCommand("missionControl.openOverview", { goalId });
			await tab("Tidy the house");
			await vscode.commands.executeCommand("missionControl.openThread", { goalId });
			await tab(/implementer/);
		}
		const panels = tabs().filter((one) => one.input instanceof vscode.TabInputWebview);
		const ours = panels.filter((one) => (one.input as vscode.TabInputWebview).viewType.includes("missionControl."));
		assert.equal(ours.length, 2);
		await vscode.commands.executeCommand("missionControl.returnToGoal");
		await until(
			"the goal in front",
			() => vscode.window.tabGroups.activeTabGroup.activeTab?.label === "Tidy the house",
		);
	});

	it("shows what undoing a step would do, does it on Enter, and keeps what the person changed", async () => {
		fs.writeFileSync(path.join(folder, "kept.txt"), "mine\n");
		await throughPicks(
			"the step is undone",
			() => vscode.commands.executeCommand("missionControl.undoStep", { goalId, stepId: "sweep" }),
			[accept],
			async () => (await parts.daemon.read("goal/get", { goalId })).plan.steps[0]!.undone,
		);
		assert.equal(fs.existsSync(path.join(folder, "floor.txt")), false);
		assert.equal(fs.readFileSync(path.join(folder, "kept.txt"), "utf8"), "mine\n");
		await until("the tree to say so", () =>
			children(parts, goalId).some((node) => node.kind === "step" && node.step.undone),
		);
	});

	it("refuses what makes no sense with the daemon's sentence, and changes nothing", async () => {
		const before = parts.goals.summary(goalId)!.lastSeq;
		await vscode.commands.executeCommand("missionControl.resume", { goalId });
		assert.equal(parts.goals.summary(goalId)!.lastSeq, before);
	});
});

function rows(parts: Parts): readonly TreeNode[] {
	const root = parts.tree.provider.getChildren(undefined) as readonly TreeNode[];
	return root.flatMap((node) => [node, ...(parts.tree.provider.getChildren(node) as readonly TreeNode[])]);
}

function children(parts: Parts, goalId: GoalId): readonly TreeNode[] {
	const goal = rows(parts).find((node) => node.kind === "goal" && node.goalId === goalId);
	return parts.tree.provider.getChildren(goal) as readonly TreeNode[];
}

function tabs(): readonly vscode.Tab[] {
	return vscode.window.tabGroups.all.flatMap((group) => group.tabs);
}

function tab(label: string | RegExp): Promise<vscode.Tab> {
	const fits = (one: vscode.Tab) => (typeof label === "string" ? one.label.includes(label) : label.test(one.label));
	return until(`a tab ${label}`, () => tabs().find(fits));
}

async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (Date.now() > deadline) {
			const open = tabs().map((one) => one.label);
			throw new Error(`${what} did not come within ${timeoutMs} ms. Tabs: ${open.join(", ")}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
