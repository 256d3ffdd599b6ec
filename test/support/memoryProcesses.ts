import { type AgentApp, ndJsonStream } from "@agentclientprotocol/sdk";
import type {
	AgentEnd,
	AgentLaunch,
	AgentProcess,
	AgentProcesses,
} from "../../src/daemon/agents/process/agentProcess.ts";

/**
 * Programs of agents that run in this process, with spools in memory that outlive every daemon. A daemon that was killed
 * reads and writes nothing more.
 */
export interface MemoryProcesses {
	/** As one daemon has them. */
	daemon(): { readonly processes: AgentProcesses; kill(): void };
	/** By their keys, as they began. */
	readonly spools: ReadonlyMap<string, MemorySpool>;
}

export interface MemorySpool {
	readonly launch: AgentLaunch;
	readonly written: readonly string[];
	readonly isAlive: boolean;
	/** It prints this line, whatever it is. */
	print(line: string): void;
	/** It dies by itself. */
	die(reason?: string): void;
}

/** What is started: the protocol's own agent, or whatever speaks otherwise. */
export type Program = (spool: MemorySpool) => AgentApp | "silent";

export function memoryProcesses(program: Program): MemoryProcesses {
	const spools = new Map<string, ReturnType<typeof openSpool>>();
	return {
		spools,
		daemon() {
			const killed = new AbortController();
			return {
				kill: () => killed.abort(),
				processes: {
					async open(key, launch) {
						const spool = spools.get(key) ?? openSpool(launch, program);
						spools.set(key, spool);
						return spool.attended(killed.signal);
					},
					find: async (key) => spools.get(key)?.attended(killed.signal),
					async forget(keys) {
						for (const key of keys) {
							spools.get(key)?.end("Ended by the daemon.");
							spools.delete(key);
						}
					},
				},
			};
		},
	};
}

function openSpool(launch: AgentLaunch, program: Program) {
	const written: string[] = [];
	const printed: { readonly line: string; readonly end: number }[] = [];
	const news = new EventTarget();
	let over: AgentEnd | undefined;
	let offset = 0;
	let finish: (end: AgentEnd) => void;
	const ended = new Promise<AgentEnd>((resolve) => {
		finish = resolve;
	});
	let input: ReadableStreamDefaultController<Uint8Array>;
	const toAgent = new ReadableStream<Uint8Array>({
		start(controller) {
			input = controller;
		},
	});
	let rest = "";
	const fromAgent = new WritableStream<Uint8Array>({
		write(bytes) {
			const lines = (rest + Buffer.from(bytes).toString("utf8")).split("\n");
			rest = lines.pop()!;
			for (const line of lines) print(line);
		},
	});

	function print(line: string): void {
		if (over) return;
		offset += Buffer.byteLength(line) + 1;
		printed.push({ line, end: offset });
		news.dispatchEvent(new Event("news"));
	}

	function end(reason: string, wasStopped = true): void {
		if (over) return;
		over = { exitCode: 1, wasStopped, errorTail: "", reason };
		finish(over);
		news.dispatchEvent(new Event("news"));
	}

	/** To a daemon that was killed nothing happens any more. */
	async function* lines(
		from: number,
		signal: AbortSignal,
		killed: AbortSignal,
	): AsyncGenerator<{ line: string; end: number }> {
		for (let at = 0; ; ) {
			if (signal.aborted) return;
			if (killed.aborted) await new Promise(() => {});
			const next = printed[at];
			if (next) {
				at++;
				if (next.end > from) yield next;
			} else if (over) return;
			else
				await new Promise<void>((resolve) => {
					const goOn = () => {
						news.removeEventListener("news", goOn);
						signal.removeEventListener("abort", goOn);
						resolve();
					};
					news.addEventListener("news", goOn);
					signal.addEventListener("abort", goOn);
				});
		}
	}

	const spool = {
		launch,
		written,
		get isAlive() {
			return over === undefined;
		},
		print,
		die: (reason = "It was killed.") => end(reason, false),
		end,
		attended: (killed: AbortSignal): AgentProcess => ({
			written: async () => [...written],
			async write(line) {
				if (killed.aborted) return new Promise(() => {});
				if (over) throw new Error("The process has ended.");
				written.push(line);
				const withheld = Object.entries(launch.withheld ?? {});
				const whole = withheld.reduce((text, [stands, value]) => text.replaceAll(stands, () => value), line);
				input.enqueue(Buffer.from(`${whole}\n`));
			},
			lines: (from, signal) => lines(from, signal, killed),
			ended: ended.then((how) => (killed.aborted ? new Promise<AgentEnd>(() => {}) : how)),
			get isAlive() {
				return over === undefined;
			},
			async stop() {
				if (!killed.aborted) end("It was told to end.");
			},
		}),
	};
	const app = program(spool);
	if (app !== "silent") app.connect(ndJsonStream(fromAgent, toAgent));
	return spool;
}
