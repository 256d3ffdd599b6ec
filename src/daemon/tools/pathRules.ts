/**
 * Rules about paths that need no look at the disk: what may be named at all, and which parts of a git repository nothing
 * may touch, because git would run what is written there.
 */

/** Why this is no path relative to the workspace that stays inside it, as half a sentence. */
export function problemWithRelativePath(path: string): string | undefined {
	const shown = `“${path.slice(0, 200).replace(/[\x00-\x1f]/g, "?")}”`;
	if (path.trim() === "") return "the path is empty";
	if (/[\x00-\x1f]/.test(path)) return `${shown} holds a control character`;
	if (path.length > 4096) return `${shown} is too long`;
	if (/^([/\\]|[a-z]:)/i.test(path)) return `${shown} is an absolute path`;
	if (/^~([/\\]|$)/.test(path)) return `${shown} names the home folder`;
	if (/[/\\]$/.test(path)) return `${shown} names a folder`;
	const names = path.split(process.platform === "win32" ? /[/\\]/ : "/");
	let depth = 0;
	for (const name of names) {
		if (name === "..") depth -= 1;
		else if (name !== "." && name !== "") depth += 1;
		if (depth < 0) return `${shown} leads out of the workspace`;
	}
	if (depth === 0) return `${shown} names the workspace itself`;
	return isInsideGit(names) ? `${shown} lies inside a git repository's own folder` : undefined;
}

/** Whether the names lead to a `.git`, of the workspace or of a repository inside it, or below one. */
export function isInsideGit(names: readonly string[]): boolean {
	return names.some(isGitName);
}

/** Hooks and configuration of a repository: not even to be read, since addresses in them may hold keys. */
export function isGitSecret(names: readonly string[]): boolean {
	const plain = names.map(plainName);
	const git = plain.findIndex(isGitFolder);
	return (
		git >= 0 && plain.slice(git + 1).some((name) => ["hooks", "config", "config.worktree", "commondir"].includes(name))
	);
}

/** Whether a file system may take this name for `.git`. */
export function isGitName(name: string): boolean {
	return isGitFolder(plainName(name));
}

function isGitFolder(plain: string): boolean {
	return plain === ".git" || /^git~\d+$/.test(plain);
}

/**
 * The name as the most forgiving file system takes it: any case, without characters that HFS+ passes over, and without
 * what Windows cuts off at the end.
 */
function plainName(name: string): string {
	return name
		.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "")
		.toLowerCase()
		.replace(/:.*$/, "")
		.replace(/(?<=[^.])[. ]+$/, "");
}
