import path from "node:path";
import { type DaemonClient, openClient } from "../../client/daemonClient.ts";
import { homeFolder, thisActor } from "../../client/home.ts";
import type { Input, MethodName, Methods, Result } from "../../protocol/methods.ts";
import type { Output } from "../terminal/output.ts";

/** What a command is given. Commands know nothing else of their process. */
export interface Context {
	readonly output: Output;
	readonly home: string;
	/** The built daemon, which lies beside this program. */
	readonly daemonScript: string;
	readonly cwd: string;
	readonly env: NodeJS.ProcessEnv;
	/** Opens the client when first asked for; it starts the daemon where none runs. */
	client(start?: "always" | "never"): DaemonClient;
	ask<M extends MethodName>(method: M, params: Input<Methods, M>): Promise<Result<Methods, M>>;
	readStdin(): Promise<string>;
	/** One line that a terminal does not show while it is typed; from a pipe or a file, all that comes. */
	readSecret(prompt: string): Promise<string>;
	/** Closes what the command opened. */
	close(): void;
}

const levels = ["error", "warn", "info", "debug", "trace"];

export function createContext(output: Output): Context {
	const { env } = process;
	const home = homeFolder(env);
	const daemonScript = path.join(import.meta.dirname, "daemon.js");
	// The command line says itself what a person must know; the rest is for who asks for it.
	const loudness = env.MISSION_LOG ? levels.indexOf(env.MISSION_LOG) : -1;
	let client: DaemonClient | undefined;
	const context: Context = {
		output,
		home,
		daemonScript,
		cwd: process.cwd(),
		env,
		client(start = "always") {
			client ??= openClient({
				home,
				actor: thisActor("CLI"),
				daemonScript,
				start,
				log: (level, text) => levels.indexOf(level) <= loudness && output.aside(`${level}: ${text}`),
			});
			return client;
		},
		ask: (method, params) => context.client().request(method, params),
		async readStdin() {
			const chunks: Buffer[] = [];
			for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
			return Buffer.concat(chunks).toString("utf8");
		},
		async readSecret(prompt) {
			if (!process.stdin.isTTY) return context.readStdin();
			return (await import("../terminal/readSecret.ts")).readSecret(process.stdin, process.stderr, prompt);
		},
		close() {
			client?.close();
			client = undefined;
		},
	};
	return context;
}
