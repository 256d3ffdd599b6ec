import type { CallToolResult } from "@modelcontextprotocol/client";
import type { ExternalResult, KeptFile } from "../tools/tool.ts";

/**
 * What a call came to, as text for the model, with what is no text as files. An answer that says it is an error is a
 * call that failed, and the model reads why.
 */
export function callResult(result: CallToolResult, contentProblem: string | undefined): ExternalResult {
	const files: KeptFile[] = [];
	const links: string[] = [];
	const parts = (Array.isArray(result.content) ? result.content : []).slice(0, maxParts).map((part) => {
		switch (part.type) {
			case "text":
				return part.text;
			case "image":
			case "audio":
				return keep(part.type, part.mimeType, part.data);
			case "resource_link": {
				const link = `${part.name}: ${part.uri}`.slice(0, maxLinkChars);
				links.push(link);
				return `[link ${link}]`;
			}
			case "resource":
				return "text" in part.resource
					? `[resource ${part.resource.uri}]\n${part.resource.text}`
					: keep("resource", part.resource.mimeType, part.resource.blob);
			default:
				return `[something of the kind “${String((part as { type: unknown }).type).slice(0, 40)}”, which is not known here]`;
		}
	});
	const hasText = parts.some((part) => part !== "");
	if (result.structuredContent !== undefined && !hasText) parts.push(JSON.stringify(result.structuredContent));
	if (contentProblem)
		parts.push(`[Its structured content does not fit the schema that the server gives for it: ${contentProblem}]`);
	const text = parts.join("\n");
	return { ok: result.isError !== true, text: text === "" ? "(it answered with nothing)" : text, files, links };

	function keep(kind: string, mimeType: string | undefined, data: string): string {
		const bytes = Buffer.from(data, "base64");
		const type = /^[\w.+/-]{1,80}$/.test(mimeType ?? "") ? mimeType! : "application/octet-stream";
		files.push({ bytes, type });
		return `[${kind} ${type}, ${bytes.length} bytes, kept for the person as file ${files.length}]`;
	}
}

const maxParts = 200;
const maxLinkChars = 500;
