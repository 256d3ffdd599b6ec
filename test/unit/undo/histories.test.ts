import assert from "node:assert/strict";
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import type { StepId } from "../../../src/core/ids.ts";
import type { FileVersion } from "../../../src/core/values.ts";
import { splitMode, treeMode } from "../../../src/daemon/changes/fileMode.ts";
import { hashObject } from "../../../src/daemon/changes/objects.ts";
import { applyUndo } from "../../../src/daemon/undo/applyUndo.ts";
import { openDisk } from "../../../src/daemon/undo/disk.ts";
import { openKeptFiles } from "../../../src/daemon/undo/keptFiles.ts";
import { mergeText } from "../../../src/daemon/undo/mergeText.ts";
import { planUndo } from "../../../src/daemon/undo/planUndo.ts";
import type { StepChange, StepChanges } from "../../../src/daemon/undo/stepChanges.ts";
import { newWorkspace } from "../../support/daemonProcess.ts";
import { seeded } from "../../support/seed.ts";

/**
 * Random histories of three who write the same files: the step that is undone, another step, and the person. Every line
 * that is written carries a mark of its own, so that it shows who lost one.
 */
describe("taking a step back after any history", function () {
	this.timeout(180_000);

	it("restores every byte where only the step wrote", () =>
		check(
			fc.asyncProperty(fc.array(action(["step"]), { maxLength: 14 }), async (actions) => {
				const { world, end } = newWorld();
				try {
					const before = world.state();
					for (const one of actions) world.act(one);
					const plan = await world.undo();
					assert.deepEqual(
						plan.files.filter((file) => file.action === "conflict"),
						[],
					);
					assert.deepEqual(world.state(), before);
				} finally {
					end();
				}
			}),
			60,
		));

	it("loses nothing that anybody else wrote, and leaves nothing of the step in a file that it takes back", () =>
		check(
			fc.asyncProperty(
				fc.array(action(["step", "step", "other", "person"]), { maxLength: 16 }),
				fc.nat(6),
				async (actions, stopAfter) => {
					const { world, end } = newWorld();
					try {
						for (const one of actions) world.act(one);
						const before = world.marks();
						const plan = await world.undo(stopAfter);
						const after = world.marks();
						for (const [mark, files] of before) {
							if (!mark.startsWith("step")) assert.ok(after.has(mark), `${mark} of ${files} is gone`);
						}
						const left = new Set(plan.files.filter((file) => file.action === "conflict").map((file) => file.path));
						for (const [mark, files] of after) {
							if (!mark.startsWith("step")) continue;
							assert.ok(
								files.every((file) => left.has(file)),
								`${mark} is still in ${files}`,
							);
						}
						const again = await world.plan();
						const moves = again.files.filter((file) => file.action !== "conflict" && file.action !== "unchanged");
						assert.deepEqual(moves, [], "a second undo finds nothing to do");
					} finally {
						end();
					}
				},
			),
			120,
		));
});

function check<T>(property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> {
	const { seed } = seeded("histories");
	return fc.assert(property, { numRuns, seed: seed | 0 });
}

type Who = "step" | "other" | "person";
interface Action {
	readonly who: Who;
	readonly kind: "insert" | "drop" | "delete" | "rename" | "mode";
	readonly file: number;
	readonly to: number;
	readonly line: number;
}

const rights = [0o644, 0o755, 0o600, 0o640, 0o444, 0o2750];
const names = ["a.txt", "b.txt", "dir/c.txt", "dir/deep/d.txt", "e.txt"];

function action(whos: readonly Who[]): fc.Arbitrary<Action> {
	return fc.record({
		who: fc.constantFrom(...whos),
		kind: fc.constantFrom("insert", "insert", "insert", "drop", "delete", "rename", "mode", "mode"),
		file: fc.nat(names.length - 1),
		to: fc.nat(names.length - 1),
		line: fc.nat(40),
	});
}

function newWorld() {
	const { folder, remove } = newWorkspace();
	const data = newWorkspace();
	const blobs = new Map<string, Buffer>();
	const changes: StepChange[] = [];
	const moves: { seq: number; from: string; path: string }[] = [];
	let seq = 0;
	const at = (name: string) => path.join(folder, name);
	const keep = (content: Buffer) => {
		const id = hashObject("blob", content);
		blobs.set(id, content);
		return id;
	};
	const version = (name: string): FileVersion | undefined => {
		const stats = statSync(at(name), { throwIfNoEntry: false });
		return stats && { blob: keep(readFileSync(at(name))), ...splitMode(treeMode(lstatSync(at(name)))) };
	};
	const write = (name: string, text: string) => {
		mkdirSync(path.dirname(at(name)), { recursive: true });
		writeFileSync(at(name), text);
	};
	for (const name of names.slice(0, 4)) {
		write(name, Array.from({ length: 24 }, (_, index) => `${name} line ${index}\n`).join(""));
	}

	/** One change to one name, as the log would tell it. */
	const note = (who: Who, name: string, before: FileVersion | undefined, from?: string) => {
		seq++;
		const after = version(name);
		if (who === "step") {
			const stepIds = ["s" as StepId];
			changes.push({ seq, path: name, from, before, after, stepIds, sharedWith: [] });
		} else if (from !== undefined) moves.push({ seq, from, path: name });
	};

	/** The name under which the file is afterwards; undefined when the action makes no sense. */
	const change = ({ who, kind, to, line }: Action, name: string, isThere: boolean): string | undefined => {
		const lines = isThere ? readFileSync(at(name), "utf8").split(/(?<=\n)/) : [];
		switch (kind) {
			case "insert":
				lines.splice(line % (lines.length + 1), 0, `${who} mark ${seq}\n`);
				write(name, lines.join(""));
				return name;
			case "drop":
				if (lines.length === 0) return undefined;
				lines.splice(line % lines.length, 1);
				write(name, lines.join(""));
				return name;
			case "delete":
				if (isThere) rmSync(at(name));
				return isThere ? name : undefined;
			case "rename": {
				const target = names[to]!;
				if (!isThere || version(target)) return undefined;
				mkdirSync(path.dirname(at(target)), { recursive: true });
				renameSync(at(name), at(target));
				return target;
			}
			case "mode":
				if (isThere) chmodSync(at(name), rights[line % rights.length]!);
				return isThere ? name : undefined;
		}
	};

	const world = {
		act(one: Action): void {
			const name = names[one.file]!;
			const before = version(name);
			const target = change(one, name, before !== undefined);
			if (target !== undefined) note(one.who, target, before, target === name ? undefined : name);
		},
		plan: () => {
			const history: StepChanges = { changes, moves, begunAt: 0, recordedLater: [], looks: [] };
			const content = async (blob: string) => blobs.get(blob) ?? assert.fail(`no content ${blob}`);
			const idOf = (bytes: Buffer) => hashObject("blob", bytes);
			return planUndo(history, { disk: openDisk(folder), content, merge: mergeText, idOf });
		},
		/** With `stopAfter` it is stopped after so many contents were asked for, and begun again. */
		async undo(stopAfter = Number.POSITIVE_INFINITY) {
			const plan = await world.plan();
			const stop = new AbortController();
			let asked = 0;
			const content = async (blob: string) => {
				if (++asked > stopAfter) stop.abort();
				return plan.merged.get(blob) ?? blobs.get(blob) ?? assert.fail(`no content ${blob}`);
			};
			const parts = {
				workspace: folder,
				disk: openDisk(folder),
				content,
				kept: openKeptFiles(path.join(data.folder, "undone")),
			};
			const first = await applyUndo(plan.files, { ...parts, signal: stop.signal });
			const left = first ?? (await applyUndo(plan.files, { ...parts, signal: new AbortController().signal }));
			assert.deepEqual([...(left ?? [])], []);
			return plan;
		},
		state: () => Object.fromEntries(names.map((name) => [name, version(name)])),
		/** Every mark that is in a file now, and in which. */
		marks() {
			const found = new Map<string, string[]>();
			for (const name of names) {
				const text = version(name) ? readFileSync(at(name), "utf8") : "";
				for (const [mark] of text.matchAll(/\w+ mark \d+/g)) found.set(mark, [...(found.get(mark) ?? []), name]);
			}
			return found;
		},
	};
	const end = () => {
		remove();
		data.remove();
	};
	return { world, end };
}
