import { realpath } from "node:fs/promises";
import path from "node:path";
import { isGitSecret } from "../../../tools/pathRules.ts";
import { type CommandWord, foldersOf, pathsIn } from "../parse/commandWords.ts";
import type { ParsedCommand } from "../parse/parseCommand.ts";

/**
 * What no command of an agent may name, whatever the person approved: the folder in which the daemon keeps goals and its
 * token, the command line with which a person decides, and the places from which git runs programs. It reads the command
 * as text and follows the paths in it, so a determined program can still get there; without a sandbox that is the limit,
 * and the README says so. The sentence that refuses it, if it is refused.
 */
export async function forbiddenCommand(command: ParsedCommand, dataFolder: string): Promise<string | undefined> {
	const { words } = command;
	const text = words.map((word) => word.text).join(" ");
	if (words.some((word, at) => isOwnCommandLine(words, word, at))) return ownCommandLine;
	for (const { pattern, reason } of rows) if (pattern.test(text)) return reason;
	return text.includes(dataFolder) ? ownFolder : forbiddenPath(command, dataFolder);
}

const ownFolder = "A command may not reach the folder in which the daemon keeps its goals.";
const ownCommandLine = "An agent may not use the mission command line: decisions are the person's.";
const gitRuns = "A command may not touch .git/hooks or .git/config, from which git runs programs.";

const verbs =
	"launch|approve|deny|answer|resume|raise|roster|policy|grants|daemon|plan|retry|rerun|skip|undo|cancel|delete|pause|send|presets|check";

const rows: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
	{ pattern: /\bMISSION_HOME\b/, reason: ownFolder },
	{ pattern: new RegExp(`(^|[\\s/])mission(\\s+-\\S+)*\\s+(${verbs})\\b`), reason: ownCommandLine },
	{ pattern: new RegExp(`\\bcli\\.js(\\s+-\\S+)*\\s+(${verbs})\\b`), reason: ownCommandLine },
	{
		pattern: /\bdaemon\.json\b|\bmission-control[^\s/]*\/(dist\/)?(cli|daemon)\.js/,
		reason: "An agent may not speak to the daemon: decisions are the person's.",
	},
	{ pattern: /\.git\/(hooks|config|commondir)\b|core\.hooksPath/i, reason: gitRuns },
	{
		pattern:
			/\bgit\b.{0,200}\bconfig\b.{0,200}\b(core\.(fsmonitor|sshcommand|pager|editor|askpass)|alias\.|filter\.|credential\.|include(if)?\.|(diff|merge)\.\S+\.(command|textconv|driver)|gpg\.\S*program|sequence\.editor)/i,
		reason: "A command may not set what git runs: change git's configuration yourself.",
	},
];

/** Programs that run the program behind them. */
const wrappers = /^(env|exec|command|nohup|time|sudo|doas|xargs|npx|nice|setsid|timeout|stdbuf|\w+=.*|-.*|\d+[smhd]?)$/;

function isOwnCommandLine(words: readonly CommandWord[], { text }: CommandWord, at: number): boolean {
	if (text !== "mission" && !text.endsWith("/bin/mission")) return false;
	for (let before = at; before >= 0; before--) {
		if (words[before]!.isFirst) return before === at || wrappers.test(words[before]!.text);
		if (before < at && !wrappers.test(words[before]!.text)) return false;
	}
	return false;
}

async function forbiddenPath(
	{ words, workspace, home }: ParsedCommand,
	dataFolder: string,
): Promise<string | undefined> {
	const targets = new Set([dataFolder, await realpath(dataFolder).catch(() => dataFolder)]);
	for (const folder of foldersOf(words, workspace, home)) {
		for (const word of ["", ...pathsIn(words, home)]) {
			const place = path.resolve(folder, word);
			const named = [place, await followed(place)];
			if (named.some((one) => [...targets].some((target) => matchesFolder(one, target)))) return ownFolder;
			if (named.some((one) => isGitSecret(one.split(path.sep)))) return gitRuns;
		}
	}
	return undefined;
}

/** Whether the path leads into the folder. Wildcards and variables in it are taken for anything. */
export function matchesFolder(place: string, folder: string): boolean {
	const names = plain(place).split(path.sep);
	return plain(folder)
		.split(path.sep)
		.every((name, at) => matchesName(names[at], name));
}

function matchesName(pattern: string | undefined, name: string): boolean {
	if (pattern === undefined) return false;
	if (pattern === name) return true;
	if (!/[*?[{$]/.test(pattern) || (/^[*?[]/.test(pattern) && name.startsWith("."))) return false;
	const parts = pattern.match(/\[[^\]]*\]|\{[^}]*\}|\$\{[^}]*\}?|\$\w*|[\s\S]/g) ?? [];
	return matchesParts(parts, name);
}

/** One part may be any text, one character, or itself. In steps that are bounded by both lengths. */
function matchesParts(parts: readonly string[], name: string): boolean {
	let part = 0;
	let at = 0;
	let lastAny = -1;
	let retryAt = 0;
	while (at < name.length) {
		const now = parts[part];
		if (now !== undefined && isAny(now)) {
			lastAny = part++;
			retryAt = at;
		} else if (now === "?" || now === name[at]) {
			part++;
			at++;
		} else if (lastAny >= 0) {
			part = lastAny + 1;
			at = ++retryAt;
		} else return false;
	}
	return parts.slice(part).every(isAny);
}

function isAny(part: string): boolean {
	return part === "*" || part.length > 1 || part === "$";
}

/** File systems that do not tell letter case apart lead there all the same. */
function plain(text: string): string {
	return process.platform === "darwin" || process.platform === "win32" ? text.toLowerCase() : text;
}

/** The path with the links in its existing part followed. */
export async function followed(place: string): Promise<string> {
	const missing: string[] = [];
	for (let at = place; ; at = path.dirname(at)) {
		const real = await realpath(at).catch(() => undefined);
		if (real !== undefined) return path.join(real, ...missing);
		if (path.dirname(at) === at) return place;
		missing.unshift(path.basename(at));
	}
}
