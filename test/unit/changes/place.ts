import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Changes } from "../../../src/daemon/changes/changes.ts";
import { type ChangesOptions, openChanges } from "../../../src/daemon/changes/openChanges.ts";

/** A workspace and a folder for the record of its changes, both new, both gone after the test. */
export interface Place {
	readonly root: string;
	readonly workspace: string;
	readonly folder: string;
	/** Writes a file of the workspace, with the folders it needs. */
	write(path: string, content: string | Buffer): void;
	read(path: string): Buffer;
	path(path: string): string;
	open(options?: Partial<ChangesOptions>): Promise<Changes>;
	/** Runs git as the user would, in the workspace or in a folder of it. */
	git(args: readonly string[], options?: { readonly in?: string; readonly env?: Record<string, string> }): string;
	/** The tree git itself makes of the workspace, with a repository and an index of its own. */
	treeByGit(): string;
	end(): Promise<void>;
}

export function makePlace(): Place {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "changes-")));
	const workspace = join(root, "workspace");
	const folder = join(root, "data", "changes");
	mkdirSync(workspace);
	const opened: Changes[] = [];
	let gitRuns = 0;

	const place: Place = {
		root,
		workspace,
		folder,
		path: (path) => join(workspace, path),
		write(path, content) {
			mkdirSync(dirname(join(workspace, path)), { recursive: true });
			writeFileSync(join(workspace, path), content);
		},
		read: (path) => readFileSync(join(workspace, path)),
		async open(options) {
			const changes = await openChanges({ workspace, folder, ...options });
			if ("unavailable" in changes) throw new Error(changes.unavailable);
			opened.push(changes);
			return changes;
		},
		git(args, options = {}) {
			return execFileSync("git", args, {
				cwd: join(workspace, options.in ?? ""),
				env: { ...process.env, ...quietGit, ...options.env },
				stdio: ["ignore", "pipe", "pipe"],
				encoding: "latin1",
			});
		},
		treeByGit() {
			const env = { GIT_DIR: join(root, `judge${gitRuns++}`), GIT_WORK_TREE: workspace };
			place.git(["init", "-q", "--template="], { env });
			place.git(["add", "-A"], { env });
			return place.git(["write-tree"], { env }).trim();
		},
		async end() {
			for (const changes of opened) await changes.close();
			rmSync(root, { recursive: true, force: true });
		},
	};
	return place;
}

/** The user's own configuration would decide what git does in a test. */
const quietGit = {
	GIT_CONFIG_NOSYSTEM: "1",
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_AUTHOR_NAME: "Test",
	GIT_AUTHOR_EMAIL: "test@example.org",
	GIT_COMMITTER_NAME: "Test",
	GIT_COMMITTER_EMAIL: "test@example.org",
};

/** What a snapshot says the workspace holds: path to content. */
export async function filesOf(changes: Changes, tree: string): Promise<Record<string, string>> {
	const files: Record<string, string> = {};
	for (const change of await changes.between(emptyTree, tree)) {
		assert.equal(change.status, "added");
		files[change.path] = (await changes.content(change.after!)).toString();
	}
	return files;
}

/** Git knows it without having it. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** The numbers of a seed, always the same: small, good enough to choose test cases. */
export function randomFrom(seed: number): (below: number) => number {
	let state = seed >>> 0;
	return (below) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}
