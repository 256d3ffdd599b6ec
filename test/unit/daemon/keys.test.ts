import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer.ts";

const key = "planted-key-5c4b3a2190fedcba8765";
const plan = { title: "Sail", summary: "", steps: [{ id: "sail", title: "Sail", instructions: "Set sail." }] };

describe("a key that a client hands over", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let home: string;
	let server: ModelServer;
	let daemon: DaemonProcess;

	beforeEach(async () => {
		home = mkdtempSync(path.join(os.tmpdir(), "mission-keys-"));
		server = await startModelServer({
			script: ({ purpose, toolResults }) => {
				if (purpose === "plan") return { text: JSON.stringify(plan) };
				return purpose === "work" && toolResults === 0
					? { calls: [{ name: "runCommand", args: { command: "env; tr '\\0' '\\n' < /proc/$PPID/environ" } }] }
					: { text: "Done." };
			},
			key,
		});
		const provider = { id: "yard", baseUrl: server.baseUrl, apiKeyEnv: "YARD_KEY", models: ["m"], efforts: ["low"] };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [provider], agent: "yard/m" }));
		daemon = await startDaemonProcess({ home, env: { MISSION_LOG: "trace" } });
	});
	afterEach(async () => {
		await daemon.close();
		await server.close();
		rmSync(home, { recursive: true, force: true });
	});
	after(remove);

	async function launch(): Promise<GoalId> {
		const settings = { autonomy: "autonomous", planApproval: "never" } as const;
		return (await daemon.client.request("goal/launch", { workspace, prompt: "Sail", settings })).goalId;
	}
	const give = (given: string | undefined) => daemon.client.request("provider/key", { provider: "yard", key: given });

	/** The command asks, whatever the autonomy: no rule allows it. */
	async function finish(goalId: GoalId): Promise<void> {
		for (;;) {
			const goal = await untilState(daemon.client, goalId, ["completed", "awaiting_approval", "failed"]);
			if (goal.state !== "awaiting_approval") return assert.equal(goal.state, "completed");
			const { approvals } = await daemon.client.request("approval/list", { goalId });
			for (const { approvalId } of approvals)
				await daemon.client.request("approval/answer", { approvalId, answer: "approve" });
		}
	}

	function isAnywhere(text: string): string | undefined {
		const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
		const names = files.map((entry) => path.join(entry.parentPath, entry.name));
		return names.find((name) => readFileSync(name).includes(text));
	}

	it("lets goals go on that waited for it, and is in nothing that they, the daemon and its exports leave", async () => {
		const goalId = await launch();
		const blocked = await untilState(daemon.client, goalId, ["blocked"]);
		assert.match(blocked.stateReason!, /needs a key: set YARD_KEY .*mission providers key yard/);
		assert.deepEqual((await give(key)).goals, [goalId]);
		await finish(goalId);
		for (const format of ["md", "html", "jsonl"] as const) {
			const { text } = await daemon.client.request("dossier/get", { goalId, format });
			assert.ok(!text.includes(key), format);
		}
		const { providers } = await daemon.client.request("provider/list", { refresh: true });
		assert.deepEqual(providers[0]?.usable, true);
		assert.ok(!JSON.stringify(providers).includes(key));
		assert.equal(isAnywhere(key), undefined);
		assert.ok(isAnywhere("Set sail."), "the search finds what is there");
		assert.ok(!daemon.words().includes(key));
	});

	it("is gone with the daemon; handed over again, the goal that it held up goes on", async () => {
		await give(key);
		daemon = await daemon.restart();
		const goalId = await launch();
		await untilState(daemon.client, goalId, ["blocked"]);
		daemon = await daemon.restart();
		const still = await daemon.client.request("goal/get", { goalId });
		assert.equal(still.state, "blocked");
		assert.deepEqual((await give(key)).goals, [goalId]);
		await finish(goalId);
	});

	it("that was refused holds the goal until another one comes; the same again changes nothing", async () => {
		await give("wrong-key-123456");
		const goalId = await launch();
		const blocked = await untilState(daemon.client, goalId, ["blocked"]);
		assert.match(blocked.stateReason!, /refused the key \(401\): check the key that you handed over/);
		assert.deepEqual((await give("wrong-key-123456")).goals, []);
		assert.deepEqual((await give(key)).goals, [goalId]);
		await finish(goalId);
		assert.equal(isAnywhere("wrong-key-123456"), undefined);
	});

	it("can be forgotten, and what is no key or no provider is refused without being repeated", async () => {
		await give(key);
		await give(undefined);
		await untilState(daemon.client, await launch(), ["blocked"]);
		for (const bad of ["short", "with a space in it", "line\nbreak-123", "ключ-ключ-ключ", "", "x".repeat(20_000)]) {
			const refusal = await give(bad).then(
				() => assert.fail(bad.slice(0, 20)),
				(cause: Error) => cause.message,
			);
			assert.ok(bad === "" || !refusal.includes(bad));
		}
		await assert.rejects(
			daemon.client.request("provider/key", { provider: "nobody", key }),
			/There is no provider of this name/,
		);
		await assert.rejects(daemon.client.request("provider/key", { provider: "sk-NOT A NAME", key }), (cause: Error) => {
			assert.match(cause.message, /a provider is named with lower-case letters/);
			return !cause.message.includes(key) && !cause.message.includes("NOT A NAME");
		});
		assert.equal(isAnywhere("NOT A NAME"), undefined);
	});

	it("does not make a launch with an effort that the provider cannot do pass in silence", async () => {
		await give(key);
		const agent = { provider: "yard", model: "m", effort: "high" } as const;
		const { goalId, notes } = await daemon.client.request("goal/launch", {
			workspace,
			prompt: "Sail",
			settings: { agent, assignments: [{ role: "planner", effort: "low" }], planApproval: "never" },
		});
		assert.deepEqual(notes, ["Primary agent: yard/m takes no reasoning effort “high” (only low), so it is left out."]);
		await finish(goalId);
		assert.deepEqual([...new Set(server.requests.map(({ purpose, effort }) => `${purpose} ${effort}`))].sort(), [
			"plan low",
			"reflect low",
			"work undefined",
		]);
	});
});
