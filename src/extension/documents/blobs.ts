import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import type { Daemon } from "../connection/daemon.ts";
import { queryValue, schemes } from "./uris.ts";

/**
 * Versions of files that a goal made or found, and images that it was given or has read, as the daemon keeps them:
 * read-only, byte for byte, so that pictures and files in any encoding can be compared as well.
 */
export interface Blobs extends vscode.Disposable {
	read(goalId: GoalId, blob: string): Promise<Uint8Array>;
}

const maxKeptBytes = 32 * 1024 * 1024;

export function createBlobs(daemon: Daemon): Blobs {
	/** A blob never changes, so what was read once is right for ever; the ones not used for longest are dropped. */
	const kept = new Map<string, Uint8Array>();
	let keptBytes = 0;

	const read = (goalId: GoalId, blob: string) => keeping(blob, () => daemon.read("change/content", { goalId, blob }));
	const readImage = (goalId: GoalId, sha256: string) =>
		keeping(sha256, () => daemon.read("image/get", { goalId, sha256 }));

	async function keeping(key: string, ask: () => Promise<{ readonly base64: string }>): Promise<Uint8Array> {
		const known = kept.get(key);
		if (known) {
			kept.delete(key);
			kept.set(key, known);
			return known;
		}
		const bytes = Buffer.from((await ask()).base64, "base64");
		kept.set(key, bytes);
		keptBytes += bytes.length;
		for (const [oldest, dropped] of kept) {
			if (keptBytes <= maxKeptBytes) break;
			kept.delete(oldest);
			keptBytes -= dropped.length;
		}
		return bytes;
	}

	const readUri = async (uri: vscode.Uri): Promise<Uint8Array> => {
		const blob = queryValue(uri, "blob");
		const image = queryValue(uri, "image");
		const goalId = queryValue(uri, "goal") as GoalId | undefined;
		if (goalId && image) return readImage(goalId, image);
		return goalId && blob ? read(goalId, blob) : new Uint8Array();
	};
	const refuse = (uri: vscode.Uri): never => {
		throw vscode.FileSystemError.NoPermissions(uri);
	};
	const unchanging = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
	const registration = vscode.workspace.registerFileSystemProvider(
		schemes.file,
		{
			onDidChangeFile: unchanging.event,
			watch: () => new vscode.Disposable(() => undefined),
			stat: async (uri) => ({
				type: vscode.FileType.File,
				ctime: 0,
				mtime: 0,
				size: (await readUri(uri)).length,
				permissions: vscode.FilePermission.Readonly,
			}),
			readFile: readUri,
			readDirectory: () => [],
			createDirectory: refuse,
			writeFile: refuse,
			delete: refuse,
			rename: refuse,
		},
		{ isReadonly: true, isCaseSensitive: true },
	);
	return {
		read,
		dispose() {
			registration.dispose();
			unchanging.dispose();
		},
	};
}
