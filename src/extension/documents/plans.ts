import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import { restrictedSentence } from "../webviewHosts/restricted.ts";
import { t } from "../words/words.ts";
import { planUri, queryValue, schemes } from "./uris.ts";

/**
 * The plan of a goal as a document that can be edited: read from the daemon, and sent back by Save. What the daemon
 * refuses is said in its sentence and marked at its line; the text stays in the editor, unsaved.
 */
export interface Plans extends vscode.Disposable {
	open(goalId: GoalId): Promise<void>;
}

/**
 * What is saved comes back with its new revision. The editor reads it again once it has noted the saving, and when that is
 * nobody is told: what still shows the old text a moment later is read again.
 */
const readAgainAfterMs = [300, 1_000, 3_000, 10_000, 30_000];

export function createPlans(daemon: Daemon, goals: Goals): Plans {
	const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
	const problems = vscode.languages.createDiagnosticCollection("mission-plan");
	/** How often each document was saved: a version counts for newer only when the plan is another one. */
	const saved = new Map<string, number>();
	const seen = new Map<GoalId, number>();
	const due = new Set<NodeJS.Timeout>();

	async function read(uri: vscode.Uri): Promise<{ readonly bytes: Uint8Array; readonly version: number }> {
		try {
			const { markdown, revision } = await daemon.read("plan/get", { goalId: goalOf(uri) });
			return { bytes: new TextEncoder().encode(markdown), version: revision * 1000 + (saved.get(uri.toString()) ?? 0) };
		} catch (cause) {
			throw vscode.FileSystemError.Unavailable(sentenceOf(cause));
		}
	}

	const readAgain = (uri: vscode.Uri, [afterMs, ...later] = readAgainAfterMs) => {
		if (afterMs === undefined) return;
		const timer = setTimeout(async () => {
			due.delete(timer);
			const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
			if (!document) return;
			// A slow editor still calls it unsaved; one that a person goes on editing is left alone.
			if (!document.isDirty) {
				const now = await read(uri).catch(() => undefined);
				if (now && new TextDecoder().decode(now.bytes) === document.getText()) return;
				saved.set(uri.toString(), (saved.get(uri.toString()) ?? 0) + 1);
				changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
			}
			readAgain(uri, later);
		}, afterMs);
		due.add(timer);
	};

	async function write(uri: vscode.Uri, content: Uint8Array): Promise<void> {
		if (!vscode.workspace.isTrusted) throw vscode.FileSystemError.NoPermissions(restrictedSentence());
		try {
			await daemon.ask("plan/edit", { goalId: goalOf(uri), markdown: new TextDecoder().decode(content) });
		} catch (cause) {
			problems.set(uri, problemsOf(sentenceOf(cause)));
			throw vscode.FileSystemError.Unavailable(sentenceOf(cause));
		}
		problems.delete(uri);
		readAgain(uri);
	}

	const refuse = () => {
		throw vscode.FileSystemError.NoPermissions(t("Only the plan itself can be edited here."));
	};
	const registration = vscode.workspace.registerFileSystemProvider(
		schemes.plan,
		{
			onDidChangeFile: changed.event,
			watch: () => new vscode.Disposable(() => {}),
			async stat(uri) {
				const { bytes, version } = await read(uri);
				return { type: vscode.FileType.File, ctime: 0, mtime: version, size: bytes.length };
			},
			readFile: async (uri) => (await read(uri)).bytes,
			writeFile: write,
			readDirectory: () => [],
			createDirectory: refuse,
			delete: refuse,
			rename: refuse,
		},
		{ isCaseSensitive: true },
	);

	/** Another plan came: what is not being edited is read again. */
	const stop = goals.onChange(() => {
		for (const document of vscode.workspace.textDocuments) {
			if (document.uri.scheme !== schemes.plan) continue;
			const goalId = goalOf(document.uri);
			const revision = goals.goal(goalId)?.plan?.revision;
			if (revision === undefined || seen.get(goalId) === revision) continue;
			const isFirst = !seen.has(goalId);
			seen.set(goalId, revision);
			if (!isFirst) changed.fire([{ type: vscode.FileChangeType.Changed, uri: document.uri }]);
		}
	});
	const closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => {
		if (uri.scheme === schemes.plan) problems.delete(uri);
	});

	return {
		async open(goalId) {
			const uri = planUri(goalId, goals.summary(goalId)?.title ?? goalId);
			const { markdown } = await daemon.read("plan/get", { goalId });
			if (markdown === "") {
				void vscode.window.showInformationMessage(t("There is no plan yet."));
				return;
			}
			const document = await vscode.workspace.openTextDocument(uri);
			await vscode.window.showTextDocument(await vscode.languages.setTextDocumentLanguage(document, "markdown"));
		},
		dispose() {
			stop();
			for (const timer of due) clearTimeout(timer);
			closing.dispose();
			registration.dispose();
			problems.dispose();
			changed.dispose();
		},
	};
}

function goalOf(uri: vscode.Uri): GoalId {
	return queryValue(uri, "goal") as GoalId;
}

function sentenceOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}

/** `Line 12: Step “x” needs…` stands at its line. */
function problemsOf(sentence: string): vscode.Diagnostic[] {
	const match = /^Line (\d+): (.*)$/s.exec(sentence);
	if (!match) return [];
	const line = Math.max(0, Number(match[1]) - 1);
	return [new vscode.Diagnostic(new vscode.Range(line, 0, line, 1000), match[2]!, vscode.DiagnosticSeverity.Error)];
}
