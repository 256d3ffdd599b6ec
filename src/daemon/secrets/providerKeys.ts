import { exec } from "node:child_process";
import { eitherWay, ways } from "../../core/ways.ts";
import type { Env } from "../platform/ports.ts";
import type { Provider } from "../providers/provider.ts";
import { redactValues } from "./redactValues.ts";

/**
 * Keys live here and on the wire to their provider, nowhere else: no sentence, log or event holds one. A `Key` keeps its
 * value from being printed by accident, and `redact` takes every key known so far out of a text.
 */
export interface KeyChain {
	/** What a person handed over counts before what the environment or a command says. */
	resolveKey(provider: Provider): Promise<KeyResult>;
	/**
	 * Keeps a key that a person handed over, until the daemon ends; without one, what was handed over is
	 * forgotten. Whether it is another than the one before.
	 */
	give(providerId: string, key: string | undefined): boolean;
	isGiven(providerId: string): boolean;
	/** Why there is no key where one is needed, as far as it can be told without running a command. */
	lack(provider: Provider): string | undefined;
	/** The provider refused the key: a command is asked again next time. */
	forget(providerId: string): void;
	/** Keys that these name in the environment are taken out of texts from now on; what a changed command printed is forgotten. */
	know(providers: readonly Provider[]): void;
	/** Takes another secret out of texts from now on, if it is long enough to be told from words. */
	hide(value: string): void;
	/** `mark` stands where a key stood. */
	redact(text: string, mark?: string): string;
}

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
	toJSON(): string {
		return "…";
	}
}

/** A key command may ask a password manager, which may be locked: it is given this long. */
const commandTimeoutMs = 15_000;
/** Taking a shorter text out of everything would leave nothing readable, and protects no secret. */
const minKeyChars = 6;

export function createKeyChain(env: Env, providers: readonly Provider[]): KeyChain {
	const printed = new Map<string, Promise<KeyResult>>();
	const given = new Map<string, KeyResult>();
	const values = new Set<string>();
	const keyFor = (value: string): KeyResult => {
		if (value.length >= minKeyChars) values.add(value);
		return { kind: "key", key: new Key(value) };
	};
	const fromEnv = ({ apiKeyEnv }: Provider) => (apiKeyEnv === undefined ? undefined : env[apiKeyEnv]?.trim());
	const commands = new Map<string, string | undefined>();
	const know = (all: readonly Provider[]) => {
		for (const provider of all) {
			const value = fromEnv(provider);
			if (value) keyFor(value);
			if (commands.get(provider.id) !== provider.apiKeyCommand) printed.delete(provider.id);
			commands.set(provider.id, provider.apiKeyCommand);
		}
	};
	know(providers);
	return {
		know,
		async resolveKey(provider) {
			const handedOver = given.get(provider.id);
			if (handedOver) return handedOver;
			const named = fromEnv(provider);
			if (named) return keyFor(named);
			if (provider.apiKeyCommand === undefined) return missingOrNone(provider);
			const known = printed.get(provider.id) ?? askCommand(provider, env, keyFor);
			printed.set(provider.id, known);
			const result = await known;
			if (result.kind !== "key" && printed.get(provider.id) === known) printed.delete(provider.id);
			return result;
		},
		give(providerId, key) {
			const before = given.get(providerId);
			if (key === undefined) given.delete(providerId);
			else given.set(providerId, keyFor(key));
			return (before?.kind === "key" ? before.key.reveal() : undefined) !== key;
		},
		isGiven: (providerId) => given.has(providerId),
		lack(provider) {
			if (given.has(provider.id) || fromEnv(provider) || provider.apiKeyCommand !== undefined) return undefined;
			const result = missingOrNone(provider);
			return result.kind === "missing" ? result.reason : undefined;
		},
		hide(value) {
			if (value.length >= minKeyChars) values.add(value);
		},
		forget(providerId) {
			printed.delete(providerId);
		},
		redact: (text, mark = "…") =>
			redactValues(
				text,
				Array.from(values, (value) => [value, mark] as const),
			),
	};
}

function missingOrNone({ id, apiKeyEnv }: Provider): KeyResult {
	if (apiKeyEnv === undefined) return { kind: "none" };
	return {
		kind: "missing",
		reason: `Provider “${id}” needs a key: set ${apiKeyEnv} in the environment and restart the daemon, or hand the key over with ${eitherWay(ways.providerKey, id)}.`,
	};
}

function askCommand(
	{ id, apiKeyCommand }: Provider,
	env: Env,
	keyFor: (value: string) => KeyResult,
): Promise<KeyResult> {
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
				else resolve(keyFor(value));
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

/** Where a provider's key comes from, in words. */
export function keySource({ id, apiKeyEnv, apiKeyCommand }: Provider, keys: KeyChain): string | undefined {
	if (keys.isGiven(id)) return "the key that you handed over";
	return apiKeyEnv ?? (apiKeyCommand && "the command in apiKeyCommand");
}
