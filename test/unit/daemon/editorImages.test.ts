import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { EventType, RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import type { EditorRequest } from "../../../src/protocol/editorModels.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import {
	type FakeWindow,
	model,
	openFakeWindow,
	type WindowRequest,
	type WindowScript,
} from "../../support/fakeWindow.ts";
import { png } from "../../support/images.ts";

const plan = JSON.stringify({
	title: "Look",
	summary: "",
	steps: [{ id: "look", title: "Look", instructions: "Look." }],
});
const summary = JSON.stringify({ objective: "Look.", decisions: [], openWork: [], verifiedFacts: [] });

/** Reads an image that lies in the workspace, and says that it is done. */
const looking: WindowScript = ({ purpose, toolResults }) => {
	if (purpose === "plan") return { text: plan };
	if (purpose === "summary") return { text: summary };
	if (purpose === "reflect") return { text: JSON.stringify({ summary: "Looked.", reflection: "Fine." }) };
	return toolResults === 0 ? { calls: [{ name: "readFile", args: { path: "shot.png" } }] } : { text: "It is red." };
};

describe("images of a goal with a model of VS Code", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	const mock = png(64, 48);
	const shot = png(32, 24);
	const [mockText, shotText] = [mock, shot].map((bytes) => bytes.toString("base64"));
	let daemon: DaemonProcess;
	let window: FakeWindow;
	let asked: WindowRequest[];

	before(async () => {
		writeFileSync(path.join(workspace, "shot.png"), shot);
		daemon = await startDaemonProcess();
		window = openFakeWindow({ home: daemon.home, models: [model("one"), model("blind")], script: looking });
		await window.client.request("daemon/status", {});
	});
	after(async () => {
		window.close();
		await daemon.close();
		remove();
	});

	async function run(script: WindowScript, name = "one"): Promise<GoalId> {
		asked = [];
		window.use((request) => {
			asked.push(request);
			return script(request);
		});
		const { goalId } = await daemon.client.request("goal/launch", {
			workspace,
			prompt: "Build it",
			images: [{ name: "mock.png", base64: mockText! }],
			settings: { agent: { provider: "editor", model: `acme/${name}` }, autonomy: "autonomous", planApproval: "never" },
		});
		await untilState(daemon.client, goalId, ["completed"]);
		return goalId;
	}
	async function events<T extends EventType>(goalId: GoalId, type: T): Promise<readonly RecordedEvent<T>[]> {
		const { events: found } = await daemon.client.request("goal/events", { goalId, types: [type], limit: 1000 });
		return found as RecordedEvent<T>[];
	}
	/** Of the prompt, and of what calls came to. */
	const shown = ({ messages }: EditorRequest) => {
		const parts = messages.flatMap((message) => message.parts);
		const results = parts.flatMap((part) => (part.kind === "result" ? part.parts : []));
		return [parts, results].map((all) => all.flatMap((part) => (part.kind === "image" ? [part.base64] : [])));
	};
	const of = (purpose: WindowRequest["purpose"]) => asked.filter((request) => request.purpose === purpose);

	it("reach the window that answers: those of the prompt, and in the result of its call the one that it read", async () => {
		await run(looking);
		assert.deepEqual(of("plan").map(shown), [[[mockText], []]]);
		assert.deepEqual(of("work").map(shown), [
			[[mockText], []],
			[[mockText], [shotText]],
		]);
	});

	it("are named in their place to a model that says that it sees none, once it has said so", async () => {
		const goalId = await run((request) => {
			if (JSON.stringify(request.messages).includes('"kind":"image"'))
				return { end: { kind: "failed", why: "unknown", message: "This model does not support image input." } };
			return looking(request);
		}, "blind");
		const seen = asked.filter((request) => shown(request).every((all) => all.length === 0));
		assert.equal(seen.length, 4, "planned, looked, reported and reflected without any");
		assert.match(JSON.stringify(seen[0]!.messages), /Here was an image\. It is not shown: you see no images\./);
		assert.match(
			JSON.stringify(seen[1]!.messages),
			/mock\.png .* It is not shown\. editor\/acme\/blind sees no images\./,
		);
		assert.equal(asked.length, 5, "it was refused once, and learned");
		assert.deepEqual(
			(await events(goalId, "provider.adapted")).map(({ parameter }) => parameter),
			["images"],
		);
		assert.deepEqual(await events(goalId, "provider.failed"), []);
	});

	it("stay with the conversation after a compaction where people gave them, and by name where it read them", async () => {
		let isRefused = false;
		const goalId = await run((request) => {
			if (request.purpose !== "work" || isRefused) return looking(request);
			if (request.toolResults < 2)
				return { calls: [{ name: "readFile", args: { path: request.toolResults === 0 ? "shot.png" : "./shot.png" } }] };
			isRefused = true;
			return {
				end: { kind: "failed", why: "unknown", message: "Message exceeds token limit: context_length_exceeded" },
			};
		});
		assert.equal((await events(goalId, "thread.compacted")).length, 1);
		const [asSummary] = of("summary");
		assert.deepEqual(shown(asSummary!), [[], []]);
		const after = of("work").at(-1)!;
		assert.deepEqual(shown(after), [[mockText], [shotText]], "the newest turn stays as it was");
		assert.match(JSON.stringify(after.messages), /shot\.png/);
	});
});
