import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { McpInput, McpServer } from "../config/mcpServer.ts";
import type { Env } from "../platform/ports.ts";
import type { ResolvedReach } from "./mcpConnection.ts";

/** A definition with everything filled in, the inputs that a person has yet to give, or the sentence why it cannot be. */
export type Resolved =
	| { readonly kind: "resolved"; readonly reach: ResolvedReach }
	| { readonly kind: "needs"; readonly inputs: readonly McpInput[] }
	| { readonly kind: "problem"; readonly reason: string };

export interface ResolvedFrom {
	readonly workspace: string;
	/** What every program gets: allow-listed. */
	readonly environment: Readonly<Record<string, string>>;
	/** The daemon's own, from which a definition may ask for variables by name. */
	readonly env: Env;
	/** What a person gave for an input. */
	input(server: McpServer, id: string): string | undefined;
	/** A variable that holds a provider's key: the files of a workspace get none. */
	isKey(variable: string): boolean;
}

export async function resolveReach(server: McpServer, from: ResolvedFrom): Promise<Resolved> {
	const missing = server.inputs.filter(({ id }) => from.input(server, id) === undefined);
	if (missing.length > 0) return { kind: "needs", inputs: missing };
	try {
		return { kind: "resolved", reach: await filled(server, from) };
	} catch (cause) {
		if (cause instanceof Unresolved) return { kind: "problem", reason: cause.message };
		throw cause;
	}
}

/**
 * A text of a definition as it will be filled in. What a person enters, and what cannot be filled in, stays as it is
 * written, and then it is open.
 */
export function foreseen(
	text: string,
	server: McpServer,
	{ workspace, env }: Pick<ResolvedFrom, "workspace" | "env">,
): { readonly text: string; readonly isOpen: boolean } {
	let isOpen = false;
	const input = (_server: McpServer, id: string) => {
		isOpen = true;
		return `\${input:${id}}`;
	};
	try {
		const filledIn = fillIn(text, server, { workspace, env, input, isKey: () => false });
		return { text: filledIn, isOpen };
	} catch (cause) {
		if (cause instanceof Unresolved) return { text, isOpen: true };
		throw cause;
	}
}

/** The variables of its file; none where it cannot be read. */
export async function foreseenFile(file: string): Promise<Readonly<Record<string, string>>> {
	return readEnvFile(file).catch((cause: unknown) => {
		if (cause instanceof Unresolved) return {};
		throw cause;
	});
}

/** The variables of the daemon's environment that it asks for by name. */
export function variablesOf({ reach }: McpServer): readonly string[] {
	const found = JSON.stringify(reach).matchAll(/\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g);
	const own = ["workspaceFolder", "workspaceFolderBasename", "userHome", "pathSeparator"];
	return [...new Set([...found].map((match) => match[1]!))].filter((name) => !own.includes(name)).sort();
}

class Unresolved extends Error {}

async function filled(server: McpServer, from: ResolvedFrom): Promise<ResolvedReach> {
	const { reach } = server;
	const fill = (text: string) => fillIn(text, server, from);
	const fillAll = (all: Readonly<Record<string, string>>) =>
		Object.fromEntries(Object.entries(all).map(([name, value]) => [name, fill(value)]));
	if (reach.kind === "http") {
		const url = fill(reach.url);
		if (!/^https?:\/\/\S+$/.test(url) || !URL.canParse(url))
			throw new Unresolved("its “url” is no address once it is filled in: correct it.");
		return { kind: "http", url, headers: fillAll(reach.headers) };
	}
	const inFile =
		reach.envFile === undefined ? {} : await readEnvFile(path.resolve(from.workspace, fill(reach.envFile)));
	return {
		kind: "program",
		command: fill(reach.command),
		args: reach.args.map(fill),
		env: { ...from.environment, ...withoutOurs(inFile), ...withoutOurs(fillAll(reach.env)) },
		cwd: reach.cwd === undefined ? startFolder(server, from.workspace) : path.resolve(from.workspace, fill(reach.cwd)),
	};
}

/** The person's own was allowed for all workspaces: what a repository holds, such as `.npmrc`, is not to steer it. */
function startFolder({ source }: McpServer, workspace: string): string {
	return source === "config" ? homedir() : workspace;
}

/** What speaks of the daemon is for nobody else. */
function withoutOurs(env: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(env).filter(([name]) => !isOurs(name)));
}

function isOurs(name: string): boolean {
	return name.toUpperCase().startsWith("MISSION_");
}

function fillIn(text: string, server: McpServer, from: Omit<ResolvedFrom, "environment">): string {
	return text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
		switch (name) {
			case "workspaceFolder":
				return from.workspace;
			case "workspaceFolderBasename":
				return path.basename(from.workspace);
			case "userHome":
				return homedir();
			case "pathSeparator":
			case "/":
				return path.sep;
		}
		const input = /^input:(.+)$/.exec(name)?.[1];
		if (input !== undefined) return from.input(server, input) ?? "";
		const [, variable, otherwise] = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/.exec(name) ?? [];
		if (variable === undefined)
			throw new Unresolved(`“${whole.slice(0, 60)}” is known to other tools only: write the value itself.`);
		if (isOurs(variable) || (server.source === "workspace" && from.isKey(variable)))
			throw new Unresolved(
				`it asks for the variable ${variable}, which a file of a workspace gets from nobody: define the server in config.jsonc, or use an input.`,
			);
		const value = from.env[variable] ?? otherwise;
		if (value === undefined && !name.startsWith("env:"))
			throw new Unresolved(
				`the variable ${variable} is not set where the daemon was started: set it, and start the daemon again.`,
			);
		return value ?? "";
	});
}

const maxEnvFileBytes = 256 * 1024;

/** `NAME=value` lines, as tools that read such files agree: comments, `export`, quotes. */
async function readEnvFile(file: string): Promise<Readonly<Record<string, string>>> {
	const unreadable = (cause: NodeJS.ErrnoException) => {
		throw new Unresolved(`its “envFile” ${file} cannot be read (${cause.code}).`);
	};
	const info = await stat(file).catch(unreadable);
	// A pipe may never come to its end.
	if (!info.isFile()) throw new Unresolved(`its “envFile” ${file} is no regular file.`);
	if (info.size > maxEnvFileBytes) throw new Unresolved(`its “envFile” ${file} is too large.`);
	const text = await readFile(file, "utf8").catch(unreadable);
	const env: Record<string, string> = {};
	for (const line of text.split(/\r?\n/)) {
		const [, name, written = ""] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
		if (name === undefined) continue;
		const quoted = /^(["'])(.*)\1$/.exec(written);
		env[name] = quoted ? quoted[2]! : written.replace(/\s+#.*$/, "");
	}
	return env;
}
