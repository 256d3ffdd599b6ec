/*
 * Runs inside the extension host: VS Code calls `run` and waits for it. It hands the bundled suites that lie beside it to
 * mocha, whose report goes to the file named by MISSION_HOST_REPORT, since a host without a desktop has no terminal.
 */
import fs from "node:fs";
import path from "node:path";
import { format } from "node:util";

export async function run(): Promise<void> {
	const { default: Mocha } = await import("mocha");
	const report = process.env.MISSION_HOST_REPORT;
	if (report)
		Mocha.reporters.Base.consoleLog = (...args: unknown[]) => fs.appendFileSync(report, `${format(...args)}\n`);
	const mocha = new Mocha({
		ui: "bdd",
		timeout: 60_000,
		reporter: process.env.MISSION_REPORTER,
		color: Boolean(process.env.MISSION_HOST_COLOR),
	});
	if (process.env.MISSION_TEST_GREP) mocha.grep(process.env.MISSION_TEST_GREP);
	for (const name of fs.readdirSync(__dirname).sort())
		if (name.endsWith(".test.cjs")) mocha.addFile(path.join(__dirname, name));
	await mocha.loadFilesAsync();
	const failures = await new Promise<number>((resolve) => void mocha.run(resolve));
	if (failures > 0) throw new Error(`${failures} tests failed in the extension host.`);
}
