import assert from "node:assert/strict";
import {
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import type { PlannedUndo } from "../../../src/core/values.ts";
import { hashObject } from "../../../src/daemon/changes/objects.ts";
import { openChanges } from "../../../src/daemon/changes/openChanges.ts";
import type { CommandOutcome } from "../../../src/daemon/commands/command.ts";
import { commandEnvironment } from "../../../src/daemon/commands/commandEnvironment.ts";
import { openCommands } from "../../../src/daemon/commands/commands.ts";
import { posixRunner } from "../../../src/daemon/commands/posixRunner.ts";
import { openStandingGrants } from "../../../src/daemon/policy/standingGrants.ts";
import { openPresets } from "../../../src/daemon/presets/presets.ts";
import { absent, sha256, writeInside } from "../../../src/daemon/tools/workspaceFiles.ts";
import { applyUndo } from "../../../src/daemon/undo/applyUndo.ts";
import { openDisk } from "../../../src/daemon/undo/disk.ts";
import { openKeptFiles } from "../../../src/daemon/undo/keptFiles.ts";
import { watchFolder } from "../../support/powerCut.ts";
import { seeded } from "../../support/seed.ts";

/**
 * What the daemon writes beside its store, with the power cut at every call. Before the call that it is about returns,
 * there is the old state or the new one; afterwards only the new one.
 */
interface Row {
	readonly what: string;
	/** What is there before, all of it durable. */
	before?(root: string): void;
	act(root: string): unknown;
	/** The state that a daemon finds which starts after the cut. */
	read(root: string): unknown;
	/** Of what may be found before it is acknowledged, more than the state before and the one afterwards. */
	readonly between?: readonly unknown[];
}

const yaml = "autonomy: supervised\n";
const presetsIn = async (root: string) => {
	const { presets, problems } = await openPresets(root).list();
	return { presets: presets.map(({ name, settings, isDefault }) => ({ name, settings, isDefault })), problems };
};
const grant = { grantId: "r-1", scope: "workspace", kind: "command", subject: "make", files: {}, workspace: "/w" };
const grants = (root: string) => openStandingGrants(path.join(root, "grants.json"), assert.fail);
const content = (root: string, file: string) =>
	existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), "utf8") : undefined;
const place = (root: string) => ({ workspace: root, denied: [] });
const long = "a line of what a command prints\n".repeat(4000);

const rows: readonly Row[] = [
	{
		what: "a preset that is saved over another",
		before: (root) => writeIn(root, "presets/own.yaml", yaml),
		act: (root) => openPresets(root).save("own", { planApproval: "always", budget: { turns: 3 } }),
		read: presetsIn,
	},
	{
		what: "the first preset",
		act: (root) => openPresets(root).save("own", { planApproval: "always" }),
		read: presetsIn,
	},
	{
		what: "another default preset",
		before: (root) => {
			writeIn(root, "presets/own.yaml", yaml);
			writeIn(root, "presets/other.yaml", yaml);
			writeIn(root, "presets/default", "own\n");
		},
		act: (root) => openPresets(root).setDefault("other"),
		read: presetsIn,
	},
	{
		what: "a default preset that gets another name",
		before: (root) => {
			writeIn(root, "presets/own.yaml", yaml);
			writeIn(root, "presets/default", "own\n");
		},
		act: (root) => openPresets(root).rename("own", "other"),
		read: presetsIn,
		between: [{ presets: [{ name: "other", settings: { autonomy: "supervised" }, isDefault: false }], problems: [] }],
	},
	{
		what: "what is approved for a folder",
		before: (root) => writeIn(root, "grants.json", "[]"),
		act: (root) =>
			grants(root).add({
				...grant,
				addedAt: "2026-01-01T00:00:00.000Z",
				goalId: "g-1",
				by: { client: "test" },
			} as never),
		read: (root) => grants(root).all().length,
	},
	{
		what: "a file that an agent writes over",
		before: (root) => writeIn(root, "file.txt", "before\n"),
		act: (root) => {
			const expectedBefore = sha256(Buffer.from("before\n"));
			return writeInside(place(root), "file.txt", Buffer.from("after\n"), { expectedBefore });
		},
		read: (root) => content(root, "file.txt"),
	},
	{
		what: "a file that an agent writes in new folders",
		act: (root) => writeInside(place(root), "a/b/file.txt", Buffer.from("after\n"), { expectedBefore: absent }),
		read: (root) => content(root, "a/b/file.txt"),
	},
	{
		what: "a file that undo puts back into folders that are gone",
		act: (root) =>
			applyUndo(
				[
					{
						path: "a/b/file.txt",
						action: "restore",
						after: { blob: hashObject("blob", Buffer.from("back\n")), mode: "100644" },
						stepIds: [],
					} as never,
				],
				{
					workspace: root,
					disk: openDisk(root),
					content: async () => Buffer.from("back\n"),
					kept: openKeptFiles(path.join(root, "undone")),
					signal: new AbortController().signal,
				},
			),
		read: (root) => content(root, "a/b/file.txt"),
	},
	{
		what: "a file that undo deletes, which is kept first",
		before: (root) => writeIn(root, "w/a/made.txt", "made\n"),
		act: (root) => takeAway(root, { path: "a/made.txt", before: version("made\n") }),
		read: (root) => takenState(root, "a/made.txt", "made\n"),
	},
	{
		what: "a file with two names that undo deletes, which is copied first",
		before: (root) => {
			writeIn(root, "w/a/made.txt", "made\n");
			linkSync(path.join(root, "w/a/made.txt"), path.join(root, "other"));
		},
		act: (root) => takeAway(root, { path: "a/made.txt", before: version("made\n") }),
		read: (root) => takenState(root, "a/made.txt", "made\n"),
	},
	{
		what: "a file that undo writes over, which is kept first",
		before: (root) => writeIn(root, "w/a/file.txt", "moved here\n"),
		act: (root) => takeAway(root, { path: "a/file.txt", before: version("moved here\n"), after: version("back\n") }),
		read: (root) => takenState(root, "a/file.txt", "moved here\n"),
	},
	{
		what: "the runner of commands",
		act: (root) => openCommands({ folder: path.join(root, "commands") }),
		read: (root) => {
			openCommands({ folder: path.join(root, "commands") });
			const name = readdirSync(path.join(root, "commands")).find((one) => /^runner-\w+\.sh$/.test(one))!;
			return content(root, `commands/${name}`) === posixRunner;
		},
	},
	{
		what: "long output, which an outcome names as a file",
		before: (root) => {
			for (const name of ["begun", "exit.0", `drained.${long.length}.0`]) writeIn(root, `c/earlier/run-1/${name}`, "");
			writeIn(root, "c/earlier/run-1/out", long);
			mkdirSync(path.join(root, "c/outputs"));
		},
		act: (root) => outcomeOf(root),
		read: (root) => content(root, "c/outputs/run-1"),
	},
];

function version(text: string) {
	return { blob: hashObject("blob", Buffer.from(text)), mode: "100644", rights: "644" };
}

function takeAway(root: string, file: Pick<PlannedUndo, "path" | "before" | "after">): Promise<unknown> {
	const workspace = path.join(root, "w");
	return applyUndo([{ ...file, action: file.after ? "restore" : "delete", stepIds: [] }], {
		workspace,
		disk: openDisk(workspace),
		content: async () => Buffer.from("back\n"),
		kept: openKeptFiles(path.join(root, "undone/g-1/n-1")),
		signal: new AbortController().signal,
	});
}

/** The file, and whether its bytes are still somewhere, whole. */
function takenState(root: string, file: string, bytes: string) {
	const now = content(root, `w/${file}`);
	return { now, isHeld: now === bytes || content(root, `undone/g-1/n-1/${file}`) === bytes };
}

describe("a power cut beside the store", function () {
	// Windows keeps names in a journal of its own, and cannot sync a folder.
	if (process.platform === "win32") return;
	this.timeout(60_000);
	const base = mkdtempSync(path.join(os.tmpdir(), "mission-cut-"));
	after(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));
	const places = { count: 0 };
	const newPlace = () => path.join(base, `${places.count++}`);

	for (const { what, before, act, read, between = [] } of rows) {
		it(`leaves the old or the new, and the new when it was acknowledged: ${what}`, async () => {
			const random = seeded(what);
			const root = newPlace();
			mkdirSync(root);
			before?.(root);
			const old = await read(copyOf(root));
			const watched = watchFolder(root);
			await act(root);
			const acknowledged = watched.moments - 1;
			watched.stop();
			const fresh = await read(copyOf(root));
			assert.ok(acknowledged > 1, "nothing was seen to be written");
			for (let moment = 0; moment <= acknowledged; moment++) {
				for (let round = 0; round < 20; round++) {
					const found = newPlace();
					watched.found(moment, random, found);
					const state = await read(found);
					const allowed = moment === acknowledged ? [fresh] : [old, fresh, ...between];
					assert.ok(
						allowed.some((one) => isSame(one, state)),
						`cut after call ${moment} of ${acknowledged}: ${String(JSON.stringify(state)).slice(0, 200)}`,
					);
				}
			}
		});
	}

	it("leaves every tree that was acknowledged whole, and a snapshot can be made again", async () => {
		const random = seeded("snapshots");
		const workspace = newPlace();
		mkdirSync(workspace);
		const root = newPlace();
		mkdirSync(root);
		const watched = watchFolder(root);
		const acknowledged: { tree: string; moment: number }[] = [];
		const open = async (folder: string) => {
			const changes = await openChanges({ workspace, folder: path.join(folder, "changes") });
			assert.ok(!("unavailable" in changes));
			return changes;
		};
		const changes = await open(root);
		for (const text of ["one", "two", "three"]) {
			writeFileSync(path.join(workspace, "file"), text);
			acknowledged.push({ tree: (await changes.snapshot()).tree, moment: watched.moments - 1 });
		}
		await changes.close();
		watched.stop();
		for (let moment = 0; moment < watched.moments; moment++) {
			for (let round = 0; round < 2; round++) {
				const found = newPlace();
				watched.found(moment, random, found);
				const again = await open(found);
				for (const [at, text] of ["one", "two", "three"].entries()) {
					if (acknowledged[at]!.moment > moment) continue;
					const read = await again.contentAt(acknowledged[at]!.tree, "file");
					assert.equal(read?.toString(), text, `cut after call ${moment} of ${watched.moments}`);
				}
				const { tree } = await again.snapshot();
				assert.equal((await again.contentAt(tree, "file"))?.toString(), "three");
				await again.close();
			}
		}
	});

	it("lets no command begin a second time, and calls an end known only where its record is, whatever is left of its spool", async () => {
		const all = ["begun", "runner.1.1", "exit.3", "drained.5.0", "out"];
		for (let left = 0; left < 2 ** all.length; left++) {
			const names = all.filter((_name, bit) => left & (1 << bit));
			for (const text of ["said\n", "sa", ""]) {
				const root = newPlace();
				mkdirSync(path.join(root, "c/earlier/run-1"), { recursive: true });
				for (const name of names) writeIn(root, `c/earlier/run-1/${name}`, name === "out" ? text : "");
				const outcome = await outcomeOf(root);
				assert.equal(content(root, "ran"), undefined, "it ran again");
				assert.equal(outcome.kind, names.includes("exit.3") ? "exited" : "unknown", names.join(" "));
				if (outcome.kind === "exited") assert.equal(outcome.exitCode, 3);
			}
		}
	});

	function copyOf(root: string): string {
		const watched = watchFolder(root);
		const found = newPlace();
		watched.found(0, { seed: 0, next: () => 0, between: (_min, max) => max }, found);
		watched.stop();
		return found;
	}
});

function outcomeOf(root: string): Promise<CommandOutcome> {
	const spec = { id: "run-1", command: "touch ran", cwd: root, env: commandEnvironment(process.env) };
	return openCommands({ folder: path.join(root, "c") }).run({ ...spec, timeoutMs: 5000, maxBytes: 1_000_000 });
}

function writeIn(root: string, name: string, text: string): void {
	mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
	writeFileSync(path.join(root, name), text);
}

function isSame(a: unknown, b: unknown): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}
