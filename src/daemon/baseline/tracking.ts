import { constants, lstatSync } from "node:fs";
import { access, readdir } from "node:fs/promises";
import path from "node:path";
import type { BaselineRow } from "../../protocol/baseline.ts";
import { askGit } from "./git.ts";

type Env = Readonly<Record<string, string>>;

/** From here on each look at the workspace takes longer than a person would like. */
const manyFiles = 50_000;
/** As many are counted at most. */
const maxFiles = 200_000;
const maxListBytes = 32 * 1024 * 1024;
/** Larger files are named instead of recorded. */
const largeFileBytes = 5 * 1024 * 1024;
/** Of so many files the size is looked at. */
const maxLooks = 20_000;
const walkMs = 3000;

/** Whether changes can be tracked in the folder, and what of it will not be, or will make it slow. */
export async function trackingRows(folder: string, env: Env): Promise<readonly BaselineRow[]> {
	const row = { id: "tracking", label: "Changes" };
	const git = await askGit(folder, env, ["--version"]);
	if (git?.exitCode !== 0) {
		const detail = "Install git: without it goals run, but there are no diffs and no undo.";
		return [{ ...row, state: "problem", value: "not tracked", detail }];
	}
	const isOurs = await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).then(
		() => true,
		() => false,
	);
	if (!isOurs)
		return [{ ...row, state: "problem", value: "not tracked", detail: `The daemon may not write in ${folder}.` }];
	const { files, isWhole } = (await filesOfGit(folder, env)) ?? (await filesByWalking(folder));
	const count = `${isWhole ? "" : "more than "}${files.length.toLocaleString("en")} ${files.length === 1 ? "file" : "files"}`;
	const largest = largestFolder(files);
	const counted: BaselineRow =
		files.length < manyFiles && isWhole
			? { ...row, state: "ok", value: `tracked, ${count}` }
			: {
					...row,
					state: "note",
					value: `tracked, ${count}`,
					detail: `Each look at so many takes a while. Most are in ${largest}: name it in .gitignore if it need not be recorded.`,
				};
	const large = await largeFiles(folder, files.slice(0, maxLooks));
	if (large.length === 0) return [counted];
	return [
		counted,
		{
			id: "tracking.large",
			state: "note",
			label: "Large files",
			value: String(large.length),
			detail: `Files of more than 5 MB are named, not recorded, and cannot be undone: ${large.slice(0, 3).join(", ")}${large.length > 3 ? ", …" : ""}.`,
		},
	];
}

interface Counted {
	readonly files: readonly string[];
	readonly isWhole: boolean;
}

/** As git's own rules say what counts; undefined where there is no repository. */
async function filesOfGit(folder: string, env: Env): Promise<Counted | undefined> {
	const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
	const answer = await askGit(folder, env, args, maxListBytes);
	if (!answer || (answer.exitCode !== 0 && !answer.isCut && !answer.timedOut)) return undefined;
	const files = answer.output.split("\0");
	// The last piece is empty, or was cut.
	files.pop();
	return { files: files.slice(0, maxFiles), isWhole: answer.exitCode === 0 && files.length <= maxFiles };
}

async function filesByWalking(folder: string): Promise<Counted> {
	const files: string[] = [];
	const until = Date.now() + walkMs;
	const folders = [""];
	for (let at = 0; at < folders.length; at++) {
		if (Date.now() > until || files.length >= maxFiles) return { files, isWhole: false };
		const below = folders[at]!;
		const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch(() => []);
		for (const entry of entries) {
			const name = below ? `${below}/${entry.name}` : entry.name;
			if (entry.isDirectory()) {
				if (entry.name !== ".git") folders.push(name);
			} else files.push(name);
		}
	}
	return { files, isWhole: true };
}

function largestFolder(files: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const file of files) {
		const slash = file.indexOf("/");
		const top = slash < 0 ? "." : file.slice(0, slash);
		counts.set(top, (counts.get(top) ?? 0) + 1);
	}
	return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ".";
}

/** Looked at in pieces, so that the daemon answers others in between. */
async function largeFiles(folder: string, files: readonly string[]): Promise<readonly string[]> {
	const large: string[] = [];
	for (let from = 0; from < files.length; from += 500) {
		for (const file of files.slice(from, from + 500)) {
			const found = lstatSync(path.join(folder, file), { throwIfNoEntry: false });
			if (found?.isFile() && found.size > largeFileBytes) large.push(file);
		}
		await new Promise((resolve) => setImmediate(resolve));
	}
	return large;
}
