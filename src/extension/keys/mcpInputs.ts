import type { Daemon } from "../connection/daemon.ts";
import type { Secrets } from "./providerKeys.ts";

/**
 * Values that the person entered for MCP servers. Like keys of providers they lie in the editor's SecretStorage, and go to
 * the daemon each time it is connected and has none, because it keeps them in memory alone.
 */
export interface McpInputs {
	/** Hands it over, then keeps it. Resolves with the goals that go on. */
	set(input: McpInput, value: string): Promise<readonly string[]>;
}

interface McpInput {
	/** Whose files name the server; absent for one of config.jsonc. */
	readonly workspace?: string;
	readonly server: string;
	readonly id: string;
}

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

	async function read(): Promise<readonly (McpInput & { readonly value: string })[]> {
		try {
			const kept: unknown = JSON.parse((await secrets.get(secretName)) ?? "[]");
			return Array.isArray(kept) ? kept.filter(isKept) : [];
		} catch {
			// A keyring that is locked or broken: as if there were nothing.
			return [];
		}
	}

	return {
		async set(input, value) {
			// The daemon first: it refuses what no server asks for.
			const { goals } = await daemon.ask("server/input", { ...input, value });
			const others = (await read()).filter((one) => !isSame(one, input));
			await secrets.store(secretName, JSON.stringify([...others, { ...input, value }]));
			return goals;
		},
	};
}

function isKept(value: unknown): value is McpInput & { readonly value: string } {
	const names = ["server", "id", "value"];
	return typeof value === "object" && value !== null && names.every((name) => typeof value[name as never] === "string");
}

function isSame(a: McpInput, b: McpInput): boolean {
	return a.workspace === b.workspace && a.server === b.server && a.id === b.id;
}

function sentence({ server, id }: McpInput, cause: unknown): string {
	return `The input ${id} of the MCP server ${server} was not handed over: ${cause instanceof Error ? cause.message : String(cause)}`;
}
