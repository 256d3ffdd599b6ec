import type { ComponentChildren } from "preact";

/**
 * The part of Markdown that messages are written in, made into nodes directly: text from a model or a file never
 * becomes HTML. What is not understood stays text.
 */
export function Markdown({ text, onFile }: { text: string; onFile?: (path: string) => void }) {
	return <>{blocks(text).map((block, index) => renderBlock(block, index, onFile))}</>;
}

export type Block =
	| { readonly kind: "paragraph" | "heading" | "quote"; readonly text: string }
	| { readonly kind: "code"; readonly text: string }
	| { readonly kind: "list"; readonly ordered: boolean; readonly start: number; readonly items: readonly string[] };

const item = /^\s{0,3}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;

export function blocks(text: string): readonly Block[] {
	const found: Block[] = [];
	const lines = text.replace(/\r\n?/g, "\n").split("\n");
	let at = 0;
	while (at < lines.length) {
		const line = lines[at]!;
		const fence = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
		if (line.trim() === "") at++;
		else if (fence) at = readCode(fence, at + 1);
		else if (item.test(line)) at = readList(at);
		else if (/^\s{0,3}#{1,6}\s/.test(line)) {
			found.push({ kind: "heading", text: line.replace(/^\s*#+\s+/, "").replace(/\s+#+\s*$/, "") });
			at++;
		} else if (/^\s{0,3}>/.test(line)) at = readWhile("quote", at, (next) => /^\s{0,3}>/.test(next), /^\s{0,3}>\s?/);
		else at = readWhile("paragraph", at, isProse, /^\s+/);
	}
	return found;

	function readCode(fence: string, from: number): number {
		let end = from;
		while (end < lines.length && !lines[end]!.trimStart().startsWith(fence)) end++;
		found.push({ kind: "code", text: lines.slice(from, end).join("\n") });
		return end + 1;
	}

	function readList(from: number): number {
		const first = item.exec(lines[from]!);
		const items: string[] = [];
		let next = from;
		for (; next < lines.length; next++) {
			const match = item.exec(lines[next]!);
			if (match) items.push(match[2]!);
			else if (/^\s{2,}\S/.test(lines[next]!) && items.length > 0) items.push(`${items.pop()} ${lines[next]!.trim()}`);
			else break;
		}
		found.push({ kind: "list", ordered: first?.[1] !== undefined, start: Number(first?.[1] ?? 1), items });
		return next;
	}

	function readWhile(kind: "paragraph" | "quote", from: number, goesOn: (line: string) => boolean, prefix: RegExp) {
		let end = from + 1;
		while (end < lines.length && goesOn(lines[end]!)) end++;
		const body = lines.slice(from, end).map((line) => line.replace(prefix, ""));
		found.push({ kind, text: body.join("\n") });
		return end;
	}
}

function isProse(line: string): boolean {
	return line.trim() !== "" && !/^\s{0,3}(```|~~~|#{1,6}\s|>)/.test(line) && !item.test(line);
}

function renderBlock(block: Block, key: number, onFile?: (path: string) => void): ComponentChildren {
	switch (block.kind) {
		case "code":
			return (
				<pre key={key} class="command" tabIndex={-1}>
					{block.text}
				</pre>
			);
		case "list": {
			const items = block.items.map((text, index) => <li key={index}>{inline(text, onFile)}</li>);
			return block.ordered ? (
				<ol key={key} start={block.start}>
					{items}
				</ol>
			) : (
				<ul key={key}>{items}</ul>
			);
		}
		case "heading":
			return (
				<p key={key} class="strong">
					{inline(block.text, onFile)}
				</p>
			);
		case "quote":
			return <blockquote key={key}>{inline(block.text, onFile)}</blockquote>;
		default:
			return <p key={key}>{inline(block.text, onFile)}</p>;
	}
}

/** Code first, since nothing inside of it means anything; then links, then emphasis. */
const spans = /(`+)([\s\S]+?)\1|\[([^\]\n]+)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|(?<![\w*])[*_]([^*_\n]+)[*_](?![\w*])/g;

function inline(text: string, onFile?: (path: string) => void): ComponentChildren[] {
	const nodes: ComponentChildren[] = [];
	let end = 0;
	for (const match of text.matchAll(spans)) {
		if (match.index > end) nodes.push(text.slice(end, match.index));
		end = match.index + match[0].length;
		const key = `${match.index}`;
		if (match[2] !== undefined) nodes.push(<code key={key}>{match[2].trim()}</code>);
		else if (match[3] !== undefined) nodes.push(link(match[3], match[4]!, key, onFile));
		else if (match[5] !== undefined) nodes.push(<strong key={key}>{inline(match[5], onFile)}</strong>);
		else nodes.push(<em key={key}>{match[6]}</em>);
	}
	if (end < text.length) nodes.push(text.slice(end));
	return nodes;
}

/** The web opens in a browser, a path in the editor; any other scheme stays text. */
function link(label: string, target: string, key: string, onFile?: (path: string) => void): ComponentChildren {
	if (/^https?:\/\//i.test(target)) {
		return (
			<a key={key} href={target} title={target}>
				{label}
			</a>
		);
	}
	const isPath = !/^[a-z][a-z0-9+.-]*:/i.test(target) && !target.startsWith("#") && !target.startsWith("//");
	if (!isPath || !onFile) return `${label} (${target})`;
	const path = target.replace(/^\.\//, "").replace(/#.*$/, "");
	return (
		<button key={key} type="button" class="link" onClick={() => onFile(path)}>
			{label}
		</button>
	);
}
