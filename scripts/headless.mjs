/*
 * The sample goal without an editor: the whole path of command line, daemon, playbook, checks and dossier, on a machine
 * that has nothing but Node. It has a data folder of its own and leaves no daemon behind.
 */
import fs from "node:fs";
import path from "node:path";
import { root, sample, scratch } from "./paths.mjs";
import { capture, run, Sentence } from "./run.mjs";
import { seconds } from "./setup.mjs";

const cli = path.join(root, "dist/cli.js");

/** Runs the sample playbook in a fresh copy of the sample workspace. Returns the exit code of the goal. */
export async function runSampleGoal() {
	const folder = path.join(scratch, "headless");
	const env = { MISSION_HOME: path.join(folder, "data") };
	const workspace = path.join(folder, "workspace");
	const startedAt = Date.now();
	await stopDaemon(env);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.cpSync(sample, workspace, { recursive: true });
	try {
		const playbook = path.join(workspace, "prepare-report.md");
		const launch = ["launch", "--workspace", workspace, "--playbook", playbook, "--grant", "playbook", "--follow"];
		const code = await run(process.execPath, [cli, ...launch], { env, timeoutMs: 300_000 });
		const dossier = await writeDossier(folder, env);
		console.log(
			`\nThe goal ${code === 0 ? "completed" : "did not complete"} (${seconds(startedAt)}). Its dossier:\n${dossier}`,
		);
		return code;
	} finally {
		await stopDaemon(env);
	}
}

async function writeDossier(folder, env) {
	const { code, output, errors } = await capture(process.execPath, [cli, "list", "--json"], { env, timeoutMs: 30_000 });
	const goal = code === 0 ? JSON.parse(output)[0] : undefined;
	if (!goal) throw new Sentence(`No goal was launched. ${errors}`);
	const file = path.join(folder, "dossier.md");
	const written = await run(process.execPath, [cli, "dossier", goal.goalId, "--out", file], {
		env,
		quiet: true,
		timeoutMs: 30_000,
	});
	if (written !== 0) throw new Sentence("The dossier could not be written.");
	return file;
}

/** Also one of an earlier run that was interrupted. It answers before it ends: what it owns is free only afterwards. */
async function stopDaemon(env) {
	const pid = daemonPid(env.MISSION_HOME);
	if (pid === undefined) return;
	await run(process.execPath, [cli, "daemon", "stop"], { env, quiet: true, timeoutMs: 30_000 });
	const deadline = Date.now() + 10_000;
	while (isAlive(pid)) {
		if (Date.now() > deadline) throw new Sentence(`The daemon of the sample (process ${pid}) did not end.`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

function daemonPid(folder) {
	try {
		return JSON.parse(fs.readFileSync(path.join(folder, "daemon.json"), "utf8")).pid;
	} catch {
		return undefined; // None runs.
	}
}

function isAlive(pid) {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
