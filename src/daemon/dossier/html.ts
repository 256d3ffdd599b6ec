import { Marked } from "marked";
import type { DossierData } from "./dossierData.ts";
import { markdownDossier } from "./markdown.ts";

/** The dossier as one HTML page that needs nothing else. Text of agents stays text: raw HTML in it is shown, not run. */
export function htmlDossier(data: DossierData): string {
	const marked = new Marked({
		renderer: {
			html: ({ text }) => escapeHtml(text),
			// A link or picture of an agent's text must not fetch anything when the account is opened.
			image: ({ text, href }) => escapeHtml(`${text} (${href})`),
			link: ({ text, href }) =>
				/^https?:/i.test(href)
					? `<a href="${escapeHtml(href)}" rel="noreferrer">${escapeHtml(text)}</a>`
					: escapeHtml(text),
		},
	});
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(data.goal.title)}</title>
<style>${style}</style>
</head>
<body>
${marked.parse(markdownDossier(data)) as string}</body>
</html>
`;
}

const style =
	"body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}" +
	"table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.25rem .5rem;text-align:left}" +
	"blockquote{margin:0;padding-left:1rem;border-left:3px solid #8886}pre{overflow:auto;padding:.5rem;border:1px solid #8886}";

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
