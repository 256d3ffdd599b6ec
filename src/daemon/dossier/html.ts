import { Marked } from "marked";
import { oneLine } from "./agentText.ts";
import type { DossierData } from "./dossierData.ts";
import { htmlStyle } from "./htmlStyle.ts";
import { markdownDossier } from "./markdown.ts";

/**
 * The dossier as one page that needs nothing else: it fetches nothing, runs nothing, follows the reader's light or dark,
 * and prints. It is the Markdown, rendered; what Markdown would let through as HTML, links or pictures stays text.
 */
export function htmlDossier(data: DossierData): string {
	const sections: { readonly id: string; readonly name: string }[] = [];
	const marked = new Marked({
		renderer: {
			html: ({ text }) => escapeHtml(text),
			image: ({ text, href }) => escapeHtml(`${text} (${href})`),
			link: ({ text, href }) =>
				/^https?:/i.test(href)
					? `<a href="${escapeHtml(href)}" rel="noreferrer">${escapeHtml(text)}</a>`
					: escapeHtml(text),
			heading({ tokens, depth }) {
				const name = this.parser.parseInline(tokens);
				if (depth !== 2) return `<h${depth}>${name}</h${depth}>\n`;
				const id = `section-${sections.length + 1}`;
				sections.push({ id, name });
				return `<h2 id="${id}">${name}</h2>\n`;
			},
			table(token) {
				const row = (cells: typeof token.header, tag: string) =>
					`<tr>${cells.map((one) => cell(tag, one.align, this.parser.parseInline(one.tokens))).join("")}</tr>`;
				const body = token.rows.map((cells) => row(cells, "td")).join("\n");
				return `<div class="table"><table>\n<thead>${row(token.header, "th")}</thead>\n<tbody>\n${body}\n</tbody></table></div>\n`;
			},
		},
	});
	const body = marked.parse(markdownDossier(data)) as string;
	const links = sections.map(({ id, name }) => `<a href="#${id}">${name}</a>`).join("\n");
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(oneLine(data.goal.title) || "A goal")}</title>
<style>${htmlStyle}</style>
</head>
<body>
${sections.length > 2 ? `<nav aria-label="Sections">\n${links}\n</nav>\n` : ""}<main>
${body}</main>
</body>
</html>
`;
}

function cell(tag: string, align: string | null, content: string): string {
	const isNumber = align === "right" ? ' class="number"' : "";
	return `<${tag}${tag === "th" ? ' scope="col"' : ""}${isNumber}>${content}</${tag}>`;
}

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
