/*
 * Answers like the `code` program in test mode, so that test runners made for the desktop run unchanged in code-server:
 *
 *   code [FOLDER] --extensionDevelopmentPath=DIR --extensionTestsPath=FILE [--user-data-dir DIR]
 *
 * loads the extension from its folder into the real extension host, runs the tests' `run()` there and exits 0 when it
 * resolved, 1 when it rejected or did not answer in time. Other flags of `code` are accepted and mean nothing here.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import type { Page } from "playwright-core";
import { type CodeServer, startCodeServer, windowUrl } from "../../scripts/codeServer.mjs";
import { root } from "../../scripts/paths.mjs";
import { launchBrowser } from "./browser.ts";
import { developInWorkbench } from "./develop.ts";

const timeoutMs = Number(process.env.MISSION_HOST_TIMEOUT_MS ?? 300_000);

main(process.argv.slice(2)).then((code) => {
	process.exitCode = code;
});

interface Arguments {
	readonly developmentPaths: readonly string[];
	readonly testsPath: string;
	readonly workspace: string | undefined;
}

async function main(args: readonly string[]): Promise<number> {
	const wanted = parse(args);
	if (!wanted) {
		console.error(
			"Give --extensionDevelopmentPath and --extensionTestsPath: this stand-in for `code` only runs tests.",
		);
		return 2;
	}
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mc-code-"));
	const hostLog: string[] = [];
	const server = await startCodeServer({ folder });
	const browser = await launchBrowser(path.join(folder, "browser"));
	try {
		const page = browser.pages()[0] ?? (await browser.newPage());
		const code = await runTests(page, server, wanted, hostLog);
		if (code !== 0) await tell(page, server, hostLog);
		return code;
	} finally {
		await browser.close();
		await server.stop();
		fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	}
}

/** What is known beyond the report of the tests, which may not have begun. */
async function tell(page: Page, server: CodeServer, hostLog: readonly string[]): Promise<void> {
	const folder = path.join(root, "test/output/host");
	fs.mkdirSync(folder, { recursive: true });
	fs.writeFileSync(path.join(folder, "window.log"), hostLog.join("\n"));
	fs.copyFileSync(server.log, path.join(folder, "server.log"));
	await page.screenshot({ path: path.join(folder, "window.png") });
	const errors = hostLog.filter((entry) => /^\[(error|page)/.test(entry) && !notInstalled.test(entry));
	if (errors.length > 0) console.error(errors.slice(-10).join("\n"));
	console.error(`The window's log and picture are in ${path.relative(process.cwd(), folder)}`);
}

/** Native parts of the workbench that are left out on purpose, and whose absence it reports at length. */
const notInstalled = /spdlog|watchdog/;

async function runTests(page: Page, server: CodeServer, wanted: Arguments, hostLog: string[]): Promise<number> {
	// The web workbench reports to these two functions of its page when it runs tests.
	const exited = new Promise<number>((resolve) => void page.exposeFunction("codeAutomationExit", resolve));
	await page.exposeFunction("codeAutomationLog", (type: string, args: readonly unknown[]) => {
		hostLog.push(`[${type}] ${format(...args)}`);
	});
	page.on("pageerror", (error) => hostLog.push(`[page] ${error.stack}`));
	await page.addInitScript(developInWorkbench, { authority: `127.0.0.1:${server.port}`, ...wanted });
	await page.goto(windowUrl(server.origin, wanted.workspace ?? os.tmpdir()));
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<number>((resolve) => {
		timer = setTimeout(() => {
			console.error(`The tests in the extension host did not end within ${timeoutMs / 1000} s.`);
			resolve(1);
		}, timeoutMs);
	});
	try {
		return await Promise.race([exited, late]);
	} finally {
		clearTimeout(timer);
	}
}

function parse(args: readonly string[]): Arguments | undefined {
	const named = (name: string) =>
		args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));
	const developmentPaths = named("extensionDevelopmentPath").map(toPath);
	const testsPath = named("extensionTestsPath").map(toPath)[0];
	if (developmentPaths.length === 0 || !testsPath) return undefined;
	return { developmentPaths, testsPath, workspace: args.filter((arg) => !arg.startsWith("-")).map(toPath)[0] };
}

function toPath(value: string): string {
	return value.startsWith("file:") ? fileURLToPath(value) : path.resolve(value);
}
