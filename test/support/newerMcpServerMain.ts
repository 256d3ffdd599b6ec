import http from "node:http";
import path from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

/**
 * An MCP server of the revision 2026-07-28, made with the package that lies in the folder of the first argument. It speaks
 * over standard input and output, or, where the second is `http`, on a port of loopback that it prints.
 */
const [, , packages = "", how = "stdio"] = process.argv;

/** What comes with a call that is made again once the person has answered. */
interface Asked {
	readonly mcpReq: {
		readonly inputResponses?: Readonly<
			Record<string, { readonly action: string; readonly content?: Readonly<Record<string, unknown>> } | undefined>
		>;
	};
}

main().catch((cause) => {
	console.error(cause);
	process.exit(1);
});

async function main(): Promise<void> {
	const load = (file: string) => import(pathToFileURL(path.join(packages, file)).href);
	const { McpServer, createMcpHandler, inputRequired } = await load("@modelcontextprotocol/server/dist/index.mjs");
	const { serveStdio } = await load("@modelcontextprotocol/server/dist/stdio.mjs");
	const { z } = await load("zod/index.js");
	const create = () => {
		const server = new McpServer({ name: "newer", version: "2.0.0" });
		server.registerTool(
			"stack",
			{ description: "Stacks bricks.", inputSchema: z.object({ bricks: z.number() }) },
			({ bricks }: { bricks: number }) => ({ content: [{ type: "text", text: `The wall is ${bricks} high.` }] }),
		);
		const asksFirst = { description: "Asks first.", inputSchema: z.object({}) };
		const color = inputRequired.elicit({
			message: "Which color?",
			requestedSchema: { type: "object", properties: { color: { type: "string" } } },
		});
		server.registerTool("ask", asksFirst, (_args: object, { mcpReq }: Asked) => {
			const answer = mcpReq.inputResponses?.color;
			if (!answer) return inputRequired({ inputRequests: { color } });
			const text = answer.action === "accept" ? `is ${answer.content?.color}` : `has no color: ${answer.action}`;
			return { content: [{ type: "text", text: `The wall ${text}.` }] };
		});
		const sample = inputRequired.createMessage({ messages: [], maxTokens: 10 });
		server.registerTool("sample", asksFirst, () => inputRequired({ inputRequests: { sample } }));
		return server;
	};
	if (how === "stdio") return void serveStdio(create);
	const handler = createMcpHandler(create);
	const server = http.createServer(async (incoming, outgoing) => {
		const body = ["GET", "HEAD"].includes(incoming.method ?? "") ? undefined : Readable.toWeb(incoming);
		const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as [string, string]);
		const url = `http://127.0.0.1${incoming.url}`;
		const request = new Request(url, {
			method: incoming.method,
			headers,
			body: body as never,
			duplex: "half",
		} as never);
		const response: Response = await handler.fetch(request);
		outgoing.writeHead(response.status, Object.fromEntries(response.headers));
		if (response.body) Readable.fromWeb(response.body as never).pipe(outgoing);
		else outgoing.end();
	});
	server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
}
