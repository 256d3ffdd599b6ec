import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { identify } from "../../commands/processIdentity.ts";
import { crashPoint } from "../../platform/crashPoint.ts";
import { syncFolder } from "../../platform/durableFolder.ts";
import { mark, type RelayOrder } from "./agentSpool.ts";

/** What a relay itself needs of its environment: nothing that opens a door. */
const ownVariables = ["PATH", "LD_LIBRARY_PATH", "SystemRoot", "windir", "TEMP", "TMP"];

/**
 * Makes the spool at `path` and starts a relay in it. False when the spool is there already. Rejects when the system
 * starts no process; then nothing ever will begin in this spool.
 *
 * The relay has everything it needs when this resolves, and until then it dies with us without having begun.
 */
export async function startRelay(path: string, relayFile: string, order: RelayOrder): Promise<boolean> {
	try {
		mkdirSync(path, { mode: 0o700 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
	for (const name of ["in", "out", "read"]) mark(path, name);
	// After a power cut a spool that is missing means that the program never ran.
	syncFolder(join(path, ".."));
	crashPoint("relay.made");
	const child = spawn(process.execPath, [relayFile], {
		cwd: path,
		env: { ...ownEnvironment(), ELECTRON_RUN_AS_NODE: "1" },
		detached: true,
		windowsHide: true,
		stdio: ["pipe", "ignore", "ignore"],
	});
	await spawned(child);
	mark(path, `relay.${child.pid}.${identify(child.pid!).start}`);
	crashPoint("relay.waiting");
	await handOver(child, order);
	crashPoint("relay.told");
	child.unref();
	return true;
}

function ownEnvironment(): NodeJS.ProcessEnv {
	return Object.fromEntries(ownVariables.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function spawned(child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		child.once("spawn", resolve);
		child.once("error", reject);
	});
}

/** A relay that has died instead is found to run no more. */
function handOver({ stdin }: ChildProcess, order: RelayOrder): Promise<void> {
	return new Promise((resolve) => {
		stdin!.once("error", () => resolve());
		stdin!.end(`${JSON.stringify(order)}\n`, () => resolve());
	});
}
