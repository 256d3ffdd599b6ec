/** What gateways and sign-in forms answer in place of a server of models. */
export function isPage(text: string): boolean {
	return /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(text);
}

/** What it is called, for a sentence about it. */
export function pageWords(page: string): string {
	const title = /<(title|h1)\b[^>]*>([^<]*)<\/\1>/i.exec(page.slice(0, longest))?.[2]?.trim();
	return title || "a web page";
}

const longest = 100_000;
