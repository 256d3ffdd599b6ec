import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import path from "node:path";
import { grouped, type Section } from "./figures.ts";

const files = 100_000;

/** What a look at a very large workspace costs: it walks all of it, and reads only what changed. */
export const largeWorkspace: Section = {
	title: "A workspace of 100,000 files",
	how: "Files of some 700 bytes in 1,000 folders; a process that does nothing but take snapshots.",
	async measure(bench) {
		const folder = realpathSync(mkdtempSync(path.join(bench.scratch, "large-")));
		const workspace = path.join(folder, "workspace");
		mkdirSync(workspace);
		const script = path.join("bench", "largeWorkspaceMain.ts");
		const said = execFileSync(
			process.execPath,
			["--import", "tsx", script, workspace, path.join(folder, "changes"), String(files)],
			{ encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], timeout: 600_000 },
		);
		const { firstMs, later, baseBytes, peakBytes } = JSON.parse(said) as {
			readonly firstMs: number;
			readonly later: Readonly<Record<string, { ms: number; compareMs: number; found: number }>>;
			readonly baseBytes: number;
			readonly peakBytes: number;
		};
		const figures = Object.entries(later).map(([changed, { ms, compareMs, found }]) => {
			if (found !== Number(changed)) throw new Error(`${found} changes found of ${changed}`);
			const name = `snapshot after ${grouped(Number(changed))} changed files`;
			return { name, value: ms, unit: "ms", note: `and ${grouped(compareMs)} ms to say what changed` };
		});
		return [
			{ name: "first snapshot", value: firstMs, unit: "ms" },
			...figures,
			{
				name: "most resident memory",
				value: peakBytes / 1e6,
				unit: "MB",
				note: `${grouped(baseBytes / 1e6)} MB of it before the first snapshot`,
			},
		];
	},
};
