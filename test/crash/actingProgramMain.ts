import fs from "node:fs";
import { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import * as acp from "@agentclientprotocol/sdk";

/**
 * An agent that is a program, on the protocol's own package: it plans the steps that its arguments name, and carries out
 * their acts. Before each it speaks for a while, asks, and then appends the act's line to its step's file, by itself. It
 * looks at nothing before: told twice it acts twice, asked twice it counts twice. Only one that follows one that died
 * leaves out what it finds done. What it was told and answered it notes in the file that its first argument names, with its number.
 */
const acts = 3;
const words = 10;
const [notes = "", ...steps] = process.argv.slice(2);
const isResuming = process.env.AGENT_RESUMES === "1";

const options: acp.PermissionOption[] = [
	{ optionId: "yes", name: "Yes", kind: "allow_once" },
	{ optionId: "no", name: "No", kind: "reject_once" },
];
const sessions = new Map<string, { readonly cwd: string; readonly isSecond: boolean; cancelled: boolean }>();

acp
	.agent({ name: "scripted" })
	.onRequest("initialize", () => ({
		protocolVersion: acp.PROTOCOL_VERSION,
		agentCapabilities: isResuming ? { sessionCapabilities: { resume: {} } } : {},
		agentInfo: { name: "scripted", version: "1.0" },
	}))
	.onRequest("session/new", ({ params: { cwd, mcpServers } }) => {
		const sessionId = `session-${process.pid}`;
		sessions.set(sessionId, { cwd, isSecond: false, cancelled: false });
		const given = mcpServers.flatMap((server) => ("env" in server ? server.env : []));
		note({ did: "new", session: sessionId, servers: given.find(({ name }) => name === "WITHHELD")?.value });
		return { sessionId };
	})
	.onRequest("session/resume", ({ params: { sessionId, cwd } }) => {
		sessions.set(sessionId, { cwd, isSecond: true, cancelled: false });
		note({ did: "resume", session: sessionId });
		return {};
	})
	.onNotification("session/cancel", ({ params }) => {
		const session = sessions.get(params.sessionId);
		if (session) session.cancelled = true;
	})
	.onRequest("session/prompt", async ({ params: { sessionId, prompt }, client }): Promise<acp.PromptResponse> => {
		const { cwd, isSecond } = sessions.get(sessionId)!;
		const text = prompt.map((block) => (block.type === "text" ? block.text : "")).join("");
		note({ did: "prompt", session: sessionId });
		const tell = (update: object) => client.notify("session/update", { sessionId, update } as acp.SessionNotification);
		const say = (said: string) => tell({ sessionUpdate: "agent_message_chunk", content: { type: "text", text: said } });
		if (text.includes("You plan the work")) await say(plan());
		else if (text.includes("closing reflection"))
			await say(JSON.stringify({ summary: "It is done.", reflection: "Nothing was in the way." }));
		else {
			const step = /acts of (\w+)/.exec(text)?.[1] ?? steps.find((one) => !isDone(cwd, one)) ?? steps[0]!;
			for (let act = 1; act <= acts; act++) {
				if ((isSecond || text.includes("has died")) && linesOf(cwd, step).includes(`${step} ${act}`)) continue;
				for (let word = 1; word <= words; word++) {
					await say(`${step}-${act}-${word} `);
					await sleep(4);
				}
				const command = `echo ${step} ${act} >> ${step}.txt`;
				const toolCall: acp.ToolCallUpdate = {
					toolCallId: `${step} ${act}`,
					kind: "execute",
					title: command,
					rawInput: { command },
				};
				await tell({ sessionUpdate: "tool_call", ...toolCall, status: "pending" });
				const { outcome } = await client.request("session/request_permission", { sessionId, toolCall, options });
				const answer = outcome.outcome === "selected" ? outcome.optionId : "cancelled";
				note({ did: "asked", act: `${step} ${act}`, answer });
				if (answer !== "yes") return { stopReason: answer === "no" ? "end_turn" : "cancelled" };
				await tell({ sessionUpdate: "tool_call_update", toolCallId: toolCall.toolCallId, status: "in_progress" });
				await sleep(15);
				fs.appendFileSync(`${cwd}/${step}.txt`, `${step} ${act}\n`);
				note({ did: "acted", act: `${step} ${act}` });
				await sleep(5);
				await tell({ sessionUpdate: "tool_call_update", toolCallId: toolCall.toolCallId, status: "completed" });
			}
			await say("All is done.");
		}
		return { stopReason: "end_turn" };
	})
	.connect(
		acp.ndJsonStream(
			Writable.toWeb(process.stdout) as WritableStream<Uint8Array>,
			Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>,
		),
	);

function plan(): string {
	const planned = steps.map((id) => ({ id, title: id, instructions: `Do the acts of ${id}.`, needs: [], checks: [] }));
	return JSON.stringify({ title: "Acts", summary: "Acts.", steps: planned });
}

function note(what: object): void {
	fs.appendFileSync(notes, `${JSON.stringify({ pid: process.pid, ...what })}\n`);
}

function linesOf(cwd: string, step: string): string[] {
	const file = `${cwd}/${step}.txt`;
	return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

function isDone(cwd: string, step: string): boolean {
	return linesOf(cwd, step).length === acts;
}
