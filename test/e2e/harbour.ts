import { plainReflection, type Script } from "../support/modelServer.ts";

/** A small program to work on, whose tests need nothing but Node, and a model that works on it as a careful person does. */
export const harbour: Readonly<Record<string, string>> = {
	"package.json": `${JSON.stringify({ name: "tide-tables", version: "2.3.0", type: "module" }, undefined, 2)}\n`,
	"src/stations.js": `/** Heights above the chart's zero, in feet. */
export const stations = [
	{ name: "North Pier", high: 12.1, low: 2.3 },
	{ name: "Old Harbour", high: 11.8, low: 1.9 },
	{ name: "Gull Rock", high: 14.4, low: 3.1 },
];

export function range(station) {
	return station.high - station.low;
}
`,
	"src/print.js": `import { range, stations } from "./stations.js";

for (const station of stations) {
	console.log(\`\${station.name}: \${range(station).toFixed(1)} ft between the tides\`);
}
`,
	"test/stations.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { range, stations } from "../src/stations.js";

test("a tide is never higher than five metres", () => {
	for (const station of stations) assert.ok(range(station) < 5, station.name);
});
`,
};

export const prompt = "Tide heights in metres";

const plan = {
	title: "Tide heights in metres",
	summary: "Find what speaks of feet, convert the stations, then what is printed, and tell the harbour.",
	steps: [
		{
			id: "find",
			title: "Find what speaks of feet",
			instructions: "List every place that stores or prints a height in feet.",
			needs: [],
			confidence: "high",
		},
		{
			id: "convert",
			title: "Convert the stations",
			instructions: "Turn the heights in src/stations.js into metres. The tests must pass.",
			needs: ["find"],
			checks: ["node --test"],
			confidence: "high",
		},
		{
			id: "print",
			title: "Print metres",
			instructions: "Print the range in metres, with two digits.",
			needs: ["find"],
			checks: ["node src/print.js | grep -q ' m '"],
			confidence: "high",
		},
		{
			id: "tell",
			title: "Tell the harbour",
			instructions: "Write CHANGELOG.md: what changed for people who read the tables.",
			needs: ["convert", "print"],
			confidence: "high",
		},
	],
};

/**
 * What the model says. After the edits of the two middle steps it waits for `goOn`; then one step asks for the tests to
 * be run while the other slowly tells what it did.
 */
export function pilot(): { readonly script: Script; goOn(): void } {
	let goOn: () => void = () => undefined;
	const going = new Promise<void>((resolve) => {
		goOn = resolve;
	});
	const script: Script = async ({ purpose, toolResults, text }) => {
		if (purpose === "plan") return { text: JSON.stringify(plan), usage: [812, 240] };
		if (purpose === "reflect") return { text: plainReflection };
		const step = plan.steps.findLast(({ instructions }) => text.includes(instructions))?.id ?? "";
		const turn = work[step]?.[toolResults];
		if (turn?.waits) await going;
		return turn ? { ...turn, usage: [1400 + 300 * toolResults, 120] } : { text: "Done." };
	};
	return { script, goOn };
}

/** The slow answer. */
export const told =
	"The words now say metres, with two digits. North Pier reads “2.99 m between the tides”, which is what the old table meant with 9.8 ft. Nothing else in the sources prints a height; the package speaks of tides only in general, so I leave it as it is. The tests do not look at what is printed: the check of this step does, and it is enough for one line.";

const converted = [
	{ find: "in feet. */", replace: "in metres. */" },
	{ find: "high: 12.1, low: 2.3", replace: "high: 3.69, low: 0.7" },
	{ find: "high: 11.8, low: 1.9", replace: "high: 3.6, low: 0.58" },
	{ find: "high: 14.4, low: 3.1", replace: "high: 4.39, low: 0.94" },
];

const work: Readonly<Record<string, readonly Turn[]>> = {
	find: [
		{
			text: "I look for feet in the sources first.",
			calls: [{ name: "findText", args: { pattern: "feet|ft", path: "src" } }],
		},
		{ text: "", calls: [{ name: "readFile", args: { path: "src/stations.js" } }] },
		{
			text: "Two places: the heights in [src/stations.js](src/stations.js) and the words in [src/print.js](src/print.js). The test already counts in metres, so it is red today.",
		},
	],
	convert: [
		{
			text: "",
			calls: [
				{
					name: "updateTodos",
					args: {
						todos: [
							{ content: "Convert the three stations", state: "in_progress" },
							{ content: "Run the tests", state: "pending" },
						],
					},
				},
			],
		},
		{
			text: "One foot is 0.3048 m. I round to centimetres.",
			calls: [{ name: "editFile", args: { path: "src/stations.js", edits: converted } }],
		},
		{
			text: "The tests can say whether that is right.",
			calls: [{ name: "runCommand", args: { command: "node --test" } }],
		},
		{ text: "The three stations are in metres, and the tests pass." },
	],
	print: [
		{ text: "", calls: [{ name: "readFile", args: { path: "src/print.js" } }] },
		{
			text: "Two digits are enough for a table that people read on a pier.",
			calls: [
				{
					name: "editFile",
					args: {
						path: "src/print.js",
						edits: [{ find: "toFixed(1)} ft between", replace: "toFixed(2)} m between" }],
					},
				},
			],
		},
		{
			text: told,
			chunkMs: 300,
			waits: true,
		},
	],
	tell: [
		{
			text: "",
			calls: [
				{
					name: "writeFile",
					args: { path: "CHANGELOG.md", content: "# Changes\n\n## 3.0.0\n\n- All heights are in metres.\n" },
				},
			],
		},
		{ text: "The changelog says that heights are in metres from 3.0.0 on." },
	],
};

interface Turn {
	readonly text: string;
	readonly calls?: readonly { readonly name: string; readonly args: object }[];
	readonly chunkMs?: number;
	readonly waits?: boolean;
}
