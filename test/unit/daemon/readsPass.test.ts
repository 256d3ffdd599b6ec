import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer.ts";

const harmless = ["ls", "git status", "rg x src || grep -rn greeting src", "cat a.txt | head -3"];

/** What is asked about, its risk, and what a person is told of it. */
const asking: readonly (readonly [command: string, risk: string, told: RegExp])[] = [
	["rm -rf build", "dangerous", /delete/],
	["curl https://example.com", "network", /network/],
	["npm install left-pad", "network", /install|fetch/],
	["git push", "dangerous", /another repository/],
	["sudo ls", "dangerous", /rights of another user/],
	["ls; sh -c 'sudo ls'", "dangerous", /rights of another user/],
	["ls $(cat a.txt) > $OUT", "write", /cannot be read for sure/],
];

describe("commands of a goal that is aware", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	const commands = [...harmless, ...asking.map(([command]) => command)];
	before(async () => {
		writeFileSync(path.join(workspace, "a.txt"), "a\n");
		server = await startModelServer({
			models: ["scripted"],
			script: ({ purpose, toolResults }) => {
				if (purpose === "plan")
					return {
						text: JSON.stringify({
							title: "Look",
							summary: "Look around.",
							steps: [{ id: "look", title: "Look", instructions: "Look around." }],
						}),
					};
				if (purpose === "reflect")
					return { text: JSON.stringify({ summary: "Looked.", reflection: "Nothing to add." }) };
				const command = commands[toolResults];
				return command === undefined ? { text: "Looked." } : { calls: [{ name: "runCommand", args: { command } }] };
			},
		});
		daemon = await startDaemonProcess();
		const { home } = daemon;
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "local/scripted" }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	it("run unasked where they only read; all others ask, each with its risk and why", async () => {
		const { client } = daemon;
		const settings = { autonomy: "aware" } as const;
		const { goalId } = await client.request("goal/launch", { workspace, prompt: "Look", settings });
		const asked: { readonly command?: string; readonly risk?: string; readonly reasons: readonly string[] }[] = [];
		for (;;) {
			const goal = await untilState(client, goalId, ["awaiting_approval", "completed", "failed", "blocked"]);
			if (goal.state !== "awaiting_approval") break;
			for (const { approvalId, command, risk, reasons, digest } of goal.approvals) {
				asked.push({ command, risk, reasons });
				await client.request("approval/answer", { approvalId, answer: "deny", digest });
			}
		}
		assert.deepEqual(
			asked.map(({ command, risk }) => [command, risk]),
			asking.map(([command, risk]) => [command, risk]),
		);
		for (const [at, [, , told]] of asking.entries()) assert.match(asked[at]!.reasons.join("; "), told);
		const { events } = await client.request("goal/events", { goalId, limit: 1000 });
		assert.equal(events.filter(({ type }) => type === "tool.started").length, harmless.length);
	});
});
