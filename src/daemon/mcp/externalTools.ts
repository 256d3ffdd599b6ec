import * as v from "valibot";
import type { McpServer } from "../config/mcpServer.ts";
import type { PersonQuestion } from "../tools/personQuestion.ts";
import { type ExternalTool, ToolError } from "../tools/tool.ts";
import { callResult } from "./callResult.ts";
import { elicited } from "./elicited.ts";
import type { McpConnection, McpTool } from "./mcpConnection.ts";
import { definitionName } from "./serverBinding.ts";
import { toolNames } from "./toolNames.ts";

/** A server that is there, and what it lists. */
export interface OpenServer {
	readonly server: McpServer;
	readonly connection: McpConnection;
	readonly tools: readonly McpTool[];
	/** Takes secrets out of what it answers. */
	redact(text: string): string;
}

/** The tools of servers as agents use them, in an order that is always the same. */
export function externalTools(open: readonly OpenServer[]): readonly ExternalTool[] {
	const all = [...open]
		.sort((a, b) => (a.server.name < b.server.name ? -1 : 1))
		.flatMap((one) => one.tools.map((tool) => ({ one, tool })));
	const names = toolNames(all.map(({ one, tool }) => ({ server: one.server.name, tool: tool.name })));
	return all.map(({ one, tool }, at) => externalTool(names[at]!, one, tool));
}

/** What people see of a call; the whole of it is in its event. */
const summaryChars = 2000;

function externalTool(name: string, { server, connection, redact }: OpenServer, tool: McpTool): ExternalTool {
	const external: ExternalTool<Record<string, unknown>> = {
		kind: "external",
		name,
		description: tool.description || `The tool ${tool.name} of the MCP server ${server.name}.`,
		params: argumentsOf(tool),
		schema: tool.schema,
		server: server.name,
		serverTool: tool.name,
		risk: tool.hints.destructive === true ? "dangerous" : "network",
		reasons: [`it is a tool of the MCP server ${server.name}, and what it does is not known here`, ...hintWords(tool)],
		bound: {
			[definitionName(server)]: server.digest,
			[`what ${server.name} says of its tool ${tool.name}`]: tool.digest,
		},
		isAllowed: server.allow.includes(tool.name),
		timeoutMs: server.timeoutMs,
		summarize(args) {
			const written = JSON.stringify(args);
			const shown = written.length > summaryChars ? `${written.slice(0, summaryChars)}…` : written;
			return `${server.name}: ${tool.name}${shown === "{}" ? "" : ` ${shown}`}`;
		},
		async call(args, context) {
			const from = `The MCP server ${server.name}`;
			let asked = 0;
			const answer = await connection.call(tool, args, {
				...context,
				elicit(request, withdrawn) {
					asked += 1;
					const ask = (question: PersonQuestion) => context.ask({ ...question, from }, withdrawn);
					return elicited(`${asked}`, request, ask, redact);
				},
			});
			if (answer.kind === "failed") throw new ToolError(redact(`${server.name}: ${answer.reason}`));
			const { structuredContent, isError } = answer.result;
			const problem = structuredContent === undefined || isError ? undefined : tool.contentProblem(structuredContent);
			const result = callResult(answer.result, problem);
			return { ...result, text: redact(result.text), links: result.links.map(redact) };
		},
	};
	// A row forgets its type of arguments, as in the table of our own tools.
	return external as unknown as ExternalTool;
}

function argumentsOf(tool: McpTool): v.GenericSchema<unknown, Record<string, unknown>> {
	return v.pipe(
		v.record(v.string(), v.unknown()),
		v.rawCheck(({ dataset, addIssue }) => {
			const problem = dataset.typed ? tool.argumentsProblem(dataset.value) : undefined;
			if (problem) addIssue({ message: problem });
		}),
	);
}

function hintWords({ hints }: McpTool): readonly string[] {
	return [
		hints.readOnly === true ? "the server says that it only reads" : undefined,
		hints.destructive === true ? "the server says that it may destroy or overwrite" : undefined,
		hints.openWorld === true ? "the server says that it reaches beyond itself" : undefined,
	].filter((word) => word !== undefined);
}
