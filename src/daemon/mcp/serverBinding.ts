import path from "node:path";
import type { McpReach, McpServer } from "../config/mcpServer.ts";
import type { FileContents } from "../platform/fileContents.ts";
import type { Env } from "../platform/ports.ts";
import { bindingOf } from "../policy/binding.ts";
import type { GoalFile } from "../policy/goalFiles.ts";
import type { ServerBinding } from "../policy/serverGrant.ts";
import { isInside, whatRuns } from "../policy/shell/facts/whatRuns.ts";
import { loadsBy } from "../policy/shell/facts/wrappers.ts";
import { parseCommand } from "../policy/shell/parse/parseCommand.ts";
import { foreseen, foreseenFile, variablesOf } from "./resolveReach.ts";

/** What is known where a server would start. */
export interface BoundIn {
	readonly workspace: string;
	readonly home: string | undefined;
	/** The daemon's own. */
	readonly env: Env;
	readonly contents: FileContents;
	/** The files that the goal has written, or why that is not known. */
	goalFiles(): Promise<ReadonlyMap<string, GoalFile> | string>;
}

/**
 * What a person's yes to a server is bound to: its definition, its file of variables, and, as a command is, the files
 * that it runs and names. A program of the workspace, or one that is looked for there first, may load what agents write
 * there; one that lies elsewhere brings its own.
 */
export async function boundServer(server: McpServer, about: BoundIn): Promise<ServerBinding> {
	const { workspace, home, contents, goalFiles } = about;
	const definition = { [definitionName(server)]: server.digest };
	const { reach } = server;
	if (reach.kind === "http") return { files: definition, covers: "files" };
	const { line, envFile, loads } = await startLine(server, reach, about);
	const command = parseCommand(line, { workspace, home });
	const { files, covers, written } = await bindingOf(command, contents, goalFiles, loads);
	const { executed } = await whatRuns(command, contents);
	const isLooked = (file: string) => isInside(workspace, file) && path.basename(path.dirname(file)) === ".bin";
	const isLocal =
		loads !== undefined || executed.some(isLooked) || Object.keys(files).some((file) => !path.isAbsolute(file));
	const all = { ...definition, ...files, ...envFile };
	return covers !== "files" && isLocal ? { files: all, covers: "written", written } : { files: all, covers: "files" };
}

interface StartLine {
	/** With its folder and the variables that it is given, for a shell: read, and never run. */
	readonly line: string;
	/** Its file of variables, and what that holds. */
	readonly envFile: Readonly<Record<string, string>>;
	/** Why it may load more than the line tells. */
	readonly loads?: string;
}

async function startLine(server: McpServer, reach: Program, about: BoundIn): Promise<StartLine> {
	const { workspace, contents } = about;
	let loads: string | undefined;
	const fill = (text: string) => {
		const { text: filledIn, isOpen } = foreseen(text, server, about);
		if (isOpen) loads ??= "what it starts is known when it starts";
		return filledIn;
	};
	const words = [reach.command, ...reach.args].map(fill);
	const folder = path.resolve(workspace, reach.cwd === undefined ? "." : fill(reach.cwd));
	const file = reach.envFile === undefined ? undefined : path.resolve(workspace, fill(reach.envFile));
	const own = Object.entries(reach.env).map(([name, text]) => [name, foreseen(text, server, about).text] as const);
	const env = Object.entries({ ...(file === undefined ? {} : await foreseenFile(file)), ...Object.fromEntries(own) });
	for (const [name] of env) loads ??= loadsBy(`${name}=`);
	for (const word of words) {
		const place = path.resolve(folder, word);
		const isThere = !code.test(word) || !isInside(workspace, place) || (await contents.kind(place)) !== undefined;
		if (!isThere) loads ??= `${word} is not there yet`;
	}
	const given = env.filter(([name]) => /^[A-Za-z_]\w*$/.test(name)).map(([name, value]) => assignment(name, value));
	return {
		line: `cd ${quoted(folder)} && ${[...given, ...words.map(quoted)].join(" ")}`,
		envFile: file === undefined ? {} : await boundFile(file, about),
		loads,
	};
}

type Program = Extract<McpReach, { kind: "program" }>;

/** Names of what programs load. */
const code = /\.([cm]?[jt]sx?|json|py|rb|pl|php|lua|sh|jar)$/i;

async function boundFile(file: string, { workspace, contents }: BoundIn): Promise<Readonly<Record<string, string>>> {
	const name = isInside(workspace, file) ? path.relative(workspace, file).split(path.sep).join("/") : file;
	return { [name]: (await contents.hash(file))?.sha256 ?? "absent" };
}

/** What an approval calls its definition, among the files that it is bound to. */
export function definitionName({ name }: Pick<McpServer, "name">): string {
	return `the definition of the MCP server ${name}`;
}

/** For people: the command line, or the address. Values that are still to be filled in stay as they are written. */
export function serverWords({ reach }: McpServer): string {
	const words = reach.kind === "http" ? reach.url : [reach.command, ...reach.args].map(quoted).join(" ");
	return shortened(words, maxWordsChars);
}

/** For people: what it is given beside what every command gets. */
export function givenWords(server: McpServer): readonly string[] {
	const { reach, inputs } = server;
	const variables = variablesOf(server);
	const own = reach.kind === "program" ? Object.entries(reach.env) : [];
	const set = own.map(([name, value]) => shortened(assignment(name, value), maxValueChars)).join(" ");
	return [
		...(own.length > 0 ? [`Its definition sets ${set} in its environment.`] : []),
		...(reach.kind === "program" && reach.cwd ? [`It starts in the folder ${reach.cwd}.`] : []),
		...(variables.length > 0 ? [`It is given ${variables.join(", ")} of the daemon's environment.`] : []),
		...(inputs.length > 0 ? [`It is given what you enter for ${inputs.map(({ id }) => id).join(", ")}.`] : []),
		...(reach.kind === "program" && reach.envFile ? [`It is given the variables of ${reach.envFile}.`] : []),
	];
}

const maxWordsChars = 1000;
const maxValueChars = 200;

function shortened(text: string, max: number): string {
	return text.length > max ? `${text.slice(0, max)}…` : text;
}

function assignment(name: string, value: string): string {
	return `${name}=${quoted(value)}`;
}

function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
