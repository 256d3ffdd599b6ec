/*
 * A real VS Code for machines without a desktop: code-server, which is the same workbench and extension host, served to
 * a browser. It is fetched on first use from npm, at the versions locked in scripts/host, without running any package's
 * install scripts: the native parts it cannot do without come prebuilt in the packages, the others (its log files, its
 * watchdog) are not missed.
 */
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { downloads, root } from "./paths.mjs";
import { capture, end, npm, Sentence, start } from "./run.mjs";
import { seconds } from "./setup.mjs";

/** Settings that keep a workbench quiet: nothing is asked, fetched or shown that a test or a first look did not cause. */
const quietSettings = {
	"workbench.startupEditor": "none",
	"workbench.enableExperiments": false,
	"workbench.secondarySideBar.defaultVisibility": "hidden",
	"telemetry.telemetryLevel": "off",
	"update.mode": "none",
	"extensions.autoCheckUpdates": false,
	"extensions.autoUpdate": false,
	"extensions.ignoreRecommendations": true,
	"git.openRepositoryInParentFolders": "never",
	"chat.disableAIFeatures": true,
	"chat.agentHost.enabled": false,
};

/** Fetches code-server unless it is there already. Returns what is needed to run it: a Node and a script. */
export async function fetchCodeServer() {
	const platformNode = `node-linux-${process.arch}`;
	if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch))
		throw new Sentence(
			"This needs a VS Code. Install the desktop one with its `code` command, or run it on Linux (x64 or arm64).",
		);
	const wanted = JSON.parse(fs.readFileSync(path.join(root, "scripts/host/package.json"), "utf8"));
	const folder = path.join(downloads, `code-server-${wanted.dependencies["code-server"]}`);
	const server = path.join(folder, "node_modules/code-server");
	const paths = {
		node: path.join(folder, "node_modules", platformNode, "bin/node"),
		entry: path.join(server, "out/node/entry.js"),
	};
	if (!fs.existsSync(folder)) await install(folder);
	for (const file of Object.values(paths))
		if (!fs.existsSync(file))
			throw new Sentence(`${folder} is damaged: ${file} is missing. Delete that folder and try again.`);
	return paths;
}

/**
 * Installs beside the final place and renames: a fetch that was interrupted, or two at once, never leave half of it.
 */
async function install(folder) {
	console.log("Fetching a VS Code to test in (code-server, about 800 MB on disk, once) …");
	const startedAt = Date.now();
	const unfinished = `${folder}.${process.pid}`;
	try {
		fs.mkdirSync(unfinished, { recursive: true });
		for (const file of ["package.json", "package-lock.json"])
			fs.copyFileSync(path.join(root, "scripts/host", file), path.join(unfinished, file));
		await npm(["ci", "--ignore-scripts"], { cwd: unfinished });
		const workbench = path.join(unfinished, "node_modules/code-server/lib/vscode");
		// Each brings its own list of locked versions; `ci` would refuse it for a peer dependency that it does not list.
		for (const cwd of [workbench, path.join(workbench, "extensions")])
			await npm(["install", "--ignore-scripts", "--omit=dev"], { cwd });
		if (!fs.existsSync(folder)) fs.renameSync(unfinished, folder);
	} finally {
		fs.rmSync(unfinished, { recursive: true, force: true });
	}
	console.log(`VS Code fetched in ${seconds(startedAt)}.`);
}

/**
 * Starts code-server on loopback. All that it and its extensions write lies in `folder`: user data, extensions, logs
 * and, unless `env` says otherwise, HOME. Resolves when it answers.
 */
export async function startCodeServer({ folder, port, extensions = [], settings = {}, env = {}, args = [], trust }) {
	const { node, entry } = await fetchCodeServer();
	const data = ["--user-data-dir", path.join(folder, "user"), "--extensions-dir", path.join(folder, "extensions")];
	writeSettings(folder, settings);
	const config = path.join(folder, "config.yaml");
	fs.writeFileSync(config, "auth: none\ncert: false\n");
	// Its sockets, which it never removes. A socket's path may have 107 bytes, so this cannot lie in `folder`.
	const sockets = fs.mkdtempSync(path.join(os.tmpdir(), "mc-run-"));
	const options = { cwd: folder, env: { ...isolatedEnv(folder, env), XDG_RUNTIME_DIR: sockets } };
	for (const vsix of extensions) {
		const { code, output, errors } = await capture(
			node,
			[entry, "--config", config, ...data, "--install-extension", vsix],
			{
				...options,
				timeoutMs: 120_000,
			},
		);
		if (code !== 0) throw new Sentence(`${vsix} could not be installed:\n${output}${errors}`);
	}
	const chosenPort = port ?? (await freePort());
	const log = path.join(folder, "server.log");
	const logFile = fs.openSync(log, "a");
	const off = "telemetry update-check getting-started-override proxy".split(" ").map((name) => `--disable-${name}`);
	if (!trust) off.push("--disable-workspace-trust");
	const listen = ["--auth", "none", "--bind-addr", `127.0.0.1:${chosenPort}`, "--ignore-last-opened"];
	const serve = [entry, "--config", config, ...data, ...listen, ...off, ...args];
	const child = start(node, serve, { ...options, stdio: ["ignore", logFile, logFile] });
	fs.closeSync(logFile);
	child.once("close", () => fs.rmSync(sockets, { recursive: true, force: true }));
	await answering(child, chosenPort, log);
	return { child, port: chosenPort, origin: `http://127.0.0.1:${chosenPort}`, log, stop: () => stop(child) };
}

/** The address that opens `folder` in a window; without one, an empty window. */
export function windowUrl(origin, folder) {
	return folder === undefined ? `${origin}/?ew=true` : `${origin}/?folder=${encodeURIComponent(folder)}`;
}

/** Settings that a person made in an earlier session stay. */
function writeSettings(folder, settings) {
	const file = path.join(folder, "user/User/settings.json");
	fs.mkdirSync(path.dirname(file), { recursive: true });
	let before = {};
	try {
		before = JSON.parse(fs.readFileSync(file, "utf8"));
	} catch {
		// None yet, or with comments: then it is written anew.
	}
	fs.writeFileSync(file, JSON.stringify({ ...quietSettings, ...before, ...settings }, null, "\t"));
}

function isolatedEnv(folder, env) {
	const home = path.join(folder, "home");
	fs.mkdirSync(home, { recursive: true });
	return {
		HOME: home,
		XDG_DATA_HOME: path.join(home, ".local/share"),
		XDG_CONFIG_HOME: path.join(home, ".config"),
		XDG_CACHE_HOME: path.join(home, ".cache"),
		XDG_STATE_HOME: path.join(home, ".local/state"),
		// No gallery: nothing is looked up on the network.
		EXTENSIONS_GALLERY: '{"serviceUrl":""}',
		// Set by an editor whose terminal this was started from; they would turn this one into its child.
		VSCODE_IPC_HOOK_CLI: undefined,
		VSCODE_LOG_LEVEL: undefined,
		ELECTRON_RUN_AS_NODE: undefined,
		PORT: undefined,
		PASSWORD: undefined,
		...env,
	};
}

async function answering(child, port, log) {
	const deadline = Date.now() + 60_000;
	while ((await status(`http://127.0.0.1:${port}/healthz`)) !== 200) {
		if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
			end(child, "SIGKILL");
			throw new Sentence(`code-server did not start. Its log: ${log}\n${fs.readFileSync(log, "utf8").slice(-2000)}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

function status(url) {
	return new Promise((resolve) => {
		const request = http.get(url, { timeout: 1000 }, (response) => resolve(response.resume().statusCode));
		request.on("timeout", () => request.destroy());
		request.on("error", () => resolve(0));
	});
}

/** Asks it to end, which lets extensions deactivate; after 10 s it is ended with all it started. */
async function stop(child) {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise((resolve) => child.once("close", resolve));
	child.kill("SIGTERM");
	const timer = setTimeout(() => end(child, "SIGKILL"), 10_000);
	await gone;
	clearTimeout(timer);
}

/** The port itself if nothing listens there; any free one for 0; undefined when it is taken. */
export function freePort(port = 0) {
	return new Promise((resolve) => {
		const server = net.createServer();
		server.on("error", () => resolve(undefined));
		server.listen(port, "127.0.0.1", () => {
			const found = server.address().port;
			server.close(() => resolve(found));
		});
	});
}
