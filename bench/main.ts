import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { root } from "../scripts/paths.mjs";
import { activation } from "./activation.ts";
import { agents } from "./agents.ts";
import { agentTurns } from "./agentTurns.ts";
import { type Bench, type Figure, isMissed, type Section, targetText, valueText } from "./figures.ts";
import { largeWorkspace } from "./largeWorkspace.ts";
import { load, machine, yardstick } from "./machine.ts";
import { million } from "./million.ts";
import { packageSize } from "./package.ts";
import { profileTurns } from "./profile.ts";
import { requests } from "./requests.ts";
import { rows } from "./rows.ts";
import { scale } from "./scale.ts";
import { store } from "./store.ts";

/*
 * `npm run bench`: builds what is shipped, measures everything that has a target, prints it and writes bench/results.md.
 *
 *   npm run bench                        everything
 *   npm run bench -- --only turns,rows   only these sections, and results.md stays as it is
 *   npm run bench:agents                 real agents, alone and through us; MISSION_TEST_AGENTS=all for the large ones too
 *   npm run bench -- --dist FOLDER       another build, as it lies there
 *   npm run bench -- --profile           where a turn's time goes, even if no target was missed
 */
const sections: Readonly<Record<string, Section>> = {
	requests,
	turns: agentTurns,
	million,
	scale,
	largeWorkspace,
	store,
	rows,
	activation,
	package: packageSize,
};

/** Only when they are asked for. */
const others: Readonly<Record<string, Section>> = { agents };

interface Measured {
	readonly section: Section;
	readonly figures: readonly Figure[];
	readonly loads: string;
	readonly failure?: string;
}

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: { only: { type: "string" }, dist: { type: "string" }, profile: { type: "boolean" } },
	});
	const names = values.only?.split(",") ?? Object.keys(sections);
	const unknown = names.find((name) => !sections[name] && !others[name]);
	if (unknown !== undefined) {
		console.error(`There is no section ${unknown}. There are ${Object.keys({ ...sections, ...others }).join(", ")}.`);
		return 2;
	}
	process.chdir(root);
	if (!values.dist) execFileSync(process.execPath, ["scripts/package.mjs"], { stdio: "inherit" });
	const scratch = mkdtempSync(path.join(os.tmpdir(), "mission-bench-"));
	try {
		// Copied, because somebody may build into dist/ meanwhile.
		const dist = path.join(scratch, "dist");
		cpSync(values.dist ?? path.join(root, "dist"), dist, { recursive: true });
		cpSync(path.join(root, "package.json"), path.join(dist, "package.json"));
		const bench: Bench = { dist, scratch, say: (text) => console.log(`  ${text}`) };
		const before = yardstick(scratch);
		console.log(`${machine()}\n${before}`);
		const measured: Measured[] = [];
		for (const name of names) measured.push(await measure((sections[name] ?? others[name])!, bench));
		const missed = measured.flatMap(({ figures }) => figures).filter(isMissed);
		const turnsMissed = measured.some(({ section, figures }) => section === agentTurns && figures.some(isMissed));
		const profile = turnsMissed || values.profile ? await profileTurns(bench) : undefined;
		if (profile) console.log(`\n${profile}`);
		const after = yardstick(scratch);
		if (!values.only) {
			mkdirSync("bench", { recursive: true });
			writeFileSync("bench/results.md", report(measured, before, after, profile));
		}
		const failed = measured.filter(({ failure }) => failure !== undefined).length;
		console.log(`\n${missed.length} targets missed, ${failed} sections failed.`);
		return failed > 0 ? 1 : 0;
	} finally {
		rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
	}
}

async function measure(section: Section, bench: Bench): Promise<Measured> {
	console.log(`\n${section.title}`);
	const loadBefore = load();
	let figures: readonly Figure[] = [];
	let failure: string | undefined;
	try {
		figures = await section.measure(bench);
	} catch (cause) {
		failure = cause instanceof Error ? cause.message : String(cause);
		console.error(cause);
	}
	for (const figure of figures) {
		const verdict = figure.target ? `${targetText(figure)}, ${isMissed(figure) ? "MISSED" : "met"}` : "";
		console.log(`  ${valueText(figure).padStart(10)}  ${figure.name}${verdict && ` (${verdict})`}`);
		if (figure.note) console.log(`              ${figure.note}`);
	}
	return { section, figures, failure, loads: `${loadBefore} → ${load()}` };
}

function report(measured: readonly Measured[], before: string, after: string, profile: string | undefined): string {
	const blocks = measured.map(({ section, figures, loads, failure }) => {
		const lines = figures.map((figure) => {
			const verdict = figure.target ? (isMissed(figure) ? "**missed**" : "met") : "";
			return `| ${figure.name} | ${valueText(figure)} | ${targetText(figure)} | ${verdict} | ${figure.note ?? ""} |`;
		});
		const table = ["| what | measured | target | | |", "|---|---|---|---|---|", ...lines].join("\n");
		return `## ${section.title}\n\n${section.how} Load average meanwhile: ${loads}.\n\n${failure ? `This could not be measured: ${failure}` : table}`;
	});
	return [
		"# Measured",
		"`npm run bench` wrote this file. Times are medians unless a line says otherwise; each note has the rest of the distribution. A machine that others use at the same time makes every figure worse, so the yardsticks say what it took for things that are not ours.",
		`- Machine: ${machine()}\n- When: ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC\n- Yardsticks before: ${before}\n- Yardsticks after: ${after}`,
		...blocks,
		...(profile ? [`## Where a turn's time goes\n\n\`\`\`\n${profile}\n\`\`\``] : []),
	]
		.join("\n\n")
		.concat("\n");
}

main().then(
	(code) => process.exit(code),
	(cause) => {
		console.error(cause);
		process.exit(1);
	},
);
