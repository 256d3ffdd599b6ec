import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { vsix } from "../scripts/paths.mjs";
import { grouped, type Section } from "./figures.ts";

/** What everybody downloads. */
export const packageSize: Section = {
	title: "The package",
	how: "The file that `npm run package` makes.",
	async measure({ dist }) {
		const sizes = readdirSync(dist)
			.filter((name) => /\.(js|wasm)$/.test(name))
			.map((name) => `${name} ${grouped(statSync(path.join(dist, name)).size / 1000)} kB`);
		return [
			{
				name: "size of the .vsix",
				value: statSync(vsix).size / 1e6,
				unit: "MB",
				target: { below: 5 },
				note: `unpacked: ${sizes.join(", ")}`,
			},
		];
	},
};
