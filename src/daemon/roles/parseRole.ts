import * as v from "valibot";
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { Assignment, type Effort, efforts } from "../../core/values.ts";
import { isTooDeep } from "../config/writtenSettings.ts";

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

export interface RoleProblem {
	/** From 1, in the file. */
	readonly line: number;
	readonly message: string;
	readonly fix?: string;
}

export function parseRole(
	text: string,
	fileName: string,
): { readonly role?: RoleFile; readonly problems: readonly RoleProblem[] } {
	const { head, body, problem } = split(text.replace(/^\uFEFF/, ""));
	const problems: RoleProblem[] = problem ? [problem] : [];
	const complain = (line: number, message: string, fix?: string) => void problems.push({ line, message, fix });
	const entries = readHead(head, complain);
	const get = (key: string) => entries.find((entry) => entry.key === key);

	const named = get("name");
	const written = typeof named?.value === "string" ? named.value : "";
	if (named && written.trim() === "") complain(named.line, "The role has no name.", `It is called after its file.`);
	const role = roleName(written) || roleName(fileName.replace(/(\.agent)?\.md$/i, ""));
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

interface Entry {
	readonly key: string;
	/** Text, a list of texts, or something else that is no setting of ours. */
	readonly value: unknown;
	readonly line: number;
}
type Complain = (line: number, message: string, fix?: string) => void;

function readModels(entry: Entry | undefined, complain: Complain): readonly string[] {
	if (!entry || entry.value === null || entry.value === "") return [];
	const names = [entry.value].flat();
	const texts = names.filter(
		(name) => typeof name === "string" && name.trim() !== "" && name.length <= 200,
	) as string[];
	if (texts.length < names.length) complain(entry.line, "“model” cannot be read.", "Write a name, or a list of names.");
	return texts.slice(0, 20).map((name) => name.trim());
}

function readEffort(entry: Entry | undefined, complain: Complain): Effort | undefined {
	if (!entry || entry.value === null) return undefined;
	const wanted = entry.value === "max" ? "xhigh" : entry.value;
	if ((efforts as readonly unknown[]).includes(wanted)) return wanted as Effort;
	complain(entry.line, "“effort” cannot be read.", `Use one of: ${efforts.join(", ")}.`);
	return undefined;
}

function split(text: string): { readonly head: string; readonly body: string; readonly problem?: RoleProblem } {
	const lines = text.split(/\r?\n/);
	if (!/^---[ \t]*$/.test(lines[0] ?? "")) return { head: "", body: text };
	const end = lines.findIndex((line, at) => at > 0 && /^---[ \t]*$/.test(line));
	if (end < 0) {
		const message = "The head that begins here is never closed; the whole file is taken for instructions.";
		const problem = { line: 1, message, fix: "End the head with a line of three dashes (---)." };
		return { head: "", body: lines.slice(1).join("\n"), problem };
	}
	return { head: lines.slice(1, end).join("\n"), body: lines.slice(end + 1).join("\n") };
}

/** The head's entries, each with its line in the file: the head begins in the second one. */
function readHead(head: string, complain: Complain): readonly Entry[] {
	if (head.trim() === "") return [];
	if (isTooDeep(head)) {
		complain(2, "The head has too many nested lists and brackets.", "Use fewer levels.");
		return plainEntries(head);
	}
	const counter = new LineCounter();
	const document = parseDocument(head, { lineCounter: counter, prettyErrors: false });
	const [error] = document.errors;
	if (error || (document.contents !== null && !isMap(document.contents))) {
		const line = error ? counter.linePos(error.pos[0]).line + 1 : 2;
		const why = error ? `: ${error.message.split("\n", 1)[0]}` : "";
		complain(line, `The head is not valid YAML${why}.`, "It is read line by line. Put texts with a colon in quotes.");
		return plainEntries(head);
	}
	if (!isMap(document.contents)) return [];
	return document.contents.items.flatMap(({ key, value }) => {
		if (!isScalar(key)) return [];
		const line = counter.linePos(key.range?.[0] ?? 0).line + 1;
		const read = isScalar(value)
			? value.value
			: isSeq(value)
				? value.items.map((item) => (isScalar(item) ? item.value : undefined))
				: undefined;
		return [{ key: String(key.value), value: read, line }];
	});
}

/** Files in the wild have heads that are no YAML: texts with colons in them. */
function plainEntries(head: string): readonly Entry[] {
	return head.split("\n").flatMap((text, at) => {
		const [, key, value = ""] = /^([A-Za-z][\w-]{0,60}):[ \t]*(.*)$/.exec(text) ?? [];
		return key ? [{ key, value: value.trim().replace(/^(["'])(.*)\1$/, "$2"), line: at + 2 }] : [];
	});
}
