import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { ToolContext } from "../../../src/daemon/tools/tool.ts";

/** A folder with a workspace, a data folder inside it that nothing may touch, and something outside. */
export interface Workspace extends ToolContext {
	readonly outside: string;
	readonly dispose: () => Promise<void>;
}

export async function makeWorkspace(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Workspace> {
	const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "mission-tools-")));
	const workspace = path.join(folder, "workspace");
	const outside = path.join(folder, "outside");
	const data = path.join(workspace, "data");
	await Promise.all([workspace, outside, data].map((each) => mkdir(each, { recursive: true })));
	await writeFile(path.join(outside, "secret.txt"), "secret\n");
	await writeFile(path.join(data, "events.db"), "needle in the data folder\n");
	for (const [name, content] of Object.entries(files)) {
		const file = path.join(workspace, name);
		await mkdir(path.dirname(file), { recursive: true });
		await writeFile(file, content);
	}
	return {
		workspace,
		outside,
		denied: [data],
		signal: new AbortController().signal,
		dispose: () => rm(folder, { recursive: true, force: true }),
	};
}
