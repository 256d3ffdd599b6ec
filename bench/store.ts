import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import type { Figure, Section } from "./figures.ts";

/** The event store as it is shipped, without the rest of the daemon. */
export const store: Section = {
	title: "The event store",
	how: "Each case in a process of its own, with the built worker; an append is one event of 300 bytes, acknowledged after COMMIT and fsync. Figures hold for the disk they were taken on.",
	async measure({ dist, scratch }) {
		const folder = mkdtempSync(path.join(scratch, "store-"));
		await build({
			entryPoints: { storeCases: "bench/storeCases.ts" },
			outdir: folder,
			bundle: true,
			platform: "node",
			format: "cjs",
			target: "node20",
			logLevel: "error",
		});
		for (const name of ["storeWorker.js", "sql-wasm-debug.wasm"])
			copyFileSync(path.join(dist, name), path.join(folder, name));
		return ["single", "inFlight", "disk", "search"].flatMap((name) => {
			const data = mkdtempSync(path.join(folder, `${name}-`));
			const said = execFileSync(process.execPath, [path.join(folder, "storeCases.js"), name, data]);
			return JSON.parse(said.toString()) as readonly Figure[];
		});
	},
};
