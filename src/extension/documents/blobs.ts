import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import type { Daemon } from "../connection/daemon.ts";
import { queryValue, schemes } from "./uris.ts";

/**
 * Versions of files that a goal made or found, as the daemon keeps them: read-only, byte for byte, so that pictures and
 * files in any encoding can be compared as well.
 */
export interface Blobs extends vscode.Disposable {
	read(goalId: GoalId, blob: string): Promise<Uint8Array>;
}

const maxKeptBytes = 32 * 1024 * 1024;

export function createBlobs(daemon: Daemon): Blobs {
	/** A blob never changes, so what was read once is right for ever; the ones not used for longest are dropped. */
	const kept = new Map<string, Uint8Array>();
	let keptBytes = 0;

	async function read(goalId: GoalId, blob: string): Promise<Uint8Array> {
		const known = kept.get(blob);
		if (known) {
			kept.delete(blob);
			kept.set(blob, known);
			return known;
		}
		const { base64 } = await daemon.read("change/content", { goalId, blob });
		const bytes = Buffer.from(base64, "base64");
		kept.set(blob, bytes);
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
		const goalId = queryValue(uri, "goal");
		if (!blob || !goalId) return new Uint8Array();
		return read(goalId as GoalId, blob);
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
