import type { Daemon } from "../connection/daemon.ts";

/**
 * Keys that the person gave this editor. They lie in its SecretStorage, and go to the daemon over its own socket each
 * time it is connected, because the daemon keeps them in memory alone. They are in no setting and no line of the log.
 */
export interface ProviderKeys {
	/** Keeps the key and hands it over; without one, it is forgotten here and there. Resolves with the goals that go on. */
	set(provider: string, key: string | undefined): Promise<readonly string[]>;
	/** Providers whose keys are kept. */
	kept(): Promise<readonly string[]>;
	dispose(): void;
}

/** What is used of VS Code's SecretStorage. */
export interface Secrets {
	get(name: string): PromiseLike<string | undefined>;
	store(name: string, value: string): PromiseLike<void>;
	delete(name: string): PromiseLike<void>;
	onDidChange(listener: (change: { readonly key: string }) => void): { dispose(): void };
}

/** All in one, so that their names need no place of their own. */
const secretName = "missionControl.providerKeys";

type Kept = Readonly<Record<string, string>>;

export function createProviderKeys(
	secrets: Secrets,
	daemon: Pick<Daemon, "whileOpen" | "ask" | "connection">,
	report: (text: string) => void,
): ProviderKeys {
	/** What the daemon of this connection has, so that a change of one key sends no other. */
	let handed: Kept = {};

	async function handOver(): Promise<void> {
		const kept = await read();
		for (const [provider, key] of Object.entries(kept)) {
			if (handed[provider] !== key) await give(provider, key).catch((cause) => report(sentence(provider, cause)));
		}
		for (const provider of Object.keys(handed)) {
			if (!Object.hasOwn(kept, provider))
				await give(provider, undefined).catch((cause) => report(sentence(provider, cause)));
		}
	}

	async function give(provider: string, key: string | undefined): Promise<readonly string[]> {
		const { goals } = await daemon.ask("provider/key", { provider, key });
		const { [provider]: _, ...others } = handed;
		handed = key === undefined ? others : { ...others, [provider]: key };
		return goals;
	}

	async function read(): Promise<Kept> {
		try {
			const kept: unknown = JSON.parse((await secrets.get(secretName)) ?? "{}");
			if (typeof kept !== "object" || kept === null) return {};
			return Object.fromEntries(
				Object.entries(kept).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
			);
		} catch {
			// A keyring that is locked or broken: as if there were none.
			return {};
		}
	}

	const change = secrets.onDidChange(({ key }) => {
		if (key === secretName && daemon.connection.state === "connected") void handOver();
	});
	daemon.whileOpen(({ client }) => {
		const onState = (state: string) => {
			// A daemon that was started anew knows nothing.
			handed = {};
			if (state === "connected") void handOver();
		};
		onState(client.state);
		return client.onState(onState);
	});

	return {
		async set(provider, key) {
			// The daemon first: it refuses what is no key, or no provider.
			const goals = await give(provider, key);
			const { [provider]: _, ...others } = await read();
			const kept = key === undefined ? others : { ...others, [provider]: key };
			if (Object.keys(kept).length === 0) await secrets.delete(secretName);
			else await secrets.store(secretName, JSON.stringify(kept));
			return goals;
		},
		kept: async () => Object.keys(await read()),
		dispose: () => change.dispose(),
	};
}

function sentence(provider: string, cause: unknown): string {
	return `The key of ${provider} could not be handed over: ${cause instanceof Error ? cause.message : String(cause)}`;
}
