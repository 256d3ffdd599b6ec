import * as path from "node:path";
import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import type { Output } from "../../core/values.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import { outputUri, queryValue, schemes } from "./uris.ts";

/** The output of a command or a check, by the event that carries it: all of it where it was kept in a file. */
export interface Outputs extends vscode.Disposable {
	open(goalId: GoalId, seq: number): Promise<void>;
}

export function createOutputs(daemon: Daemon, home: () => Promise<string>): Outputs {
	async function outputOf(goalId: GoalId, seq: number): Promise<Output | undefined> {
		const { events } = await daemon.read("goal/events", { goalId, afterSeq: seq - 1, limit: 1 });
		const [event] = events;
		return event && "output" in event ? event.output : undefined;
	}
	const registration = vscode.workspace.registerTextDocumentContentProvider(schemes.output, {
		async provideTextDocumentContent(uri) {
			const output = await outputOf(queryValue(uri, "goal") as GoalId, Number(queryValue(uri, "seq")));
			return output ? outputText(output) : t("This event has no output.");
		},
	});
	return {
		async open(goalId, seq) {
			const output = await outputOf(goalId, seq);
			const whole = output?.path && vscode.Uri.file(path.resolve(await home(), output.path));
			const isThere = whole && (await exists(whole));
			const encoding = output?.encoding && editorEncodings[output.encoding];
			if (isThere && encoding) {
				const document = await vscode.workspace.openTextDocument(whole, { encoding });
				await vscode.window.showTextDocument(document, { preview: true });
				return;
			}
			await vscode.commands.executeCommand("vscode.open", isThere ? whole : outputUri(goalId, seq), { preview: true });
		},
		dispose: () => registration.dispose(),
	};
}

/** What the editor calls the encodings that it cannot tell by itself. */
const editorEncodings: Readonly<Record<string, string>> = {
	gbk: "gbk",
	big5: "cp950",
	shift_jis: "shiftjis",
	"euc-jp": "eucjp",
	"euc-kr": "euckr",
	"koi8-r": "koi8r",
	"koi8-u": "koi8u",
	ibm866: "cp866",
	cp437: "cp437",
	cp850: "cp850",
	cp852: "cp852",
	"utf-16le": "utf16le",
	"utf-16be": "utf16be",
	...Object.fromEntries(Array.from({ length: 9 }, (_, page) => [`windows-125${page}`, `windows125${page}`])),
	...Object.fromEntries(Array.from({ length: 16 }, (_, part) => [`iso-8859-${part + 1}`, `iso8859${part + 1}`])),
};

function outputText({ head, tail, bytes }: Output): string {
	const shown = Buffer.byteLength(head) + Buffer.byteLength(tail);
	if (shown >= bytes || tail === "") return head || tail;
	return `${head}\n… ${t("{0} bytes are left out here", bytes - shown)} …\n${tail}`;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
	try {
		await vscode.workspace.fs.stat(uri);
		return true;
	} catch {
		return false;
	}
}
