import path from "node:path";

/**
 * A command cut into words roughly as a shell would, without running anything: quotes, escapes and continued lines are
 * taken away, `~` and `$HOME` are filled in. Other expansions stay as written; `matchesFolder` takes them for anything.
 */
export interface CommandWord {
	readonly text: string;
	/** The first of its simple command. */
	readonly isFirst: boolean;
}

export function commandWords(command: string, home: string | undefined): readonly CommandWord[] {
	const words: CommandWord[] = [];
	let text = "";
	let isOpen = false;
	let isFirst = true;
	const end = (next: boolean) => {
		if (isOpen) words.push({ text: filledIn(text, home), isFirst });
		if (isOpen) isFirst = false;
		if (next) isFirst = true;
		text = "";
		isOpen = false;
	};
	for (let at = 0; at < command.length; at++) {
		const char = command[at]!;
		if (char === "\\") {
			at++;
			if (command[at] === "\n" || command[at] === undefined) continue;
			text += command[at];
			isOpen = true;
		} else if (char === "'" || char === '"') {
			// `$'…'` and `$"…"` are quotes too.
			if (text.endsWith("$")) text = text.slice(0, -1);
			const close = closing(command, at);
			text +=
				char === '"' ? command.slice(at + 1, close).replace(/\\([\\"$`\n])/g, "$1") : command.slice(at + 1, close);
			isOpen = true;
			at = close;
		} else if (/\s/.test(char)) end(char === "\n");
		else if (/[;&|()`]/.test(char)) end(true);
		else if (char === "<" || char === ">") end(false);
		else {
			text += char;
			isOpen = true;
		}
	}
	end(true);
	return words;
}

/** Every text of a command that may be a path: its words, what stands behind a `=`, and the words inside of quotes. */
export function pathsIn(words: readonly CommandWord[], home: string | undefined, depth = 0): readonly string[] {
	const found = words.flatMap(({ text }) => {
		const value = text.includes("=") ? [filledIn(text.slice(text.indexOf("=") + 1), home)] : [];
		const inner = depth < 3 && /[\s;&|=<>()`]/.test(text) ? pathsIn(commandWords(text, home), home, depth + 1) : [];
		return [text, ...value, ...inner];
	});
	return [...new Set(found)].slice(0, maxWords);
}

/** The folders in which parts of the command may run: the workspace, and wherever it changes to. */
export function foldersOf(
	words: readonly CommandWord[],
	workspace: string,
	home: string | undefined,
): readonly string[] {
	const folders = new Set([workspace]);
	for (const [at, { text }] of words.entries()) {
		if (!/^(cd|pushd|-C|--directory|--prefix|--cwd)$/.test(text)) continue;
		const next = words[at + 1];
		const target = next === undefined || next.isFirst ? home : next.text;
		if (target === undefined) continue;
		for (const folder of [...folders]) if (folders.size < maxFolders) folders.add(path.resolve(folder, target));
	}
	return [...folders];
}

/** So many are followed; of a longer command the text alone is judged. */
const maxWords = 1000;
const maxFolders = 8;

function filledIn(word: string, home: string | undefined): string {
	return home === undefined ? word : word.replace(/^(~|\$HOME|\$\{HOME\})(?=\/|$)/, () => home);
}

/** Where the quote ends that begins at `at`; the end of the text when it is not closed. */
function closing(text: string, at: number): number {
	for (let end = at + 1; end < text.length; end++) {
		if (text[end] === text[at]) return end;
		if (text[end] === "\\" && text[at] === '"') end++;
	}
	return text.length;
}
