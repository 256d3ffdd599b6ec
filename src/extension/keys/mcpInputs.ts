import type { Daemon } from "../connection/daemon.ts";
import type { Secrets } from "./providerKeys.ts";

/**
 * Values that the person entered for MCP servers. Like keys of providers they lie in the editor's SecretStorage, and go to
 * the daemon each time it is connected and has none, because it keeps them in memory alone.
 */
export interface McpInputs {
	/** Hands it over, then keeps it. Resolves with the goals that go on. */
	set(input: McpInput, value: string): Promise<readonly string[]>;
	/** Deletes it here and in the daemon: whoever starts the server next is asked again. */
	forget(input: McpInput): Promise<void>;
	/** What is kept, without its values. */
	kept(): Promise<readonly McpInput[]>;
}

export interface McpInput {
	/** Whose files name the server; absent for one of config.jsonc. */
	readonly workspace?: string;
	readonly server: string;
	readonly id: string;
}

type Kept = McpInput & { readonly value: string };

const secretName = "missionControl.mcpInputs";

export function createMcpInputs(
	secrets: Secrets,
	daemon: Pick<Daemon, "whileOpen" | "ask">,
	report: (text: string) => void,
): McpInputs {
	daemon.whileOpen(({ client }) => {
		const onState = (state: string) => {
			if (state === "connected") void handOver();
		};
		onState(client.state);
		return client.onState(onState);
	});

	async function handOver(): Promise<void> {
		for (const { value, ...input } of await read())
			try {
				if (!(await isGiven(input))) await daemon.ask("server/input", { ...input, value });
			} catch (cause) {
				// Its server may be gone from the files; it may come back.
				report(sentence(input, cause));
			}
	}

	/** What the daemon has counts: it may have been given since, in a terminal or another editor. */
	async function isGiven({ workspace, server, id }: McpInput): Promise<boolean> {
		const { servers } = await daemon.ask("server/list", { workspace });
		const inputs = servers.find(({ name }) => name === server)?.inputs ?? [];
		return inputs.some((input) => input.id === id && input.isGiven);
	}

	async function read(): Promise<readonly Kept[]> {
		try {
			const kept: unknown = JSON.parse((await secrets.get(secretName)) ?? "[]");
			return Array.isArray(kept) ? kept.filter(isKept) : [];
		} catch {
			// A keyring that is locked or broken: as if there were nothing.
			return [];
		}
	}

	async function othersThan(input: McpInput): Promise<readonly Kept[]> {
		return (await read()).filter((one) => !isSame(one, input));
	}

	async function keep(all: readonly Kept[]): Promise<void> {
		if (all.length === 0) await secrets.delete(secretName);
		else await secrets.store(secretName, JSON.stringify(all));
	}

	return {
		async set(input, value) {
			// The daemon first: it refuses what no server asks for.
			const { goals } = await daemon.ask("server/input", { ...input, value });
			await keep([...(await othersThan(input)), { ...input, value }]);
			return goals;
		},
		async forget(input) {
			// The daemon first: what it still had would be used without being seen here.
			await daemon.ask("server/input", { ...input });
			await keep(await othersThan(input));
		},
		kept: async () => (await read()).map(({ value: _, ...input }) => input),
	};
}

function isKept(value: unknown): value is Kept {
	const names = ["server", "id", "value"];
	return typeof value === "object" && value !== null && names.every((name) => typeof value[name as never] === "string");
}

/** As in the daemon: servers of one folder that ask for the same input share its value. */
export function isSame(a: McpInput, b: McpInput): boolean {
	return a.workspace === b.workspace && a.id === b.id;
}

function sentence({ server, id }: McpInput, cause: unknown): string {
	return `The input ${id} of the MCP server ${server} was not handed over: ${cause instanceof Error ? cause.message : String(cause)}`;
}
