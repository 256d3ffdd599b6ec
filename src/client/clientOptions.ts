import type { Actor } from "../core/values.ts";
import type { ModelOffer } from "./offeredModels.ts";

/** Whose daemon a client talks to, and when it starts one. */
export interface ClientOptions {
	readonly home: string;
	readonly actor: Actor;
	/** The built daemon, `dist/daemon.js`. */
	readonly daemonScript: string;
	/** Added to the environment of a daemon that this client starts. */
	readonly env?: Readonly<Record<string, string>>;
	/**
	 * When a daemon is started. `always`: at once. `whenWorkWaits`: when goals are kept in the folder, or a request is
	 * made. With both: when the daemon was cut off, but not after it was stopped, until a request needs it.
	 */
	readonly start: "always" | "whenWorkWaits" | "never";
	/** Models that this client has for the daemon. */
	readonly models?: ModelOffer;
	log(level: "error" | "warn" | "info" | "debug", text: string): void;
}
