import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { Git } from "./git.ts";
import { toText } from "./pathText.ts";
import { findRepository, type RuleSources } from "./ruleSources.ts";

/**
 * Files that the user's repository tracks although a rule ignores them (`git add -f dist/app.js`): their changes show in
 * the user's `git status`, so they belong into a snapshot too. Git reads the user's index for that, as the index of our
 * repository and with our configuration, so that nothing configured over there is run; nothing is written.
 */
export interface TrackedFiles {
	/** Paths relative to the workspace, for the workspace's own repository and those inside it. */
	thoughIgnored(repositories: readonly string[]): Promise<readonly string[]>;
}

export function openTrackedFiles(git: Git, workspace: string, sources: RuleSources): TrackedFiles {
	const looks = new Map<string, Look>();

	/** `path` is "" or ends in a slash, as a byte string. */
	async function look(path: string): Promise<readonly string[]> {
		const folder = join(workspace, toText(path));
		const repository = findRepository(folder);
		if (!repository) return [];
		const index = join(repository.gitFolder, "index");
		const stat = lstatSync(index, { throwIfNoEntry: false });
		if (!stat?.isFile()) return [];
		const key = `${index} ${stat.ino} ${stat.size} ${stat.mtimeMs}`;
		const before = looks.get(path);
		if (before && (before.key === key || Date.now() < before.at + pauseMs)) return [];
		looks.set(path, { key, at: Date.now() });
		const exclude = join(repository.commonFolder, "info", "exclude");
		const rules = [sources.userFile, exclude].filter((file) => lstatSync(file, { throwIfNoEntry: false }));
		try {
			const output = await git.run(
				["ls-files", "-z", "-c", "-i", "--exclude-per-directory=.gitignore", ...rules.flatMap((file) => ["-X", file])],
				{ cwd: folder, env: { GIT_INDEX_FILE: index, GIT_WORK_TREE: repository.top } },
			);
			return output
				.toString("latin1")
				.split("\0")
				.filter(Boolean)
				.map((name) => path + name);
		} catch {
			// An index that this git cannot read alone (split, or with SHA-256 ids): the rules decide, as without an index.
			return [];
		}
	}

	return {
		async thoughIgnored(repositories) {
			const found: string[] = [];
			for (const path of ["", ...repositories]) found.push(...(await look(path)));
			return found;
		},
	};
}

interface Look {
	readonly key: string;
	readonly at: number;
}

// An editor's `git status` rewrites the index again and again; a file added by force may be seen a little later.
const pauseMs = 10_000;
