import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import { ndJsonStream } from "@agentclientprotocol/sdk";
import { type ScriptedTurn, scriptedAgent } from "./scriptedAcp.ts";

/*
 * An agent's program, as a test starts it: `SCRIPT` is a list of acts as JSON, which it carries out in the one step that it
 * plans. A line that out.txt has already it does not write again.
 */
export type Act =
	| { readonly say: string }
	/** Has a file written by whoever started it. */
	| { readonly writes: string }
	/** Asks for leave, and writes the line itself. */
	| { readonly add: string; readonly unasked?: boolean }
	| { readonly todo: string }
	/** Writes down, in this file, the MCP servers that its session was given. */
	| { readonly notesServers: string }
	/** Writes its environment into this file, and that of the process that started it where the system shows it. */
	| { readonly notesEnvironment: string }
	/** Has a shell do this, and keeps what it prints in a file of its working folder. */
	| { readonly shell: string; readonly into: string }
	/** Ends itself once, where this file is not there yet: it makes it first. */
	| { readonly dieOnce: string }
	/** Prints so many bytes without a line break. */
	| { readonly flood: number }
	/** Goes on for ever, whatever it is told. */
	| { readonly ignores: true }
	/** Until this file is there. */
	| { readonly awaits: string };

const acts = JSON.parse(process.env.SCRIPT ?? "[]") as readonly Act[];
const plan = JSON.stringify({
	title: "Write the lines",
	summary: "Writes each line once.",
	steps: [{ id: "write", title: "Write", instructions: "Write the lines.", checks: [] }],
});

scriptedAgent({ prompt, capabilities: { loadSession: true, mcpCapabilities: { http: true } } }).connect(
	ndJsonStream(
		Writable.toWeb(process.stdout) as WritableStream<Uint8Array>,
		Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>,
	),
);

async function prompt(turn: ScriptedTurn): Promise<"end_turn" | "cancelled"> {
	if (turn.text.includes("You plan the work")) await turn.say(plan);
	else if (turn.text.includes("closing reflection"))
		await turn.say(JSON.stringify({ summary: "The lines are there.", reflection: "Nothing was in the way." }));
	else {
		for (const [index, act] of acts.entries()) if (!(await carryOut(turn, act, `act-${index + 1}`))) return "cancelled";
		await turn.say("All lines are written.");
	}
	return "end_turn";
}

/** Whether it may go on. */
async function carryOut(turn: ScriptedTurn, act: Act, toolCallId: string): Promise<boolean> {
	if ("say" in act) await turn.say(act.say);
	else if ("todo" in act)
		await turn.tell({
			sessionUpdate: "plan",
			entries: [{ content: act.todo, priority: "low", status: "in_progress" }],
		});
	else if ("notesServers" in act) fs.writeFileSync(act.notesServers, JSON.stringify(turn.servers));
	else if ("notesEnvironment" in act) {
		const parent = `/proc/${process.ppid}/environ`;
		const above = fs.existsSync(parent) ? fs.readFileSync(parent, "utf8") : "";
		fs.writeFileSync(act.notesEnvironment, JSON.stringify({ own: process.env, above, args: process.argv }));
	} else if ("shell" in act) {
		const { stdout, stderr } = spawnSync("sh", ["-c", act.shell], { encoding: "utf8" });
		fs.writeFileSync(act.into, stdout + stderr);
	} else if ("dieOnce" in act) {
		if (fs.existsSync(act.dieOnce)) return true;
		fs.writeFileSync(act.dieOnce, "");
		process.stderr.write("I break here.\n");
		process.exit(3);
	} else if ("flood" in act) {
		process.stdout.write("x".repeat(act.flood));
		await new Promise(() => {});
	} else if ("ignores" in act) {
		process.on("SIGTERM", () => {});
		setInterval(() => {}, 1000);
		await new Promise(() => {});
	} else if ("writes" in act) {
		const params = { sessionId: turn.sessionId, path: path.join(process.cwd(), act.writes), content: "written\n" };
		await turn.client.request("fs/write_text_file", params);
	} else if ("awaits" in act) {
		while (!fs.existsSync(act.awaits)) await new Promise((resolve) => setTimeout(resolve, 10));
	} else {
		const file = path.join(process.cwd(), "out.txt");
		if (fs.existsSync(file) && fs.readFileSync(file, "utf8").split("\n").includes(act.add)) return true;
		const command = `echo ${act.add} >> out.txt`;
		const call = { toolCallId, kind: "execute" as const, title: command, rawInput: { command } };
		await turn.tell({ sessionUpdate: "tool_call", ...call, status: "pending" });
		if (!act.unasked) {
			const answer = await turn.ask(call);
			if (answer === "cancelled") return false;
			if (answer !== "allow_once") {
				await turn.tell({ sessionUpdate: "tool_call_update", toolCallId, status: "failed" });
				return true;
			}
		}
		await turn.tell({ sessionUpdate: "tool_call_update", toolCallId, status: "in_progress" });
		fs.appendFileSync(file, `${act.add}\n`);
		await turn.tell({ sessionUpdate: "tool_call_update", toolCallId, status: "completed", rawOutput: { exitCode: 0 } });
	}
	return true;
}
