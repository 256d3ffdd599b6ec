/*
 * Programs that tests need and npm cannot bring: a browser, git, ripgrep, bubblewrap. On Debian and its relatives they are
 * installed when this may be done without asking, that is as root; anywhere else a sentence says what is missing.
 */
import fs from "node:fs";
import { onPath } from "./paths.mjs";
import { run, Sentence } from "./run.mjs";
import { seconds } from "./setup.mjs";

/** The names under which a program may be found → the Debian package that brings it. */
const programs = {
	chromium: {
		names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
		for: "tests in the editor",
	},
	git: { names: ["git"], for: "changes, diffs and undo" },
	ripgrep: { names: ["rg"], for: "searching files" },
	bubblewrap: { names: ["bwrap"], for: "the sandbox", isOptional: true },
};

/** Makes sure that the named programs are there. Throws a Sentence that names all that are missing. */
export async function ensurePrograms(wanted = Object.keys(programs)) {
	let missing = wanted.filter((name) => !findProgram(name));
	if (missing.length > 0 && mayInstall()) {
		console.log(`Installing ${missing.join(", ")} …`);
		const startedAt = Date.now();
		await install(missing);
		missing = missing.filter((name) => !findProgram(name));
		if (missing.length === 0) console.log(`Installed in ${seconds(startedAt)}.`);
	}
	// Its tests are skipped without it, and say so.
	missing = missing.filter((name) => !programs[name].isOptional);
	if (missing.length === 0) return;
	const what = missing.map((name) => `${name} (${programs[name].for})`).join(", ");
	throw new Sentence(
		`Missing: ${what}. Install them and try again; on Debian or Ubuntu: sudo apt-get install ${missing.join(" ")}`,
	);
}

/** Where a program is: its own variable (MISSION_CHROMIUM, …) wins over the PATH. */
export function findProgram(name) {
	const named = process.env[`MISSION_${name.toUpperCase()}`];
	return named || onPath(...programs[name].names) || (name === "chromium" ? macChrome() : undefined);
}

function macChrome() {
	const app = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
	return process.platform === "darwin" && fs.existsSync(app) ? app : undefined;
}

function mayInstall() {
	return process.platform === "linux" && process.getuid?.() === 0 && onPath("apt-get") !== undefined;
}

async function install(names) {
	const env = { DEBIAN_FRONTEND: "noninteractive" };
	const options = { env, quiet: true, timeoutMs: 900_000 };
	await run("apt-get", ["update", "-qq"], options);
	await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], options);
}
