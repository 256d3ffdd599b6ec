import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GoalId } from "../../../src/protocol/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";

/** Requests at the edges of what makes sense, and goals that have become very large. */
describe("at its limits a daemon", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let daemon: DaemonProcess;
	before(async () => {
		const home = mkdtempSync(path.join(os.tmpdir(), "mission-home-"));
		const provider = { id: "local", kind: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1", models: ["m"] };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		daemon = await startDaemonProcess({ home });
	});
	after(async () => {
		await daemon.close();
		remove();
	});

	it("refuses what makes no sense in one sentence each", async () => {
		const { client, home } = daemon;
		const text = "# A\n\n## One\n\n```sh\ntrue\n```\n";
		const playbook = { path: "p.md", text };
		const link = path.join(workspace, "link");
		symlinkSync(home, link);
		const { goalId } = await client.request("goal/launch", { workspace, playbook });
		const rows: readonly [() => Promise<unknown>, RegExp][] = [
			[() => client.request("goal/launch", { workspace: ".", playbook }), /no whole path/],
			[() => client.request("goal/launch", { workspace: "", playbook }), /no whole path/],
			[
				() => client.request("goal/launch", { workspace: home, playbook }),
				/cannot work in the folder in which they are kept/,
			],
			[
				() => client.request("goal/launch", { workspace: path.join(home, "store"), playbook }),
				/cannot work in the folder/,
			],
			[() => client.request("goal/launch", { workspace: link, playbook }), /cannot work in the folder/],
			[() => client.request("goal/launch", { workspace: "/\0", playbook }), /is not there/],
			[() => client.request("goal/launch", { workspace, playbook, settings: { checks: [" "] } }), /check is empty/],
			[() => client.request("goal/events", { goalId, limit: 0 }), /goal\/events: limit/],
			[() => client.request("goal/events", { goalId, limit: 1e9 }), /goal\/events: limit/],
			[
				() => client.request("goal/events", { goalId, limit: 1, types: Array.from({ length: 200 }, () => "x") }),
				/types/,
			],
			[() => client.request("goal/search", { goalId, text: "x", limit: 1e9 }), /limit/],
			[() => client.request("goal/search", { goalId, text: "x".repeat(2000) }), /at most 1000 characters/],
			[() => client.request("goal/get", { goalId: "../../etc/passwd" as GoalId }), /goalId/],
			[() => client.request("change/content", { goalId, blob: "../../daemon.json" }), /blob/],
			[() => client.request("change/content", { goalId, blob: "0".repeat(40) }), /no content|unknown|not/i],
			[() => client.request("change/diff", { goalId, path: "../../daemon.json" }), /did not change/],
			[() => client.request("goal/control", { goalId, action: "pause", expectedSeq: 1 }), /moved on meanwhile/],
		];
		for (const [request, sentence] of rows) await assert.rejects(request, { message: sentence });
		await client.request("goal/control", { goalId, action: "cancel" });
	});

	it("gives a page of events whole, also when it is larger than a message", async () => {
		const { client } = daemon;
		const settings = { agent: { provider: "local", model: "m" } };
		const { goalId } = await client.request("goal/launch", { workspace, prompt: "Do it", settings });
		await client.request("goal/control", { goalId, action: "pause", now: true });
		const long = "ü".repeat(900_000);
		for (let number = 0; number < 20; number++)
			await client.request("thread/send", { goalId, text: `${number} ${long}` });
		const types = ["message.added"];
		const { events } = await client.request("goal/events", { goalId, limit: 1000, types });
		assert.equal(events.filter((event) => event.type === "message.added" && event.from === "person").length, 20);
		assert.deepEqual(
			events.map((event) => event.seq),
			events.map((event) => event.seq).sort((a, b) => a - b),
		);
		const newest = await client.request("goal/events", { goalId, limit: 5, types, descending: true });
		assert.equal(newest.events.length, 5);
		assert.equal(newest.events[0]?.seq, events.at(-1)?.seq);
		const dossier = client.request("dossier/get", { goalId });
		await Promise.race([dossier.catch(() => undefined), sleep(20_000).then(() => assert.fail("no answer"))]);
		await client.request("goal/control", { goalId, action: "cancel" });
	});

	it("goes on with a goal whose folder vanished: it says so, and asks", async () => {
		const { client } = daemon;
		const folder = path.join(workspace, "gone");
		mkdirSync(folder);
		const text = "# Gone\n\n## One\n\n```sh\nsleep 0.3\n```\n\n```sh\ntrue\n```\n";
		const launched = { workspace: folder, playbook: { path: "p.md", text }, grantPlaybook: true };
		const { goalId } = await client.request("goal/launch", launched);
		await untilState(client, goalId, ["running"]);
		await sleep(100);
		rmSync(folder, { recursive: true });
		const goal = await untilState(client, goalId, ["awaiting_approval"]);
		assert.match(goal.approvals[0]!.reasons.join(), /gone|not there|vanished|folder/i);
		await client.request("goal/control", { goalId, action: "cancel" });
	});

	it("works without git, and says that changes are not tracked", async () => {
		const bin = mkdtempSync(path.join(os.tmpdir(), "mission-bin-"));
		for (const name of ["sh", "sleep", "cat"]) symlinkSync(`/bin/${name}`, path.join(bin, name));
		const other = await startDaemonProcess({ env: { PATH: bin } });
		const folder = path.join(workspace, "nogit");
		mkdirSync(folder);
		const text =
			"# N\n\n## One\n\n```sh\necho 1 > a.txt\n```\n\n```check\ntest -f a.txt\n```\n\n## Two\n\n```sh\necho 2 > b.txt\n```\n";
		const launched = { workspace: folder, playbook: { path: "p.md", text }, grantPlaybook: true };
		const { goalId } = await other.client.request("goal/launch", launched);
		const goal = await untilState(other.client, goalId, ["completed"]);
		assert.match(goal.untracked ?? "", /git/i);
		const { events } = await other.client.request("goal/events", { goalId, limit: 1000 });
		assert.equal(
			events.filter((event) => event.type === "check.completed").length,
			2,
			"it runs again on the final files",
		);
		assert.equal(events.filter((event) => event.type === "snapshot.failed").length, 1);
		await other.close();
		rmSync(bin, { recursive: true });
	});
});
