import type { Nodes, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";

/**
 * The blocks of a Markdown text by CommonMark's rules, each with its lines: what a renderer shows as a heading, a fence
 * or a comment is one here, also inside lists and quotes. Lines count from 1 in the whole file.
 */
export type Block = { readonly line: number; readonly endLine: number } & (
	| {
			/** Only those that stand in no list and no quote. */
			readonly kind: "heading";
			readonly level: number;
			readonly text: string;
			/** Made by a line of `===` or `---` under it. */
			readonly isUnderlined: boolean;
	  }
	| {
			readonly kind: "code";
			/** Undefined for code that is only indented. */
			readonly info: string | undefined;
			/** Its lines, each ended by a newline, without the indentation and the quote marks before them. */
			readonly content: string;
			readonly closed: boolean;
	  }
	| { readonly kind: "html"; readonly text: string; readonly isComment: boolean; readonly closed: boolean }
	| { readonly kind: "paragraph"; readonly isNested: boolean }
);

/** Blocks in the order of the text. `firstLine` is the number of the first of these lines in its file. */
export function readMarkdown(lines: readonly string[], firstLine = 1): readonly Block[] {
	const opened = new WeakSet<Nodes>();
	const closed = new WeakSet<Nodes>();
	const tree = fromMarkdown(lines.join("\n"), {
		extensions: [{ disable: { null: unneeded } }],
		mdastExtensions: [
			{
				exit: {
					// Called for the marks that open a fence, and again for those that close it.
					codeFencedFenceSequence() {
						const code = this.stack.findLast((node) => node.type === "code") as Nodes | undefined;
						if (code) (opened.has(code) ? closed : opened).add(code);
					},
				},
			},
		],
	});
	const blocks: Block[] = [];
	// Walked with our own stack: a text of any depth must not end the recursion.
	const open: { readonly node: RootContent; readonly isNested: boolean }[] = [];
	const push = (nodes: readonly RootContent[], isNested: boolean) => {
		for (const node of nodes.toReversed()) open.push({ node, isNested });
	};
	push(tree.children, false);
	for (let next = open.pop(); next; next = open.pop()) {
		const { node, isNested } = next;
		const { start, end } = node.position!;
		const place = { line: firstLine + start.line - 1, endLine: firstLine + end.line - 1 };
		if (node.type === "heading") {
			if (isNested) continue;
			const text = node.children.map((child) => ("value" in child ? child.value : "")).join("");
			const isUnderlined = !/^ {0,3}#/.test(lines[start.line - 1]!);
			blocks.push({
				...place,
				kind: "heading",
				level: node.depth,
				text: text.replace(/\s+/g, " ").trim(),
				isUnderlined,
			});
		} else if (node.type === "code") {
			const isClosed = closed.has(node);
			const info = opened.has(node) ? [node.lang, node.meta].filter(Boolean).join(" ") : undefined;
			const isEmpty = info !== undefined && end.line - start.line < 2;
			const content = isEmpty ? "" : `${node.value}\n`;
			blocks.push({ ...place, kind: "code", info, content, closed: isClosed });
		} else if (node.type === "html") {
			const isComment = node.value.startsWith("<!--");
			const isClosed = !isComment || node.value.includes("-->");
			blocks.push({ ...place, kind: "html", text: node.value, isComment, closed: isClosed });
		} else if (node.type === "paragraph") blocks.push({ ...place, kind: "paragraph", isNested });
		else if ("children" in node) push(node.children as RootContent[], true);
	}
	return blocks;
}

/** What stands inside of a line is told as it is written; leaving it unread also keeps long lines cheap. */
const unneeded = [
	"attention",
	"autolink",
	"codeText",
	"hardBreakEscape",
	"htmlText",
	"labelEnd",
	"labelStartImage",
	"labelStartLink",
];

const maxLines = 50_000;
const maxDepth = 20;
const marks = [
	{ what: "lines of quotes", pattern: /^[ \t]*>/, most: 1500 },
	{ what: "lines of dashes", pattern: /^[ \t]*(?:=+|-+)[ \t]*$/, most: 1500 },
	{ what: "headings", pattern: /^ {0,3}#{1,6}(?:[ \t]|$)/, most: 5000 },
	{ what: "lines of lists", pattern: /^[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)/, most: 4000 },
] as const;

/**
 * Where a text has more than a person writes: the time to parse lists, quotes and underlined headings grows with the
 * square of their number, and with their depth.
 */
export function tooMuchMarkdown(lines: readonly string[]): { readonly at: number; readonly what: string } | undefined {
	if (lines.length > maxLines) return { at: maxLines, what: `more than ${maxLines} lines` };
	const counts = marks.map(() => 0);
	for (const [at, line] of lines.entries()) {
		const [before] = /^(?:[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+/.exec(line) ?? [""];
		const depth = before.match(/>|[-+*]|\d+/g)?.length ?? 0;
		if (depth > maxDepth || /^[ \t]{200}/.test(line))
			return { at, what: `more than ${maxDepth} lists and quotes in each other` };
		for (const [index, { what, pattern, most }] of marks.entries()) {
			if (!pattern.test(line)) continue;
			counts[index]! += 1;
			if (counts[index]! > most) return { at, what: `more than ${most} ${what}` };
		}
	}
	return undefined;
}
