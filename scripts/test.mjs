#!/usr/bin/env node
/*
 * `npm test`: sets up what is missing, then checks everything there is to check. Each stage is a process of its own with
 * a time limit; a stage that fails does not stop the next. The longest has others beside it, whose output is shown when
 * they are at their end. The last line is the sum: "N passed, N failed".
 *
 *   npm test                          everything
 *   npm test -- --only unit,e2e       only these stages
 *   npm test -- --only e2e --grep X   and of them only the tests whose names match
 *   npm test -- --list                names the stages
 *   npm run test:agents -- --all      the stage of real agents, with those that are too large for every run
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { ensurePrograms } from "./debian.mjs";
import { endLeftBehind } from "./leftBehind.mjs";
import { root } from "./paths.mjs";
import { run, Sentence } from "./run.mjs";
import { ensureDependencies, script, seconds } from "./setup.mjs";

/**
 * A stage with `suites` counts the tests of that folder; any other is one test. `bin` is a program of node_modules,
 * `[package, name]`; without it and without `module` the suites run in mocha. Those `beside` a stage run while it does,
 * one after the other.
 */
const stages = [
	{ name: "build", module: "esbuild.mjs", args: ["--production"], minutes: 5 },
	{ name: "lint", bin: ["@biomejs/biome", "biome"], args: ["check", "--error-on-warnings", "."], minutes: 5 },
	{ name: "types", bin: ["typescript", "tsc"], args: ["-b"], minutes: 10 },
	{ name: "knip", bin: ["knip", "knip"], args: [], minutes: 5 },
	{ name: "docs", bin: ["tsx", "tsx"], args: ["scripts/docs.ts", "--check"], minutes: 5 },
	{ name: "unit", suites: "test/unit", minutes: 60 },
	{ name: "cli", suites: "test/cli", minutes: 15, beside: "unit" },
	{ name: "webviews", suites: "test/webviews", minutes: 25, beside: "unit" },
	{ name: "agents", suites: "test/agents", minutes: 30, beside: "unit" },
	{ name: "package", suites: "test/package", minutes: 5, beside: "unit" },
	{ name: "crash", suites: "test/crash", minutes: 45 },
	{ name: "host", suites: "test/vscode", module: "test/host/runInHost.ts", args: [], minutes: 20 },
	{ name: "e2e", suites: "test/e2e", minutes: 30 },
];

const passed = { passed: 1, failed: 0 };
const failed = { passed: 0, failed: 1 };

await script(main);

async function main(args) {
	const { wanted, grep, list, all } = parse(args);
	if (list) {
		console.log(wanted.map(({ name }) => name).join("\n"));
		return 0;
	}
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mission-test-"));
	// Tests that forget to name a data folder must not find the person's own.
	const env = { MISSION_HOME: path.join(folder, "data"), ...(all && { MISSION_TEST_AGENTS: "all" }) };
	const results = [];
	try {
		await ensureDependencies();
		results.push(await stage("setup", () => setUp()));
		for (const [first, ...beside] of waves(wanted)) {
			const run = (each, late) => stage(each.name, (write) => runStage(each, folder, env, grep, write), late);
			const others = inTurn(beside, (each) => run(each, true));
			results.push(await run(first), ...(await others));
		}
		results.push(await stage("leftovers", () => leftovers(`${path.basename(folder)}/`)));
	} finally {
		fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	}
	return report(results);
}

function parse(args) {
	const names = stages.map(({ name }) => name);
	const flag = { type: "boolean" };
	const options = { only: { type: "string" }, grep: { type: "string" }, list: flag, all: flag };
	let values;
	try {
		values = parseArgs({ args, options }).values;
	} catch (error) {
		throw new Sentence(`${error.message}. Known: --only ${names.join(",")}, --grep PATTERN, --list, --all.`);
	}
	const only = values.only?.split(",") ?? names;
	const unknown = only.find((name) => !names.includes(name));
	if (unknown !== undefined) throw new Sentence(`There is no stage "${unknown}". There are ${names.join(", ")}.`);
	return { ...values, wanted: stages.filter(({ name }) => only.includes(name)) };
}

/** What runs at the same time, the stage that the others are beside first. */
function waves(wanted) {
	const made = [];
	for (const each of wanted) {
		const wave = each.beside && made.find(([{ name, beside }]) => (beside ?? name) === each.beside);
		if (wave) wave.push(each);
		else made.push([each]);
	}
	return made;
}

async function inTurn(each, perform) {
	const results = [];
	for (const one of each) results.push(await perform(one));
	return results;
}

/** Runs one stage; a Sentence that it throws is its failure. `late`: it is shown when it is at its end. */
async function stage(name, perform, late = false) {
	let kept = "";
	const write = late ? (text) => (kept += text) : undefined;
	const say = (text) => (late ? write(`${text}\n`) : console.log(text));
	say(`\n── ${name} ${"─".repeat(Math.max(3, 70 - name.length))}`);
	const startedAt = Date.now();
	let counts;
	try {
		counts = await perform(write);
	} catch (error) {
		const why = error instanceof Sentence ? error.message : (error.stack ?? String(error));
		say(why);
		counts = { ...failed, failures: [why] };
	}
	process.stdout.write(kept);
	return { name, took: seconds(startedAt), skipped: 0, ...counts };
}

/** What npm cannot bring, and that no suite lies where no stage looks for it. */
async function setUp() {
	const homes = stages.flatMap(({ suites }) => suites ?? []);
	const suites = fs
		.readdirSync(path.join(root, "test"), { recursive: true })
		.filter((file) => /\.test\.tsx?$/.test(file));
	const lost = suites
		.map((file) => path.posix.join("test", file))
		.find((file) => !homes.some((home) => file.startsWith(`${home}/`)));
	if (lost) throw new Sentence(`${lost} is run by no stage. Move it into one of ${homes.join(", ")}.`);
	await ensurePrograms();
	return passed;
}

async function runStage({ name, bin, module, args, suites, minutes }, folder, env, grep, write) {
	if (suites && !fs.existsSync(path.join(root, suites))) throw new Sentence(`${suites} does not exist.`);
	const counts = path.join(folder, `${name}.json`);
	const mocha = ["--no-config", "--forbid-only", "--timeout=60000", "--reporter=scripts/mochaReporter.cjs"];
	const command = bin
		? [program(bin), ...args]
		: module
			? ["--import", "tsx", module, ...args]
			: ["--import", "tsx", program(["mocha", "mocha"]), ...mocha, ...grepped(grep), `${suites}/**/*.test.{ts,tsx}`];
	const code = await run(process.execPath, command, {
		env: {
			...env,
			MISSION_TEST_COUNTS: counts,
			MISSION_TEST_GREP: grep,
			MISSION_TEST_RUN: `${path.basename(folder)}/${name}`,
		},
		timeoutMs: minutes * 60_000,
		write,
	});
	if (!suites) return code === 0 ? passed : failed;
	if (!fs.existsSync(counts)) throw new Sentence(`The suites of ${suites} did not come to an end (exit code ${code}).`);
	const counted = JSON.parse(fs.readFileSync(counts, "utf8"));
	if (counted.passed + counted.failed === 0 && !grep) throw new Sentence(`${suites} holds no test.`);
	if (code === 0 || counted.failed > 0) return counted;
	const why = `All tests of ${suites} passed, and yet its process ended with exit code ${code}.`;
	return { ...counted, failed: 1, failures: [why] };
}

function grepped(pattern) {
	return pattern ? ["--grep", pattern] : [];
}

/** The script behind a program of node_modules, so that no shell is needed to start it. */
function program([name, bin]) {
	const folder = path.join(root, "node_modules", name);
	const { bin: bins } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
	return path.join(folder, typeof bins === "string" ? bins : bins[bin]);
}

/** Whatever a test starts, it ends: daemons are made to outlive their clients and would pile up unseen. */
async function leftovers(run) {
	const left = await endLeftBehind("MISSION_TEST_RUN", run);
	if (left.length > 0) throw new Sentence(`Processes that a stage left behind, now ended:\n${left.join("\n")}`);
	return passed;
}

/** Failures once more, since a reader of a long run begins at its end; then the table and the sum. */
function report(results) {
	for (const { name, failures = [] } of results) for (const failure of failures) console.log(`\n✖ ${name}: ${failure}`);
	console.log("");
	const sum = { passed: 0, failed: 0, skipped: 0 };
	for (const { name, took, failures: _, ...counts } of results) {
		for (const key of Object.keys(sum)) sum[key] += counts[key];
		console.log(`${counts.failed === 0 ? "ok  " : "FAIL"} ${name.padEnd(10)} ${line(counts).padEnd(34)} ${took}`);
	}
	console.log(`\n${line(sum)}`);
	return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

function line({ passed, failed, skipped }) {
	return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
