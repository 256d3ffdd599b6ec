import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal, Refusal } from "../core/refusal.ts";
import { eitherWay, ways } from "../core/ways.ts";
import { oldestProtocol } from "../protocol/methods.ts";
import { isNewer } from "../protocol/version.ts";
import type { ClientOptions } from "./clientOptions.ts";
import type { Connection } from "./connection.ts";
import { copyOfDaemon, versionOfDaemon } from "./daemonCopy.ts";
import { processLives } from "./daemonFile.ts";

/** How long a daemon that makes way may take until its process is gone. */
const goneTimeoutMs = 30_000;

/**
 * Whether the daemon made way for ours, because ours is newer: then ours is to be started. Its copy is made first, so that
 * whoever starts a daemon in the moment between, of whatever version, starts this one.
 */
export async function handsOver(
	{ hello, request, close }: Connection,
	{ home, daemonScript, log }: Pick<ClientOptions, "home" | "daemonScript" | "log">,
): Promise<boolean> {
	const version = await versionOfDaemon(daemonScript);
	if (!isNewer(version, hello.version)) return stays(hello.protocol, version);
	try {
		await copyOfDaemon(home, daemonScript);
		await request("daemon/handOver", { version }).catch((cause) => {
			// One that has never heard of it can be told to stop, which leaves turns to be asked again.
			if (isRefusal(cause) && cause.code === "unknownMethod") return request("daemon/stop", { now: false });
			throw cause;
		});
	} catch (cause) {
		// Another newer client may have asked, too: then the connection closes.
		if (!(isRefusal(cause) && cause.code === "closed")) {
			const why = cause instanceof Error ? cause.message : String(cause);
			log("warn", `The daemon, version ${hello.version}, did not make way for version ${version}: ${why}`);
			return stays(hello.protocol, version);
		}
	}
	close();
	log("info", `The daemon, version ${hello.version}, made way for version ${version}.`);
	const deadline = performance.now() + goneTimeoutMs;
	while (processLives(hello.pid) && performance.now() < deadline) await sleep(10);
	return true;
}

/** It can be talked to as it is, or not at all. */
function stays(protocol: number, version: string): false {
	if (protocol >= oldestProtocol) return false;
	throw new Refusal(
		"protocol",
		`The daemon speaks version ${protocol} of the protocol, which version ${version} of Mission Control no longer does. End it with ${eitherWay(ways.stopDaemon)}, then try again.`,
	);
}
