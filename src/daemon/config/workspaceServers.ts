import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import * as v from "valibot";
import { isTooDeep } from "./jsonDepth.ts";
import { placeOf, placesIn, plainValue, properties, syntaxError } from "./jsonNodes.ts";
import {
	digestOf,
	inputsOf,
	type McpInput,
	type McpServer,
	McpServerEntry,
	McpServerName,
	reachOf,
} from "./mcpServer.ts";

/**
 * The MCP servers that files of a workspace propose. They are other tools' files: what they say beside what is known here
 * is passed over, and what is wrong with one server costs that server.
 */
export interface ProposedServers {
	readonly servers: readonly McpServer[];
	readonly problems: readonly McpProblem[];
}

export interface McpProblem {
	/** As in `McpServer`. */
	readonly file: string;
	readonly line: number;
	/** What is wrong and what to do, as a sentence. */
	readonly message: string;
}

/** In the order in which they count: of two servers with one name the first is used. */
const files = [
	{ file: ".vscode/mcp.json", list: "servers" },
	{ file: ".mcp.json", list: "mcpServers" },
] as const;

const maxBytes = 256 * 1024;
const maxServers = 50;

export async function workspaceServers(workspace: string): Promise<ProposedServers> {
	const found = await Promise.all(
		files.map(async ({ file, list }) => {
			const text = await textOf(path.join(workspace, file));
			if (text === undefined) return { servers: [], problems: [] };
			if (typeof text !== "string") return { servers: [], problems: [{ file, line: 1, message: text.unreadable }] };
			return parseServers(text, file, list);
		}),
	);
	const servers: McpServer[] = [];
	const problems = found.flatMap((one) => one.problems);
	for (const server of found.flatMap((one) => one.servers)) {
		const known = servers.find(({ name }) => name === server.name);
		if (!known) servers.push(server);
		else if (known.digest !== server.digest)
			problems.push(problemOf(server, `there is another server “${server.name}” in ${known.file}, which is used.`));
	}
	return { servers, problems };
}

export function parseServers(text: string, file: string, list: "servers" | "mcpServers"): ProposedServers {
	const problems: McpProblem[] = [];
	if (isTooDeep(text))
		return { servers: [], problems: [{ file, line: 1, message: "it has too many nested brackets." }] };
	const errors: ParseError[] = [];
	const tree = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
	const place = placesIn(text);
	const say = ({ offset, length }: Pick<Node, "offset" | "length">, message: string) =>
		void problems.push({ file, line: place(offset, length).line, message });
	const [first] = errors;
	if (first) say(first, syntaxError(first));
	if (!tree || first) return { servers: [], problems };
	const inputs = readInputs(valueNamed(tree, "inputs"), say);
	const servers: McpServer[] = [];
	for (const [name, key, node] of properties(valueNamed(tree, list))) {
		const server = readServer(name, node, inputs);
		if (server === undefined) continue;
		if (typeof server === "string") say(key, `the server “${name.slice(0, 80)}” ${server}`);
		else if (servers.length >= maxServers) say(key, `it names more than ${maxServers} servers: the rest is not used.`);
		else servers.push({ ...server, source: "workspace", file, line: place(key.offset, key.length).line });
	}
	return { servers, problems };
}

export function problemOf({ file, line }: Pick<McpServer, "file" | "line">, message: string): McpProblem {
	return { file, line, message };
}

/** The sentence why it cannot be used; undefined where it is not to be. */
function readServer(
	name: string,
	node: Node,
	inputs: readonly McpInput[],
): Omit<McpServer, "source" | "file" | "line"> | string | undefined {
	const named = v.safeParse(McpServerName, name);
	if (!named.success) return `has a name that cannot be used: ${named.issues[0].message}.`;
	const written = plainValue(node);
	if (typeof written !== "object" || written === null || Array.isArray(written))
		return "must be an object: write { … }.";
	if ("type" in written && written.type === "sse")
		return "is of type sse, which MCP has given up: ask for its address for streamable HTTP, and write “type”: “http”.";
	const { allow: _, timeoutMs: __, ...schema } = McpServerEntry.entries;
	const entry = v.safeParse(v.object(schema), withTextValues(written));
	if (!entry.success) {
		const issue = entry.issues[0];
		return `cannot be read: “${v.getDotPath(issue) ?? "it"}” must be ${issue.expected ?? "something else"}.`;
	}
	if (entry.output.disabled) return undefined;
	const reach = reachOf(entry.output);
	if (typeof reach === "string") return reach;
	return { name, reach, inputs: inputsOf(reach, inputs), allow: [], digest: digestOf(reach) };
}

/** VS Code takes numbers as values of variables, and null for none. */
function withTextValues(written: object): object {
	if (!("env" in written) || typeof written.env !== "object" || written.env === null) return written;
	const env = Object.entries(written.env).flatMap(([name, value]) =>
		value === null ? [] : [[name, typeof value === "number" ? String(value) : value]],
	);
	return { ...written, env: Object.fromEntries(env) };
}

const Input = v.object({
	id: v.pipe(v.string(), v.nonEmpty(), v.maxLength(80)),
	type: v.picklist(["promptString", "pickString"]),
	description: v.optional(v.pipe(v.string(), v.maxLength(500))),
	password: v.optional(v.boolean()),
	default: v.optional(v.string()),
	options: v.optional(v.array(v.union([v.string(), v.object({ value: v.string() })]))),
});

function readInputs(node: Node | undefined, say: (node: Node, message: string) => void): readonly McpInput[] {
	return (node?.type === "array" ? (node.children ?? []) : []).flatMap((child) => {
		const input = v.safeParse(Input, plainValue(child));
		if (!input.success) {
			say(
				placeOf(child, "id"),
				"this input cannot be read: it needs an “id”, and “promptString” or “pickString” as “type”.",
			);
			return [];
		}
		const { id, description, password, options, ...rest } = input.output;
		const values = options?.map((option) => (typeof option === "string" ? option : option.value));
		return [{ id, description, secret: password === true, default: rest.default, options: values }];
	});
}

function valueNamed(tree: Node, name: string): Node | undefined {
	return properties(tree).find(([key]) => key === name)?.[2];
}

async function textOf(file: string): Promise<string | { readonly unreadable: string } | undefined> {
	try {
		const info = await stat(file);
		if (!info.isFile()) return { unreadable: "it is not a regular file: put one in its place." };
		if (info.size > maxBytes)
			return { unreadable: `it has ${info.size} bytes, more than the ${maxBytes} that are read.` };
		return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ENOTDIR") return undefined;
		return {
			unreadable: code === undefined ? "it is not UTF-8: save it with that encoding." : `it cannot be read (${code}).`,
		};
	}
}
