import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import * as acp from "@agentclientprotocol/sdk";
import type { FoundAcpAgent } from "../../src/daemon/discovery/acpAgents.ts";

/** The smallest client that an agent works with: what it does alone, without a daemon between. */
export interface DirectAgent {
	readonly process: ChildProcess;
	/** Titles of what it asked for. */
	readonly permissions: readonly string[];
	/** Resolves with the reason why the turn ended. */
	prompt(text: string): Promise<string>;
	cancel(): Promise<void>;
	close(): Promise<void>;
}

/** How a request for permission is answered; `wait` leaves it open. */
export type Permission = "allow_once" | "reject_once" | "wait";

export async function openDirectAgent(
	found: FoundAcpAgent,
	folder: string,
	permission: () => Permission,
): Promise<DirectAgent> {
	const { program, args, environment, mode } = found;
	const child = spawn(program, [...args], {
		cwd: folder,
		env: environment,
		stdio: ["pipe", "pipe", "pipe"],
		detached: true,
	});
	const exit = once(child, "exit");
	let words = "";
	child.stderr.on("data", (chunk) => {
		words = `${words}${chunk}`.slice(-4000);
	});
	const permissions: string[] = [];
	const app = acp
		.client({ name: "direct" })
		.onRequest(acp.methods.client.session.requestPermission, ({ params }) => {
			permissions.push(params.toolCall.title ?? "");
			const kind = permission();
			if (kind === "wait") return new Promise(() => {});
			const option = params.options.find((one) => one.kind === kind)!;
			return { outcome: { outcome: "selected", optionId: option.optionId } };
		})
		.onRequest(acp.methods.client.fs.readTextFile, ({ params }) => ({ content: readFileSync(params.path, "utf8") }))
		.onRequest(acp.methods.client.fs.writeTextFile, ({ params }) => {
			writeFileSync(params.path, params.content);
			return {};
		})
		.onNotification(acp.methods.client.session.update, () => {});
	const connection = app.connect(
		acp.ndJsonStream(
			Writable.toWeb(child.stdin),
			Readable.toWeb(child.stdout) as ReadableStream<Uint8Array<ArrayBuffer>>,
		),
	);
	const died = exit.then(([code, signal]) => {
		throw new Error(`${found.name} ended (${code ?? signal}): ${words}`);
	});
	died.catch(() => {});
	const ask = <T>(answer: Promise<T>): Promise<T> => Promise.race([answer, died]);
	const { initialize, session } = acp.methods.agent;
	await ask(
		connection.agent.request(initialize, {
			protocolVersion: acp.PROTOCOL_VERSION,
			clientInfo: { name: "direct", version: "0" },
			clientCapabilities: { fs: { readTextFile: true, writeTextFile: true }, terminal: false },
		}),
	);
	const { sessionId } = await ask(connection.agent.request(session.new, { cwd: folder, mcpServers: [] }));
	if (mode) await ask(connection.agent.request(session.setMode, { sessionId, modeId: mode }));
	return {
		process: child,
		permissions,
		async prompt(text) {
			const prompt = [{ type: "text" as const, text }];
			const asked: Promise<acp.PromptResponse> = connection.agent.request(session.prompt, { sessionId, prompt });
			return (await ask(asked)).stopReason;
		},
		async cancel() {
			await connection.agent.notify(session.cancel, { sessionId });
		},
		async close() {
			if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
			await exit;
		},
	};
}
