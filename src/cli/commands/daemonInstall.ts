import { copyOfDaemon, keepCopy, keptCopy, letGoOfCopy } from "../../client/daemonCopy.ts";
import { makeHome } from "../../client/home.ts";
import type { Context } from "../input/context.ts";
import { type LoginService, loginService } from "../service/loginService.ts";

/** Goals go on after a reboot without anything being opened: the daemon begins when its person logs in. */
export async function install(context: Context): Promise<void> {
	const { home } = context;
	makeHome(home);
	const script = await copyOfDaemon(home, context.daemonScript);
	const before = keptCopy(home);
	// First, so that no moment has a service whose files may go.
	keepCopy(home, script);
	const service = loginService({ program: process.execPath, script, home }, context.env);
	let note: string | undefined;
	try {
		note = service.install();
	} catch (cause) {
		if (before) keepCopy(home, before);
		else letGoOfCopy(home);
		throw cause;
	}
	const { place } = service;
	context.output.result(
		{ installed: true, place, script },
		[
			`The daemon begins when you log in (${place}). One that runs now stays.`,
			"It does not see your shell's environment: a key that is in a variable there is better named by `apiKeyCommand` in config.jsonc.",
			...(note ? [note] : []),
		].join("\n"),
	);
}

export async function uninstall(context: Context): Promise<void> {
	const service = installedService(context);
	const uninstalled = service.uninstall();
	letGoOfCopy(context.home);
	context.output.result(
		{ uninstalled },
		uninstalled
			? "The daemon no longer begins when you log in. One that runs now stays."
			: `No login service is installed for ${context.home}.`,
	);
}

/** What `status` says: nothing where the platform has no such thing. */
export function serviceStatus(context: Context): { readonly installed: boolean; readonly place?: string } {
	try {
		const service = installedService(context);
		return service.isInstalled() ? { installed: true, place: service.place } : { installed: false };
	} catch {
		return { installed: false };
	}
}

function installedService({ home, daemonScript, env }: Context): LoginService {
	return loginService({ program: process.execPath, script: keptCopy(home) ?? daemonScript, home }, env);
}
