import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { readEvent } from "../../../src/core/upcast.ts";
import { histories } from "../../histories/history.ts";
import { bracketedTexts } from "./brackets.ts";

/** Every app, built from its source as the package builds it, on pages served on loopback under a webview's policy. */
export interface Pages {
	url(app: string, options?: PageOptions): string;
	/** Bytes of each bundle, minified. */
	readonly sizes: Readonly<Record<string, number>>;
	close(): Promise<void>;
}

export interface PageOptions {
	readonly story?: string;
	readonly theme?: Theme;
	readonly thread?: string;
	readonly memory?: unknown;
	readonly noGoals?: boolean;
	/** Each text of the pages stands in brackets, `[!!Text!!]`: what is not translated shows. */
	readonly bracketed?: boolean;
}
export const themes = ["vscode-dark", "vscode-light", "vscode-high-contrast"] as const;
export type Theme = (typeof themes)[number];

const root = path.resolve(fileURLToPath(import.meta.url), "../../../..");
const apps = ["feed", "thread", "overview", "preflight"];
const types: Readonly<Record<string, string>> = {
	js: "text/javascript",
	css: "text/css",
	ttf: "font/ttf",
	html: "text/html",
};

export async function servePages(): Promise<Pages> {
	const files = new Map<string, Uint8Array | string>();
	const sizes: Record<string, number> = {};
	const built = await esbuild.build({
		absWorkingDir: root,
		entryPoints: {
			...Object.fromEntries(apps.map((app) => [app, `src/webviews/${app}/main.tsx`])),
			fakeHost: "test/webviews/harness/fakeHost.ts",
		},
		outdir: "out",
		bundle: true,
		write: false,
		minify: true,
		format: "iife",
		platform: "browser",
		target: "es2022",
		jsx: "automatic",
		jsxImportSource: "preact",
		define: { "process.env.NODE_ENV": '"production"' },
		legalComments: "none",
	});
	for (const file of built.outputFiles) {
		files.set(path.basename(file.path), file.contents);
		sizes[path.basename(file.path)] = file.contents.length;
	}
	for (const [name, source] of Object.entries({
		"codicon.css": "node_modules/@vscode/codicons/dist/codicon.css",
		"codicon.ttf": "node_modules/@vscode/codicons/dist/codicon.ttf",
		"themes.css": "test/webviews/harness/themes.css",
	})) {
		files.set(name, await readFile(path.join(root, source)));
	}
	files.set("texts.js", `window.texts = ${JSON.stringify(bracketedTexts())};`);
	const server = http.createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
		const name = pathname.slice(1);
		const app = apps.find((one) => name === `${one}.html`);
		const body = app
			? page(
					app,
					searchParams.get("theme") ?? "vscode-dark",
					searchParams.get("story") ?? "",
					searchParams.has("bracketed"),
				)
			: (recordedScript(name) ?? files.get(name));
		if (body === undefined) {
			response.writeHead(name === "favicon.ico" ? 204 : 404).end();
			return;
		}
		response.writeHead(200, {
			"content-type": types[name.split(".").pop()!] ?? "application/octet-stream",
			"content-security-policy":
				"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src data:",
		});
		response.end(body);
	});
	await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
	const address = server.address();
	if (typeof address !== "object" || address === null) throw new Error("The page server has no port.");
	return {
		sizes,
		url(app, options = {}) {
			const query = new URLSearchParams({
				kind: app,
				theme: options.theme ?? "vscode-dark",
				story: options.story ?? "migration",
			});
			if (options.thread) query.set("thread", options.thread);
			if (options.memory !== undefined) query.set("memory", JSON.stringify(options.memory));
			if (options.noGoals) query.set("nogoals", "");
			if (options.bracketed) query.set("bracketed", "");
			return `http://127.0.0.1:${address.port}/${app}.html?${query}`;
		},
		close: () => new Promise((closed) => server.close(() => closed())),
	};
}

/** The events of a recorded history, as the daemon would tell them: `history-NAME.js`. */
function recordedScript(file: string): string | undefined {
	const name = /^history-([\w-]+)\.js$/.exec(file)?.[1];
	const history = name && histories().find((one) => one.name === name);
	return history ? `window.recorded = ${JSON.stringify(history.rows.map(readEvent))};` : undefined;
}

function page(app: string, theme: string, story: string, bracketed: boolean): string {
	const history = story.startsWith("history:") ? `<script src="history-${story.slice(8)}.js"></script>` : "";
	const texts = bracketed ? '<script src="texts.js"></script>' : "";
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${app}</title>
<link rel="stylesheet" href="themes.css"><link rel="stylesheet" href="codicon.css"><link rel="stylesheet" href="${app}.css">
</head><body class="${theme}"><div id="app"></div>${history}${texts}<script src="fakeHost.js"></script><script src="${app}.js"></script></body></html>`;
}
