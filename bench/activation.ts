import { spawnSync } from "node:child_process";
import { median, type Section, spread } from "./figures.ts";

/** What the extension costs everybody who opens an editor. */
export const activation: Section = {
	title: "Activation",
	how: "`activate` of the built extension inside a real extension host, from its first line to its last, as the extension itself takes it; one host a run.",
	async measure() {
		const times: number[] = [];
		for (let run = 0; run < 3; run++) times.push(runInHost());
		return [
			{
				name: "extension activation, own time",
				value: median(times),
				unit: "ms",
				target: { below: 50 },
				note: spread(times),
			},
		];
	},
};

/** The suite says how long it took. */
function runInHost(): number {
	const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "test/host/runInHost.ts"], {
		encoding: "utf8",
		env: { ...process.env, MISSION_TEST_GREP: "is active in less than" },
		timeout: 180_000,
	});
	const said = /activate took ([\d.]+) ms/.exec(stdout)?.[1];
	if (said === undefined) throw new Error(`The extension host did not say how long it took.\n${stdout}\n${stderr}`);
	return Number(said);
}
