import path from "node:path";
import { type Command, openWord, type Redirect, type Script, type Start, textWord, type Word } from "../script.ts";

/**
 * A line for cmd.exe. Its rules of quoting depend on the program and on settings, so only what is plain counts as read:
 * a text with `%`, `!`, `^` or brackets says of itself that it is not known for sure.
 */
export function readCmd(text: string, { folders: from, input }: Start): Script {
	let folders = from;
	const commands: Command[] = [];
	const problems = new Set<string>();
	if (/[%!^()]/.test(text)) problems.add("it holds signs that cmd changes before it runs");
	if (/['`$]|\\"/.test(text)) problems.add("it is quoted as for another shell");
	if (((text.match(/"/g) ?? []).length & 1) === 1) problems.add("a quote is never closed");
	let isPiped = false;
	for (const part of text.split(/("[^"]*"?)/).reduce(cut, [{ text: "", isPiped: false }])) {
		const command = commandOf(
			part.text,
			folders,
			part.isPiped ? { kind: "pipe", from: isPiped ? commands.at(-1) : undefined } : input,
		);
		isPiped = true;
		if (command) commands.push(command);
		folders = moved(folders, command?.words ?? []);
		if (/^\s*(if|for|call|start|@|rem|::|goto|:)/i.test(part.text)) problems.add("it holds a statement of cmd");
	}
	return { commands, problems: [...problems], functions: new Set(), aliases: new Map(), variables: new Set() };
}

/** It may fail, and what follows runs all the same. */
function moved(folders: readonly string[], [program, target, ...more]: readonly Word[]): readonly string[] {
	if (!/^(cd|chdir|pushd|popd)\b/i.test(program?.text ?? "")) return folders;
	const isPlain = /^(cd|chdir|pushd)$/i.test(program!.text) && more.length === 0;
	if (!isPlain || !/^\.?[\w-]+([./][\w-]+)*$/.test(target?.text ?? "")) return [];
	return [...new Set([...folders.map((folder) => path.join(folder, target!.text)), ...folders])].slice(0, 4);
}

interface Part {
	text: string;
	readonly isPiped: boolean;
}

/** Outside of quotes, at what stands between commands. */
function cut(parts: Part[], piece: string): Part[] {
	if (piece.startsWith('"')) parts.at(-1)!.text += piece;
	// In `2>&1` it stands between no commands.
	else
		for (const one of piece.split(/(&&|\|\||(?<!>)[&|\r\n])/)) {
			if (/^(&&|\|\||[&|\r\n])$/.test(one)) parts.push({ text: "", isPiped: one === "|" });
			else parts.at(-1)!.text += one;
		}
	return parts;
}

function commandOf(text: string, folders: readonly string[], input: Command["input"]): Command | undefined {
	const redirects: Redirect[] = [];
	const words: Word[] = [];
	const pieces = text.replace(/^\s*@/, "").match(/\d?>>?&?|<|(?:"[^"]*"?|[^\s"<>,;=])+/g) ?? [];
	for (let at = 0; at < pieces.length; at++) {
		const piece = pieces[at]!;
		if (/^\d?>>?&$/.test(piece)) at++;
		else if (/^\d?>>?$|^<$/.test(piece)) {
			const target = pieces[++at];
			const kind = piece === "<" ? "read" : piece.endsWith(">>") ? "append" : "write";
			redirects.push({ kind, target: target === undefined ? openWord : wordOf(target) });
		} else words.push(wordOf(piece));
	}
	if (words.length + redirects.length === 0) return undefined;
	return { dialect: "cmd", words, assignments: [], redirects, input, within: [], folders };
}

function wordOf(piece: string): Word {
	const text = piece.replaceAll('"', "").replaceAll("\\", "/");
	return { ...textWord(text), isGlob: /[*?]/.test(text) };
}
