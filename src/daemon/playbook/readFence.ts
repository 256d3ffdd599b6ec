import type { NotRun, PlaybookAction } from "../../core/values.ts";
import { problemWithRelativePath } from "../tools/pathRules.ts";
import { readSession } from "./consoleSession.ts";
import { type Asked, askedBy, type FenceInfo, parseInfo } from "./fenceInfo.ts";
import { useOf, wordMeant } from "./fenceWords.ts";
import type { Block } from "./markdown.ts";
import type { PlaybookProblem } from "./problem.ts";
import { readWritePath } from "./writePath.ts";

/** What a block of code of a step comes to: something that is done, something that is told as not run, or a refusal. */
export interface Read {
	readonly action?: PlaybookAction;
	/** The command of an acceptance check. */
	readonly check?: string;
	/** Its command wants this program on the machine. */
	readonly program?: "zsh";
	readonly notRun?: readonly NotRun[];
	readonly problem?: PlaybookProblem;
}

export type Code = Block & { readonly kind: "code" };

export function readFence(code: Code): Read {
	// That it is never closed is said elsewhere; who knows where it was to end.
	if (code.info !== undefined && !code.closed) return {};
	if (code.info === undefined) return { notRun: passedOver(code, "indented code", "only fences are run") };
	const info = parseInfo(code.info);
	const use = useOf(info.word);
	if (!use) return otherFence(code, info);
	if (use === "write") return writeFence(code, info);
	const asked = askedBy(info.attributes);
	if (asked.notRun !== undefined) return { notRun: passedOver(code, fenceNamed(info), `it says ${asked.notRun}`) };
	const wrong = wrongAttribute(code, info, asked);
	if (wrong) return { problem: wrong };
	const text = code.content.replace(/\n$/, "");
	if (text.trim() === "")
		return problem(code.line, `this ${info.word} fence is empty`, "Write a command into it, or take it away.");
	if (use === "session") return sessionFence(code, info, asked);
	const typed = text.split("\n").findIndex((line) => line.trim() !== "");
	if (/^\s*\$ /.test(text.split("\n")[typed]!)) {
		const fix = "Remove the prompts, or name the fence console, which runs what follows them.";
		return problem(code.line + typed + 1, `this ${info.word} fence begins with a prompt ($)`, fix);
	}
	if (use === "check") return { check: inFolder(text, asked.folder) };
	const command = inFolder(use === "zsh" ? byZsh(text) : text, asked.folder);
	return { action: { kind: "command", command, line: code.line }, program: use === "zsh" ? "zsh" : undefined };
}

/** Code that stands where nothing is run. */
export function passedOver(code: Code, what: string, reason: string): readonly NotRun[] {
	if (code.content.trim() === "") return [];
	return [{ line: code.line, what, reason, text: firstLine(code.content) }];
}

export function nameOf(code: Code): string {
	return code.info === undefined ? "indented code" : fenceNamed(parseInfo(code.info));
}

export function firstLine(text: string): string {
	const line = text.split("\n").find((one) => one.trim() !== "") ?? "";
	return line.trim().slice(0, 120);
}

function fenceNamed({ word }: FenceInfo): string {
	return word === "" ? "fence without a language" : `${word.slice(0, 40)} fence`;
}

function otherFence(code: Code, info: FenceInfo): Read {
	const { word } = info;
	const meant = wordMeant(word);
	if (meant) {
		const fix = `Write “${meant}” if that is what is meant, or “text” for what is not to be run.`;
		return problem(code.line, `unknown fence “${word.slice(0, 60)}”`, fix);
	}
	const reason = word === "" ? "write sh after its marks if it is to be run" : "this language is not run";
	return { notRun: passedOver(code, fenceNamed(info), reason) };
}

function writeFence(code: Code, { rest }: FenceInfo): Read {
	const read = readWritePath(rest);
	if ("problem" in read) return problem(code.line, read.problem, read.fix);
	const wrong = problemWithRelativePath(read.path);
	if (wrong) {
		const fix = "Name a file inside the workspace, relative to it, such as “write notes/report.txt”.";
		return problem(code.line, wrong, fix);
	}
	return { action: { kind: "write", path: read.path, content: code.content, line: code.line } };
}

function sessionFence(code: Code, info: FenceInfo, { folder }: Asked): Read {
	const { commands, rootLines, unfinished } = readSession(code.content.replace(/\n$/, ""));
	if (unfinished !== undefined) {
		const fix = "Write its further lines after “> ”, or put the command into an sh fence.";
		return problem(code.line + 1 + unfinished, "the command after this prompt does not end", fix);
	}
	if (commands.length === 0)
		return { notRun: passedOver(code, fenceNamed(info), "no line of it begins with the prompt “$ ”") };
	const lines = code.content.split("\n");
	const [root] = rootLines;
	const more = rootLines.length > 1 ? ` and ${rootLines.length - 1} more` : "";
	const notRun = root !== undefined && {
		line: code.line + 1 + root,
		what: `text after “# ”${more}`,
		reason: "a comment, or what another user would run",
		text: firstLine(lines[root]!),
	};
	return {
		action: { kind: "command", command: inFolder(commands.join("\n"), folder), line: code.line },
		notRun: notRun ? [notRun] : undefined,
	};
}

function wrongAttribute(code: Code, info: FenceInfo, asked: Asked): PlaybookProblem | undefined {
	if (asked.other !== undefined) {
		const message = `“${asked.other.slice(0, 60)}” after this ${info.word} fence would change how it runs, and is not carried out`;
		return {
			line: code.line,
			message,
			fix: "Write it into the command itself; only a folder (cwd=…) can be named here.",
		};
	}
	if (asked.folder === undefined || /^(?:\.[/\\]?)?$/.test(asked.folder)) return undefined;
	const wrong = problemWithRelativePath(asked.folder.replace(/[/\\]+$/, ""));
	if (!wrong) return undefined;
	return { line: code.line, message: wrong, fix: "Name a folder inside the workspace, such as cwd=app." };
}

/** The person reads, and approves, the folder with the command. */
function inFolder(command: string, folder: string | undefined): string {
	if (folder === undefined || /^(?:\.[/\\]?)?$/.test(folder)) return command;
	return `cd -- ${quoted(folder)} || exit\n${command}`;
}

/** Commands are run by bash or sh; zsh is asked by name. */
function byZsh(script: string): string {
	return `zsh -c ${quoted(/^[-+]/.test(script) ? `\n${script}` : script)}`;
}

function quoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

function problem(line: number, message: string, fix: string): Read {
	return { problem: { line, message, fix } };
}
