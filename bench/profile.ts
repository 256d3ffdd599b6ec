import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { runGoal } from "./agentTurns.ts";
import { type Bench, grouped } from "./figures.ts";

/**
 * Where a turn's time goes: the goal of 200 calls again, by a build whose names can be read, sampled in each thread.
 * Waiting for the disk and for a new process counts, because it keeps the thread from everything else.
 */
export async function profileTurns(bench: Bench): Promise<string> {
	const dist = mkdtempSync(path.join(bench.scratch, "readable-"));
	await build({
		entryPoints: { daemon: "src/daemon/main.ts", storeWorker: "src/daemon/store/storeWorker.ts" },
		outdir: dist,
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node20",
		mainFields: ["module", "main"],
		logLevel: "error",
		banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
		define: { "import.meta.url": "importMetaUrl", "process.env.NODE_ENV": '"production"' },
	});
	copyFileSync(path.join(bench.dist, "sql-wasm-debug.wasm"), path.join(dist, "sql-wasm-debug.wasm"));
	const folder = mkdtempSync(path.join(bench.scratch, "profile-"));
	const calls = 200;
	await runGoal(bench, { calls, dist, nodeFlags: ["--cpu-prof", `--cpu-prof-dir=${folder}`] });
	return readdirSync(folder)
		.map((name) => threadTable(JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Profile, calls))
		.join("\n\n");
}

interface Profile {
	readonly nodes: readonly {
		readonly id: number;
		readonly callFrame: { readonly functionName: string; readonly url: string };
		readonly children?: readonly number[];
	}[];
	readonly samples: readonly number[];
	/** Microseconds. */
	readonly timeDeltas: readonly number[];
}

const shown = 25;

function threadTable(profile: Profile, calls: number): string {
	const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
	const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
	const self = new Map<string, number>();
	const inclusive = new Map<string, number>();
	let busy = 0;
	for (const [index, sample] of profile.samples.entries()) {
		const ms = (profile.timeDeltas[index] ?? 0) / 1000;
		const leaf = nodes.get(sample)!;
		if (leaf.callFrame.functionName === "(idle)") continue;
		busy += ms;
		add(self, nameOf(leaf), ms);
		const seen = new Set<string>();
		for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
			const name = nameOf(nodes.get(id)!);
			if (!seen.has(name)) add(inclusive, name, ms);
			seen.add(name);
		}
	}
	const isWorker = [...nodes.values()].some(({ callFrame }) => callFrame.url.endsWith("storeWorker.js"));
	const rows = (times: ReadonlyMap<string, number>) =>
		[...times]
			.sort((a, b) => b[1] - a[1])
			.slice(0, shown)
			.map(([name, ms]) => `${grouped(ms / calls).padStart(8)}  ${name}`);
	const title = `${isWorker ? "The store's thread" : "The daemon's main thread"}: ${grouped(busy / calls)} ms a turn`;
	return [title, "", "by itself, ms a turn:", ...rows(self), "", "with what it calls:", ...rows(inclusive)].join("\n");
}

function nameOf({ callFrame }: Profile["nodes"][number]): string {
	const file = path.basename(callFrame.url);
	const name = callFrame.functionName || "(anonymous)";
	return callFrame.url.startsWith("node:") ? `${name} (node)` : file.endsWith(".js") ? name : `${name} ${file}`.trim();
}

function add(times: Map<string, number>, name: string, ms: number): void {
	times.set(name, (times.get(name) ?? 0) + ms);
}
