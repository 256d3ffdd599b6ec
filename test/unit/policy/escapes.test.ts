import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { commandEnvironment } from "../../../src/daemon/commands/commandEnvironment.ts";
import { openCommands } from "../../../src/daemon/commands/commands.ts";
import type { SandboxSettings } from "../../../src/daemon/policy/sandbox/sandbox.ts";

import { openWalls, runs, skipWithoutSandbox } from "../commands/workbench.ts";

/** Not in a folder for temporary files: those are empty inside anyway. */
const output = fileURLToPath(new URL("../../output/", import.meta.url));

describe("nothing gets out of a sandbox", function () {
	this.timeout(60_000);
	let yard: Yard;
	before(async function () {
		await skipWithoutSandbox(this);
		yard = openYard();
	});
	after(() => yard?.remove());

	const writes: readonly (readonly [how: string, command: string])[] = [
		["by its path", "echo x > $OUTSIDE/kept; echo x > $OUTSIDE/new"],
		["by a way up", "echo x > ../outside/kept; rm -rf ../outside"],
		[
			"into the home folder",
			"echo x >> ~/.bashrc; mkdir -p ~/.config/autostart; echo x > ~/.config/autostart/x.desktop",
		],
		["through a symbolic link", "ln -s $OUTSIDE out; echo x > out/kept; echo x > out/new; rm out"],
		["through a hard link", "ln $OUTSIDE/kept hard && echo x > hard; rm -f hard"],
		["by renaming", "mv $OUTSIDE/kept .; mv $OUTSIDE $OUTSIDE.old"],
		["by its rights", "chmod 777 $OUTSIDE/kept; touch $OUTSIDE/kept; chown 1:1 $OUTSIDE/kept"],
		[
			"by mounting it anew",
			"mount -o remount,rw / ; mount --bind $OUTSIDE . ; umount -l $OUTSIDE; echo x > $OUTSIDE/new",
		],
		[
			"in a user namespace of its own",
			"unshare -Urm sh -c 'mount -o remount,rw,bind / ; mount -o remount,rw /; echo x > $OUTSIDE/new; mount --bind $OUTSIDE /mnt && echo x > /mnt/new'",
		],
		["through the root of another process", "for p in /proc/[0-9]*; do echo x > $p/root$OUTSIDE/new; done"],
		["through the folder of another process", "for p in /proc/[0-9]*; do echo x > $p/cwd/../outside/new; done"],
		["through what is open elsewhere", "for f in /proc/[0-9]*/fd/*; do echo x > $f/../../outside/new; done"],
		["by a new root", "chroot / sh -c 'echo x > $OUTSIDE/new'"],
		["by a device", "mknod disk b 8 0; ls /dev | grep -E '^(sd|vd|nvme|kvm|mem|fuse)' && echo found > device"],
		["in the system", "echo x > /etc/mission-escape; echo x > /usr/bin/mission-escape; echo x > /mission-escape"],
	];
	for (const [how, command] of writes)
		it(`by writing outside the workspace ${how}`, async () => {
			await yard.run(command);
			assert.deepEqual(yard.state(), yard.stateAtFirst);
			for (const place of ["/etc/mission-escape", "/usr/bin/mission-escape", "/mission-escape"])
				assert.ok(!existsSync(place), place);
			assert.ok(!existsSync(path.join(yard.workspace, "device")));
		});

	const reads: readonly (readonly [what: string, command: string])[] = [
		["a key of the person", "cat ~/.ssh/id_ed25519"],
		["a token of a registry", "cat ~/.npmrc"],
		["what a cloud gave", "cat ~/.aws/credentials"],
		["the token of the daemon", "cat $DATA/daemon.json; cat $(dirname $DATA)/*/daemon.json"],
		["a key through another process", "cat /proc/[0-9]*/root$HOME/.ssh/id_ed25519"],
		["a key through a link", "ln -s ~/.ssh/id_ed25519 key; cat key; rm key"],
		[
			"a key under what hides it",
			"umount ~/.ssh; unshare -Urm sh -c 'umount -l ~/.ssh; cat ~/.ssh/id_ed25519'; cat ~/.ssh/id_ed25519",
		],
		["the environment of other processes", "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep MISSION_TEST_SECRET"],
		["what another command left in the temporary folder", "cat /tmp/mission-escape-temp /var/tmp/mission-escape-temp"],
	];
	for (const [what, command] of reads)
		it(`to see ${what}`, async () => {
			const { text } = await yard.run(command);
			assert.ok(!text.includes("very-secret"), text);
		});

	it("but what a person lets be seen, and may be written beside", async () => {
		const { text } = await yard.run("cat ~/.npmrc; cat ~/.ssh/id_ed25519; echo x > ~/cache/new; cat ~/cache/new", {
			settings: { readable: ["~/.npmrc"], writable: ["~/cache"] },
		});
		assert.equal(text.match(/very-secret/g)?.length, 1, text);
		assert.equal(readFileSync(path.join(yard.home, "cache/new"), "utf8"), "x\n");
	});

	const gits: readonly (readonly [how: string, command: string])[] = [
		[
			"in a hook",
			"echo evil > .git/hooks/pre-commit; rm -rf .git/hooks; mkdir -p .git/hooks; echo evil > .git/hooks/post-checkout",
		],
		[
			"in its configuration",
			"git config core.fsmonitor evil; echo evil >> .git/config; rm -f .git/config; echo evil > .git/config",
		],
		["by putting its folder aside", "mv .git .git2 && mkdir .git && echo evil > .git/config"],
		[
			"in a submodule",
			"echo evil >> .git/modules/sub/config; git -C sub config core.fsmonitor evil; echo evil > .git/modules/sub/hooks/x",
		],
		[
			"by putting a submodule aside",
			"mv sub sub2; mv .git/modules/sub .git/modules/sub2; mv .git/modules .git/modules2",
		],
		[
			"by pointing a submodule elsewhere",
			"echo 'gitdir: ../evil' > sub/.git; rm -f sub/.git; echo 'gitdir: ../evil' > sub/.git",
		],
		[
			"in a linked worktree",
			"echo ../evil > .git/worktrees/tree/commondir; mv .git/worktrees/tree .git/worktrees/other",
		],
	];
	for (const [how, command] of gits)
		it(`to change what git runs ${how}`, async () => {
			const before = yard.git();
			await yard.run(`mkdir -p evil; ${command}`);
			assert.deepEqual(yard.git(), before);
		});

	it("and git still commits inside, also in a worktree whose repository lies elsewhere", async () => {
		const here = await yard.run(
			"git add -A && git -c user.name=a -c user.email=a@b commit -qm inside && git log --format=%s -1",
		);
		assert.match(here.text, /inside/);
		const workspace = yard.worktree;
		const commit =
			"echo x > new; git add -A && git -c user.name=a -c user.email=a@b commit -qm linked; git log --format=%s -1";
		const there = await yard.run(`${commit}; echo evil >> ../repo/.git/config; git config core.fsmonitor evil`, {
			workspace,
		});
		assert.match(there.text, /linked/);
		assert.doesNotMatch(readFileSync(path.join(yard.base, "repo/.git/config"), "utf8"), /evil/);
	});

	it("to change what git runs by wrecking the repository first", async () => {
		const before = yard.git();
		await yard.run("rm -rf .git sub");
		await yard.run(
			"echo evil >> .git/config; echo evil >> .git/modules/sub/config; mv .git/modules/sub .git/modules/x",
		);
		assert.deepEqual(yard.git(), before);
	});

	it("to change what git runs by another place of its configuration, from the next command on", async () => {
		await yard.run("printf evil > .git/com*mondir; printf ../evil > .git/$(echo commondir)");
		await yard.run("true");
		assert.ok(!existsSync(path.join(yard.workspace, ".git/commondir")));
	});

	it("by a .git that an agent wrote to be given a folder of its choice", async () => {
		const workspace = path.join(yard.base, "crafted");
		mkdirSync(workspace);
		writeFileSync(path.join(workspace, ".git"), `gitdir: ${path.join(yard.base, "outside")}\n`);
		await yard.run("echo x > $OUTSIDE/new", { workspace });
		assert.deepEqual(yard.state(), yard.stateAtFirst);
	});

	it("to the port of the daemon, nor to any other", async () => {
		const server = await listen({ port: 0, host: "127.0.0.1" });
		const { port } = server.address() as { port: number };
		const knock = `(exec 3<>/dev/tcp/127.0.0.1/${port}) && echo connected`;
		try {
			assert.doesNotMatch((await yard.run(knock)).text, /connected/);
			assert.match((await yard.run(knock, { network: true })).text, /connected/);
		} finally {
			server.close();
		}
	});

	it("to a socket with a name, wherever it lies: docker, ssh-agent, X11, D-Bus", async () => {
		const places = [
			path.join(yard.home, "d.sock"),
			path.join(yard.base, "s.sock"),
			`/tmp/mission-x11-${process.pid}`,
			`/run/mission-bus-${process.pid}`,
		];
		const servers: Server[] = [];
		try {
			for (const place of places) {
				const server = await listen({ path: place }).catch(() => undefined);
				if (server) servers.push(server);
			}
			assert.ok(servers.length >= 3);
			for (const place of places)
				for (const network of [false, true])
					assert.doesNotMatch((await yard.run(knockAt(place), { network })).text, /connected/, place);
		} finally {
			for (const server of servers) server.close();
		}
	});

	it("to an abstract socket, without the network", async () => {
		const server = await listen({ path: `\0mission-${process.pid}` });
		try {
			assert.doesNotMatch((await yard.run(knockAt(`\\0mission-${process.pid}`))).text, /connected/);
		} finally {
			server.close();
		}
	});

	it("by a variable that leads to somebody outside", async () => {
		const { text } = await yard.run("env", {
			env: {
				SSH_AUTH_SOCK: "/very-secret",
				DISPLAY: ":77",
				DBUS_SESSION_BUS_ADDRESS: "unix:very-secret",
				DOCKER_HOST: "unix:very-secret",
			},
		});
		assert.doesNotMatch(text, /very-secret|:77/);
		assert.match(text, /^TMPDIR=\/tmp$/m);
	});

	it("to another process, by a signal, a list or a debugger", async () => {
		const stranger = spawn("sleep", ["64.25"], { stdio: "ignore" });
		try {
			const { text } = await yard.run(
				`kill -9 ${stranger.pid}; pkill -9 -f 'sleep 64.2'; ps axo args; kill -9 -1 2>/dev/null; echo not reached`,
			);
			assert.doesNotMatch(text, /sleep 64\.25/);
			assert.ok(runs(stranger.pid!));
		} finally {
			stranger.kill("SIGKILL");
		}
	});

	it("to rights that the person has elsewhere: no capability, and no program that gives some", async () => {
		const { text } = await yard.run(
			"grep -E 'CapEff|CapPrm|CapAmb|NoNewPrivs' /proc/self/status; cp $(command -v id) own && chmod 4755 own; rm -f own",
		);
		assert.match(text, /CapEff:\s+0+\n/);
		assert.match(text, /CapPrm:\s+0+\n/);
		assert.match(text, /CapAmb:\s+0+\n/);
		assert.match(text, /NoNewPrivs:\s+1\n/);
	});

	it("by using up the memory, where a person sets a limit", async () => {
		const eat = `node -e 'const all = []; for (let i = 0; i < 64; i++) all.push(Buffer.alloc(16e6, 1)); console.log("ate it")'`;
		assert.match((await yard.run(eat)).text, /ate it/);
		assert.doesNotMatch((await yard.run(eat, { settings: { memoryMb: 600 } })).text, /ate it/);
	});

	it("around a folder that holds more than one project: there are none, and it is said", async () => {
		const { text } = await yard.run("echo ran", { workspace: yard.home });
		assert.match(text, /holds more than one project/);
		assert.doesNotMatch(text, /\nran/);
	});
});

/** There the sandbox has a folder of its own, and of a home in it nothing is left but what a person names. */
describe("of a home in a folder for temporary files, a sandbox", function () {
	this.timeout(60_000);
	let yard: Yard;
	before(async function () {
		await skipWithoutSandbox(this);
		yard = openYard(tmpdir());
		const write = (file: string) => writeFileSync(path.join(yard.home, file), `text of ${path.basename(file)}\n`);
		mkdirSync(path.join(yard.home, ".config/gh"), { recursive: true });
		for (const file of [".config/hub", ".config/gh/hosts.yml", ".config/tool.toml", ".plain", "cache/kept"])
			write(file);
		symlinkSync(".config", path.join(yard.home, ".config-too"));
		symlinkSync(".plain", path.join(yard.home, ".linked"));
	});
	after(() => yard?.remove());

	const places: readonly (readonly [
		what: string,
		settings: Partial<SandboxSettings>,
		command: string,
		shown: readonly string[],
	])[] = [
		["shows nothing else", {}, "cat ~/.plain ~/.config/tool.toml ~/cache/kept", []],
		["shows a file", { readable: ["~/.plain"] }, "cat ~/.plain", ["text of .plain"]],
		["hides what a link would lead to", { readable: ["~/.config-too"] }, "cat ~/.config-too/hub ~/.config/hub", []],
		["shows a file that is a link", { readable: ["~/.linked"] }, "cat ~/.linked", ["text of .plain"]],
		["shows a file that holds a secret", { readable: ["~/.config/hub"] }, "cat ~/.config/hub", ["text of hub"]],
		[
			"shows a folder, and in it only what holds no secret",
			{ readable: ["~/.config"] },
			"cat ~/.config/tool.toml ~/.config/hub ~/.config/gh/hosts.yml",
			["text of tool.toml"],
		],
		[
			"shows a folder that holds secrets",
			{ readable: ["~/.config/gh"] },
			"cat ~/.config/hub ~/.config/gh/hosts.yml",
			["text of hosts.yml"],
		],
		[
			"lets nothing be written that is only shown",
			{ readable: ["~/.plain", "~/.config"] },
			"echo x >> ~/.plain; echo x > ~/.config/new; rm -f ~/.plain; cat ~/.plain ~/.config/new",
			["text of .plain"],
		],
		[
			"lets a folder be written",
			{ writable: ["~/cache"] },
			"echo more >> ~/cache/kept; cat ~/cache/kept",
			["text of kept", "more"],
		],
		[
			"lets a folder be written that is also shown",
			{ writable: ["~/cache"], readable: ["~/cache", "~/cache/kept"] },
			"echo again >> ~/cache/kept; tail -n 1 ~/cache/kept",
			["again"],
		],
	];
	for (const [what, settings, command, shown] of places)
		it(what, async () => {
			const { text } = await yard.run(`(${command}) 2>/dev/null`, { settings });
			assert.deepEqual(text.trimEnd().split("\n").slice(1), shown);
		});

	it("lets nobody to a socket in what it shows or lets be written", async () => {
		const servers: Server[] = [];
		try {
			for (const folder of ["cache", ".config"]) {
				const place = path.join(yard.home, folder, "s.sock");
				servers.push(await listen({ path: place }));
				const settings = { writable: ["~/cache"], readable: ["~/.config"] };
				const { text } = await yard.run(`ls -d ${place}; ${knockAt(place)}`, { settings });
				assert.ok(text.includes(place), "the folder is there");
				assert.doesNotMatch(text, /connected/, place);
			}
		} finally {
			for (const server of servers) server.close();
		}
	});

	it("keeps the keys and the token of the daemon", async () => {
		const { text } = await yard.run("cat ~/.ssh/id_ed25519 ~/.npmrc ~/.aws/credentials $DATA/daemon.json", {
			settings: { readable: ["~"] },
		});
		assert.doesNotMatch(text, /very-secret/);
		assert.deepEqual(yard.state(), yard.stateAtFirst);
	});
});

interface Yard {
	readonly base: string;
	readonly home: string;
	readonly workspace: string;
	/** A linked worktree of a repository outside. */
	readonly worktree: string;
	readonly stateAtFirst: unknown;
	/** What lies outside the workspace. */
	state(): unknown;
	/** What git reads to know what it runs. */
	git(): unknown;
	run(command: string, more?: More): Promise<{ readonly text: string }>;
	remove(): void;
}

interface More {
	readonly network?: boolean;
	readonly settings?: Partial<SandboxSettings>;
	readonly workspace?: string;
	readonly env?: Readonly<Record<string, string>>;
}

function openYard(parent = output): Yard {
	mkdirSync(parent, { recursive: true });
	const base = realpathSync(mkdtempSync(path.join(parent, "escape-")));
	const [home, data, workspace, outside] = ["home", "data", "workspace", "outside"].map((name) =>
		path.join(base, name),
	);
	const write = (file: string, text: string) => {
		mkdirSync(path.dirname(file), { recursive: true });
		writeFileSync(file, text);
	};
	for (const file of [".ssh/id_ed25519", ".npmrc", ".aws/credentials"]) write(path.join(home!, file), "very-secret\n");
	write(path.join(home!, ".bashrc"), "# plain\n");
	mkdirSync(path.join(home!, "cache"));
	write(path.join(data!, "daemon.json"), "very-secret\n");
	write(path.join(outside!, "kept"), "kept\n");
	for (const file of temporary) write(file, "very-secret\n");
	const git = (folder: string, ...args: string[]) =>
		execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always", ...args], {
			cwd: folder,
			stdio: "ignore",
		});
	const repo = path.join(base, "repo");
	for (const folder of [workspace!, repo, path.join(base, "other")]) {
		mkdirSync(folder);
		git(folder, "init", "-q");
		git(folder, "commit", "-qm", "first", "--allow-empty");
	}
	git(workspace!, "submodule", "add", "-q", path.join(base, "other"), "sub");
	git(workspace!, "worktree", "add", "-q", path.join(base, "tree"));
	const worktree = path.join(base, "linked");
	git(repo, "worktree", "add", "-q", worktree);
	const texts = (folder: string, files: readonly string[]) =>
		files.map((file) => [file, existsSync(path.join(folder, file)) && readFileSync(path.join(folder, file), "utf8")]);
	const state = () => ({
		outside: texts(outside!, ["kept", "new"]),
		home: texts(home!, [".bashrc", ".config/autostart/x.desktop"]),
	});
	let count = 0;
	process.env.MISSION_TEST_SECRET = "very-secret";
	return {
		base,
		home: home!,
		workspace: workspace!,
		worktree,
		stateAtFirst: state(),
		state,
		git: () => [
			...texts(workspace!, [".git/config", ".git/hooks/pre-commit", ".git/hooks/post-checkout", "sub/.git"]),
			...texts(workspace!, [".git/modules/sub/config", ".git/modules/sub/hooks/x", ".git/worktrees/tree/commondir"]),
		],
		async run(command, { network = false, settings, workspace: folder = workspace!, env } = {}) {
			const sandbox = openWalls(data!, settings, home);
			const outcome = await openCommands({ folder: path.join(data!, "commands"), sandbox }).run({
				id: `escape-${count++}`,
				command: `echo begun inside; ${command}`,
				cwd: folder,
				env: { ...commandEnvironment(process.env), HOME: home!, OUTSIDE: outside!, DATA: data!, ...env },
				timeoutMs: 20_000,
				maxBytes: 1_000_000,
				sandbox: { workspace: folder, network },
			});
			if (outcome.kind === "notStarted") return { text: outcome.reason };
			assert.equal(outcome.kind, "exited");
			const text = outcome.kind === "exited" ? outcome.output.head : "";
			// Or it would be no wonder that nothing got out.
			assert.match(text, /^begun inside\n/);
			return { text };
		},
		remove() {
			delete process.env.MISSION_TEST_SECRET;
			for (const file of [base, ...temporary]) rmSync(file, { recursive: true, force: true });
		},
	};
}

const temporary = ["/tmp/mission-escape-temp", "/var/tmp/mission-escape-temp"];

function listen(at: { readonly port: number; readonly host: string } | { readonly path: string }): Promise<Server> {
	return new Promise((resolve, reject) => {
		const server = createServer((socket) => socket.end());
		server.once("error", reject);
		server.listen(at, () => resolve(server));
	});
}

/** With Node, which knows abstract names. */
function knockAt(place: string): string {
	return `node -e 'require("net").connect("${place}").on("connect", () => { console.log("connected"); process.exit() }).on("error", (e) => console.log(e.code))'`;
}
