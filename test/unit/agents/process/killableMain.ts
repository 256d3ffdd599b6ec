import { appendFileSync, readFileSync, truncateSync, writeSync } from "node:fs";
import type { AgentLaunch } from "../../../../src/daemon/agents/process/agentProcess.ts";
import { openAgentProcesses } from "../../../../src/daemon/agents/process/agentProcesses.ts";

/**
 * As much of a daemon as an agent's process notices. It opens the process of a key, sends it the orders that are not
 * sent yet, and notes each line that it reads, with its end, in a journal that the next one reads on from. Tests kill it.
 */
export interface Work {
	readonly folder: string;
	readonly relayFile: string;
	readonly key: string;
	readonly launch: AgentLaunch;
	readonly orders: readonly string[];
	readonly journal: string;
	/** So many lines are expected in all. */
	readonly lines: number;
}

void main(JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Work);

async function main({ folder, relayFile, key, launch, orders, journal, lines }: Work): Promise<void> {
	const processes = openAgentProcesses({ folder, relay: readFileSync(relayFile, "utf8") });
	writeSync(1, "begin\n");
	const agent = await processes.open(key, launch);
	const noted = readJournal(journal);
	let left = lines - noted.length;
	const reading = read();
	const sent = (await agent.written()).length;
	for (const order of orders.slice(sent)) {
		await agent.write(order);
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
	await reading;
	writeSync(1, "done\n");
	process.exit(0);

	async function read(): Promise<void> {
		if (left === 0) return;
		for await (const line of agent.lines(noted.at(-1)?.end ?? 0, new AbortController().signal)) {
			appendFileSync(journal, `${JSON.stringify(line)}\n`);
			if (--left === 0) return;
		}
	}
}

/** What was being written when the one before was killed, goes. */
function readJournal(file: string): readonly { readonly line: string; readonly end: number }[] {
	const text = readFileSync(file, "utf8");
	const whole = text.slice(0, text.lastIndexOf("\n") + 1);
	truncateSync(file, Buffer.byteLength(whole));
	return whole.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
