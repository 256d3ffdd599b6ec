import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import type { PartialLaunchSettings } from "../../../src/core/settings.ts";
import { findProgram } from "../../../src/daemon/platform/findProgram.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, plainReflection, type Script, startModelServer } from "../../support/modelServer.ts";
import { skipWithoutSandbox } from "../commands/workbench.ts";

/** An agent that runs these commands, one a turn, whatever comes of them. */
const running =
	(commands: readonly string[]): Script =>
	({ purpose, toolResults }) => {
		const steps = [{ id: "work", title: "Work", instructions: "Work." }];
		if (purpose === "plan") return { text: JSON.stringify({ title: "Work", summary: "Work.", steps }) };
		if (purpose === "reflect") return { text: plainReflection };
		const command = commands[toolResults];
		return command === undefined ? { text: "Done." } : { calls: [{ name: "runCommand", args: { command } }] };
	};

interface Yard {
	readonly home: string;
	readonly folder: string;
	readonly daemon: DaemonProcess;
	launch(commands: readonly string[], settings: PartialLaunchSettings): Promise<GoalId>;
	close(): Promise<void>;
}

async function openYard(config: object, env: Record<string, string> = {}): Promise<Yard> {
	const server: ModelServer = await startModelServer({ script: running([]), models: ["scripted"] });
	const home = mkdtempSync(path.join(os.tmpdir(), "mission-home-"));
	const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }];
	writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "local/scripted", ...config }));
	const daemon = await startDaemonProcess({ home, env });
	const { folder, remove } = newWorkspace();
	return {
		home,
		folder,
		daemon,
		async launch(commands, settings) {
			server.use(running(commands));
			const { goalId } = await daemon.client.request("goal/launch", { workspace: folder, prompt: "Work", settings });
			return goalId;
		},
		async close() {
			await daemon.close();
			await server.close();
			remove();
		},
	};
}

/** All its events. */
async function eventsOf({ daemon }: Yard, goalId: GoalId) {
	return (await daemon.client.request("goal/events", { goalId, limit: 500 })).events;
}

describe("a goal in a sandbox", function () {
	this.timeout(90_000);
	let yard: Yard;
	before(async function () {
		await skipWithoutSandbox(this);
		yard = await openYard({});
	});
	after(() => yard?.close());

	it("under autonomous runs what only writes unasked, inside, and its checks; what reaches the network asks", async () => {
		const goalId = await yard.launch(["make -v > made; touch ../out; cp made more", "curl -s http://example.invalid"], {
			...{ autonomy: "autonomous", sandbox: "auto", checks: ["test -s made && cat /proc/1/comm"] },
		});
		const waiting = await untilState(yard.daemon.client, goalId, ["awaiting_approval"], 60_000);
		assert.deepEqual(
			waiting.approvals.map(({ command }) => command),
			["curl -s http://example.invalid"],
		);
		const [approval] = waiting.approvals;
		assert.match(approval?.reasons.join("\n") ?? "", /in a sandbox \(bubblewrap, with the network\)/);
		assert.notEqual(readFileSync(path.join(yard.folder, "more"), "utf8"), "");
		await yard.daemon.client.request("approval/answer", {
			...{ approvalId: approval!.approvalId, answer: "approve", digest: approval!.digest },
		});
		await untilState(yard.daemon.client, goalId, ["completed"], 60_000);
		const events = await eventsOf(yard, goalId);
		const ran = events.flatMap((event) =>
			event.type === "tool.started" || event.type === "check.started" ? [event.sandbox] : [],
		);
		assert.deepEqual(ran, [
			{ name: "bubblewrap", network: false },
			{ name: "bubblewrap", network: true },
			{ name: "bubblewrap", network: false },
		]);
		const checked = events.find((event) => event.type === "check.completed");
		assert.equal(checked?.type === "check.completed" && checked.output.head, "bwrap\n");
		const { text } = await yard.daemon.client.request("dossier/get", { goalId });
		assert.match(text, /Sandbox: auto; 3 commands in bubblewrap/);
	});

	it("runs outside where its launch says off, and asks as ever", async () => {
		const goalId = await yard.launch(["cp made again"], { autonomy: "autonomous", sandbox: "off" });
		const waiting = await untilState(yard.daemon.client, goalId, ["awaiting_approval"], 60_000);
		assert.doesNotMatch(waiting.approvals[0]?.reasons.join("\n") ?? "", /sandbox/);
	});

	it("is said before the launch: what the machine has", async () => {
		const { rows } = await yard.daemon.client.request("baseline/read", { workspace: yard.folder, part: "sandbox" });
		assert.deepEqual([rows[0]?.state, rows[0]?.value], ["ok", "bubblewrap, where a launch asks for it"]);
	});
});

describe("where config.jsonc requires a sandbox", function () {
	this.timeout(90_000);

	it("no launch takes it back, and what is tested is told as it would run", async function () {
		await skipWithoutSandbox(this);
		const yard = await openYard({ sandbox: "required" });
		try {
			const goalId = await yard.launch(["cp /etc/hostname made"], { autonomy: "autonomous", sandbox: "off" });
			const goal = await untilState(yard.daemon.client, goalId, ["completed", "awaiting_approval"], 60_000);
			assert.equal(goal.state, "completed");
			const [launched] = await eventsOf(yard, goalId);
			assert.equal(launched?.type === "goal.launched" && launched.settings.sandbox, "required");
			const { results } = await yard.daemon.client.request("policy/test", {
				...{ workspace: yard.folder, commands: ["cp a b"], autonomy: "autonomous" },
			});
			assert.equal(results[0]?.verdict, "allow");
		} finally {
			await yard.close();
		}
	});

	const missing: readonly (readonly [what: string, bwrap: string | undefined, says: RegExp])[] = [
		["bubblewrap is missing", undefined, /bubblewrap is not installed\. Install the package/],
		[
			"user namespaces are forbidden",
			"echo 'bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.' >&2; exit 1",
			/This system forbids user namespaces to people: allow them for bwrap/,
		],
	];
	for (const [what, bwrap, says] of missing)
		it(`nothing is launched when ${what}: it is refused with what to do`, async () => {
			const bin = mkdtempSync(path.join(os.tmpdir(), "mission-bin-"));
			for (const name of ["git", "rg", "sh", "bash", "env", "node"]) {
				const found = findProgram(name, process.env.PATH);
				if (found) symlinkSync(found, path.join(bin, name));
			}
			if (bwrap !== undefined) {
				writeFileSync(path.join(bin, "bwrap"), `#!/bin/sh\n${bwrap}\n`);
				chmodSync(path.join(bin, "bwrap"), 0o755);
			}
			const yard = await openYard({ sandbox: "required" }, { PATH: bin });
			try {
				await assert.rejects(yard.launch(["touch made"], { autonomy: "autonomous" }), (cause: Error) =>
					says.test(cause.message),
				);
				const { rows } = await yard.daemon.client.request("baseline/read", {
					...{ workspace: yard.folder, part: "sandbox" },
				});
				assert.equal(rows[0]?.state, "problem");
				assert.match(rows[0]?.detail ?? "", says);
				await assert.rejects(
					yard.daemon.client.request("baseline/check", { workspace: yard.folder, command: "true" }),
					says,
				);
			} finally {
				await yard.close();
			}
		});
});
