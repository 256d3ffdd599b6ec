import assert from "node:assert/strict";
import { importGraphs } from "../../../scripts/importGraph.ts";
import { type Import, importsIn, readImports } from "../../../scripts/imports.ts";
import { daemon, type House, housesOf, roomProblems, top } from "../../../scripts/rooms.ts";

const house: House = {
	folder: "daemon",
	layers: [
		{ name: "ground", rooms: ["platform"] },
		{ name: "work", rooms: ["engine", "store"] },
		{ name: "process", rooms: ["wire", top] },
	],
};

describe("rooms of src", () => {
	const cases: readonly [name: string, imports: readonly (readonly [string, string])[], problems: readonly string[]][] =
		[
			["may import what lies below them", [["daemon/wire/a.ts", "daemon/engine/b.ts"]], []],
			["may import a room of their layer", [["daemon/engine/a.ts", "daemon/store/b.ts"]], []],
			["say nothing of other folders", [["daemon/platform/a.ts", "core/goal.ts"]], []],
			[
				"may not import what lies above them",
				[["daemon/platform/a.ts", "daemon/engine/b.ts"]],
				[
					"src/daemon/platform/a.ts imports src/daemon/engine/b.ts, but “work” lies above “ground”: put what both need below them, or let the lower one name what it needs.",
				],
			],
			[
				"may not import the files that put them together",
				[["daemon/engine/deep/a.ts", "daemon/compose.ts"]],
				[
					"src/daemon/engine/deep/a.ts imports src/daemon/compose.ts, but “process” lies above “work”: put what both need below them, or let the lower one name what it needs.",
				],
			],
			[
				"may not import each other",
				[
					["daemon/engine/a.ts", "daemon/store/b.ts"],
					["daemon/store/c.ts", "daemon/engine/d.ts"],
				],
				[
					"src/daemon/engine/a.ts imports src/daemon/store/b.ts, and src/daemon/store/c.ts imports src/daemon/engine/d.ts: the rooms src/daemon/engine, src/daemon/store depend on each other in a circle.",
				],
			],
			[
				"have a layer",
				[["daemon/wire/a.ts", "daemon/cellar/b.ts"]],
				["src/daemon/cellar is in no layer. Name it in scripts/rooms.ts."],
			],
		];
	for (const [name, pairs, problems] of cases) {
		it(name, () => {
			const imports = pairs.map(([from, to]): Import => ({ from, to }));
			assert.deepEqual(roomProblems(house, imports), problems);
		});
	}

	it("may not stand in a circle of three, whatever their layers", () => {
		const imports = ["a b", "b c", "c a", "d a"].map((pair): Import => {
			const [from, to] = pair.split(" ");
			return { from: `cli/${from}/x.ts`, to: `cli/${to}/y.ts` };
		});
		assert.deepEqual(roomProblems({ folder: "cli" }, imports), [
			"src/cli/a/x.ts imports src/cli/b/y.ts, and src/cli/b/x.ts imports src/cli/c/y.ts, and src/cli/c/x.ts imports src/cli/a/y.ts: the rooms src/cli/a, src/cli/b, src/cli/c depend on each other in a circle.",
		]);
	});

	it("are found in imports of every form, each once", () => {
		const text = [
			'import type { A } from "../core/a.ts";',
			'import {\n\tb,\n\ttype C,\n} from "./b.tsx";',
			'export { d } from "../core/a.ts";',
			'const { e } = await import("./e.ts");',
			'import "./f.ts";',
			'import path from "node:path";',
		].join("\n");
		assert.deepEqual(
			importsIn("daemon/x.ts", text).map(({ to }) => to),
			["core/a.ts", "daemon/b.tsx", "daemon/e.ts", "daemon/f.ts"],
		);
	});

	it("depend on each other in one direction", () => {
		const imports = readImports();
		assert.ok(imports.length > 1000, `${imports.length} imports`);
		assert.deepEqual(
			housesOf(imports).flatMap((one) => roomProblems(one, imports)),
			[],
		);
	});

	it("are drawn with each arrow that does not follow from others, and without the ground", () => {
		const graph = importGraphs([
			{ from: "daemon/main.ts", to: "daemon/wire/a.ts" },
			{ from: "daemon/main.ts", to: "daemon/engine/a.ts" },
			{ from: "daemon/wire/a.ts", to: "daemon/engine/a.ts" },
			{ from: "daemon/wire/a.ts", to: "daemon/platform/a.ts" },
		]);
		const arrows = graph.match(/^ {2}\S+ --> \S+$/gm);
		assert.deepEqual(arrows, ["  top_ --> wire_", "  wire_ --> engine_"]);
		for (const { name } of daemon.layers!.slice(1)) assert.ok(graph.includes(`["${name}"]`), name);
	});
});
