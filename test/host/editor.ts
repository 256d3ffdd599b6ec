import fs from "node:fs";
import path from "node:path";
import type { BrowserContext } from "playwright-core";
import { startCodeServer, windowUrl } from "../../scripts/codeServer.mjs";
import { type BrowserOptions, launchBrowser } from "./browser.ts";
import { developInWorkbench } from "./develop.ts";
import { type Workbench, workbenchOf } from "./workbench.ts";

/**
 * A real VS Code with a browser before it, for tests that do what a person does. Everything it writes lies in `folder`,
 * so starting again with the same folder and port is what a person sees after a restart, and two folders are two machines.
 */
export async function startEditor(options: EditorOptions): Promise<Editor> {
	fs.mkdirSync(options.folder, { recursive: true });
	const server = await startCodeServer({
		folder: options.folder,
		port: options.port,
		extensions: options.vsix ? [options.vsix] : [],
		settings: { "workbench.colorTheme": "Default Dark Modern", ...options.settings },
		env: options.env,
		trust: options.trust,
	});
	let browser: BrowserContext | undefined;
	return {
		port: server.port,
		serverLog: server.log,
		async openWindow(workspace) {
			browser ??= await launchBrowser(path.join(options.folder, "browser"), options);
			// A persistent context begins with an empty page, which serves as the first window.
			const page = browser.pages().find((candidate) => candidate.url() === "about:blank") ?? (await browser.newPage());
			if (options.developing)
				await page.addInitScript(developInWorkbench, {
					authority: `127.0.0.1:${server.port}`,
					developmentPaths: options.developing,
				});
			await page.goto(windowUrl(server.origin, workspace));
			return workbenchOf(page);
		},
		async stop() {
			await browser?.close();
			await server.stop();
		},
	};
}

export interface EditorOptions extends BrowserOptions {
	/** Home of this editor: user data, extensions, browser profile, HOME of its processes. Created when missing. */
	readonly folder: string;
	/** An extension to install. */
	readonly vsix?: string;
	/** Folders of extensions that are loaded as those that someone develops, beside the installed one. */
	readonly developing?: readonly string[];
	/** Default: any free one. What the browser keeps is bound to it. */
	readonly port?: number;
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Folders are not trusted before the person says so. */
	readonly trust?: boolean;
	/** Added to the environment of the extension host, and so of what extensions start. */
	readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Editor {
	readonly port: number;
	readonly serverLog: string;
	/** Opens a window on a folder, or an empty one, and waits until its workbench stands. */
	openWindow(workspace?: string): Promise<Workbench>;
	/** Closes all windows and ends the editor as a person quits it: extensions are deactivated. */
	stop(): Promise<void>;
}
