import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
	launchdPlist,
	type Service,
	scheduledTask,
	systemdUnit,
	windowsWord,
} from "../../../src/cli/service/serviceText.ts";

const plain: Service = {
	name: "mission-control",
	program: "/usr/bin/node",
	script: "/data/bin/1.2.3-abc/daemon.js",
	home: "/data",
	searchPath: "/usr/local/bin:/usr/bin",
};

/** Everything that any of the three formats takes for something else. */
const odd: Service = {
	...plain,
	script: `/my "own" data/100% $HOME\\x/bin/1-a/daemon.js`,
	home: `/my "own" data/100% $HOME\\x`,
	searchPath: "/a b:/<c>&d",
};

describe("a login service", () => {
	it("is a systemd user unit on Linux", () => {
		assert.equal(
			systemdUnit(plain),
			`[Unit]
Description=Mission Control: the daemon that runs the goals of /data
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
ExecStart="/usr/bin/node" "/data/bin/1.2.3-abc/daemon.js" "run" "--home" "/data" "--newest"
Environment="MISSION_HOME=/data" "ELECTRON_RUN_AS_NODE=1" "PATH=/usr/local/bin:/usr/bin"
KillMode=process
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
`,
		);
	});

	it("is a launchd agent on macOS", () => {
		assert.equal(
			launchdPlist(plain),
			`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>mission-control</string>
	<key>ProgramArguments</key>
	<array>
		<string>/usr/bin/node</string>
		<string>/data/bin/1.2.3-abc/daemon.js</string>
		<string>run</string>
		<string>--home</string>
		<string>/data</string>
		<string>--newest</string>
	</array>
	<key>EnvironmentVariables</key>
	<dict>
		<key>MISSION_HOME</key>
		<string>/data</string>
		<key>ELECTRON_RUN_AS_NODE</key>
		<string>1</string>
		<key>PATH</key>
		<string>/usr/local/bin:/usr/bin</string>
	</dict>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>ThrottleInterval</key>
	<integer>10</integer>
	<key>AbandonProcessGroup</key>
	<true/>
	<key>StandardErrorPath</key>
	<string>/data/daemon-start.log</string>
</dict>
</plist>
`,
		);
	});

	it("is a task of the scheduler on Windows, at the person's own logon and with their own rights", () => {
		const windows = {
			...plain,
			program: "C:\\Program Files\\nodejs\\node.exe",
			script: "C:\\Data & more\\bin\\1-a\\daemon.js",
			home: "C:\\Data & more",
		};
		const task = scheduledTask(windows, "DESK\\ann");
		assert.ok(task.split("\n").every((line, at, all) => line.endsWith("\r") || at === all.length - 1));
		assert.match(task, /<LogonTrigger>\s+<Enabled>true<\/Enabled>\s+<UserId>DESK\\ann<\/UserId>/);
		assert.match(task, /<RunLevel>LeastPrivilege<\/RunLevel>/);
		assert.match(task, /<RestartOnFailure>\s+<Interval>PT1M<\/Interval>\s+<Count>10<\/Count>/);
		assert.ok(task.includes("<Command>C:\\Program Files\\nodejs\\node.exe</Command>"));
		assert.ok(
			task.includes(
				"<Arguments>&quot;C:\\Data &amp; more\\bin\\1-a\\daemon.js&quot; run --home &quot;C:\\Data &amp; more&quot; --newest</Arguments>",
			),
		);
	});

	it("keeps spaces, quotes, percent signs, dollars and backslashes of a path as they are", () => {
		const unit = systemdUnit(odd);
		const script = String.raw`"/my \"own\" data/100%% $$HOME\\x/bin/1-a/daemon.js"`;
		const home = String.raw`"/my \"own\" data/100%% $$HOME\\x"`;
		assert.ok(unit.includes(`ExecStart="/usr/bin/node" ${script} "run" "--home" ${home} "--newest"\n`), unit);
		// In an assignment a dollar is only a dollar.
		assert.ok(unit.includes(String.raw`Environment="MISSION_HOME=/my \"own\" data/100%% $HOME\\x"`), unit);
		const plist = launchdPlist(odd);
		assert.ok(plist.includes("<string>/my &quot;own&quot; data/100% $HOME\\x</string>"), plist);
		assert.ok(plist.includes("<string>/a b:/&lt;c&gt;&amp;d</string>"), plist);
		assert.equal(windowsWord('C:\\a "b"\\'), '"C:\\a \\"b\\"\\\\"');
	});

	it("is taken by systemd itself, where it is there to say so", function () {
		if (spawnSync("systemd-analyze", ["--version"]).status !== 0) return;
		this.timeout(60_000);
		const folder = mkdtempSync(path.join(os.tmpdir(), 'mission "unit" 100% '));
		try {
			for (const [name, service] of Object.entries({ plain, odd })) {
				const file = path.join(folder, `${name}.service`);
				writeFileSync(file, systemdUnit({ ...service, program: process.execPath, home: folder }));
				const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--user", "--man=no", file], {
					encoding: "utf8",
					env: { ...process.env, XDG_RUNTIME_DIR: folder },
				});
				assert.equal(status, 0, stdout + stderr);
				assert.doesNotMatch(stderr, new RegExp(`${name}\\.service`), stderr);
			}
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
