import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	readlinkSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import path from "node:path";
import type { GoalId, StepId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";

/** What was there before a step and was not recorded is never taken for something that the step made. */
describe("undo and what was not recorded", function () {
	this.timeout(60_000);
	let daemon: DaemonProcess;
	let workspace: string;
	let outside: string;
	let remove: () => void;
	before(async () => {
		daemon = await startDaemonProcess();
	});
	after(() => daemon?.close());
	beforeEach(() => {
		const [inside, other] = [newWorkspace(), newWorkspace()];
		[workspace, outside] = [inside.folder, other.folder];
		remove = () => {
			inside.remove();
			other.remove();
		};
	});
	afterEach(() => remove());

	const at = (file: string) => path.join(workspace, file);
	const write = (file: string, content: string | Buffer, mode?: number) => {
		mkdirSync(path.dirname(at(file)), { recursive: true });
		writeFileSync(at(file), content);
		if (mode !== undefined) chmodSync(at(file), mode);
	};
	const git = (...args: string[]) =>
		execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: workspace });
	const run = async (...commands: string[]): Promise<GoalId> => {
		const steps = commands.map((command, index) => `## S${index + 1}\n\n\`\`\`sh\n${command}\n\`\`\`\n`);
		const playbook = { path: "work.md", text: `# Work\n\n${steps.join("\n")}` };
		const { goalId } = await daemon.client.request("goal/launch", { workspace, playbook, grantPlaybook: true });
		await untilState(daemon.client, goalId, ["completed"]);
		return goalId;
	};
	const undo = (goalId: GoalId, preview = false, stepId = "s1") =>
		daemon.client.request("step/undo", { goalId, stepId: stepId as StepId, rest: true, preview });
	const large = Buffer.alloc(5_600_000, "a,b,c\n");

	interface Row {
		readonly what: string;
		prepare(): void;
		/** What the step runs; it also makes `made.txt`. */
		readonly command: () => string;
		/** Each is named, and as the step left it. */
		readonly kept: readonly string[];
	}
	const rows: readonly Row[] = [
		{
			what: ".env, when the step takes it out of .gitignore",
			prepare: () => {
				write(".gitignore", ".env\n");
				write(".env", "SECRET=1\n", 0o600);
			},
			command: () => "rm .gitignore",
			kept: [".env"],
		},
		{
			what: "an ignored folder, when a line of .gitignore goes",
			prepare: () => {
				write(".gitignore", "results/\nother\n");
				write("results/run/1.txt", "one\n");
			},
			command: () => "echo other > .gitignore; echo 2 > results/run/2.txt",
			kept: ["results/run/1.txt", "results/run/2.txt"],
		},
		{
			what: "a folder of names that a rule of info/exclude leaves out",
			prepare: () => {
				git("init", "-q");
				writeFileSync(at(".git/info/exclude"), "notes/\n");
				write("notes/a.md", "mine\n");
			},
			command: () => "echo > .git/info/exclude",
			kept: ["notes/a.md"],
		},
		{
			what: "what another branch does not ignore",
			prepare: () => {
				git("init", "-q", "-b", "main");
				write("a.txt", "a\n");
				git("add", "-A");
				git("commit", "-qm", "one");
				git("branch", "other");
				write(".gitignore", "notes/\n");
				git("add", "-A");
				git("commit", "-qm", "two");
				write("notes/a.md", "mine\n");
			},
			command: () => "git checkout -q other",
			kept: ["notes/a.md"],
		},
		{
			what: "what a repository inside does not ignore, once it is one",
			prepare: () => {
				write(".gitignore", "*.log\n");
				write("inner/run.log", "mine\n");
			},
			command: () => "git init -q inner",
			kept: ["inner/run.log"],
		},
		{
			what: "a file that was too large, and is cut",
			prepare: () => write("data.csv", large),
			command: () => "truncate -s 1024 data.csv",
			kept: ["data.csv"],
		},
		{
			what: "a file that was too large, and is replaced by a link",
			prepare: () => write("data.csv", large),
			command: () => "ln -sf made.txt data.csv",
			kept: ["data.csv"],
		},
	];
	for (const { what, prepare, command, kept } of rows) {
		it(`keeps and names ${what}`, async () => {
			prepare();
			const goalId = await run(`${command()}\necho made > made.txt`);
			const left = new Map(kept.map((file) => [file, lookAt(at(file))]));
			for (const preview of [true, false]) {
				const answer = await undo(goalId, preview);
				const named = answer.notCovered.map((row) => row.path);
				for (const file of kept) assert.ok(named.includes(file), `${file} is not among ${named.join(", ")}`);
				assert.ok(answer.notCovered.every(({ reason }) => reason.length > 0));
				assert.deepEqual(
					answer.files.filter((file) => kept.includes(file.path)),
					[],
				);
			}
			for (const [file, state] of left) assert.deepEqual(lookAt(at(file)), state, file);
			assert.equal(existsSync(at("made.txt")), false, "the rest is taken back");
		});
	}

	it("says what is not covered where nothing else was changed, and does nothing", async () => {
		write(".git/info/exclude", ".env\n");
		write(".git/HEAD", "ref: refs/heads/main\n");
		write(".env", "SECRET=1\n");
		const goalId = await run("echo > .git/info/exclude");
		await assert.rejects(
			undo(goalId),
			/Nothing was taken back: what was there before the step is not recorded of \.env\./,
		);
		assert.equal(readFileSync(at(".env"), "utf8"), "SECRET=1\n");
	});

	it("brings back what was there when a later step changed it, once it was recorded", async () => {
		write(".gitignore", ".env\n");
		write(".env", "SECRET=1\n", 0o640);
		const goalId = await run("rm .gitignore", "echo SECRET=2 > .env; chmod 600 .env");
		const answer = await daemon.client.request("step/undo", { goalId, stepId: "s2" as StepId });
		assert.deepEqual(
			answer.files.map(({ path, action }) => [path, action]),
			[[".env", "restore"]],
		);
		assert.deepEqual(lookAt(at(".env")), ["file", 0o640, "SECRET=1\n"]);
	});

	const moves: readonly (readonly [what: string, command: () => string, file: string, content: string])[] = [
		["moves in from an ignored folder", () => "mv results/1.csv one.csv", "one.csv", "one\n"],
		["moves in from outside the workspace", () => `mv ${outside}/far.txt near.txt`, "near.txt", "far\n"],
		["moves over a file of the workspace", () => `mv ${outside}/far.txt old.txt`, "old.txt", "far\n"],
		["unpacks, and removes the archive", () => "tar xf a.tar; rm a.tar", "packed.txt", "packed\n"],
		["gives a second name, and takes the first", () => "ln results/1.csv x.csv; rm results/1.csv", "x.csv", "one\n"],
	];
	for (const [what, command, file, content] of moves) {
		it(`keeps under the data folder what a command ${what}, and says where`, async () => {
			write(".gitignore", "results/\n*.tar\n");
			write("results/1.csv", "one\n", 0o600);
			write("old.txt", "old\n");
			write("packed.txt", "packed\n");
			execFileSync("tar", ["cf", "a.tar", "packed.txt"], { cwd: workspace });
			execFileSync("rm", ["packed.txt"], { cwd: workspace });
			writeFileSync(path.join(outside, "far.txt"), "far\n");
			const goalId = await run(command());
			const rights = lstatSync(at(file)).mode;
			const { keptIn } = await undo(goalId);
			const folder = keptIn ?? assert.fail("nothing says where");
			assert.ok(folder.startsWith(daemon.home), folder);
			assert.equal(readFileSync(path.join(folder, file), "utf8"), content);
			assert.equal(lstatSync(path.join(folder, file)).mode, rights);
			assert.equal(
				existsSync(at(file)) ? readFileSync(at(file), "utf8") : undefined,
				file === "old.txt" ? "old\n" : undefined,
			);
			const { events } = await daemon.client.request("goal/events", { goalId, limit: 100, types: ["undo.completed"] });
			assert.equal(events[0]?.type === "undo.completed" && events[0].keptIn, keptIn);
		});
	}

	it("puts a file back in the place of a link, and a link back in the place of a file", async () => {
		write("file.txt", "mine\n", 0o640);
		writeFileSync(path.join(outside, "secret"), "secret\n");
		symlinkSync("file.txt", at("link"));
		const goalId = await run(`ln -sf ${outside}/secret file.txt; rm link; echo x > link`);
		await undo(goalId);
		assert.deepEqual(lookAt(at("file.txt")), ["file", 0o640, "mine\n"]);
		assert.deepEqual(lookAt(at("link")), ["link", "file.txt"]);
		assert.equal(readFileSync(path.join(outside, "secret"), "utf8"), "secret\n");
	});

	for (const rights of [0o600, 0o640, 0o750, 0o444, 0o711, 0o2755, 0o4755, 0o1644]) {
		it(`gives a file its rights back: ${rights.toString(8)}`, async () => {
			for (const file of ["written", "replaced", "deleted", "changed"]) write(file, `${file}\n`, rights);
			const goalId = await run(
				"chmod u+w written; echo x >> written; rm -f replaced deleted; echo y > replaced; chmod 664 changed",
			);
			await undo(goalId);
			for (const file of ["written", "replaced", "deleted", "changed"])
				assert.deepEqual(lookAt(at(file)), ["file", rights, `${file}\n`]);
		});
	}

	it("records a change of rights alone, and shows it", async () => {
		write("a.txt", "a\n", 0o600);
		const goalId = await run("chmod 640 a.txt");
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 100, types: ["file.changed"] });
		const [event] = events;
		assert.ok(event?.type === "file.changed");
		assert.deepEqual([event.rightsBefore, event.rightsAfter, event.before === event.after], ["600", "640", true]);
		const { changes } = await daemon.client.request("change/list", { goalId });
		assert.deepEqual(
			changes.map(({ path, modeBefore, modeAfter }) => [path, modeBefore, modeAfter]),
			[["a.txt", "100600", "100640"]],
		);
		const { diff } = await daemon.client.request("change/diff", { goalId });
		assert.match(diff, /^old mode 100600\nnew mode 100640$/m);
		const { files, keptIn } = await undo(goalId);
		assert.deepEqual(files, [{ path: "a.txt", action: "restore" }]);
		assert.equal(keptIn, undefined, "no content was taken away");
		assert.deepEqual(lookAt(at("a.txt")), ["file", 0o600, "a\n"]);
	});

	/** Gone and back by several steps: what the last look before it came back left out is not all that was there. */
	const roundTrips: readonly { readonly what: string; prepare(): void; readonly steps: () => readonly string[] }[] = [
		{
			what: "was ignored, packed away, and unpacked where nothing is ignored",
			prepare: () => write(".gitignore", "dir/*.bin\n"),
			steps: () => [`tar cf ${outside}/t.tar dir; rm -rf dir`, "rm .gitignore", `tar xpf ${outside}/t.tar`],
		},
		{
			what: "was ignored, moved outside, and moved back after the rule went",
			prepare: () => write(".gitignore", "dir/\n"),
			steps: () => [`mv dir ${outside}/away`, "echo > .gitignore", `mv ${outside}/away dir`],
		},
		{
			what: "was in a folder that became a repository of its own while it was away",
			prepare: () => write(".gitignore", "dir/*.bin\n"),
			steps: () => [`tar cf ${outside}/t.tar dir; rm -rf dir; git init -q dir`, "true", `tar xpf ${outside}/t.tar`],
		},
		{
			what: "was ignored by info/exclude, which went while it was away",
			prepare: () => {
				git("init", "-q");
				writeFileSync(at(".git/info/exclude"), "dir/\n");
			},
			steps: () => [`mv dir ${outside}/away`, "rm .git/info/exclude", `mv ${outside}/away dir`],
		},
	];
	for (const { what, prepare, steps } of roundTrips) {
		it(`keeps and names a file that ${what}`, async () => {
			prepare();
			write("dir/d.bin", "mine\n");
			write("base.txt", "base\n");
			const goalId = await run(...steps().map((step, index) => `${step}; echo ${index} > made${index}.txt`));
			const { files, notCovered } = await undo(goalId);
			assert.equal(readFileSync(at("dir/d.bin"), "utf8"), "mine\n");
			assert.ok(
				notCovered.some(({ path: named }) => named === "dir/d.bin"),
				JSON.stringify(notCovered),
			);
			assert.ok(files.some(({ path: named, action }) => named === "made0.txt" && action === "delete"));
		});
	}

	it("keeps and names a file that was too large, moved away, and came back smaller", async () => {
		write("data.csv", large);
		const goalId = await run(
			`mv data.csv ${outside}/data.csv; echo 0 > made0.txt`,
			`head -c 1000 ${outside}/data.csv > data.csv`,
		);
		const { notCovered } = await undo(goalId);
		assert.equal(readFileSync(at("data.csv")).length, 1000);
		assert.ok(notCovered.some(({ path: named }) => named === "data.csv"));
	});

	it("names what came with a folder to an ignored place, and was recorded there only when the rule went", async () => {
		write(".gitignore", "*.bin\nbuild\n");
		write("dir/d.bin", "mine\n");
		const goalId = await run("mv -T dir build; echo 0 > made0.txt", "rm .gitignore; echo 1 > made1.txt");
		const { files, notCovered } = await daemon.client.request("step/undo", { goalId, stepId: "s1" as StepId });
		assert.deepEqual(files, [{ path: "made0.txt", action: "delete" }]);
		const names = notCovered.map(({ path: named }) => named);
		assert.ok(names.includes("build/d.bin"), JSON.stringify(notCovered));
		assert.equal(readFileSync(at("build/d.bin"), "utf8"), "mine\n");
	});

	/** All in it keeps its times, and its place was left out before and after. */
	for (const [what, prepare] of [
		["ignored", () => write(".gitignore", "*.bin\n")],
		["too large", () => undefined],
	] as const)
		it(`names a file that is ${what} and came with a folder in the place of another`, async () => {
			prepare();
			const content = what === "ignored" ? Buffer.from("old\n") : Buffer.alloc(5_600_000, "old\n");
			for (const folder of ["data", "other"]) write(`${folder}/d.bin`, content);
			write("data/kept.txt", "kept\n");
			const goalId = await run(`mv -T data ${outside}/away; mv -T other data; echo 0 > made.txt`);
			const { files, notCovered } = await undo(goalId);
			assert.ok(files.some(({ path: named }) => named === "made.txt"));
			const names = notCovered.map(({ path: named }) => named);
			assert.ok(names.includes("data/d.bin"), JSON.stringify(notCovered));
		});

	/** It stays in the record as it last was, so that no difference shows when it is the same again. */
	for (const [what, away] of [
		["too large", "head -c 5600000 /dev/zero > data.csv"],
		["no ordinary file", "rm data.csv; mkfifo data.csv"],
	] as const)
		it(`keeps and names a file that was ${what} before the step, and is again what was recorded earlier`, async () => {
			write("data.csv", "first\n");
			const goalId = await run(
				`cp -p data.csv ${outside}/; ${away}`,
				`rm data.csv; mv ${outside}/data.csv .; echo > made.txt`,
			);
			const { files, notCovered } = await undo(goalId, false, "s2");
			assert.deepEqual(files, [{ path: "made.txt", action: "delete" }]);
			assert.deepEqual(
				notCovered.map(({ path: named }) => named),
				["data.csv"],
			);
			assert.equal(readFileSync(at("data.csv"), "utf8"), "first\n");
		});

	it("says of what it brings back that it was first recorded after the step began", async () => {
		git("init", "-q");
		writeFileSync(at(".git/info/exclude"), "made\n");
		const playbook = {
			path: "w.md",
			text: "# W\n\n## S1\n\n```sh\necho s1 > made\n```\n\n## S2\n\n```sh\nrm made\n```\n",
		};
		const { goalId } = await daemon.client.request("goal/launch", { workspace, playbook });
		const approve = async () => {
			for (;;) {
				const { approvals } = await daemon.client.request("approval/list", { goalId });
				const [approval] = approvals;
				if (approval)
					return daemon.client.request("approval/answer", { approvalId: approval.approvalId, answer: "approve" });
				await new Promise((resolve) => setTimeout(resolve, 5));
			}
		};
		await approve();
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		writeFileSync(at(".git/info/exclude"), "");
		// A look serves as "before" for 100 ms: the file is recorded by the next one.
		await new Promise((resolve) => setTimeout(resolve, 200));
		await approve();
		await untilState(daemon.client, goalId, ["completed"]);
		const { files } = await undo(goalId);
		assert.deepEqual(
			files.map(({ path: named, action, reason }) => [named, action, reason]),
			[["made", "recreate", "as it was first recorded, after the step had begun"]],
		);
		assert.equal(readFileSync(at("made"), "utf8"), "s1\n");
	});

	it("still takes back a file that the steps made, removed and made again", async () => {
		write(".gitignore", "other/\n");
		write("other/a.txt", "mine\n");
		const goalId = await run("echo 1 > new.txt", "rm new.txt", "echo 2 > new.txt");
		await undo(goalId);
		assert.equal(existsSync(at("new.txt")), false);
		assert.equal(readFileSync(at("other/a.txt"), "utf8"), "mine\n");
	});
});

/** Kind, rights and content. */
function lookAt(full: string): readonly unknown[] {
	const stats = lstatSync(full);
	if (stats.isSymbolicLink()) return ["link", readlinkSync(full)];
	return ["file", stats.mode & 0o7777, readFileSync(full, "utf8")];
}
