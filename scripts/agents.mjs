/*
 * Real agents for the tests that run goals with them: the programs that people have, fetched on first use from npm, at the
 * versions locked in scripts/agents, without running any package's install scripts. They never become dependencies.
 */
import fs from "node:fs";
import path from "node:path";
import { downloads, root } from "./paths.mjs";
import { npm, Sentence } from "./run.mjs";
import { seconds } from "./setup.mjs";

/** Folders below node_modules in which their programs lie; where a package's own link needs its install script, the file itself. */
const binaries = {
	opencode: `opencode-${process.platform}-${process.arch}/bin`,
	node: `node-${process.platform}-${process.arch}/bin`,
};

/** About so many MB on disk. */
const sizes = { "gemini-cli": 100, "qwen-code": 145, node: 190, opencode: 355, "claude-code": 400, codex: 460 };

export const agentNames = Object.keys(sizes).filter((name) => name !== "node");

/** Fetches an agent, or `node`, unless it is there already. Returns the folder with its program, as a path would name it. */
export async function fetchAgent(name) {
	const wanted = JSON.parse(fs.readFileSync(path.join(root, "scripts/agents", name, "package.json"), "utf8"));
	const [version] = Object.values({ ...wanted.dependencies, ...wanted.optionalDependencies });
	const folder = path.join(downloads, "agents", `${name}-${version}`);
	if (!fs.existsSync(folder)) await install(name, folder);
	const programs = path.join(folder, "node_modules", binaries[name] ?? ".bin");
	if (!fs.existsSync(programs))
		throw new Sentence(
			`${folder} is damaged, or not made for this platform: ${programs} is missing. Delete that folder and try again.`,
		);
	return programs;
}

/** Installs beside the final place and renames: a fetch that was interrupted, or two at once, never leave half of it. */
async function install(name, folder) {
	console.log(`Fetching ${name} to test with (about ${sizes[name]} MB on disk, once) …`);
	const startedAt = Date.now();
	const unfinished = `${folder}.${process.pid}`;
	try {
		fs.mkdirSync(unfinished, { recursive: true });
		for (const file of ["package.json", "package-lock.json"])
			fs.copyFileSync(path.join(root, "scripts/agents", name, file), path.join(unfinished, file));
		// `ci` refuses a lockfile without the packages of every platform; `install` takes the same versions from it.
		await npm(["install", "--ignore-scripts"], { cwd: unfinished });
		if (!fs.existsSync(folder)) fs.renameSync(unfinished, folder);
	} finally {
		fs.rmSync(unfinished, { recursive: true, force: true });
	}
	console.log(`${name} fetched in ${seconds(startedAt)}.`);
}
