import type { Import } from "./imports.ts";

/**
 * A folder of src whose parts depend on each other in one direction only: its own folders, which we call rooms, and the
 * files that lie in it beside them. Where layers are named, an import goes down or stays in its layer.
 */
export interface House {
	/** Below src; empty for src itself. */
	readonly folder: string;
	/** The lowest first. */
	readonly layers?: readonly Layer[];
}

export interface Layer {
	readonly name: string;
	readonly rooms: readonly string[];
}

/** The room of files that lie in no folder of the house. */
export const top = ".";

export const source: House = {
	folder: "",
	layers: [
		{ name: "what a goal is", rooms: ["core"] },
		{ name: "how parts speak", rooms: ["protocol", "chain"] },
		{ name: "who keeps goals, and who reaches them", rooms: ["daemon", "client"] },
		{ name: "what people use", rooms: ["cli", "extension", "webviews"] },
	],
};

export const daemon: House = {
	folder: "daemon",
	layers: [
		{ name: "ground", rooms: ["platform", "text"] },
		{
			name: "the world, and what is allowed in it",
			rooms: [
				"store",
				"changes",
				"images",
				"commands",
				"tools",
				"policy",
				"secrets",
				"endpoint",
				"providers",
				"editor",
				"config",
				"mcp",
			],
		},
		{ name: "what is written and found", rooms: ["playbook", "plan", "presets", "roles", "guidance", "discovery"] },
		{ name: "who thinks", rooms: ["agents", "acp"] },
		{ name: "engine", rooms: ["engine", "tracking"] },
		{ name: "activities", rooms: ["undo", "perform"] },
		{ name: "requests", rooms: ["launch", "roster", "keys", "erase", "dossier", "baseline"] },
		{ name: "wire", rooms: ["wire"] },
		{ name: "process", rooms: ["process", top] },
	],
};

/** Every folder that holds folders. */
export function housesOf(imports: readonly Import[]): readonly House[] {
	const folders = new Set(imports.flatMap(({ from, to }) => [...foldersOf(from), ...foldersOf(to)]));
	const named = [source, daemon];
	return [
		...named,
		...[...folders].filter((folder) => !named.some((house) => house.folder === folder)).map((folder) => ({ folder })),
	];
}

function foldersOf(file: string): readonly string[] {
	const parts = file.split("/").slice(0, -1);
	return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** An arrow from one room to another, with the imports that it stands for. */
export interface Arrow {
	readonly from: string;
	readonly to: string;
	readonly imports: readonly Import[];
}

export function arrowsOf({ folder }: House, imports: readonly Import[]): readonly Arrow[] {
	const arrows = new Map<string, { from: string; to: string; imports: Import[] }>();
	for (const one of imports) {
		const [from, to] = [roomOf(folder, one.from), roomOf(folder, one.to)];
		if (from === undefined || to === undefined || from === to) continue;
		const arrow = arrows.get(`${from} ${to}`) ?? { from, to, imports: [] };
		arrow.imports.push(one);
		arrows.set(`${from} ${to}`, arrow);
	}
	return [...arrows.values()];
}

function roomOf(folder: string, file: string): string | undefined {
	const below = folder === "" ? file : file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : undefined;
	if (below === undefined) return undefined;
	return below.includes("/") ? below.slice(0, below.indexOf("/")) : top;
}

/** One sentence for each import that should not be, with the two files that it is about. */
export function roomProblems(house: House, imports: readonly Import[]): readonly string[] {
	const arrows = arrowsOf(house, imports);
	return [...upward(house, arrows), ...circles(house, arrows)];
}

function upward({ folder, layers }: House, arrows: readonly Arrow[]): readonly string[] {
	if (!layers) return [];
	const level = (room: string) => layers.findIndex(({ rooms }) => rooms.includes(room));
	const rooms = new Set(arrows.flatMap(({ from, to }) => [from, to]));
	const unknown = [...rooms].filter((room) => level(room) < 0);
	const wrong = arrows.filter(({ from, to }) => level(from) >= 0 && level(from) < level(to));
	return [
		...unknown.map((room) => `${shown(folder, room)} is in no layer. Name it in scripts/rooms.ts.`),
		...wrong.flatMap((arrow) =>
			arrow.imports.map(
				({ from, to }) =>
					`src/${from} imports src/${to}, but “${layers[level(arrow.to)]!.name}” lies above “${layers[level(arrow.from)]!.name}”: put what both need below them, or let the lower one name what it needs.`,
			),
		),
	];
}

/** The shortest circles that have no room in common: the others are looked at when these are gone. */
function circles({ folder }: House, arrows: readonly Arrow[]): readonly string[] {
	const around = arrows
		.flatMap((arrow) => {
			const back = shortestWay(arrow.to, arrow.from, arrows);
			return back ? [[arrow, ...back]] : [];
		})
		.toSorted((a, b) => a.length - b.length);
	const named = new Set<string>();
	return around.flatMap((circle) => {
		if (circle.some(({ from }) => named.has(from))) return [];
		for (const { from } of circle) named.add(from);
		const steps = circle.map(({ imports: [one] }) => `src/${one!.from} imports src/${one!.to}`);
		const rooms = circle.map(({ from }) => shown(folder, from));
		return `${steps.join(", and ")}: the rooms ${rooms.join(", ")} depend on each other in a circle.`;
	});
}

function shortestWay(from: string, to: string, arrows: readonly Arrow[]): readonly Arrow[] | undefined {
	const cameBy = new Map<string, Arrow>();
	const open = [from];
	for (const room of open) {
		if (room === to) break;
		for (const arrow of arrows) {
			if (arrow.from !== room || cameBy.has(arrow.to) || arrow.to === from) continue;
			cameBy.set(arrow.to, arrow);
			open.push(arrow.to);
		}
	}
	const way: Arrow[] = [];
	for (let room = to; room !== from; ) {
		const arrow = cameBy.get(room);
		if (!arrow) return undefined;
		way.unshift(arrow);
		room = arrow.from;
	}
	return way;
}

function shown(folder: string, room: string): string {
	return ["src", folder, room === top ? "" : room].filter(Boolean).join("/");
}
