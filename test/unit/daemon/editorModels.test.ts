import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openClient } from "../../../src/client/daemonClient.ts";
import { readDaemonFile } from "../../../src/client/daemonFile.ts";
import { openSocket } from "../../../src/client/transport.ts";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { protocolVersion } from "../../../src/protocol/methods.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type FakeWindow, model, openFakeWindow, type WindowScript } from "../../support/fakeWindow.ts";
import { until } from "../../support/until.ts";

const agent = { provider: "editor", model: "acme/one" };
const plan = { title: "Greet", summary: "", steps: [{ id: "greet", title: "Greet", instructions: "Greet." }] };

/** Plans, writes a greeting, and says that it is done. */
const honest: WindowScript = ({ purpose, toolResults }) => {
	if (purpose === "plan") return { text: JSON.stringify(plan) };
	if (purpose === "reflect") return { text: JSON.stringify({ summary: "Greeted.", reflection: "Fine." }) };
	return toolResults === 0
		? { text: "Writing.", calls: [{ name: "writeFile", args: { path: "greeting.txt", content: "hello\n" } }] }
		: { text: "The greeting is written." };
};

describe("a goal with a model that another extension of VS Code provides", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let daemon: DaemonProcess;
	const windows: FakeWindow[] = [];

	beforeEach(async () => {
		rmSync(path.join(workspace, "greeting.txt"), { force: true });
		daemon = await startDaemonProcess();
	});
	afterEach(async () => {
		for (const window of windows.splice(0)) window.close();
		await daemon.close();
	});
	after(remove);

	async function open(script: WindowScript = honest, more: Partial<Parameters<typeof openFakeWindow>[0]> = {}) {
		const window = openFakeWindow({ home: daemon.home, script, ...more });
		windows.push(window);
		await window.client.request("daemon/status", {});
		return window;
	}
	const launch = async (settings: object = {}): Promise<GoalId> =>
		(
			await daemon.client.request("goal/launch", {
				workspace,
				prompt: "Greet me",
				settings: { agent, autonomy: "autonomous", planApproval: "never", ...settings },
			})
		).goalId;
	const events = async (goalId: GoalId, ...types: string[]): Promise<readonly RecordedEvent[]> =>
		(await daemon.client.request("goal/events", { goalId, limit: 1000, ...(types.length > 0 && { types }) })).events;
	const blocked = (goalId: GoalId) => untilState(daemon.client, goalId, ["blocked"]);
	const completed = (goalId: GoalId) => untilState(daemon.client, goalId, ["completed"]);

	it("runs to its end: text, calls and what was counted come from the window, marked as estimated", async () => {
		const window = await open();
		assert.equal(window.looks, 0, "nothing is looked for before somebody needs it");
		const goal = await completed(await launch());
		assert.equal(readFileSync(path.join(workspace, "greeting.txt"), "utf8"), "hello\n");
		const turns = await events(goal.goalId, "turn.completed");
		for (const turn of turns) {
			assert.ok(turn.type === "turn.completed");
			assert.equal(turn.answered, "acme/one");
			assert.deepEqual(turn.usage, { inputTokens: 4000, outputTokens: 20, costUsd: null, estimated: true });
		}
		const [first, , second] = window.requests;
		assert.deepEqual([first!.vendor, first!.id, first!.tools], ["acme", "one", []]);
		assert.deepEqual(
			second!.messages.map(({ role, parts }) => [role, parts.map(({ kind }) => kind)]),
			[
				["user", ["text", "text"]],
				["assistant", ["text", "call"]],
				["user", ["result"]],
			],
		);
	});

	it("waits for a window and says so, and goes on by itself when one opens that has the model", async () => {
		const goalId = await launch();
		assert.match(
			(await blocked(goalId)).stateReason!,
			/editor\/acme\/one: It waits for a window of VS Code that has the model acme\/one, and goes on by itself/,
		);
		const other = await open(honest, { models: [model("other")] });
		await until("the other window is asked", () => other.looks > 0);
		assert.equal((await daemon.client.request("goal/get", { goalId })).state, "blocked");
		other.offer([model("other"), model("one")]);
		await completed(goalId);
	});

	it("asks again in another window when the first is closed in the middle of an answer", async () => {
		const first = await open(({ purpose }) => {
			if (purpose === "plan") return { text: JSON.stringify(plan) };
			return { text: "I am about ", hangs: true };
		});
		const goalId = await launch();
		await until("it is asked", () => first.requests.length >= 2);
		const second = await open();
		first.close();
		await completed(goalId);
		assert.ok(second.requests.length > 0);
		const [failed] = await events(goalId, "provider.failed");
		assert.ok(failed?.type === "provider.failed");
		assert.deepEqual([failed.code, failed.provider], ["cutOff", "editor"]);
		assert.match(failed.reason, /window of VS Code in which editor\/acme\/one answered went away/);
		const said = (await events(goalId, "message.added")).map((event) => (event as { text?: string }).text);
		assert.ok(!said.some((text) => text?.includes("I am about")), "half of an answer is none");
	});

	it("waits when its only window is closed in the middle of an answer, and goes on when it is open again", async () => {
		const first = await open(({ purpose }) => {
			if (purpose === "plan") return { text: JSON.stringify(plan) };
			return { text: "I am about ", hangs: true };
		});
		const goalId = await launch();
		await until("it is asked", () => first.requests.length >= 2);
		first.close();
		await blocked(goalId);
		await open();
		await completed(goalId);
	});

	it("goes on after the daemon was killed in the middle of an answer, with the window that comes back", async () => {
		let isFirst = true;
		const window = await open((request) => {
			if (request.purpose !== "work" || !isFirst) return honest(request);
			isFirst = false;
			return { text: "I am about ", hangs: true };
		});
		const goalId = await launch();
		await until("it is asked", () => window.requests.length >= 2);
		daemon = await daemon.restart();
		await completed(goalId);
		assert.equal(window.cancelled.length, 1, "the window ends what nobody waits for");
		const writes = (await events(goalId, "tool.started")).length;
		assert.equal(writes, 1);
	});

	it("takes another window where VS Code has lost the model, and passes late answers over", async () => {
		const gone = { kind: "failed", why: "notFound", message: "no such model" } as const;
		const first = await open(() => ({ end: gone }), { name: "first" });
		const second = await open(honest, { name: "second" });
		const goalId = await launch();
		await completed(goalId);
		assert.equal(first.requests.length, 1, "it is not asked again");
		assert.ok(second.requests.length >= 3);
		assert.deepEqual(await events(goalId, "provider.failed"), []);
		// An answer to a call of another window, and one that is over.
		const late = { callId: second.requests[0]!.callId, parts: [{ kind: "text" as const, text: "late" }] };
		const socket = await openSocket(readDaemonFile(daemon.home)!);
		socket.send(JSON.stringify({ jsonrpc: "2.0", method: "model/parts", params: late }));
		socket.close();
		assert.equal((await daemon.client.request("goal/get", { goalId })).state, "completed");
	});

	it("waits for the person where VS Code does not let it, and goes on once it is allowed", async () => {
		const window = await open(honest, { models: [model("one", { access: "unasked" })], name: "harbour" });
		const goalId = await launch();
		assert.match(
			(await blocked(goalId)).stateReason!,
			/VS Code does not let Mission Control use the model acme\/one yet\. Run “Mission Control: Allow a Model of VS Code…” in its window \(harbour\)/,
		);
		assert.equal(window.requests.length, 0, "no background request asks a person");
		window.offer([model("one")]);
		await completed(goalId);
	});

	const failures = [
		{
			why: "noPermissions",
			state: "blocked",
			cause: "provider",
			reason: /does not let Mission Control use the model/,
		},
		{ why: "blocked", message: "Quota.", state: "blocked", cause: "quota", reason: /blocked for now.*Quota/ },
		{
			why: "unknown",
			message: "off_topic",
			state: "blocked",
			cause: "provider",
			reason: /refused the request for what/,
		},
		{
			why: "unknown",
			message: "429 slow down",
			state: "blocked",
			cause: "quota",
			reason: /asks to wait: 429 slow down/,
		},
	];
	for (const { why, message = "", state, cause, reason } of failures)
		it(`says what ${why} ${message} means`, async () => {
			await open(() => ({ end: { kind: "failed", why, message } }));
			const goalId = await launch();
			assert.match((await untilState(daemon.client, goalId, [state])).stateReason!, reason);
			const [hold] = await events(goalId, "hold.placed");
			assert.equal(hold?.type === "hold.placed" && hold.cause, cause);
		});

	it("compacts where the model says that its prompt is too long", async () => {
		let refused = false;
		await open((request) => {
			if (request.purpose !== "work" || request.toolResults === 0 || refused) return honest(request);
			refused = true;
			return {
				end: { kind: "failed", why: "unknown", message: "Message exceeds token limit: context_length_exceeded" },
			};
		});
		const goalId = await launch();
		await completed(goalId);
		assert.equal((await events(goalId, "provider.failed")).length, 1);
		assert.equal((await events(goalId, "thread.compacted")).length, 1);
	});

	it("is asked again where its window says nothing, with a sentence that fits", async () => {
		const limits = { modelSilenceMs: 3000 };
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ limits }));
		daemon = await daemon.restart();
		let isFirst = true;
		const window = await open((request) => {
			if (!isFirst) return honest(request);
			isFirst = false;
			return { hangs: true };
		});
		const goalId = await launch();
		await completed(goalId);
		assert.equal(window.cancelled.length, 1);
		const [failed] = await events(goalId, "provider.failed");
		assert.match(
			failed?.type === "provider.failed" ? failed.reason : "",
			/^Provider “editor” does not answer \(it took too long\)\. See whether the window of VS Code that has it answers\.$/,
		);
	});

	it("keeps a sub-agent waiting for its window, and the one that asked for it", async () => {
		let hasWindow = false;
		const window = await open((request) => {
			if (request.purpose !== "work") return honest(request);
			const isChild = request.text.includes("COUNT THE GULLS");
			if (isChild && !request.text.includes("delegate"))
				return hasWindow
					? { text: "There are three gulls." }
					: { end: { kind: "failed", why: "notFound", message: "" } };
			if (request.toolResults > 0) return honest(request);
			const args = { role: "researcher", title: "Gulls", instructions: "COUNT THE GULLS" };
			return { calls: [{ name: "delegate", args }] };
		});
		const goalId = await launch();
		await until("the sub-agent waits", async () => (await events(goalId, "hold.placed")).length >= 1);
		const [hold] = await events(goalId, "hold.placed");
		assert.deepEqual(hold?.type === "hold.placed" && hold.needsModel, { model: "editor/acme/one" });
		hasWindow = true;
		window.offer([model("one"), model("two")]);
		await completed(goalId);
		const [delegated] = await events(goalId, "tool.completed");
		assert.match(delegated?.type === "tool.completed" ? delegated.output.head : "", /three gulls/);
	});

	it("is cancelled in its window when the goal is", async () => {
		const window = await open(() => ({ text: "I am ", hangs: true }));
		const goalId = await launch();
		await until("it is asked", () => window.requests.length >= 1);
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
		await until("the window is told", () => window.cancelled.length >= 1);
		await untilState(daemon.client, goalId, ["cancelled"]);
	});

	it("answers broken arguments and unknown tools as it does those of any model", async () => {
		await open((request) => {
			if (request.purpose !== "work" || request.toolResults > 2) return honest(request);
			if (request.toolResults === 2) return honest({ ...request, toolResults: 0 });
			return {
				calls: [
					{ name: "writeFile", args: "{ not json" },
					{ name: "launchRocket", args: {} },
				],
			};
		});
		const goalId = await launch();
		await completed(goalId);
		const answers = (await events(goalId, "tool.completed")).map((event) =>
			event.type === "tool.completed" ? event.output.head : "",
		);
		assert.match(answers[0]!, /not valid JSON/);
		assert.match(answers[1]!, /launchRocket/);
	});

	it("is listed with its source and its windows, and only then is anybody asked what there is", async () => {
		const before = await daemon.client.request("provider/list", {});
		assert.ok(!before.providers.some(({ id }) => id === "editor"));
		await open(honest, { name: "harbour", models: [model("one"), model("with space", { family: "fam" })] });
		await open(honest, { name: "quay", models: [model("one"), model("two words", { family: "two words" })] });
		const { providers } = await daemon.client.request("provider/list", { refresh: true });
		const found = providers.find(({ id }) => id === "editor");
		assert.deepEqual(
			{ ...found, priced: undefined },
			{
				id: "editor",
				kind: "vscode.lm",
				source: "editor",
				models: ["acme/one", "acme/fam"],
				usable: true,
				windows: [
					{ name: "harbour", models: ["acme/one", "acme/fam"] },
					{ name: "quay", models: ["acme/one"] },
				],
				efforts: [],
				priced: undefined,
				blind: [],
			},
		);
		assert.deepEqual(found?.priced, []);
		const { notes } = await daemon.client.request("goal/launch", {
			workspace,
			prompt: "Greet",
			settings: { agent: { ...agent, effort: "high" }, budget: { usd: 1 }, planApproval: "never" },
		});
		assert.match(
			notes.join("\n"),
			/editor\/acme\/one takes no reasoning effort from Mission Control, so “high” is left out/,
		);
		assert.match(notes.join("\n"), /No price is known for editor\/acme\/one/);
	});

	it("asks nobody who did not say that they offer models, whatever they send", async () => {
		const plain = openClient({
			home: daemon.home,
			actor: { client: "VS Code" },
			daemonScript: "",
			start: "never",
			log() {},
		});
		const socket = await openSocket(readDaemonFile(daemon.home)!);
		try {
			await plain.request("daemon/status", {});
			const offered = { window: "a page", models: [model("one")] };
			const say = (message: object) => socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
			say({ id: 1, method: "daemon/hello", params: { protocol: protocolVersion, actor: { client: "page" } } });
			say({ method: "model/changed", params: offered });
			const goalId = await launch();
			await blocked(goalId);
			const { providers } = await daemon.client.request("provider/list", { refresh: true });
			assert.ok(!providers.some(({ id }) => id === "editor"));
		} finally {
			socket.close();
			plain.close();
		}
	});
});
