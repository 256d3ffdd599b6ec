import { access } from "node:fs/promises";
import path from "node:path";
import type { BaselineRow } from "../../protocol/baseline.ts";
import { askProgram, type ProgramAnswer } from "./askProgram.ts";

const timeoutMs = 5000;
const maxBytes = 4 * 1024 * 1024;

type Env = Readonly<Record<string, string>>;

/** Where the person's repository stands: so that what a goal changes can be told from what was changed before it. */
export async function gitRows(folder: string, env: Env): Promise<readonly BaselineRow[]> {
	const status = await askGit(folder, env, ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal"]);
	if (!status) return [note("git", "Git", "not on the path", "Install git to have changes tracked, diffs, and undo.")];
	if (status.timedOut) return [note("git", "Git", "did not answer", "It took more than 5 seconds to look.")];
	if (status.exitCode === undefined && !status.isCut) return [note("git", "Git", "ended without an answer")];
	if (status.exitCode !== 0 && !status.isCut) {
		if (/not a git repository/i.test(status.errors))
			return [note("git", "Git", "no repository", "Changes of goals are recorded all the same.")];
		return [note("git", "Git", "cannot be read", firstLine(status.errors))];
	}
	const { branch, commit, dirty } = readStatus(status.output);
	const many = status.isCut ? `more than ${dirty}` : String(dirty);
	const underWay = await inTheMiddleOf(folder, env);
	return [
		...(underWay
			? [
					{
						id: "git.state",
						state: "problem" as const,
						label: "Repository",
						value: `in the middle of a ${underWay}`,
						detail: "End or abort it first: an agent that commits would mix its work into it.",
					},
				]
			: []),
		{ id: "git.branch", state: "ok", label: "Branch", value: branch ?? "none (detached)" },
		{ id: "git.commit", state: commit ? "ok" : "note", label: "Commit", value: commit?.slice(0, 12) ?? "none yet" },
		dirty === 0
			? { id: "git.dirty", state: "ok", label: "Changed files", value: "none" }
			: {
					id: "git.dirty",
					state: "note",
					label: "Changed files",
					value: many,
					detail: "They are yours, not committed. The goal works on top of them.",
				},
	];
}

/**
 * Also asked by who counts files. Neither hooks nor a file system monitor of the repository run; a filter of its settings
 * (git-lfs) does, as in any look at its state.
 */
export function askGit(
	folder: string,
	env: Env,
	args: readonly string[],
	maxOutput = maxBytes,
): Promise<ProgramAnswer | undefined> {
	return askProgram({
		program: "git",
		args: ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager", ...args],
		folder,
		env: { ...env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
		timeoutMs,
		maxBytes: maxOutput,
	});
}

function readStatus(output: string) {
	let branch: string | undefined;
	let commit: string | undefined;
	let dirty = 0;
	const fields = output.split("\0");
	for (let at = 0; at < fields.length; at++) {
		const field = fields[at]!;
		if (field.startsWith("# branch.head ")) branch = field.slice("# branch.head ".length);
		else if (field.startsWith("# branch.oid ")) commit = field.slice("# branch.oid ".length);
		else if (/^[12u?] /.test(field)) {
			dirty++;
			// A rename names the old path in a field of its own.
			if (field.startsWith("2 ")) at++;
		}
	}
	return {
		branch: branch === "(detached)" ? undefined : branch,
		commit: commit === "(initial)" ? undefined : commit,
		dirty,
	};
}

const marks = [
	["rebase-merge", "rebase"],
	["rebase-apply", "rebase"],
	["MERGE_HEAD", "merge"],
	["CHERRY_PICK_HEAD", "cherry-pick"],
	["REVERT_HEAD", "revert"],
	["BISECT_LOG", "bisect"],
] as const;

async function inTheMiddleOf(folder: string, env: Env): Promise<string | undefined> {
	const found = await askGit(folder, env, ["rev-parse", "--absolute-git-dir"]);
	if (found?.exitCode !== 0) return undefined;
	const gitFolder = found.output.replace(/\n$/, "");
	for (const [mark, word] of marks) {
		const isThere = await access(path.join(gitFolder, mark)).then(
			() => true,
			() => false,
		);
		if (isThere) return word;
	}
	return undefined;
}

function note(id: string, label: string, value: string, detail?: string): BaselineRow {
	return { id, state: "note", label, value, detail };
}

function firstLine(text: string): string | undefined {
	return text.trim().split("\n", 1)[0]?.slice(0, 300) || undefined;
}
