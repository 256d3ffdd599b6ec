import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Turn } from "../agents/agent.ts";
import type { Conversation } from "./conversation.ts";
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
 * What is written to an agent lies on the disk, and with a server go values that a person entered. So in its place stands
 * a name and a digest, which nobody who writes a prompt can know; the agent's relay passes on what it stands for.
 */
export interface Withheld {
	readonly stands: Fields;
	readonly told: Fields;
}

type Environment = Readonly<Record<string, string>>;

export async function withhold(servers: Servers, everybody: Environment): Promise<readonly Withheld[]> {
	return Promise.all(
		givenServers(servers, { http: true }).map(async (told) => {
			const salt = randomBytes(16).toString("hex");
			return { stands: { name: told.name, withheld: `${salt}.${await digestOf(told, salt, everybody)}` }, told };
		}),
	);
}

/** For the relay: what stands in a line, and what the agent reads there. */
export function withheldText(withheld: readonly Withheld[]): Readonly<Record<string, string>> {
	return Object.fromEntries(withheld.map(({ stands, told }) => [JSON.stringify(stands), JSON.stringify(told)]));
}

/** The request that opened its session. Where it could not be opened again, the last one did. */
export function openingOf({ wasSent }: Conversation): string | undefined {
	return ["session/new", "session/load", "session/resume"].find(wasSent);
}

/** As they were written, by whichever daemon, with what this one knows of them. */
export function serversIn(conversation: Conversation, withheld: readonly Withheld[]): readonly Fields[] {
	const written = listOf(conversation.sentWith(openingOf(conversation) ?? "session/new").mcpServers);
	return written.map((one) => withheld.find(({ stands }) => stands.withheld === one.withheld)?.told ?? one);
}

/**
 * Names of those that the session has and may not have, has otherwise, or lacks. Their order says nothing; nor does what
 * a variable that every program here has was when an earlier daemon opened the session.
 */
export async function changedServers(
	given: readonly Fields[],
	due: readonly Fields[],
	everybody: Environment,
): Promise<readonly string[]> {
	const has = new Map(given.map((server) => [nameOf(server), server]));
	const may = new Map(due.map((server) => [nameOf(server), server]));
	const names = [...new Set([...has.keys(), ...may.keys()])];
	const changed = await Promise.all(
		names.map(async (name) => {
			const [one, other] = [has.get(name), may.get(name)];
			return !one || !other || !(await isSame(one, other, everybody));
		}),
	);
	return names.filter((_, at) => changed[at]);
}

async function isSame(given: Fields, due: Fields, everybody: Environment): Promise<boolean> {
	const [salt, digest] = textOf(given.withheld)?.split(".") ?? [];
	if (salt !== undefined) return digest === (await digestOf(due, salt, everybody));
	const common = commonIn(due, everybody);
	return comparable(given, common) === comparable(due, common);
}

/** Slow on purpose: a value that a person entered may be short, and whoever reads the disk could try them all. */
async function digestOf(server: Fields, salt: string, everybody: Environment): Promise<string> {
	const bytes = await promisify(scrypt)(comparable(server, commonIn(server, everybody)), salt, 32);
	return (bytes as Buffer).toString("hex");
}

/** Variables that it has as every program has them. */
function commonIn({ env }: Fields, everybody: Environment): ReadonlySet<unknown> {
	return new Set(listOf(env).flatMap(({ name, value }) => (everybody[String(name)] === value ? [name] : [])));
}

function comparable(server: Fields, common: ReadonlySet<unknown>): string {
	const { type, command, args, url, env, headers } = server;
	const sorted = (list: unknown) =>
		listOf(list)
			.flatMap(({ name, value }) => (common.has(name) ? [] : [`${String(name)}=${String(value)}`]))
			.sort();
	return JSON.stringify([type, command, args, url, sorted(env), sorted(headers)]);
}

function nameOf(server: Fields): string {
	return textOf(fieldsOf(server).name) ?? "";
}
