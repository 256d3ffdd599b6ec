import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { makeHome } from "../../client/home.ts";
import type { Context } from "../input/context.ts";
import { Failure } from "../terminal/failure.ts";

/**
 * Becomes the daemon, in this process: signals, exit code and output are its own, as a login service or a container
 * wants it. It runs from where it was built, not from a copy: whoever runs it so decides when it is replaced.
 */
export async function run({ daemonScript, home, env }: Context): Promise<never> {
	if (!existsSync(daemonScript))
		throw new Failure("notBuilt", `${daemonScript} is not there: build the project first.`);
	makeHome(home);
	env.MISSION_HOME = home;
	process.argv = [process.execPath, daemonScript, "run", "--home", home];
	createRequire(daemonScript)(daemonScript);
	// The daemon ends the process itself.
	return new Promise(() => undefined);
}
