import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { withoutGit } from "../changes/git.ts";

/**
 * Three versions of a text become one, line by line, byte for byte: what differs from `base` in only one of the two is
 * taken. Undefined where both changed the same place, and for what is no text. Git's own merge of files, which needs no
 * repository, looks into no setting and leaves line ends alone.
 */
export async function mergeText(base: Buffer, ours: Buffer, theirs: Buffer): Promise<Buffer | undefined> {
	if ([base, ours, theirs].some((content) => content.includes(0))) return undefined;
	const folder = await mkdtemp(path.join(os.tmpdir(), "mission-merge-"));
	try {
		const names = ["ours", "base", "theirs"];
		await Promise.all([ours, base, theirs].map((content, at) => writeFile(path.join(folder, names[at]!), content)));
		return await run(folder, names);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function run(cwd: string, names: readonly string[]): Promise<Buffer | undefined> {
	const env = {
		...withoutGit(process.env),
		GIT_CONFIG_NOSYSTEM: "1",
		GIT_CONFIG_GLOBAL: "/dev/null",
		GIT_CEILING_DIRECTORIES: path.dirname(cwd),
		HOME: cwd,
		XDG_CONFIG_HOME: cwd,
		LC_ALL: "C",
	};
	const options = { cwd, env, encoding: "buffer", maxBuffer: maxMergedBytes, windowsHide: true } as const;
	return new Promise((resolve, reject) => {
		execFile("git", ["merge-file", "-p", "-q", ...names], options, (cause, merged) => {
			if (!cause) resolve(merged);
			// Its exit code is the number of conflicts, or 255 for what it cannot merge.
			else if (typeof cause.code === "number") resolve(undefined);
			else reject(cause);
		});
	});
}

const maxMergedBytes = 32 * 1024 * 1024;
