import { ChangesError } from "./changesError.ts";
import type { Folder } from "./inventory.ts";
import type { LeftOutChange, LeftOutReason } from "./leftOut.ts";
import { hashObject, type ObjectWriter } from "./objects.ts";
import { toBytes, toText } from "./pathText.ts";
import { startTimeSlices } from "./timeSlices.ts";

/**
 * What a snapshot left out, whole and without a limit: every name that was there and could not be recorded, with why.
 * Only so can a path that is in a later snapshot be told from one that was there before. A folder of ignored files is
 * one name, as the scan does not go into it.
 *
 * It is written like a tree, one blob a folder that has something left out below it, so that what did not change is not
 * written again. The names are byte strings. In a blob stand names with the reason, then folders with the id of their
 * own, both in the order of their names.
 */
type CoverageNode = readonly [
	left: readonly (readonly [string, LeftOutReason])[],
	folders: (readonly [string, string])[],
];

/** Writes what is not written yet, from the leaves up. */
export async function writeCoverage(root: Folder, objects: ObjectWriter, signal: AbortSignal): Promise<string> {
	const slices = startTimeSlices(signal);
	return (await write(root)) || nothingLeftOut;

	async function write(folder: Folder): Promise<string> {
		if (folder.coverage !== undefined) return folder.coverage;
		if (slices.over()) await slices.next();
		const folders: [string, string][] = [];
		for (const [name, child] of folder.folders) {
			const id = await write(child);
			if (id !== "") folders.push([name, id]);
		}
		const left = [...(folder.leftOut ?? [])];
		const isWhole = left.length === 0 && folders.length === 0;
		folder.coverage = isWhole ? "" : await put([left.sort(byName), folders.sort(byName)], objects);
		return folder.coverage;
	}
}

/** Most workspaces leave nothing out, or always the same: of nothing there is no object. */
const nothingLeftOut = "none";

async function put(node: CoverageNode, objects: ObjectWriter): Promise<string> {
	const content = Buffer.from(JSON.stringify(node));
	const id = hashObject("blob", content);
	await objects.put("blob", id, content);
	return id;
}

/** Why each path may have been there without being recorded; `read` gives the content of a blob. */
export async function findLeftOut(
	coverage: string,
	paths: readonly string[],
	read: (id: string) => Promise<Buffer | undefined>,
): Promise<ReadonlyMap<string, readonly LeftOutReason[]>> {
	if (coverage === nothingLeftOut) return new Map();
	const nodes = new Map<string, Promise<KnownNode>>();
	const nodeOf = (id: string) => {
		const known = nodes.get(id) ?? readNode(id, read);
		nodes.set(id, known);
		return known;
	};
	const found = new Map<string, readonly LeftOutReason[]>();
	for (const path of paths) {
		const reasons: LeftOutReason[] = [];
		let id: string | undefined = coverage;
		for (const name of toBytes(path).split("/")) {
			const node: KnownNode = await nodeOf(id);
			const reason = node.left.get(name);
			if (reason) reasons.push(reason);
			id = node.folders.get(name);
			if (id === undefined) break;
		}
		if (reasons.length > 0) found.set(path, reasons);
	}
	return found;
}

/** At most `most` of them, in no order; what is the same on both sides is not read. */
export async function compareLeftOut(
	coverageA: string,
	coverageB: string,
	most: number,
	read: (id: string) => Promise<Buffer | undefined>,
): Promise<readonly LeftOutChange[]> {
	const found: LeftOutChange[] = [];
	const nodeOf = (id: string | undefined) => (id === undefined || id === nothingLeftOut ? empty : readNode(id, read));
	await compare(coverageA, coverageB, "");
	return found;

	async function compare(idA: string | undefined, idB: string | undefined, above: string): Promise<void> {
		if (idA === idB || found.length >= most) return;
		const [a, b] = await Promise.all([nodeOf(idA), nodeOf(idB)]);
		for (const name of new Set([...a.left.keys(), ...b.left.keys()])) {
			const [before, after] = [a.left.get(name), b.left.get(name)];
			if (before !== after && found.length < most) found.push({ path: toText(above + name), before, after });
		}
		for (const name of new Set([...a.folders.keys(), ...b.folders.keys()]))
			await compare(a.folders.get(name), b.folders.get(name), `${above}${name}/`);
	}
}

const empty: KnownNode = { left: new Map(), folders: new Map() };

interface KnownNode {
	readonly left: ReadonlyMap<string, LeftOutReason>;
	readonly folders: ReadonlyMap<string, string>;
}

async function readNode(id: string, read: (id: string) => Promise<Buffer | undefined>): Promise<KnownNode> {
	const content = await read(id);
	if (!content) throw new ChangesError("unknownObject", `The record of changes does not hold what "${id}" left out.`);
	const [left, folders] = JSON.parse(content.toString()) as CoverageNode;
	return { left: new Map(left), folders: new Map(folders) };
}

function byName(a: readonly [string, string], b: readonly [string, string]): number {
	return a[0] < b[0] ? -1 : 1;
}
