import { mkdir, readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { gitPlaces } from "./gitPlaces.ts";
import { cacheVariables, doorVariables, secretPlaces } from "./insideTables.ts";
import type { OwnPlace, SandboxSettings, Start } from "./sandbox.ts";

/** What a place is inside, whoever builds the walls. The rest of the system is there to be read. */
export type Place = {
	/** Absolute, without links, and there. */
	readonly path: string;
	/** `fixed` may be written and not put aside; `empty` is a new folder that may be written; of `hidden` nothing is left. */
	readonly as: "writable" | "fixed" | "readOnly" | "empty" | "hidden";
	readonly isFolder: boolean;
	/** Where it lies outside, where that is not its own path. */
	readonly from?: string;
};

export interface Walls {
	/** An inner place stands behind the one that it lies in. */
	readonly places: readonly Place[];
	readonly env: Readonly<Record<string, string>>;
}

/** The machine, as walls need to know it. */
export interface Grounds {
	/** The home folder. */
	readonly home: string;
	/** The folder in which the daemon keeps goals and its token. */
	readonly dataFolder: string;
	/** Folders for temporary files and sockets: each start has empty ones of its own. */
	readonly emptied: readonly string[];
	/** Package managers keep there what they have fetched, where nothing else says so: the person's own may not be written. */
	readonly caches: string;
	/** The temporary folder inside. */
	readonly temp: string;
	settings(): SandboxSettings;
	/** Sockets in the file system on which somebody listens now. */
	listening(): Promise<readonly string[]>;
}

export async function wallsOf(start: Start, grounds: Grounds): Promise<Walls | { readonly unavailable: string }> {
	const workspace = await real(start.workspace);
	const problem = workspace === undefined ? undefined : await whyNoWalls(workspace, grounds);
	if (workspace === undefined || problem !== undefined) return { unavailable: problem ?? gone(start.workspace) };
	const git = await gitPlaces(workspace);
	if ("unavailable" in git) return git;
	const { writable, readable } = grounds.settings();
	const own = (places: readonly string[]) => places.map((place) => atHome(place, grounds.home));
	const ownPlaces = (await Promise.all((start.own ?? []).map(ownPlace))).filter((place) => place !== undefined);
	const shown = new Set(await Promise.all(own(readable).map(async (place) => (await real(place)) ?? place)));
	await mkdir(grounds.caches, { recursive: true, mode: 0o700 });
	const hidden = [...own(secretPlaces), grounds.dataFolder, ...(await grounds.listening())];
	const found = await Promise.all([
		...grounds.emptied.map((place) => placeAt(place, "empty")),
		...[workspace, grounds.caches, ...own(writable), ...git.writable].map((place) => placeAt(place, "writable")),
		...git.fixed.map((place) => placeAt(place, "fixed")),
		...git.readOnly.map((place) => placeAt(place, "readOnly")),
		...hidden.map((place) => placeAt(place, "hidden")),
		...(await programFolders(start, grounds.emptied)),
	]);
	const isOwn = ({ path: hidden }: Place) => ownPlaces.some(({ path: own }) => own === hidden);
	const places = [...found.filter((place) => place !== undefined), ...ownPlaces].filter(
		(place) => place.as !== "hidden" || (!shown.has(place.path) && !isOwn(place)),
	);
	const again = await shownAgain(own(readable), grounds.emptied);
	// Only what an emptied folder took away: what may be written stays so, and a hidden folder hides all of it.
	const isTaken = (place: Place) =>
		around(place, places)?.as === "empty" && !places.some((one) => one.path === place.path);
	const all = [...places, ...again.filter(isTaken)];
	const kept = all.filter((place) => {
		if (place.as !== "hidden" || place.isFolder) return true;
		// A socket inside the workspace is the workspace's own, and what lies in an emptied folder is gone already.
		return !isWithin(workspace, place.path) && around(place, all)?.as !== "empty";
	});
	return { places: ordered(kept), env: inner(start.env, grounds) };
}

/** Walls around everything that a person has are none. */
export async function whyNoWalls(
	workspace: string,
	{ home, emptied }: Pick<Grounds, "home" | "emptied">,
): Promise<string | undefined> {
	const homes = [home, await real(home)].filter((one) => one !== undefined);
	const isTooWide = [...homes, ...emptied].some((one) => one === workspace || isWithin(workspace, one));
	return isTooWide ? tooWide(workspace) : undefined;
}

function tooWide(workspace: string): string {
	return `${workspace} holds more than one project, so that a sandbox around it would hold nothing back. Choose a folder inside it.`;
}

function gone(workspace: string): string {
	return `The folder ${workspace} does not exist, so there is nothing to build a sandbox around.`;
}

async function placeAt(place: string, as: Place["as"]): Promise<Place | undefined> {
	const at = await real(place);
	const found = at === undefined ? undefined : await stat(at).catch(() => undefined);
	return at === undefined || found === undefined ? undefined : { path: at, as, isFolder: found.isDirectory() };
}

/** A file that is a link stands there by its own name, wherever it leads. */
async function ownPlace({ path: at, as, from }: OwnPlace): Promise<Place | undefined> {
	const target = await placeAt(from ?? at, as);
	const folder = await real(from === undefined ? path.dirname(at) : at);
	if (!target || folder === undefined) return undefined;
	return { ...target, path: from === undefined ? path.join(folder, path.basename(at)) : folder, from: target.path };
}

/** Where programs are found that lie in a place that is emptied; of the network, also who knows names. */
async function programFolders(start: Start, emptied: readonly string[]): Promise<(Place | undefined)[]> {
	const folders = (start.env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
	const names = start.network ? await real("/etc/resolv.conf") : undefined;
	const programs = await Promise.all((start.programs ?? []).filter(path.isAbsolute).map(programPlaces));
	return Promise.all(
		[...folders, ...(names ? [names] : []), ...programs.flat()]
			.filter((folder) => emptied.some((each) => isWithin(each, folder)))
			.map(async (folder): Promise<Place | undefined> => {
				const found = await placeAt(folder, "readOnly");
				return found && { ...found, path: folder, from: found.path };
			}),
	);
}

/** It may be a link; what is really run needs what lies beside it, and where it is a package, all that it is installed with. */
async function programPlaces(program: string): Promise<readonly string[]> {
	const file = await real(program);
	if (file === undefined) return [];
	const at = file.indexOf(`${path.sep}node_modules${path.sep}`);
	return [path.dirname(program), at < 0 ? path.dirname(file) : path.join(file.slice(0, at), "node_modules")];
}

/**
 * What a person lets be seen, where it lies in a place that is emptied. A file that is a link is there by its own name. A
 * folder is there where it really is: by another name, what is hidden in it would be seen.
 */
async function shownAgain(readable: readonly string[], emptied: readonly string[]): Promise<Place[]> {
	const found = await Promise.all(
		readable.map(async (place): Promise<Place | undefined> => {
			const target = await placeAt(place, "readOnly");
			const folder = await real(path.dirname(place));
			if (!target || target.isFolder || folder === undefined) return target;
			return { ...target, path: path.join(folder, path.basename(place)), from: target.path };
		}),
	);
	return found
		.filter((place) => place !== undefined)
		.filter((place) => emptied.some((folder) => isWithin(folder, place.path)));
}

/** The innermost folder that it lies in. */
function around({ path: inner }: Place, places: readonly Place[]): Place | undefined {
	const outer = places.filter((place) => place.isFolder && isWithin(place.path, inner));
	return outer.reduce<Place | undefined>(
		(deepest, one) => (deepest && depth(deepest) > depth(one) ? deepest : one),
		undefined,
	);
}

const strictness: readonly Place["as"][] = ["empty", "writable", "fixed", "readOnly", "hidden"];

/** Outer places first; of one place the strictest word counts. */
function ordered(places: readonly Place[]): readonly Place[] {
	const strictest = new Map<string, Place>();
	for (const place of places) {
		const known = strictest.get(place.path);
		if (!known || strictness.indexOf(place.as) > strictness.indexOf(known.as)) strictest.set(place.path, place);
	}
	return [...strictest.values()].sort((a, b) => depth(a) - depth(b) || (a.path < b.path ? -1 : 1));
}

function depth({ path: place }: Place): number {
	return place.split(path.sep).filter(Boolean).length;
}

function inner(env: Start["env"], { caches, temp }: Grounds): Readonly<Record<string, string>> {
	const kept = Object.entries(env).filter(([name]) => !doors.has(name));
	const own = cacheVariables.map(([name, folder]) => [name, path.join(caches, folder)]);
	return { ...Object.fromEntries(own), ...Object.fromEntries(kept), TMPDIR: temp };
}

const doors = new Set(doorVariables);

function atHome(place: string, home: string): string {
	const plain = place.replace(/\/$/, "").replace(/^~\//, "");
	return path.resolve(home, plain);
}

function isWithin(folder: string, place: string): boolean {
	const relative = path.relative(folder, place);
	return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}

function real(place: string): Promise<string | undefined> {
	return realpath(place).catch(() => undefined);
}

/** Of Linux: sockets with a name, on which somebody listens. */
export async function listeningSockets(): Promise<readonly string[]> {
	const lines = (await readFile("/proc/net/unix", "utf8").catch(() => "")).split("\n");
	const paths = lines.map((line) => /^\S+ \S+ \S+ 00010000 \S+ 01 \s*\S+ (\/.*)$/.exec(line)?.[1]);
	return [...new Set(paths.filter((one) => one !== undefined))].slice(0, maxSockets);
}

const maxSockets = 500;
