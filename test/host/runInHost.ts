/*
 * `npm test` calls this to run test/vscode inside a real extension host: in the desktop VS Code where there is one, in one
 * that is downloaded where MISSION_VSCODE_DOWNLOAD=1 allows it, else in code-server through the stand-in for `code`.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { desktopProgram } from "../../scripts/desktop.mjs";
import { root, sample, scratch } from "../../scripts/paths.mjs";

const suites = path.join(scratch, "host-tests");

main().then((code) => {
	process.exitCode = code;
});

async function main(): Promise<number> {
	await bundleSuites();
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mc-host-"));
	const report = path.join(folder, "report.txt");
	fs.writeFileSync(report, "");
	const stopFollowing = follow(report);
	try {
		const workspace = path.join(folder, "workspace");
		fs.cpSync(sample, workspace, { recursive: true });
		return await runTests({
			vscodeExecutablePath: executable(),
			// The second one provides a language model.
			extensionDevelopmentPath: [root, path.join(root, "test/host/modelExtension")],
			extensionTestsPath: path.join(suites, "index.cjs"),
			// Short paths: a desktop VS Code puts a socket into its user data, and macOS allows such paths 103 bytes.
			launchArgs: [workspace, `--user-data-dir=${folder}/user`, `--extensions-dir=${folder}/extensions`],
			extensionTestsEnv: {
				MISSION_HOME: path.join(folder, "data"),
				MISSION_HOST_REPORT: report,
				MISSION_HOST_COLOR: process.stdout.isTTY ? "1" : "",
				MISSION_REPORTER: path.join(root, "scripts/mochaReporter.cjs"),
			},
		}).catch((error: Error) => {
			console.error(error.message);
			return 1;
		});
	} finally {
		stopFollowing();
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** `undefined` lets test-electron download the newest VS Code. */
function executable(): string | undefined {
	const desktop = desktopProgram();
	if (desktop) return desktop;
	if (process.env.MISSION_VSCODE_DOWNLOAD === "1") return undefined;
	return path.join(root, "test/host/code.cjs");
}

/** Each suite becomes one file; mocha and vscode come from the host and from node_modules. */
async function bundleSuites(): Promise<void> {
	fs.rmSync(suites, { recursive: true, force: true });
	const folder = path.join(root, "test/vscode");
	const tests = fs.readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
	await build({
		entryPoints: [path.join(root, "test/host/index.ts"), ...tests.map((name) => path.join(folder, name))],
		outdir: suites,
		entryNames: "[name]",
		outExtension: { ".js": ".cjs" },
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node20",
		external: ["vscode", "mocha"],
		sourcemap: "inline",
		logLevel: "warning",
	});
}

/** Prints what is appended to a file until it is told to stop. */
function follow(file: string): () => void {
	let shown = 0;
	const show = () => {
		const text = fs.readFileSync(file);
		if (text.length > shown) process.stdout.write(text.subarray(shown));
		shown = text.length;
	};
	const timer = setInterval(show, 100);
	return () => {
		clearInterval(timer);
		show();
	};
}
