import type { ConfigState } from "../../protocol/config.ts";
import type { Env } from "../platform/ports.ts";
import { createKeyChain } from "../secrets/providerKeys.ts";
import { type Config, loadConfig } from "./config.ts";
import { configStamp } from "./readConfigFile.ts";

/**
 * The settings in force, which follow config.jsonc while the daemon runs. A file that blocks does not take the place of
 * settings that were read whole before: what limits goals never falls back to the defaults because of a comma. Where
 * none were, what could be read is in force, and nothing is launched.
 */
export interface LiveConfig extends Config {
	state(): ConfigState;
	/** Looks at the file now; it is looked at every second anyway. */
	refresh(): void;
	/** Called after the file was read again, with whether other settings are in force. */
	onChange(listener: (isOther: boolean) => void): () => void;
	close(): void;
}

const lookEveryMs = 1000;

export function openConfig(folder: string, env: Env, now: () => number): LiveConfig {
	const keys = createKeyChain(env, []);
	const listeners = new Set<(isOther: boolean) => void>();
	let latest = loadConfig(folder, env, keys);
	let inForce = latest;
	let readAt = now();
	let stamp = configStamp(latest.file);
	const timer = setInterval(refresh, lookEveryMs);
	timer.unref();

	function refresh(): void {
		const next = configStamp(latest.file);
		if (next === undefined || next === stamp) return;
		stamp = next;
		latest = loadConfig(folder, env, keys);
		const isOther = !isBlocked(latest) || isBlocked(inForce);
		if (isOther) {
			inForce = latest;
			readAt = now();
		}
		for (const listener of [...listeners]) listener(isOther);
	}

	return {
		folder,
		file: latest.file,
		known: latest.known,
		keys,
		get providers() {
			return inForce.providers;
		},
		get acpAgents() {
			return inForce.acpAgents;
		},
		get configured() {
			return inForce.configured;
		},
		get discovery() {
			return inForce.discovery;
		},
		get fetch() {
			return inForce.fetch;
		},
		get approvals() {
			return inForce.approvals;
		},
		get agent() {
			return inForce.agent;
		},
		get isAgentSaved() {
			return inForce.isAgentSaved;
		},
		get roster() {
			return inForce.roster;
		},
		get limits() {
			return inForce.limits;
		},
		get proposedServers() {
			return inForce.proposedServers;
		},
		get sandbox() {
			return inForce.sandbox;
		},
		get mcpServers() {
			return inForce.mcpServers;
		},
		get policy() {
			return inForce.policy;
		},
		/** Of the file as it is now. */
		get problems() {
			return latest.problems;
		},
		state() {
			const keptFrom = latest === inForce ? undefined : new Date(readAt).toISOString();
			return { path: latest.file, problems: [...latest.problems], keptFrom };
		},
		refresh,
		onChange(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		close: () => clearInterval(timer),
	};
}

function isBlocked({ problems }: Config): boolean {
	return problems.some(({ blocks }) => blocks);
}
