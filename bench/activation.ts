import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import path from "node:path";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { desktopProgram } from "../scripts/desktop.mjs";
import { root, sample } from "../scripts/paths.mjs";
import { type Bench, median, type Section, spread } from "./figures.ts";

/** What the extension costs everybody who opens an editor. */
export const activation: Section = {
	title: "Activation",
	how: "`activate` of the built extension inside a real extension host (the desktop editor where there is one, else code-server), from its first line to its last, as the extension itself takes it; one host a run.",
	async measure(bench) {
		const suite = path.join(bench.scratch, "activation.cjs");
		await build({
			entryPoints: ["bench/activationInHost.ts"],
			outfile: suite,
			bundle: true,
			platform: "node",
			format: "cjs",
			target: "node20",
			external: ["vscode"],
			logLevel: "error",
		});
		const times: number[] = [];
		for (let run = 0; run < 5; run++) times.push(await activate(bench, suite));
		return [
			{
				name: "extension activation, own time",
				value: median(times),
				unit: "ms",
				target: { below: 50 },
				note: spread(times),
			},
		];
	},
};

async function activate(bench: Bench, suite: string): Promise<number> {
	// Short, because an editor puts a socket into its user data.
	const folder = mkdtempSync(path.join(bench.scratch, "h"));
	const report = path.join(folder, "report");
	const workspace = path.join(folder, "workspace");
	cpSync(sample, workspace, { recursive: true });
	const { write } = process.stdout;
	// What the editor says is of no interest here.
	process.stdout.write = () => true;
	try {
		await runTests({
			vscodeExecutablePath: desktopProgram() ?? path.join(root, "test/host/code.cjs"),
			extensionDevelopmentPath: root,
			extensionTestsPath: suite,
			launchArgs: [workspace, `--user-data-dir=${folder}/u`, `--extensions-dir=${folder}/e`],
			extensionTestsEnv: {
				MISSION_HOME: path.join(folder, "data"),
				MISSION_BENCH_REPORT: report,
				MISSION_HOST_REPORT: path.join(folder, "said"),
			},
		});
	} finally {
		process.stdout.write = write;
	}
	return Number(readFileSync(report, "utf8"));
}
