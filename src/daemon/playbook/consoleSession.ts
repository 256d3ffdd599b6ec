/**
 * What a person typed in a session that was copied: the lines behind `$ `, with those behind `> ` where the command
 * before is not finished. Everything else is output and is not run.
 */
export interface Session {
	/** The lines that run, in their order; empty when nothing stands behind a prompt. */
	readonly commands: readonly string[];
	/** Lines behind `# `, from 0: a root prompt, or a comment. */
	readonly rootLines: readonly number[];
	/** The first line of a command that does not end, from 0. */
	readonly unfinished?: number;
}

export function readSession(content: string): Session {
	const commands: string[] = [];
	const rootLines: number[] = [];
	let current: { text: string; readonly line: number } | undefined;
	let unfinished: number | undefined;
	const end = () => {
		if (!current) return;
		if (isUnfinished(current.text)) unfinished ??= current.line;
		else if (current.text.trim() !== "") commands.push(current.text);
		current = undefined;
	};
	for (const [line, text] of content.split("\n").entries()) {
		const typed = prompt.exec(text)?.[1];
		if (typed !== undefined) {
			end();
			current = { text: typed, line };
		} else if (current && isUnfinished(current.text) && /^>(?: |$)/.test(text)) current.text += `\n${text.slice(2)}`;
		// People leave the second prompt away where the line says itself that it goes on.
		else if (current && /(?:^|[^\\])(?:\\\\)*\\$/.test(current.text)) current.text += `\n${text}`;
		else {
			end();
			if (/^# /.test(text)) rootLines.push(line);
		}
	}
	end();
	return { commands, rootLines, unfinished };
}

/** Also as shells show it by themselves: `(venv) $ `, `user@host:~/app$ `, `[user@host app]$ `, `~/app $ `. */
const prompt =
	/^(?:\([\w.-]{1,80}\) )?(?:[\w.-]{1,80}@[\w.-]{1,80}[^\s$#]{0,200} ?|\[[\w.-]{1,80}@[^\]$#]{1,200}\]|~[^\s$#]{0,200} ?)?\$(?: (.*)|$)/;

/** Whether a shell would ask for more: an open quote or bracket, a here-document, a line that goes on. */
export function isUnfinished(command: string): boolean {
	const documents: { readonly word: string; readonly isIndented: boolean }[] = [];
	const open: string[] = [];
	let quote: string | undefined;
	let words = "";
	for (let at = 0; at < command.length; at++) {
		const char = command[at]!;
		if (quote !== undefined) {
			if (char === "\\" && quote !== "'") at += 1;
			else if (char === quote) quote = undefined;
			continue;
		}
		if (char === "\\") {
			if (at >= command.length - 1) return true;
			if (command[at + 1] === "\n" && at + 2 >= command.length) return true;
			at += 1;
			words += "x";
		} else if (char === "'" || char === '"' || char === "`") {
			quote = char;
			words += "x";
		} else if (char === "#" && /(?:^|[\s;&|(])$/.test(words)) {
			const end = command.indexOf("\n", at);
			at = (end < 0 ? command.length : end) - 1;
		} else if (char === "(") {
			open.push(")");
			words += "(";
		} else if (char === ")" && open.at(-1) === ")") {
			open.pop();
			words += ")";
		} else if (char === "<" && /^<<-?[ \t]*["'\\]?[\w.-]/.test(command.slice(at, at + 20)) && command[at - 1] !== "<") {
			const [whole, dash, word] = /^<<(-?)[ \t]*["'\\]?([\w.-]+)["']?/.exec(command.slice(at)) ?? [];
			if (whole === undefined) continue;
			documents.push({ word: word!, isIndented: dash === "-" });
			at += whole.length - 1;
			words += "x";
		} else if (char === "\n" && documents.length > 0) {
			const [document] = documents.splice(0, 1);
			let from = at + 1;
			let isClosed = false;
			while (from <= command.length && !isClosed) {
				const end = command.indexOf("\n", from);
				const line = command.slice(from, end < 0 ? command.length : end);
				isClosed = (document!.isIndented ? line.replace(/^\t+/, "") : line) === document!.word;
				if (!isClosed && end < 0) return true;
				from = end < 0 ? command.length : end + 1;
			}
			// The line end before the next document, or what follows.
			at = from - 2;
			words += ";";
		} else words += char;
	}
	if (quote !== undefined || open.length > 0 || documents.length > 0) return true;
	return /(?:&&|\|\|?)\s*$/.test(words) || hasOpenBlock(words);
}

/** `if`, `for`, `while`, `until`, `case` and `{` without their end, as far as words at the place of a command tell. */
function hasOpenBlock(words: string): boolean {
	const closers: Readonly<Record<string, string>> = {
		if: "fi",
		for: "done",
		while: "done",
		until: "done",
		select: "done",
		case: "esac",
		"{": "}",
	};
	const open: string[] = [];
	for (const [, word] of words.matchAll(
		/(?:^|[;&|\n()]|\b(?:then|do|else|elif|in)\s)\s*(\{|\}|[a-z]+)(?=$|[\s;&|)])/g,
	)) {
		if (closers[word!]) open.push(closers[word!]!);
		else if (word === open.at(-1)) open.pop();
	}
	if (/\(\)\s*$/.test(words)) return true;
	return open.length > 0;
}
