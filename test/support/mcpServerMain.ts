import { appendFileSync, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * An MCP server of the revision 2025-11-25 (where it says so, 2026-07-28) over standard input and output, that behaves as its first argument says: well,
 * or badly in one way. The second is a file to which it adds a line for each call that it carries out.
 */
const [, , manner = "good", record = ""] = process.argv;

const stack = {
	name: "stack",
	description: "Stacks bricks.",
	inputSchema: { type: "object", properties: { bricks: { type: "number" } }, required: ["bricks"] },
	outputSchema: { type: "object", properties: { height: { type: "number" } }, required: ["height"] },
	annotations: { destructiveHint: manner === "destructive", readOnlyHint: manner === "good" },
};
const look = { name: "look", inputSchema: { type: "object" } };
let isGrown = false;
let isOpened = false;
const waiting = new Map<string, (reply: Reply) => void>();

const form = (properties: object) => ({ message: "Which bricks?", requestedSchema: { type: "object", properties } });
const questions: Readonly<Record<string, object>> = {
	asks: form({ color: { type: "string", title: "Color", enum: ["red", "yellow"] } }),
	withdraws: form({ color: { type: "string" } }),
	"asks-url": { mode: "url", message: "Sign in.", url: "https://yard.example/in", elicitationId: "e" },
	"asks-too-much": form({ color: { type: "string", enum: Array.from({ length: 51 }, (_, at) => `color ${at}`) } }),
	samples: { messages: [], maxTokens: 10 },
};

function tools(cursor: string | undefined): object {
	switch (manner) {
		case "broken-schema":
			return {
				tools: [
					stack,
					{ name: "odd", inputSchema: { type: "object", properties: { a: { type: "nothing-known" } } } },
					{ name: "list", inputSchema: { type: "array" } },
					{ inputSchema: { type: "object" } },
					{ ...look, description: `\u001b[31mred\u0000 ${"x".repeat(5000)}` },
					{ name: "huge", inputSchema: { type: "object", description: "x".repeat(50_000) } },
					stack,
				],
			};
		case "pages":
			return cursor === undefined ? { tools: [stack], nextCursor: "2" } : { tools: [look] };
		case "endless":
			return { tools: [{ ...look, name: `look${cursor ?? 0}` }], nextCursor: `${Number(cursor ?? 0) + 1}` };
		case "falls-asleep":
			if (!existsSync(`${record}.go`)) void until(() => existsSync(`${record}.fall`)).then(fall);
			return { tools: [stack] };
		case "grows":
			return { tools: isGrown ? [stack, look] : [stack] };
		case "samples-anew":
			return { resultType: "complete", tools: [stack], ttlMs: 0, cacheScope: "private" };
		default:
			return { tools: [stack, look] };
	}
}

async function call(name: string, args: { readonly bricks?: number; readonly wait?: string }): Promise<object> {
	if (record !== "") appendFileSync(record, `${name} ${JSON.stringify(args)}\n`);
	const text = (words: string) => ({ content: [{ type: "text", text: words }] });
	switch (manner) {
		case "dies":
			process.stderr.write("the roof fell in\n");
			process.exit(3);
			break;
		case "silent-call":
			return new Promise(() => undefined);
		case "liar":
			return { ...text("ok"), structuredContent: { height: "tall" } };
		case "error":
			return { ...text("There are no bricks."), isError: true };
		case "huge":
			return text("x".repeat(50 * 1024 * 1024));
		case "image":
			return {
				content: [
					{
						type: "image",
						mimeType: "image/gif",
						data: "R0lGODlhDAAIAIAAAP8AAP///yH5BAAAAAAALAAAAAAMAAgAAAIJhI+py+0Po5wFADs=",
					},
					{ type: "image", mimeType: "image/png", data: "bm8gaW1hZ2U=" },
				],
			};
		case "long":
			return text("brick\n".repeat(20_000));
		case "nonsense":
			return { content: "bricks" };
		case "secret":
			return text(`the token is ${process.env.TOKEN}`);
		case "environment":
			return text(Object.keys(process.env).sort().join(" "));
		case "asks":
		case "asks-url":
		case "asks-too-much":
		case "samples":
		case "withdraws": {
			const answer = ask(manner === "samples" ? "sampling/createMessage" : "elicitation/create", questions[manner]!);
			if (manner === "withdraws") {
				await until(() => existsSync(`${record}.go`));
				send({ method: "notifications/cancelled", params: { requestId: "asked-1" } });
				break;
			}
			const { result, error } = await answer;
			return text(JSON.stringify(result ?? error));
		}
		case "samples-anew": {
			const sample = { method: "sampling/createMessage", params: questions.samples };
			return { resultType: "input_required", inputRequests: { sample } };
		}
		case "url-first":
			if (!isOpened) {
				isOpened = true;
				const elicitations = [
					{ mode: "url", message: "Sign in first.", url: "https://yard.example/in", elicitationId: "e" },
				];
				return { error: { code: -32042, message: "Sign in first.", data: { elicitations } } };
			}
			break;
		case "grows":
			isGrown = true;
			send({ method: "notifications/tools/list_changed" });
			break;
		case "slow":
			await until(() => record === "" || existsSync(`${record}.go`));
	}
	const height = args.bricks ?? 0;
	return { ...text(`The wall is ${height} high.`), structuredContent: { height } };
}

/** Until the test says so; one that falls asleep was quick the first time, and ends once it is told to. */
async function slowly(): Promise<void> {
	const isFirst = !existsSync(record);
	appendFileSync(record, "initialize\n");
	if (isFirst && manner === "falls-asleep") return;
	await until(() => existsSync(`${record}.go`));
}

async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await sleep(20);
}

interface Reply {
	readonly result?: object;
	readonly error?: object;
}

/** A request of the server's own. */
function ask(method: string, params: object): Promise<Reply> {
	const id = `asked-${waiting.size + 1}`;
	send({ id, method, params });
	return new Promise((resolve) => waiting.set(id, resolve));
}

function send(message: object): void {
	process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

function fall(): void {
	appendFileSync(record, "exit\n");
	process.exit(0);
}

async function answer(method: string, params: Record<string, unknown>): Promise<object | undefined> {
	switch (method) {
		case "server/discover":
			if (manner !== "samples-anew") return undefined;
			return {
				resultType: "complete",
				supportedVersions: ["2026-07-28"],
				capabilities: { tools: {} },
				ttlMs: 0,
				cacheScope: "private",
			};
		case "initialize":
			if (manner === "slow-start" || manner === "falls-asleep") await slowly();
			return {
				protocolVersion: "2025-11-25",
				capabilities: { tools: { listChanged: true } },
				serverInfo: { name: "yard", version: "1.0.0" },
			};
		case "tools/list":
			if (manner === "slow-pages") {
				await sleep(500);
				return { tools: [look], nextCursor: "more" };
			}
			return tools(params.cursor as string | undefined);
		case "tools/call":
			if (manner === "refuses") return { error: { code: -32050, message: "The yard is shut." } };
			return call(String(params.name), (params.arguments ?? {}) as object);
		default:
			return undefined;
	}
}

if (manner === "exits") {
	process.stderr.write("there is no yard\n");
	process.exit(1);
}
if (manner === "garbage") process.stdout.write("welcome to the yard!\n{ this is no JSON\n");
if (manner === "floods") {
	const words = `${"noise ".repeat(10_000)}\n`;
	const pour = () => {
		while (process.stderr.write(words));
		process.stderr.once("drain", pour);
	};
	pour();
}
if (manner === "stays") {
	process.on("SIGTERM", () => undefined);
	setInterval(() => undefined, 1000);
}

createInterface({ input: process.stdin }).on("line", async (line) => {
	if (manner === "silent" || manner === "garbage") return;
	const { id, method, params = {}, ...reply } = JSON.parse(line);
	if (method === undefined) return waiting.get(id)?.(reply);
	if (id === undefined) return;
	if (manner === "strict" && method === "server/discover") process.exit(2);
	const result = await answer(method, params);
	if (result && "error" in result) send({ id, ...result });
	else send(result === undefined ? { id, error: { code: -32601, message: "Method not found" } } : { id, result });
});
