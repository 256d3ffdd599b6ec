import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { verifyLog } from "../../../src/chain/logFile.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { approveAll, isOver, person } from "../../histories/person.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess } from "../../support/daemonProcess.ts";
import { type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";

const key = "planted-key-9f8e7d6c5b4a3210";
const password = "planted-password-77-horses";
const plan = (instructions: string) =>
	JSON.stringify({ title: "Look", summary: "Look.", steps: [{ id: "look", title: "Look", instructions }] });

/** Everything that lies below a folder, by its path. */
function filesIn(folder: string): Map<string, Buffer> {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return new Map(
		files.map((entry) => [
			path.join(entry.parentPath, entry.name),
			readFileSync(path.join(entry.parentPath, entry.name)),
		]),
	);
}

describe("a key in the daemon's environment", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: () => ({ text: "" }), key });
		const first = await startDaemonProcess();
		const { home } = first;
		first.client.close();
		first.process.kill("SIGKILL");
		await first.ended();
		const provider = {
			id: "local",
			kind: "openai-compatible",
			baseUrl: server.baseUrl,
			apiKeyEnv: "LOCAL_KEY",
			models: ["m"],
		};
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		// The home folder is where the workspace lies, as it mostly is.
		const env = { LOCAL_KEY: key, DEPLOY_PASSWORD: password, HOME: path.dirname(workspace), MISSION_LOG: "trace" };
		daemon = await startDaemonProcess({ home, env });
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	async function live(script: Script): Promise<GoalId> {
		server.use(script);
		const settings = { agent: { provider: "local", model: "m" } };
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Look around.", settings });
		await person(() => daemon.client, goalId).follow(approveAll, isOver);
		return goalId;
	}

	const exported = (goalId: GoalId, format: "md" | "html" | "jsonl", redact: boolean) =>
		daemon.client.request("dossier/get", { goalId, format, redact }).then(({ text }) => text);

	it("is in nothing that a goal leaves on disk, though a command prints its environment and its runner's, and the provider says it back", async () => {
		let refused = false;
		const goalId = await live(({ purpose, toolResults, headers }) => {
			if (purpose === "plan") return { text: plan("Look at the environment.") };
			if (!refused) {
				refused = true;
				return { status: 500, body: { error: { message: `cannot serve ${headers.authorization} now` } } };
			}
			return toolResults === 0
				? { calls: [{ name: "runCommand", args: { command: "env; set; tr '\\0' '\\n' < /proc/$PPID/environ" } }] }
				: { text: "There is nothing secret." };
		});
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		const text = JSON.stringify(events);
		assert.match(text, /cannot serve Bearer … now|cannot serve/, "the failure is there, without the key");
		assert.match(text, /PATH=/, "the command printed its environment");
		for (const [file, bytes] of filesIn(daemon.home)) {
			assert.ok(!bytes.includes(key), `${path.basename(file)} holds the key`);
			assert.ok(!bytes.includes(password), `${path.basename(file)} holds the password`);
		}
	});

	it("that a file holds and an agent repeats is in no log of the daemon and in no export, and the log still verifies", async () => {
		writeFileSync(path.join(workspace, ".env"), `LOCAL_KEY=${key}\nDEPLOY=${password}\n`);
		const goalId = await live(({ purpose, toolResults }) => {
			if (purpose === "plan") return { text: plan("Read the settings.") };
			return toolResults === 0
				? { calls: [{ name: "runCommand", args: { command: "cat .env; pwd" } }] }
				: { text: `The key is \`${key}\` and the password ${password}, in ${workspace}.` };
		});
		rmSync(path.join(workspace, ".env"));
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		assert.ok(JSON.stringify(events).includes(key), "events keep what a command printed");
		for (const format of ["md", "html", "jsonl"] as const) {
			const open = await exported(goalId, format, false);
			assert.ok(!open.includes(key), `${format} holds the key`);
			assert.ok(open.includes(password), `${format} was not asked to redact more`);
			const redacted = await exported(goalId, format, true);
			for (const secret of [key, password, path.dirname(workspace)])
				assert.ok(!redacted.includes(secret), `the redacted ${format} holds ${secret}`);
			assert.ok(redacted.includes("[redacted DEPLOY_PASSWORD]"), `${format} shows that something is redacted`);
			assert.ok(redacted.includes(`~/${path.basename(workspace)}`));
		}
		for (const redact of [false, true]) {
			const log = await exported(goalId, "jsonl", redact);
			const verdict = verifyLog(log.split("\n").map((line) => Buffer.from(line)));
			assert.ok(verdict.ok, JSON.stringify(verdict));
			assert.ok(verdict.redacted > 0 && verdict.bodies > 0, JSON.stringify(verdict));
		}
		const logs = [...filesIn(daemon.home)].filter(([file]) => path.basename(file).startsWith("daemon"));
		for (const [file, bytes] of logs) assert.ok(!bytes.includes(key), `${file} holds the key`);
	});
});
