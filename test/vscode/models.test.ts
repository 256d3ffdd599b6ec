import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import type { ClientOptions } from "../../src/client/clientOptions.ts";
import type { DaemonClient } from "../../src/client/daemonClient.ts";
import type { GoalId } from "../../src/core/ids.ts";
import type { Parts } from "../../src/extension/commands/parts.ts";
import type { Exports } from "../../src/extension/extension.ts";
import type { GoalView } from "../../src/protocol/view.ts";

/** What the extension in test/host/modelExtension gives to tests. */
interface Harbour {
	readonly requests: {
		readonly model: string;
		readonly roles: readonly string[];
		readonly tools: readonly string[];
		readonly results: number;
		readonly text: string;
		readonly cancelled: boolean;
	}[];
	pause(ms: number): void;
	provide(ids: readonly string[]): void;
}

const agent = { provider: "editor", model: "harbour/pilot" };

describe("A model that another extension provides, in a real editor", function () {
	this.timeout(120_000);
	let parts: Parts;
	let harbour: Harbour;
	let folder: string;

	before(async () => {
		const extension = vscode.extensions.getExtension<Exports>("mission-control.mission-control");
		({ parts } = (await extension!.activate()) as Required<Exports>);
		folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
		// The daemon of the suite before may still be about to end.
		await until("a daemon is there that stays", async () => {
			const status = await parts.daemon.ask("daemon/status", {}).catch(() => undefined);
			return status?.draining === false;
		});
	});
	after(async () => {
		await parts.daemon.read("daemon/stop", { now: true }).catch(() => undefined);
	});

	async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
		for (const deadline = Date.now() + 60_000; !(await holds()); await sleep(20))
			if (Date.now() > deadline) throw new Error(`It never came to this: ${what}.`);
	}
	const get = (goalId: GoalId): Promise<GoalView> => parts.daemon.read("goal/get", { goalId });
	async function reaches(goalId: GoalId, state: string): Promise<GoalView> {
		let now: GoalView | undefined;
		await until(`the goal is ${state}`, async () => {
			now = await get(goalId);
			if (["failed", "cancelled"].includes(now.state) && now.state !== state)
				throw new Error(`The goal ${now.state}: ${now.stateReason}`);
			return now.state === state;
		}).catch((cause: Error) => {
			throw new Error(`${cause.message} It is ${now?.state}: ${now?.stateReason}`);
		});
		return now!;
	}
	async function ownOptions(): Promise<ClientOptions> {
		const { clientOptions } = await import("../../src/extension/connection/clientOptions.ts");
		const context = { asAbsolutePath: (file: string) => path.join(extensionPath(), file) };
		return clientOptions(context as never, parts.log, parts.models);
	}
	async function launch(prompt: string, more: object = {}): Promise<GoalId> {
		const { launchGoal } = await import("../../src/extension/launch/launch.ts");
		fs.rmSync(path.join(folder, "greeting.txt"), { force: true });
		const settings = { agent, autonomy: "autonomous", planApproval: "never", ...more } as const;
		return launchGoal(parts.daemon, { workspace: folder, prompt, settings });
	}

	it("is listed by the daemon, with this window, once a person looks", async () => {
		let listed = await parts.daemon.ask("provider/list", {});
		await until("this window has said what it has", async () => {
			if (listed.moreToCome) listed = await parts.daemon.ask("provider/list", {});
			return !listed.moreToCome;
		});
		const { providers } = listed;
		const found = providers.find(({ id }) => id === "editor");
		assert.ok(found, JSON.stringify(providers));
		assert.ok(found.usable && found.models.includes("harbour/pilot"), JSON.stringify(found));
		assert.equal(found.source, "editor");
		assert.deepEqual(
			found.windows?.map(({ name }) => name),
			[vscode.workspace.name],
		);
		const other = vscode.extensions.getExtension<Harbour>("mission-test.model-harbour")!;
		await until("the second extension is active", () => other.isActive);
		harbour = other.exports;
	});

	it("waits for the person's consent: no goal of another client makes the editor ask, and refused, nothing is launched", async () => {
		const asked = harbour.requests.length;
		const keeper = { provider: "editor", model: "reef/keeper" };
		// As from a terminal: not through the extension.
		const looker = await observer(await ownOptions());
		const { goalId } = await looker.client.request("goal/launch", {
			workspace: folder,
			prompt: "Greet me",
			settings: { agent: keeper },
		});
		const goal = await reaches(goalId, "blocked");
		assert.match(goal.stateReason!, /Run “Mission Control: Allow a Model of VS Code…” in its window \(workspace\)/);
		// VS Code refuses all dialogs where it runs tests, which is what a person does who says no.
		await assert.rejects(launch("Greet me", { agent: keeper }), /VS Code was not allowed to use Harbour keeper/);
		assert.equal(harbour.requests.length, asked);
		await parts.daemon.ask("goal/control", { goalId, action: "cancel" });
		looker.client.close();
	});

	it("runs a goal to its end, with the tools and the record of every other model", async () => {
		const goalId = await launch("Greet me");
		const goal = await reaches(goalId, "completed");
		assert.equal(fs.readFileSync(path.join(folder, "greeting.txt"), "utf8"), "hello\n");
		const work = harbour.requests.find(({ tools, results }) => tools.includes("writeFile") && results > 0)!;
		assert.deepEqual(work.roles, ["user", "assistant", "user"]);
		assert.match(work.text, /You are the implementer of one step/);
		assert.ok(goal.usage.inputTokens > 0);
		assert.equal(goal.usage.costUsd, null, "nobody knows what it costs");
		const { events } = await parts.daemon.read("goal/events", { goalId, limit: 100, types: ["turn.completed"] });
		for (const event of events)
			assert.ok(event.type === "turn.completed" && event.answered === "harbour/pilot" && event.usage.estimated);
	});

	it("says that it waits when the window has gone, and goes on when the window is there again", async () => {
		harbour.pause(60_000);
		const asked = harbour.requests.length;
		const goalId = await launch("Greet me again");
		await until("it works", () => harbour.requests.slice(asked).some(({ tools }) => tools.length > 0));
		const under = harbour.requests.at(-1)!;
		const options = await ownOptions();
		// As when the window is loaded anew: its connection ends, with everything that was asked over it.
		const looker = await observer(options);
		parts.daemon.close();
		await until("the model is told that nobody waits any more", () => under.cancelled);
		await until("the goal waits", async () => (await looker.get(goalId)).state === "blocked");
		assert.match(
			(await looker.get(goalId)).stateReason!,
			/waits for a window of VS Code that has the model harbour\/pilot/,
		);
		harbour.pause(0);
		await parts.daemon.open(options);
		await until("the window is back", () => parts.daemon.connection.state === "connected");
		looker.client.close();
		await reaches(goalId, "completed");
		assert.equal(fs.readFileSync(path.join(folder, "greeting.txt"), "utf8"), "hello\n");
	});

	it("takes what VS Code says of a quota as one: the goal waits, and says why", async () => {
		const goalId = await launch("Greet me [[blocked]]");
		const goal = await reaches(goalId, "blocked");
		assert.match(goal.stateReason!, /The quota of this month is used up/);
		await parts.daemon.ask("goal/control", { goalId, action: "cancel" });
	});

	it("learns of models that come later, and a goal that waits for one goes on", async () => {
		const goalId = await launch("Greet me", { agent: { provider: "editor", model: "harbour/tug" } });
		await reaches(goalId, "blocked");
		harbour.provide(["pilot", "tug"]);
		await reaches(goalId, "completed");
		assert.ok(harbour.requests.some(({ model }) => model === "tug"));
	});
});

function extensionPath(): string {
	return vscode.extensions.getExtension("mission-control.mission-control")!.extensionPath;
}

/** Another client, which looks on and offers no models. */
async function observer(
	options: ClientOptions,
): Promise<{ readonly client: DaemonClient; get(goalId: GoalId): Promise<GoalView> }> {
	const { openClient } = await import("../../src/client/daemonClient.ts");
	const client = openClient({ ...options, models: undefined, start: "never" });
	return { client, get: (goalId) => client.request("goal/get", { goalId }) };
}
