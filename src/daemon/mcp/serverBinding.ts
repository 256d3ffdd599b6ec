import path from "node:path";
import type { McpServer } from "../config/mcpServer.ts";
import type { FileContents } from "../platform/fileContents.ts";
import { variablesOf } from "./resolveReach.ts";

/** What a person's yes to a server is bound to beside the files that its command runs: its definition, and its file of variables. */
export async function boundServer(
	server: McpServer,
	workspace: string,
	contents: FileContents,
): Promise<{ readonly files: Readonly<Record<string, string>>; readonly command: string }> {
	const files: Record<string, string> = { [definitionName(server)]: server.digest };
	const { reach } = server;
	if (reach.kind === "http") return { files, command: "" };
	const inWorkspace = (text: string) => text.replaceAll(`\${workspaceFolder}`, workspace);
	if (reach.envFile !== undefined) {
		const hash = await contents.hash(path.resolve(workspace, inWorkspace(reach.envFile)));
		files[inWorkspace(reach.envFile)] = hash?.sha256 ?? "absent";
	}
	const command = [reach.command, ...reach.args].map((word) => quoted(inWorkspace(word))).join(" ");
	const from = reach.cwd === undefined ? "" : `cd ${quoted(inWorkspace(reach.cwd))} && `;
	return { files, command: from + command };
}

/** What an approval calls its definition, among the files that it is bound to. */
export function definitionName({ name }: Pick<McpServer, "name">): string {
	return `the definition of the MCP server ${name}`;
}

/** For people: the command line, or the address. Values that are still to be filled in stay as they are written. */
export function serverWords({ reach }: McpServer): string {
	const words = reach.kind === "http" ? reach.url : [reach.command, ...reach.args].map(quoted).join(" ");
	return words.length > maxWordsChars ? `${words.slice(0, maxWordsChars)}…` : words;
}

/** For people: what it is given beside what every command gets. */
export function givenWords(server: McpServer): readonly string[] {
	const { reach, inputs } = server;
	const variables = variablesOf(server);
	const own = reach.kind === "program" ? Object.keys(reach.env) : [];
	return [
		...(own.length > 0 ? [`Its definition sets ${own.join(", ")} in its environment.`] : []),
		...(variables.length > 0 ? [`It is given ${variables.join(", ")} of the daemon's environment.`] : []),
		...(inputs.length > 0 ? [`It is given what you enter for ${inputs.map(({ id }) => id).join(", ")}.`] : []),
		...(reach.kind === "program" && reach.envFile ? [`It is given the variables of ${reach.envFile}.`] : []),
	];
}

const maxWordsChars = 1000;

function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
