import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/paths.mjs";
import { type Editor, startEditor } from "../host/editor.ts";
import { packagedExtension } from "../host/vsix.ts";
import type { Workbench } from "../host/workbench.ts";

/**
 * What the stories play on: an editor with the packaged extension, and the data folder of one daemon beside it, asked
 * through the command line. Each story has one of its own, so that nobody meets the goals of another.
 */
export interface Stage {
	/** A new folder below the stage's own, which goes with it. */
	folder(name: string): string;
	readonly home: string;
	/** Opens a window on a folder, or an empty one, with the goals before the person. */
	window(workspace?: string): Promise<Workbench>;
	/** Runs `mission … --json`, without holding up what else this process serves. */
	// biome-ignore lint/suspicious/noExplicitAny: the shapes are the command line's own, and stories look into them
	mission(...args: readonly string[]): Promise<any>;
	close(): Promise<void>;
}

export interface StageOptions {
	/** The editor asks whether the author of a folder is trusted. */
	readonly trust?: boolean;
	/** Folders of other extensions, loaded as those that someone develops. */
	readonly developing?: readonly string[];
	/** Of the editor. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** What `config.jsonc` of the data folder holds. */
	readonly config?: object;
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
	const base = fs.mkdtempSync(path.join(os.tmpdir(), "mc-e2e-"));
	// As the data folder is called everywhere: the schema of config.jsonc goes by it.
	const home = path.join(base, "mission-control");
	if (options.config) {
		fs.mkdirSync(home, { recursive: true });
		fs.writeFileSync(path.join(home, "config.jsonc"), JSON.stringify(options.config));
	}
	const editor: Editor = await startEditor({
		folder: path.join(base, "editor"),
		vsix: packagedExtension(),
		env: { ...withoutKeys(), MISSION_HOME: home },
		viewport: { width: 1400, height: 900 },
		trust: options.trust,
		developing: options.developing,
		settings: { "breadcrumbs.enabled": false, "editor.minimap.enabled": false, ...options.settings },
	});
	const mission = async (...args: readonly string[]) => {
		const { stdout } = await run(process.execPath, [path.join(root, "dist/cli.js"), ...args, "--json"], {
			env: { ...process.env, MISSION_HOME: home },
			timeout: 60_000,
		});
		return JSON.parse(stdout);
	};
	return {
		home,
		folder(name) {
			const folder = path.join(base, name);
			fs.mkdirSync(folder, { recursive: true });
			return folder;
		},
		async window(workspace) {
			const window = await editor.openWindow(workspace);
			await window.openView("Mission Control");
			return window;
		},
		mission,
		async close() {
			await editor.stop();
			if (fs.existsSync(path.join(home, "daemon.json"))) await mission("daemon", "stop");
			fs.rmSync(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
		},
	};
}

/** Stories choose their own model: the person's keys would make another one the default. */
function withoutKeys(): Record<string, undefined> {
	const keys = Object.keys(process.env).filter((name) => /_(API_KEY|BASE_URL)$/.test(name));
	return Object.fromEntries(keys.map((name) => [name, undefined]));
}

const run = promisify(execFile);
