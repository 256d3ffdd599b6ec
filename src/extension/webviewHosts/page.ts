import type { webviewKinds } from "../../protocol/webview.ts";

/** The page of a webview: the app's script and styles, and nothing else may load. Pure, so that it can be tested. */
export function webviewPage({ kind, uriOf, cspSource, nonce, identity, language }: PageOptions): string {
	const policy = [
		"default-src 'none'",
		`script-src 'nonce-${nonce}'`,
		`style-src ${cspSource}`,
		`font-src ${cspSource}`,
		`img-src ${cspSource} data:`,
	].join("; ");
	return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uriOf("codicon.css")}">
<link rel="stylesheet" href="${uriOf(`${kind}.css`)}">
<title>Mission Control</title>
</head>
<body data-webview="${kind}">
<div id="app"></div>
<script nonce="${nonce}">${keepIdentity(identity)}</script>
<script nonce="${nonce}" src="${uriOf(`${kind}.js`)}"></script>
</body>
</html>
`;
}

export interface PageOptions {
	readonly kind: (typeof webviewKinds)[number];
	/** The address of a built file under which the webview may load it. */
	readonly uriOf: (name: string) => string;
	readonly cspSource: string;
	readonly nonce: string;
	/** What the panel shows, by which it comes back after the window was reloaded. Ids only. */
	readonly identity: Readonly<Record<string, string>>;
	/** Of its texts, for screen readers. */
	readonly language: string;
}

/**
 * VS Code gives a panel's state back to the extension after a reload, and only the page can set it, through an API that
 * can be asked for once. So it is asked for here, and handed on to the app.
 */
function keepIdentity(identity: Readonly<Record<string, string>>): string {
	const json = JSON.stringify(identity).replaceAll("<", "\\u003c");
	return `const api=acquireVsCodeApi();api.setState(${json});globalThis.acquireVsCodeApi=()=>api;`;
}
