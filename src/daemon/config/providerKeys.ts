import { exec } from "node:child_process";
import type { Provider } from "./configSchema.ts";
import type { Env } from "./loadConfig.ts";

/**
 * Keys live here and on the wire to their provider, nowhere else: no sentence, log or event holds one. `Key` keeps its
 * value from being printed by accident.
 */
export type KeyResult =
	| { readonly kind: "key"; readonly key: Key }
	/** The provider asks for none. */
	| { readonly kind: "none" }
	| { readonly kind: "missing"; readonly reason: string };

export class Key {
	readonly #value: string;
	constructor(value: string) {
		this.#value = value;
	}
	/** For the Authorization header. */
	reveal(): string {
		return this.#value;
	}
	/** The text without the key in it. */
	redact(text: string): string {
		return text.replaceAll(this.#value, "…");
	}
	toJSON(): string {
		return "…";
	}
}

export interface KeyChain {
	resolveKey(provider: Provider): Promise<KeyResult>;
	/** The provider refused the key: a command is asked again next time. */
	forget(providerId: string): void;
}

/** A key command may ask a password manager, which may be locked: it is given this long. */
const commandTimeoutMs = 15_000;

export function createKeyChain(env: Env): KeyChain {
	const printed = new Map<string, Promise<KeyResult>>();
	return {
		async resolveKey(provider) {
			const named = provider.apiKeyEnv === undefined ? undefined : env[provider.apiKeyEnv]?.trim();
			if (named) return { kind: "key", key: new Key(named) };
			if (provider.apiKeyCommand === undefined) return missingOrNone(provider);
			const known = printed.get(provider.id) ?? askCommand(provider, env);
			printed.set(provider.id, known);
			const result = await known;
			if (result.kind !== "key") printed.delete(provider.id);
			return result;
		},
		forget(providerId) {
			printed.delete(providerId);
		},
	};
}

function missingOrNone({ id, apiKeyEnv }: Provider): KeyResult {
	if (apiKeyEnv === undefined) return { kind: "none" };
	return {
		kind: "missing",
		reason: `Provider “${id}” needs a key: set ${apiKeyEnv} in the environment and restart the daemon (mission daemon restart).`,
	};
}

function askCommand({ id, apiKeyCommand }: Provider, env: Env): Promise<KeyResult> {
	return new Promise((resolve) => {
		const missing = (why: string) =>
			resolve({
				kind: "missing",
				reason: `The command for the key of provider “${id}” ${why}: run it in a terminal to see what it needs (apiKeyCommand in config.jsonc).`,
			});
		const child = exec(
			apiKeyCommand!,
			{ env: { ...env }, maxBuffer: 64 * 1024, windowsHide: true },
			(error, stdout) => {
				clearTimeout(timer);
				const value = stdout.trim();
				if (error) missing(`failed with exit code ${error.code ?? "unknown"}`);
				else if (!value || /\s/.test(value)) missing("printed no key");
				else resolve({ kind: "key", key: new Key(value) });
			},
		);
		// What the command started may hold its output open for longer, so nothing waits for that.
		const timer = setTimeout(() => {
			child.kill("SIGKILL");
			missing(`did not end within ${commandTimeoutMs / 1000} seconds`);
		}, commandTimeoutMs);
		child.stdin?.end();
	});
}
