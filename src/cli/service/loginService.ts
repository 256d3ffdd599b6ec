import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { homeFolder } from "../../client/home.ts";
import { Failure } from "../terminal/failure.ts";
import { launchdPlist, type Service, scheduledTask, systemdUnit } from "./serviceText.ts";

/**
 * The login service of one data folder, as this machine keeps such things. Installing is all or nothing: what the
 * machine's own tool does not take is taken away again, and one sentence says why.
 */
export interface LoginService {
	/** The file or the task, for people. */
	readonly place: string;
	isInstalled(): boolean;
	/** Resolves with what else the person should know. */
	install(): string | undefined;
	/** False when there was none. */
	uninstall(): boolean;
}

export type ServiceSource = Pick<Service, "program" | "script" | "home">;

export function loginService(source: ServiceSource, env: NodeJS.ProcessEnv): LoginService {
	const service: Service = { ...source, name: serviceName(source.home), searchPath: env.PATH };
	switch (process.platform) {
		case "linux":
			return onLinux(service, env);
		case "darwin":
			return onMac(service, env);
		case "win32":
			return onWindows(service, env);
		default:
			throw cannot(`no login service is known for ${process.platform}`);
	}
}

/** Each data folder has a service of its own. */
function serviceName(home: string): string {
	if (home === homeFolder({})) return "mission-control";
	return `mission-control-${createHash("sha256").update(home).digest("hex").slice(0, 8)}`;
}

function onLinux(service: Service, env: NodeJS.ProcessEnv): LoginService {
	const folder = path.join(env.XDG_CONFIG_HOME || path.join(env.HOME || os.homedir(), ".config"), "systemd", "user");
	const unit = `${service.name}.service`;
	const file = path.join(folder, unit);
	const systemctl = (...args: string[]) => run("systemctl", ["--user", ...args], env);
	return {
		place: file,
		isInstalled: () => existsSync(file),
		install() {
			const session = systemctl("show-environment");
			if (session !== undefined) throw cannot(`there is no systemd user session here (${session})`);
			writeOrUndo(file, systemdUnit(service), () => systemctl("daemon-reload") ?? systemctl("enable", unit));
			const lingers = existsSync(`/var/lib/systemd/linger/${env.USER || os.userInfo().username}`);
			return lingers ? undefined : "`loginctl enable-linger` starts it after a reboot even before you log in.";
		},
		uninstall() {
			if (!existsSync(file)) return false;
			const failure = systemctl("disable", unit);
			rmSync(file, { force: true });
			// Without a session nothing is loaded that would have to be forgotten.
			if (failure === undefined) systemctl("daemon-reload");
			return true;
		},
	};
}

function onMac(service: Service, env: NodeJS.ProcessEnv): LoginService {
	const file = path.join(env.HOME || os.homedir(), "Library", "LaunchAgents", `${service.name}.plist`);
	const domain = `gui/${os.userInfo().uid}`;
	const launchctl = (...args: string[]) => run("launchctl", args, env);
	return {
		place: file,
		isInstalled: () => existsSync(file),
		install() {
			launchctl("bootout", `${domain}/${service.name}`);
			writeOrUndo(file, launchdPlist(service), () => launchctl("bootstrap", domain, file));
			return undefined;
		},
		uninstall() {
			if (!existsSync(file)) return false;
			// The job only: whatever daemon runs now goes on until it is stopped.
			launchctl("bootout", `${domain}/${service.name}`);
			rmSync(file, { force: true });
			return true;
		},
	};
}

function onWindows(service: Service, env: NodeJS.ProcessEnv): LoginService {
	const { name, home } = service;
	const schtasks = (...args: string[]) => run("schtasks", args, env);
	const isInstalled = () => schtasks("/Query", "/TN", name) === undefined;
	return {
		place: `the scheduled task ${name}`,
		isInstalled,
		install() {
			const user = env.USERDOMAIN ? `${env.USERDOMAIN}\\${os.userInfo().username}` : os.userInfo().username;
			const file = path.join(home, `${name}.xml`);
			try {
				writeFileSync(file, `\uFEFF${scheduledTask(service, user)}`, { encoding: "utf16le", mode: 0o600 });
				const failure = schtasks("/Create", "/TN", name, "/XML", file, "/F");
				if (failure !== undefined) throw cannot(`the task scheduler refused it (${failure})`);
			} finally {
				rmSync(file, { force: true });
			}
			return undefined;
		},
		uninstall() {
			if (!isInstalled()) return false;
			const failure = schtasks("/Delete", "/TN", name, "/F");
			if (failure !== undefined)
				throw new Failure("serviceFailed", `The scheduled task ${name} could not be deleted: ${failure}.`);
			return true;
		},
	};
}

/** Puts the file in its place and has it taken over; if that fails, everything is as it was. */
function writeOrUndo(file: string, text: string, takeOver: () => string | undefined): void {
	const before = existsSync(file) ? readFileSync(file) : undefined;
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(`${file}.new`, text, { mode: 0o600 });
	renameSync(`${file}.new`, file);
	const failure = takeOver();
	if (failure === undefined) return;
	if (before) writeFileSync(file, before);
	else rmSync(file, { force: true });
	throw cannot(`it was refused (${failure})`);
}

/** Undefined when it went well, else why not, in a few words. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
	const { status, error, stderr } = spawnSync(program, args, {
		env,
		encoding: "utf8",
		timeout: 30_000,
		windowsHide: true,
	});
	if (status === 0) return undefined;
	if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return `${program} is not there`;
	const said = stderr?.trim().split("\n").at(-1)?.trim().replace(/\.$/, "");
	return said || error?.message || `${program} ended with code ${status}`;
}

function cannot(why: string): Failure {
	return new Failure(
		"noService",
		`The daemon cannot be installed as a login service: ${why}. Nothing was installed; start \`mission daemon run\` by your own means.`,
	);
}
