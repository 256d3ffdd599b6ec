import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { Language, Parser, Tree, TreeCursor } from "web-tree-sitter";

/** A node of a syntax tree, with offsets into the text. */
export interface Syntax {
	readonly type: string;
	readonly isNamed: boolean;
	readonly start: number;
	readonly end: number;
	readonly children: readonly Syntax[];
}

export interface Grammars {
	/** Or why there is none, as the end of “it cannot be read: …”. */
	parse(language: "bash" | "powershell", text: string): Syntax | string;
}

/**
 * The grammars take memory and some 50 ms: they are read when the first command is judged, and once. Where they cannot be
 * had, no text can be read, and so every command asks.
 */
export function loadGrammars(): Promise<Grammars> {
	loading ??= load().catch((cause: Error): Grammars => {
		loading = undefined;
		return { parse: () => `the grammar of the shell could not be loaded (${cause.message})` };
	});
	return loading;
}

let loading: Promise<Grammars> | undefined;

/** Where the build puts them, and where they lie in the sources. */
const files = {
	runtime: ["web-tree-sitter.wasm", "web-tree-sitter/web-tree-sitter.wasm"],
	bash: ["tree-sitter-bash.wasm", "@vscode/tree-sitter-wasm/wasm/tree-sitter-bash.wasm"],
	powershell: ["tree-sitter-powershell.wasm", "@vscode/tree-sitter-wasm/wasm/tree-sitter-powershell.wasm"],
} as const;

async function load(): Promise<Grammars> {
	const [kit, wasmBinary, bash, powershell] = await Promise.all([
		import("web-tree-sitter"),
		bytesOf("runtime"),
		bytesOf("bash"),
		bytesOf("powershell"),
	]);
	await kit.Parser.init({ wasmBinary });
	const parserOf = (language: Language) => {
		const parser = new kit.Parser();
		parser.setLanguage(language);
		return parser;
	};
	const parsers = {
		bash: parserOf(await kit.Language.load(bash)),
		powershell: parserOf(await kit.Language.load(powershell)),
	};
	return {
		parse(language, text) {
			try {
				return syntaxOf(parsers[language], text) ?? "it takes too long to read";
			} catch (cause) {
				return `the grammar of the shell failed (${(cause as Error).message})`;
			}
		},
	};
}

async function bytesOf(name: keyof typeof files): Promise<Buffer> {
	const [built, source] = files[name];
	const beside = path.join(import.meta.dirname, built);
	return readFile(existsSync(beside) ? beside : createRequire(import.meta.url).resolve(source));
}

function syntaxOf(parser: Parser, text: string): Syntax | undefined {
	const until = performance.now() + maxMs;
	const tree: Tree | null = parser.parse(text, null, { progressCallback: () => performance.now() > until });
	if (tree === null) {
		parser.reset();
		return undefined;
	}
	const cursor = tree.walk();
	try {
		return nodeAt(cursor, text, 0);
	} finally {
		cursor.delete();
		tree.delete();
	}
}

const maxMs = 200;
const maxDepth = 500;

/** In strings the grammar counts blanks before an expansion as part of it. */
const withBlanks: ReadonlySet<string> = new Set(["heredoc_body", "heredoc_content", "string_content"]);

function nodeAt(cursor: TreeCursor, text: string, depth: number): Syntax {
	const { endIndex: end, nodeIsNamed: isNamed, nodeIsMissing } = cursor;
	const type = nodeIsMissing ? "ERROR" : cursor.nodeType;
	let start = cursor.startIndex;
	if (!withBlanks.has(type)) while (start < end && /\s/.test(text[start]!)) start++;
	if (depth > maxDepth) return { type: "ERROR", isNamed, start, end, children: [] };
	const children: Syntax[] = [];
	if (cursor.gotoFirstChild()) {
		do children.push(nodeAt(cursor, text, depth + 1));
		while (cursor.gotoNextSibling());
		cursor.gotoParent();
	}
	return { type, isNamed, start, end, children };
}
