import type { McpServer } from "../config/mcpServer.ts";

/**
 * Values that a person gave for the inputs of MCP servers. In memory alone, like keys of providers: after a restart
 * they are handed over again, or asked for.
 */
export interface GivenInputs {
	/** Keeps a value, or forgets it. Whether it is another than the one before. */
	give(scope: string, id: string, value: string | undefined, secret: boolean): boolean;
	value(scope: string, id: string): string | undefined;
	/** From now on it is taken out of every text. */
	hide(value: string): void;
	/** Takes what was given for secret inputs, and what was hidden, out of a text. */
	redact(text: string): string;
}

/** Servers of one file share their inputs; those of config.jsonc are the person's own, whatever the workspace. */
export function inputScope({ source }: Pick<McpServer, "source">, workspace: string): string {
	return source === "config" ? "" : workspace;
}

export function openGivenInputs(hide: (value: string) => void, redact: (text: string) => string): GivenInputs {
	const values = new Map<string, string>();
	const keyOf = (scope: string, id: string) => JSON.stringify([scope, id]);
	return {
		give(scope, id, value, secret) {
			const key = keyOf(scope, id);
			const before = values.get(key);
			if (value === undefined) values.delete(key);
			else values.set(key, value);
			if (value !== undefined && secret) hide(value);
			return before !== value;
		},
		value: (scope, id) => values.get(keyOf(scope, id)),
		hide,
		redact,
	};
}
