import { externalPrefix } from "../../core/rules/externalCalls.ts";
import { sha256 } from "../platform/digest.ts";

/** What endpoints take as a tool's name. */
const maxChars = 64;

/**
 * Names of servers' tools for models: `mcp__server__tool`, always the same for the same. Where that is too long, or two
 * would be alike, a few characters of a digest tell them apart.
 */
export function toolNames(tools: readonly { readonly server: string; readonly tool: string }[]): readonly string[] {
	const plain = tools.map(({ server, tool }) => `${externalPrefix}${safe(server)}__${safe(tool)}`);
	return plain.map((name, at) => {
		const isAlone = plain.indexOf(name) === plain.lastIndexOf(name);
		if (isAlone && name.length <= maxChars) return name;
		const { server, tool } = tools[at]!;
		const mark = sha256([server, tool]).slice(0, 8);
		return `${name.slice(0, maxChars - mark.length - 1)}_${mark}`;
	});
}

function safe(name: string): string {
	return name.replace(/[^A-Za-z0-9_-]/g, "_");
}
