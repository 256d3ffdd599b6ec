import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { diskRows } from "../../../src/daemon/baseline/disk.ts";
import { type BaselinePart, baselineParts } from "../../../src/protocol/baseline.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess } from "../../support/daemonProcess.ts";
import { until } from "../../support/until.ts";

describe("the look before a launch", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let daemon: DaemonProcess;
	before(async () => {
		const config = { limits: { commandTimeoutMs: 4000 } };
		const first = await startDaemonProcess();
		writeFileSync(path.join(first.home, "config.jsonc"), JSON.stringify(config));
		daemon = await first.restart();
	});
	after(async () => {
		await daemon.close();
		remove();
	});
	afterEach(() => {
		rmSync(workspace, { recursive: true, force: true });
		mkdirSync(workspace);
	});

	const git = (...args: string[]) =>
		execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@b", ...args], {
			cwd: workspace,
			stdio: ["ignore", "pipe", "pipe"],
			encoding: "utf8",
		}).trim();
	async function look(part: BaselinePart) {
		const { rows } = await daemon.client.request("baseline/read", { workspace, part });
		return new Map(rows.map((row) => [row.id, row]));
	}
	const check = (command: string) => daemon.client.request("baseline/check", { workspace, command });

	it("tells the branch, the commit and how many files are changed, and changes nothing", async () => {
		git("init", "-q", "-b", "harbour");
		assert.equal((await look("git")).get("git.commit")?.value, "none yet");
		for (const name of ["a", "b", "c"]) writeFileSync(path.join(workspace, name), name);
		git("add", ".");
		git("commit", "-qm", "one");
		writeFileSync(path.join(workspace, "a"), "changed");
		writeFileSync(path.join(workspace, "new file"), "");
		git("mv", "b", "moved");
		const before = readFileSync(path.join(workspace, ".git/index"));
		const rows = await look("git");
		assert.equal(rows.get("git.branch")?.value, "harbour");
		assert.equal(rows.get("git.commit")?.value, git("rev-parse", "HEAD").slice(0, 12));
		assert.deepEqual([rows.get("git.dirty")?.state, rows.get("git.dirty")?.value], ["note", "3"]);
		assert.equal(rows.has("git.state"), false);
		assert.ok(before.equals(readFileSync(path.join(workspace, ".git/index"))));
	});

	it("finds a repository in the middle of a merge, and a folder without one", async () => {
		assert.equal((await look("git")).get("git")?.value, "no repository");
		git("init", "-q");
		git("commit", "-q", "--allow-empty", "-m", "one");
		writeFileSync(path.join(workspace, ".git/MERGE_HEAD"), `${git("rev-parse", "HEAD")}\n`);
		const row = (await look("git")).get("git.state");
		assert.deepEqual([row?.state, row?.value], ["problem", "in the middle of a merge"]);
	});

	it("runs no program that the repository's own settings name", async () => {
		git("init", "-q");
		const mark = path.join(workspace, "ran");
		git("config", "core.fsmonitor", `touch '${mark}'; false`);
		writeFileSync(path.join(workspace, "a"), "");
		await look("git");
		await look("tracking");
		assert.equal(existsSync(mark), false);
	});

	it("says whether changes can be tracked, and which files will only be named", async () => {
		git("init", "-q");
		mkdirSync(path.join(workspace, "ignored"));
		for (let at = 0; at < 30; at++) writeFileSync(path.join(workspace, "ignored", String(at)), "");
		writeFileSync(path.join(workspace, ".gitignore"), "ignored\n");
		writeFileSync(path.join(workspace, "large"), Buffer.alloc(6 * 1024 * 1024));
		const rows = await look("tracking");
		assert.deepEqual([rows.get("tracking")?.state, rows.get("tracking")?.value], ["ok", "tracked, 2 files"]);
		assert.match(rows.get("tracking.large")?.detail ?? "", /more than 5 MB are named.*: large\./);
	});

	it("names a tool that the folder needs and the path does not have", async () => {
		const bare = await startDaemonProcess({ env: { PATH: "/nonexistent" } });
		try {
			writeFileSync(path.join(workspace, "Cargo.toml"), "");
			const { rows } = await bare.client.request("baseline/read", { workspace, part: "tools" });
			const cargo = rows.find(({ id }) => id === "tool.cargo");
			assert.equal(cargo?.state, "problem");
			assert.match(cargo?.detail ?? "", /^Cargo\.toml is here, and cargo is not on the daemon's path/);
			assert.equal(rows.find(({ id }) => id === "tool.git")?.state, "note");
			const tracking = await bare.client.request("baseline/read", { workspace, part: "tracking" });
			assert.deepEqual(
				tracking.rows.map(({ state, value }) => [state, value]),
				[["problem", "not tracked"]],
			);
		} finally {
			await bare.close();
		}
	});

	it("tells the free bytes, and that few are a problem", async () => {
		const rows = await look("disk");
		assert.ok(rows.get("disk.workspace")!.bytes! > 0);
		const place = { id: "d", label: "Free", folder: workspace };
		const state = async (free: number) => (await diskRows([place], async () => free))[0]!.state;
		assert.deepEqual([await state(100e6), await state(500e6), await state(50e9)], ["problem", "note", "ok"]);
	});

	it("answers each part, also of an empty folder, and refuses a folder that is none", async () => {
		for (const part of baselineParts) assert.ok((await look(part)).size > 0, part);
		const gone = path.join(workspace, "gone");
		for (const part of baselineParts)
			await assert.rejects(daemon.client.request("baseline/read", { workspace: gone, part }), /is not there/);
		await assert.rejects(daemon.client.request("baseline/check", { workspace: gone, command: "true" }), /is not there/);
	});

	it("runs a check in the environment of goals, and says how it ended", async () => {
		const green = await check('echo "key: $OPENAI_API_KEY, at $PWD"');
		assert.deepEqual([green.exitCode, green.output.trim()], [0, `key: , at ${workspace}`]);
		assert.equal((await check("exit 3")).exitCode, 3);
		await assert.rejects(check("  "), /The check is empty/);
	});

	it("bounds a check's time and its output, and leaves nothing of it behind", async () => {
		const slow = await check("sleep 30");
		assert.deepEqual([slow.exitCode, slow.timedOut], [undefined, true]);
		const loud = await check("head -c 5000000 /dev/zero | tr '\\0' x; echo end");
		assert.equal(loud.exitCode, 0);
		assert.ok(loud.output.length < 100_000);
		assert.match(loud.output, /bytes in all\) …\n.*end\n$/s);
		const left = execFileSync("find", [path.join(daemon.home, "commands"), "-name", "*baseline*"], {
			encoding: "utf8",
		});
		assert.equal(left, "");
	});

	it("ends a check with all its processes when the client goes away", async () => {
		const other = await startDaemonClient();
		const pid = await beginLong(other);
		other.close();
		await untilGone(pid);
	});

	it("ends a check whose daemon was killed, or stops, before the time limit would", async () => {
		let patient = await startDaemonProcess();
		const first = await beginLong(patient.client);
		patient = await patient.restart();
		await untilGone(first);
		const second = await beginLong(patient.client);
		const { stillRunning } = await patient.client.request("daemon/stop", {});
		assert.deepEqual(stillRunning, []);
		await untilGone(second);
		await patient.close();
	});

	/** A check that goes on for longer than anybody waits; resolves with a process that it started. */
	async function beginLong({ request }: DaemonProcess["client"]): Promise<number> {
		const file = path.join(workspace, "pid");
		rmSync(file, { force: true });
		const command = `sleep 1000 & echo $! > ${file}; wait`;
		request("baseline/check", { workspace, command }, { once: true }).catch(() => undefined);
		while (!existsSync(file) || readFileSync(file, "utf8").trim() === "") await sleep(5);
		const pid = Number(readFileSync(file, "utf8"));
		assert.ok(lives(pid));
		return pid;
	}

	async function untilGone(pid: number): Promise<void> {
		await until(`${pid} is gone`, () => !lives(pid));
	}

	async function startDaemonClient() {
		const { openClient } = await import("../../../src/client/daemonClient.ts");
		return openClient({
			home: daemon.home,
			daemonScript: "",
			actor: { client: "test" },
			start: "never",
			log() {},
		});
	}
});

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}
