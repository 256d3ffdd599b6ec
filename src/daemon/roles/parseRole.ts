import * as v from "valibot";
import { Assignment, type Effort, efforts } from "../../core/values.ts";
import { type Complain, type HeadEntry, type HeadProblem, readHead, splitHead } from "../config/fileHead.ts";

/**
 * A role as people describe it for VS Code and Claude: a head of `name: value` lines and instructions below. Whatever
 * cannot be read costs no more than its line. A file comes with the repository, so it says what a role is told and which
 * model suits it, and never what it may do: that is read over, and said.
 */
export interface RoleFile {
	readonly role: string;
	/** One line, for whoever chooses. */
	readonly about: string;
	readonly instructions?: string;
	/** As written, the one liked best first: ids, names with a vendor, `sonnet`, `inherit`. */
	readonly models: readonly string[];
	readonly effort?: Effort;
}

export function parseRole(
	text: string,
	fileName: string,
): { readonly role?: RoleFile; readonly problems: readonly HeadProblem[] } {
	const { head, body, problem } = splitHead(text);
	const problems: HeadProblem[] = problem ? [problem] : [];
	const complain = (line: number, message: string, fix?: string) => void problems.push({ line, message, fix });
	const entries = readHead(head, complain);
	const get = (key: string) => entries.find((entry) => entry.key === key);

	const named = get("name");
	const written = typeof named?.value === "string" ? named.value : "";
	if (named && written.trim() === "") complain(named.line, "The role has no name.", `It is called after its file.`);
	const role = roleName(written) || roleName(fileName.replace(/(\.agent|\.chatmode)?\.md$/i, ""));
	if (!v.safeParse(Assignment.entries.role, role).success) {
		complain(named?.line ?? 1, "The role cannot be named.", "Give it a name of letters, digits and dashes.");
		return { problems };
	}
	const ignored = entries.filter(({ key }) => permissionKeys.has(key));
	if (ignored.length > 0) {
		const keys = ignored.map(({ key, value }) =>
			typeof value === "string" && value.length <= 40 ? `${key}: ${value}` : key,
		);
		complain(
			ignored[0]!.line,
			`Ignored: ${keys.join(", ")}. What an agent may do is decided by the goal's autonomy and by you, never by a file.`,
		);
	}
	const about = get("description")?.value;
	return {
		role: {
			role,
			about: typeof about === "string" ? oneLine(about) : "",
			instructions: body.trim() || undefined,
			models: readModels(get("model"), complain),
			effort: readEffort(get("effort"), complain),
		},
		problems,
	};
}

/** What would widen, or narrow, what the role may do. */
const permissionKeys: ReadonlySet<string> = new Set([
	"tools",
	"allowed-tools",
	"allowedTools",
	"disallowedTools",
	"permissionMode",
	"permissions",
	"bypassPermissions",
	"dangerouslySkipPermissions",
	"hooks",
	"mcp-servers",
	"mcpServers",
]);

const maxAboutChars = 300;

function roleName(text: string): string {
	return text
		.normalize("NFKD")
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^[^a-z]+|-+$/g, "")
		.slice(0, 40);
}

function oneLine(text: string): string {
	const line = text.replace(/\s+/g, " ").trim();
	return line.length > maxAboutChars ? `${line.slice(0, maxAboutChars - 1)}…` : line;
}

function readModels(entry: HeadEntry | undefined, complain: Complain): readonly string[] {
	if (!entry || entry.value === null || entry.value === "") return [];
	const names = [entry.value].flat();
	const texts = names.filter(
		(name) => typeof name === "string" && name.trim() !== "" && name.length <= 200,
	) as string[];
	if (texts.length < names.length) complain(entry.line, "“model” cannot be read.", "Write a name, or a list of names.");
	return texts.slice(0, 20).map((name) => name.trim());
}

function readEffort(entry: HeadEntry | undefined, complain: Complain): Effort | undefined {
	if (!entry || entry.value === null) return undefined;
	const wanted = entry.value === "max" ? "xhigh" : entry.value;
	if ((efforts as readonly unknown[]).includes(wanted)) return wanted as Effort;
	complain(entry.line, "“effort” cannot be read.", `Use one of: ${efforts.join(", ")}.`);
	return undefined;
}
