import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { startModelServer } from "../../support/modelServer.ts";

const secrets = { env: "env-key-0123456789", command: "printed-key-0123456789", given: "given-key-0123456789" };
const plan = {
	title: "T",
	summary: "S",
	steps: [{ id: "a", title: "A", instructions: "Do what PRIVATE-PROMPT says.", needs: [] }],
};

describe("the daemon's log", function () {
	this.timeout(60_000);
	/** A goal of two model turns, a command and a check; what the log says of it at this level. */
	async function logAt(level: string): Promise<{ readonly log: string; readonly token: string }> {
		const home = mkdtempSync(path.join(os.tmpdir(), "mission-trace-"));
		const { folder: workspace, remove } = newWorkspace();
		const server = await startModelServer({
			script: ({ purpose, toolResults, headers, number }) => {
				// An endpoint that says the key back.
				if (number % 3 === 0) return { status: 500, body: { error: { message: `not now, ${headers.authorization}` } } };
				if (purpose === "plan") return { text: JSON.stringify(plan) };
				return toolResults > 0
					? { text: "Done." }
					: { calls: [{ name: "runCommand", args: { command: "echo PRIVATE-OUTPUT > out.txt" } }] };
			},
		});
		const provider = (id: string, more: object) => ({ id, baseUrl: server.baseUrl, models: ["m"], ...more });
		const providers = [
			provider("one", { apiKeyEnv: "TRACE_KEY" }),
			provider("two", { apiKeyCommand: `echo ${secrets.command}` }),
			provider("three", { apiKeyEnv: "NO_SUCH_KEY" }),
		];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "one/m" }));
		const daemon = await startDaemonProcess({ home, env: { MISSION_LOG: level, TRACE_KEY: secrets.env } });
		try {
			const { client } = daemon;
			await client.request("provider/key", { provider: "three", key: secrets.given });
			await client.request("provider/list", { refresh: true });
			await assert.rejects(client.request("goal/get", { goalId: "g-none" as never }));
			for (const agent of ["one", "two", "three"]) {
				const checks = ["test -f out.txt"];
				const settings = {
					agent: { provider: agent, model: "m" },
					autonomy: "autonomous" as const,
					planApproval: "never" as const,
					checks,
				};
				const { goalId } = await client.request("goal/launch", { workspace, prompt: "PRIVATE-PROMPT", settings });
				const goal = await untilState(client, goalId, ["completed", "awaiting_approval"]);
				for (const { approvalId } of goal.approvals)
					await client.request("approval/answer", { approvalId, answer: "approve" });
				await untilState(client, goalId, ["completed"]);
			}
			const names = readdirSync(home).filter((name) => name.includes("log"));
			return {
				log: names.map((name) => readFileSync(path.join(home, name), "utf8")).join(""),
				token: daemon.file.token,
			};
		} finally {
			await daemon.close();
			await server.close();
			remove();
		}
	}

	it("traces requests, effects, model calls, commands and the store, and holds no key and nothing that was said", async () => {
		const { log, token } = await logAt("trace");
		for (const line of [
			/ trace wire: goal\/launch, \d+ bytes, \d+ bytes after \d+ ms$/m,
			/ trace wire: goal\/get, \d+ bytes, unknownGoal after \d+ ms$/m,
			/ trace effect: turn \S+ of g-\S+, done after \d+ ms$/m,
			/ trace effect: check \S+ of g-\S+, done after \d+ ms$/m,
			/ trace model: one\/m for \S+, begun$/m,
			/ trace model: two\/m for \S+, \S+ after \d+ ms$/m,
			/ trace command: \S+, exited with 0 after \d+ ms$/m,
			/ trace store: append \d+ events to g-\S+, \d+ bytes, done after \d+ ms$/m,
			/ trace store: read g-\S+, \d+ events after \d+ ms$/m,
		])
			assert.match(log, line);
		for (const secret of [...Object.values(secrets), token, "PRIVATE-PROMPT", "PRIVATE-OUTPUT"])
			assert.ok(!log.includes(secret), secret);
	});

	it("has none of that at any other level", async () => {
		const { log } = await logAt("debug");
		assert.match(log, / info daemon \S+ listens on port \d+$/m);
		assert.doesNotMatch(log, / trace /);
	});
});
