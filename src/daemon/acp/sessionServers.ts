import type { Turn } from "../agents/agent.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";

/**
 * The MCP servers of an agent's session. The protocol gives them to a session when it is opened, and has no word for others
 * later: a session whose thread may use others now is opened anew.
 */
type Servers = NonNullable<Turn["servers"]>;

/** As the agent is given them: an address only where it can reach one. */
export function givenServers(servers: Servers, can: Fields): Fields[] {
	return servers.flatMap(({ name, reach }): Fields[] => {
		if (reach.kind === "program")
			return [{ name, command: reach.command, args: [...reach.args], env: pairs(reach.env) }];
		return can.http === true ? [{ type: "http", name, url: reach.url, headers: pairs(reach.headers) }] : [];
	});
}

function pairs(given: Readonly<Record<string, string>>): Fields[] {
	return Object.entries(given).map(([name, value]) => ({ name, value }));
}

/**
 * Names of those that the session has and may not have, has otherwise, or lacks. Their order says nothing; nor does what
 * a variable that every program here has was when an earlier daemon opened the session.
 */
export function changedServers(
	given: readonly Fields[],
	due: readonly Fields[],
	everybody: Readonly<Record<string, string>>,
): readonly string[] {
	const has = new Map(given.map((server) => [nameOf(server), server]));
	const may = new Map(due.map((server) => [nameOf(server), server]));
	return [...new Set([...has.keys(), ...may.keys()])].filter((name) => {
		const [one, other] = [has.get(name), may.get(name)];
		if (!one || !other) return true;
		const common = listOf(other.env).flatMap(({ name, value }) => (everybody[String(name)] === value ? [name] : []));
		const told = (server: Fields) => JSON.stringify(comparable(server, new Set(common)));
		return told(one) !== told(other);
	});
}

function comparable(server: Fields, common: ReadonlySet<unknown>): readonly unknown[] {
	const { type, command, args, url, env, headers } = server;
	const sorted = (list: unknown) =>
		listOf(list)
			.flatMap(({ name, value }) => (common.has(name) ? [] : [`${String(name)}=${String(value)}`]))
			.sort();
	return [type, command, args, url, sorted(env), sorted(headers)];
}

function nameOf(server: Fields): string {
	return textOf(fieldsOf(server).name) ?? "";
}
