/** Why a command could not begin, as a sentence for a person: what happened and what to do. */
export function whyNotStarted(error: NodeJS.ErrnoException): string {
	if (error.code === "ENOENT" && !error.syscall?.startsWith("spawn")) return vanished;
	return sentences[error.code ?? ""] ?? `The command could not be started: ${error.message}.`;
}

export function folderVanished(path: string): string {
	return `The folder ${path} does not exist, so the command was not started. Create it or choose another one.`;
}

export function notEnclosed(why: string): string {
	return `The command was not started, because it may only run in a sandbox. ${why}`;
}

export const runnerFailed =
	"The command was not started because its runner could not write to the data folder. Check its space and permissions.";

const full = "The command was not started because the disk of the data folder is full. Free some space and try again.";
const vanished = "The command was not started because the data folder has vanished. Restart the daemon.";
const crowded =
	"The command was not started because the machine allows no more processes or memory. End some and try again.";
const locked =
	"The command was not started because the data folder cannot be written. Check its owner and permissions.";

const sentences: Readonly<Record<string, string>> = {
	ENOSPC: full,
	EDQUOT: full,
	EROFS: locked,
	EACCES: locked,
	EPERM: locked,
	EAGAIN: crowded,
	ENOMEM: crowded,
	EMFILE: "The command was not started because the daemon has too many files open. Wait for other commands to end.",
	ENOENT: "The command was not started because /bin/sh is missing on this machine. Install a POSIX shell.",
	E2BIG: "The command was not started because its environment is too large for this system. Make it smaller.",
	ERR_INVALID_ARG_VALUE: "The command was not started because it contains a NUL character. Remove it.",
};
