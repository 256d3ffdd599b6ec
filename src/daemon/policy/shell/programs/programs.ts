import { archives } from "./archives.ts";
import { builders } from "./builders.ts";
import { builtins } from "./builtins.ts";
import { changes } from "./changes.ts";
import { containers } from "./containers.ts";
import { converters } from "./converters.ts";
import { files } from "./files.ts";
import { finders } from "./finders.ts";
import { gits } from "./git.ts";
import { hosts } from "./hosts.ts";
import { languages } from "./languages.ts";
import { networks } from "./network.ts";
import { nodePackages } from "./nodePackages.ts";
import { packages } from "./packages.ts";
import { repeaters } from "./repeaters.ts";
import type { Row, Verb } from "./row.ts";
import { systems } from "./system.ts";
import { texts } from "./text.ts";
import { wrappers } from "./wrappers.ts";

export const rows: readonly Row[] = [
	files,
	finders,
	changes,
	archives,
	texts,
	gits,
	hosts,
	networks,
	nodePackages,
	packages,
	builders,
	languages,
	converters,
	wrappers,
	repeaters,
	systems,
	builtins,
	containers,
].flat();

/** Every program of which something is known, by its name. */
export const programs: ReadonlyMap<string, Row> = new Map(
	rows.flatMap((row) => row.names.split(" ").map((name) => [name, row] as const)),
);

/** What is known of a verb. */
export function verbOf({ verbs = {}, anyVerb }: Verb, name: string | undefined): Verb | undefined {
	if (name === undefined) return anyVerb;
	let known = byName.get(verbs);
	if (!known) {
		known = new Map(
			Object.entries(verbs).flatMap(([names, verb]) => names.split(" ").map((one) => [one, verb] as const)),
		);
		byName.set(verbs, known);
	}
	return known.get(name) ?? anyVerb;
}

const byName = new WeakMap<object, ReadonlyMap<string, Verb>>();
