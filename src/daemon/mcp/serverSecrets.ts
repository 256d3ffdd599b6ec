import type { McpServer } from "../config/mcpServer.ts";
import type { Env } from "../platform/ports.ts";
import type { ResolvedReach } from "./mcpConnection.ts";
import { variablesOf } from "./resolveReach.ts";

/**
 * What a server is given that nobody should read: values whose names say so, and those of the variables that it asks for
 * by name, except what every program gets.
 */
export function serverSecrets(
	server: McpServer,
	reach: ResolvedReach,
	from: { readonly environment: Readonly<Record<string, string>>; readonly env: Env },
): readonly string[] {
	const given = Object.entries(reach.kind === "http" ? reach.headers : reach.env);
	const named = given.filter(([name, value]) => isSecretName(name) && from.environment[name] !== value);
	const asked = variablesOf(server).filter((name) => from.environment[name] === undefined);
	return [
		// Of “Bearer …” the last word alone is said again.
		...named.flatMap(([, value]) => [value.trim(), value.trim().split(/\s+/).at(-1)!]),
		...asked.map((name) => from.env[name]?.trim() ?? ""),
	].filter((value) => value !== "");
}

function isSecretName(name: string): boolean {
	return /KEY|TOKEN|SECRET|PASSWORD|AUTHORIZATION/i.test(name);
}
