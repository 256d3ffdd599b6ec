#!/usr/bin/env node
/*
 * `npm run test:crash -- --kills 500`: the crash test in its long form. `npm test` runs its short form of 50 kills.
 * MISSION_SEED=… repeats a run.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { root } from "./paths.mjs";
import { run, Sentence } from "./run.mjs";
import { ensureDependencies, script } from "./setup.mjs";

/** A kill takes about a second; a busy machine may need several times that. */
const secondsPerKill = 6;

await script(main);

async function main(args) {
	const { values } = parseArgs({ args, options: { kills: { type: "string", default: "500" } } });
	const kills = Number(values.kills);
	if (!Number.isInteger(kills) || kills < 1) throw new Sentence("--kills takes a whole number from 1.");
	await ensureDependencies();
	const timeoutMs = (120 + kills * secondsPerKill) * 1000;
	const built = await run(process.execPath, [path.join(root, "esbuild.mjs"), "--production"], { timeoutMs: 300_000 });
	if (built !== 0) return built;
	const mocha = path.join(root, "node_modules/mocha/bin/mocha.js");
	return run(process.execPath, ["--import", "tsx", mocha, "--no-config", "test/crash/**/*.test.ts"], {
		env: { MISSION_KILLS: String(kills) },
		timeoutMs,
	});
}
