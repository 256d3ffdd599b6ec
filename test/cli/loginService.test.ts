import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readDaemonFile } from "../../src/client/daemonFile.ts";
import { openStage, type Stage } from "./mission.ts";

/** Only here is there a program to stand in for the machine's own, which a test must not change. */
const describeOnLinux = (title: string, suite: Mocha.Func) =>
	process.platform === "linux" && describe(title, suite as never);

describeOnLinux("mission daemon install", function () {
	this.timeout(120_000);
	let stage: Stage;
	let folder: string;
	beforeEach(() => {
		stage = openStage();
		folder = path.dirname(stage.home);
		mkdirSync(path.join(folder, "bin"));
	});
	afterEach(() => stage.end());

	/** A systemctl that notes what it is told, and refuses the words that match. */
	const systemctl = (refuses = "nothing") => {
		const file = path.join(folder, "bin", "systemctl");
		const script = `#!/bin/sh\necho "$@" >> "${folder}/told"\ncase "$*" in *${refuses}*) echo "Failed: $2." >&2; exit 1;; esac\n`;
		writeFileSync(file, script);
		chmodSync(file, 0o755);
	};
	const env = () => ({
		HOME: folder,
		XDG_CONFIG_HOME: path.join(folder, "my config"),
		PATH: `${path.join(folder, "bin")}:${process.env.PATH}`,
		OPENAI_API_KEY: "sk-secret-of-this-shell",
	});
	const units = () => path.join(folder, "my config", "systemd", "user");
	const json = (...args: string[]) => {
		const { code, out, error } = stage.runWith({ env: env() }, ...args, "--json");
		assert.equal(code, 0, error);
		return JSON.parse(out);
	};

	it("has the copy under the data folder begin at login, without a secret, and takes it back", () => {
		systemctl();
		const { installed, place, script } = json("daemon", "install");
		assert.equal(installed, true);
		assert.equal(path.dirname(place), units());
		const unit = readFileSync(place, "utf8");
		assert.ok(script.startsWith(path.join(stage.home, "bin")) && existsSync(script));
		assert.ok(unit.includes(`"${script}" "run" "--home" "${stage.home}" "--newest"`), unit);
		assert.ok(!unit.includes("sk-secret"), "a key of the shell is in the unit");
		const name = path.basename(place);
		assert.equal(
			readFileSync(path.join(folder, "told"), "utf8"),
			`--user show-environment\n--user daemon-reload\n--user enable ${name}\n`,
		);
		assert.deepEqual(json("daemon", "status").service, { installed: true, place });
		// Again is as good as once.
		assert.equal(json("daemon", "install").place, place);
		assert.deepEqual(readdirSync(units()), [name]);

		assert.deepEqual(json("daemon", "uninstall"), { uninstalled: true });
		assert.deepEqual(readdirSync(units()), []);
		assert.deepEqual(json("daemon", "status").service, { installed: false });
		assert.deepEqual(json("daemon", "uninstall"), { uninstalled: false });
	});

	it("begins the newest copy that came since, and another one where that cannot be run", async () => {
		systemctl();
		const { script } = json("daemon", "install");
		const own = path.dirname(script);
		const copy = (version: string, hash: string) => {
			const made = path.join(stage.home, "bin", `${version}-${hash}`);
			cpSync(own, made, { recursive: true });
			writeFileSync(path.join(made, "package.json"), JSON.stringify({ version, type: "commonjs" }));
			return made;
		};
		copy("98.0.0", "00000000000a");
		copy("99.0.0", "00000000000b");
		writeFileSync(path.join(copy("99.0.1", "00000000000c"), "daemon.js"), "this is no (");
		// As the unit has it; what systemd makes of the unit is in serviceText.test.ts.
		const daemon = spawn(process.execPath, [script, "run", "--home", stage.home, "--newest"], {
			env: { ...process.env, ...env() },
			stdio: ["ignore", "ignore", "pipe"],
		});
		let said = "";
		daemon.stderr.on("data", (chunk) => {
			said += String(chunk);
		});
		const ended = once(daemon, "exit");
		try {
			while (readDaemonFile(stage.home)?.pid !== daemon.pid) {
				assert.equal(daemon.exitCode, null, said);
				await sleep(20);
			}
			assert.equal(json("daemon", "status").version, "99.0.0");
			assert.match(said, /99\.0\.1-00000000000c.*cannot be run/);
		} finally {
			daemon.kill("SIGTERM");
			await ended;
		}
	});

	it("says in one sentence why not, and leaves nothing half written", () => {
		for (const refuses of ["show-environment", "enable"]) {
			systemctl(refuses);
			const { code, error } = stage.runWith({ env: env() }, "daemon", "install");
			assert.equal(code, 1);
			assert.match(error, /cannot be installed as a login service: .*Failed: .*Nothing was installed;/);
			assert.equal(error.trim().split("\n").length, 1);
			assert.deepEqual(existsSync(units()) ? readdirSync(units()) : [], []);
			assert.equal(existsSync(path.join(stage.home, "bin", ".service")), false);
		}
	});

	it("says so, too, where there is no systemd", () => {
		const none = { ...env(), PATH: path.join(folder, "bin") };
		const { code, error } = stage.runWith({ env: none }, "daemon", "install");
		assert.equal(code, 1);
		assert.match(error, /systemctl is not there/);
	});
});
