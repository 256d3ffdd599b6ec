#!/usr/bin/env node
/*
 * `npm start`: from a fresh checkout to a real VS Code with the extension and the sample workspace in it, in one step.
 *
 *   npm start                  the desktop VS Code where there is one; else one in the browser, at the address it prints
 *   npm start -- --browser     in the browser in any case;  --port N  chooses its port
 *   npm start -- --headless    no editor: the sample goal in this terminal; ends with the goal's exit code
 */
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { freePort, startCodeServer, windowUrl } from "./codeServer.mjs";
import { desktopCommand } from "./desktop.mjs";
import { runSampleGoal } from "./headless.mjs";
import { packageExtension } from "./package.mjs";
import { root, sample, scratch, vsix } from "./paths.mjs";
import { run, Sentence } from "./run.mjs";
import { ensureDependencies, script } from "./setup.mjs";

const usualPort = 8377;

/** What an editor that a person works in takes over: their git identity, their keys, their goals. */
const ownVariables = ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"];

await script(main);

async function main(args) {
	const options = parse(args);
	await ensureDependencies();
	if (options.headless) {
		await build();
		return runSampleGoal();
	}
	const command = options.browser ? undefined : desktopCommand();
	return command ? openDesktop(command) : openInBrowser(options.port);
}

function parse(args) {
	try {
		const { values } = parseArgs({
			args,
			options: { headless: { type: "boolean" }, browser: { type: "boolean" }, port: { type: "string" } },
		});
		const port = values.port === undefined ? undefined : Number(values.port);
		if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
			throw new Error(`${values.port} is no port`);
		return { ...values, port };
	} catch (error) {
		throw new Sentence(`${error.message}. Known: --headless, --browser, --port N.`);
	}
}

async function build() {
	if ((await run(process.execPath, ["esbuild.mjs"])) !== 0) throw new Sentence("The build failed.");
}

async function openDesktop(command) {
	await build();
	const workspace = sampleCopy();
	console.log(`Opening ${workspace} in VS Code …`);
	return run(command, ["--new-window", `--extensionDevelopmentPath=${root}`, workspace]);
}

/** Serves an editor until Ctrl+C. The goal daemon goes on afterwards, as it does when an editor is closed. */
async function openInBrowser(port) {
	await packageExtension();
	const workspace = sampleCopy();
	const server = await startCodeServer({
		folder: path.join(scratch, "editor"),
		// What the browser keeps is bound to the address, so it should be the same one every time.
		port: port ?? (await freePort(usualPort)),
		extensions: [vsix],
		env: Object.fromEntries(ownVariables.map((name) => [name, process.env[name]])),
	});
	console.log("\nVS Code with Mission Control and the sample workspace is at");
	console.log(`\n    ${windowUrl(server.origin, workspace)}\n`);
	console.log("Only this machine can reach it, but every user of this machine can. Ctrl+C ends it.");
	return new Promise((resolve) => server.child.once("close", (code) => resolve(code ?? 0)));
}

/** What a person changes in the sample stays theirs from one start to the next; git's copy stays clean. */
function sampleCopy() {
	const copy = path.join(scratch, "sample");
	if (!fs.existsSync(copy)) fs.cpSync(sample, copy, { recursive: true });
	return copy;
}
