import assert from "node:assert/strict";
import path from "node:path";
import type { GoalId, GrantId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";

describe("what is approved for a folder", function () {
	this.timeout(60_000);
	const here = newWorkspace();
	const elsewhere = newWorkspace();
	let daemon: DaemonProcess;

	before(async () => {
		daemon = await startDaemonProcess();
	});
	after(async () => {
		await daemon.close();
		here.remove();
		elsewhere.remove();
	});

	const text = "# Greet\n\n## Say\n\n```sh\nmkdir -p said\n```\n";
	async function launch(workspace: string): Promise<GoalId> {
		const playbook = { path: path.join(workspace, "greet.md"), text };
		return (await daemon.client.request("goal/launch", { prompt: "", workspace, settings: {}, playbook })).goalId;
	}

	it("holds for its other goals too, also behind a restart, and for no other folder, until it is revoked", async () => {
		const first = await launch(here.folder);
		const asked = await untilState(daemon.client, first, ["awaiting_approval"]);
		await daemon.client.request("approval/answer", {
			approvalId: asked.approvals[0]!.approvalId,
			answer: "approve",
			scope: "workspace",
		});
		await untilState(daemon.client, first, ["completed"]);
		daemon = await daemon.restart();
		const second = await launch(here.folder);
		await untilState(daemon.client, second, ["completed"]);
		await untilState(daemon.client, await launch(elsewhere.folder), ["awaiting_approval"]);

		const { grants } = await daemon.client.request("grant/list", {});
		assert.deepEqual(
			grants.map(({ scope, kind, subject, workspace, goalId }) => [scope, kind, subject, workspace, goalId]),
			[["workspace", "command", "mkdir -p said", here.folder, first]],
		);
		assert.equal(grants[0]!.uses, 1, "the approved call itself is no use of the grant");
		assert.equal(grants[0]!.lastUse?.goalId, second);
		const seq = grants[0]!.lastUse!.seq;
		const { events } = await daemon.client.request("goal/events", { goalId: second, afterSeq: seq - 1, limit: 1 });
		const [used] = events;
		assert.ok(used?.type === "tool.started");
		assert.equal(used.grant, grants[0]!.grantId);
		const grantId = grants[0]!.grantId as GrantId;
		const { asksAgain } = await daemon.client.request("grant/revoke", { grantId });
		assert.equal(asksAgain, `Revoked. \`mkdir -p said\` asks again in every goal of ${here.folder}.`);
		assert.deepEqual((await daemon.client.request("grant/list", { goalId: first })).grants, []);
		await assert.rejects(() => daemon.client.request("grant/revoke", { grantId }), /There is no grant/);
		daemon = await daemon.restart();
		await untilState(daemon.client, await launch(here.folder), ["awaiting_approval"]);
	});
});
