import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { GoalListener } from "../../../src/client/goalWatch.ts";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { Daemon } from "../../../src/extension/connection/daemon.ts";
import type { Goals } from "../../../src/extension/connection/goals.ts";
import { hostWebview, type WebviewContext } from "../../../src/extension/webviewHosts/webviewHost.ts";
import { hearing, openPeer } from "../../../src/protocol/peer.ts";
import { portPipe } from "../../../src/protocol/socketPipe.ts";
import { webviewMethods, webviewNotices } from "../../../src/protocol/webview.ts";
import { imageOf, images as samples } from "../../support/images.ts";
import { until } from "../../support/until.ts";
import { goalId, goalOf, planned, summaryOf, withMore } from "./goalFixture.ts";

/** Both ends over a port that copies messages, as postMessage does. */
function webview(more: Partial<WebviewContext> = {}) {
	const wire = new EventEmitter();
	const copy = (message: unknown) => JSON.parse(JSON.stringify(message)) as never;
	const asked: [string, unknown][] = [];
	const followers = new Set<Partial<GoalListener>>();
	const connectionListeners = new Set<(connection: Daemon["connection"]) => void>();
	const memory = { value: undefined as unknown };
	const record = async (method: string, params: unknown) => {
		asked.push([method, params]);
		return method === "change/diff" ? { diff: "" } : ({} as never);
	};
	const daemon = {
		connection: { state: "connected" },
		read: record,
		ask: record,
		start: () => asked.push(["start", {}]),
		onConnection: (listener: (connection: Daemon["connection"]) => void) => {
			connectionListeners.add(listener);
			return () => connectionListeners.delete(listener);
		},
	} as unknown as Daemon;
	const goals = {
		all: [summaryOf(goalOf())],
		areKnown: true,
		goal: () => undefined,
		summary: () => summaryOf(goalOf()),
		onChange: () => () => undefined,
		follow(_goalId: string, listener: Partial<GoalListener>) {
			followers.add(listener);
			return () => followers.delete(listener);
		},
	} as unknown as Goals;
	const host = hostWebview(
		{
			post: (message) => void setImmediate(() => wire.emit("toPage", copy(message))),
			onMessage(listener) {
				wire.on("toHost", listener);
				return { dispose: () => void wire.off("toHost", listener) };
			},
		},
		{
			kind: "feed",
			goalId,
			daemon,
			goals,
			mayAct: () => true,
			open: async (target) => void asked.push(["open", target]),
			copy: async (text) => void asked.push(["copy", text]),
			memory: { get: () => memory.value, set: (value) => (memory.value = value) },
			report: (cause) => assert.fail(String(cause)),
			...more,
		},
	);
	const notices: [string, unknown][] = [];
	const page = openPeer(
		portPipe({
			post: (message) => void setImmediate(() => wire.emit("toHost", copy(message))),
			onMessage: (listener) => void wire.on("toPage", listener),
			onClose: () => undefined,
		}),
		{
			asks: webviewMethods,
			hears: hearing(webviewNotices, (name, params) => void notices.push([name, params])),
			report: (cause) => assert.fail(String(cause)),
		},
	);
	return { host, page, asked, followers, connectionListeners, notices, memory };
}

describe("a webview's end in the extension", () => {
	it("tells a page that starts what it shows, and keeps what it remembers", async () => {
		const { page, memory } = webview();
		const start = await page.request("webview/start", {});
		assert.deepEqual([start.kind, start.goalId, start.connection.state], ["feed", goalId, "connected"]);
		await page.request("webview/remember", { memory: { filter: "errors" } });
		assert.deepEqual(memory.value, { filter: "errors" });
	});

	it("hands over the translation that the editor has, and none where it has none", async () => {
		const texts = { Approve: "Genehmigen" };
		assert.deepEqual((await webview({ texts }).page.request("webview/start", {})).texts, texts);
		assert.equal((await webview().page.request("webview/start", {})).texts, undefined);
	});

	it("answers a watch with the goal, then passes on every event behind it once", async () => {
		const { page, followers, notices } = webview();
		const watching = page.request("goal/watch", { goalId });
		await until("it follows", () => followers.size === 1);
		const [follower] = followers;
		const goal = goalOf();
		follower!.onChange!(goal, []);
		assert.equal((await watching).goal.seq, 1);
		const planning = planned({}).map((event, index) => ({ ...event, seq: 2 + index, epoch: 1, at: goal.updatedAt }));
		follower!.onChange!(withMore(goal, ...planned({})), planning as RecordedEvent[]);
		const seqs = () =>
			notices.flatMap(([name, params]) =>
				name === "goal/event" ? (params as { events: { seq: number }[] }).events.map((event) => event.seq) : [],
			);
		await until("both came", () => seqs().length >= 2);
		assert.deepEqual(seqs(), [2, 3]);
		await page.request("goal/unwatch", { goalId });
		assert.equal(followers.size, 0);
	});

	it("keeps images that a page was given, reads them to it and forgets them, and asks nothing of the daemon", async () => {
		const calls: unknown[] = [];
		const image = imageOf("mock.png", samples.png);
		const added = { images: [image], problems: ["notes.txt is none."] };
		const { page, asked } = webview({
			images: {
				choose: async () => added,
				take: async (uris) => {
					calls.push(uris);
					return added;
				},
				keep: async (images) => {
					calls.push(images.map(({ name, bytes }) => [name, Buffer.from(bytes)]));
					return added;
				},
				read: async () => ({ base64: samples.png.toString("base64"), mediaType: "image/png" }),
				keepOnly: async (wanted) => void calls.push(wanted),
			},
		});
		const base64 = samples.png.toString("base64");
		assert.deepEqual(await page.request("draft/chooseImages", {}), added);
		assert.deepEqual(await page.request("draft/takeFiles", { uris: ["file:///house/mock.png"] }), added);
		assert.deepEqual(await page.request("draft/keepImages", { images: [{ name: "mock.png", base64 }] }), added);
		assert.equal((await page.request("draft/image", { sha256: image.sha256 })).base64, base64);
		await page.request("draft/keepOnly", { images: [image.sha256] });
		assert.deepEqual(calls, [["file:///house/mock.png"], [["mock.png", samples.png]], [image.sha256]]);
		assert.deepEqual(asked, []);
	});

	it("watches nothing any more when it is closed", async () => {
		const { page, host, followers, connectionListeners } = webview();
		page.request("goal/watch", { goalId }).catch(() => undefined);
		await until("it follows", () => followers.size === 1);
		host.dispose();
		assert.deepEqual([followers.size, connectionListeners.size], [0, 0]);
	});

	it("lets a page look and not act in Restricted Mode", async () => {
		const { page, asked } = webview({ mayAct: () => false });
		for (const act of [
			() => page.request("goal/control", { goalId, action: "pause" }),
			() => page.request("approval/answer", { approvalId: "a" as never, answer: "approve" }),
			() => page.request("thread/send", { goalId, text: "hello" }),
			() => page.request("check/run", { goalId }),
			() => page.request("webview/startDaemon", {}),
		])
			await assert.rejects(act(), /Restricted Mode/);
		assert.deepEqual(asked, []);
		await page.request("change/diff", { goalId });
		assert.equal(asked[0]?.[0], "change/diff");
	});

	it("refuses what is not in the table", async () => {
		const { page } = webview();
		await assert.rejects(page.connection.sendRequest("daemon/stop", {}), /is not known here/);
	});
});

describe("the launch form's end in the extension", () => {
	it("asks the editor for models and names, and the daemon for all else", async () => {
		const { page, asked } = webview({
			kind: "preflight",
			form: {
				start: () => ({ folders: [{ name: "bay", path: "/bay" }], seed: { prompt: "Look" } }),
				chooseAgent: async ({ mayInherit }) =>
					mayInherit ? { inherits: true } : { agent: { provider: "p", model: "m" } },
				choosePlaybook: async () => ({}),
				readPlaybook: async () => assert.fail("nothing is read"),
				savePreset: async () => ({ name: "careful" }),
				setKey: async (provider) => void asked.push(["setKey", provider]),
			},
		});
		assert.deepEqual(await page.request("form/start", {}), {
			folders: [{ name: "bay", path: "/bay" }],
			seed: { prompt: "Look" },
		});
		assert.deepEqual(await page.request("form/chooseAgent", { title: "Who?" }), {
			agent: { provider: "p", model: "m" },
		});
		assert.deepEqual(await page.request("form/chooseAgent", { title: "Who?", mayInherit: true }), { inherits: true });
		assert.deepEqual(await page.request("form/savePreset", { settings: {}, workspace: "/bay" }), { name: "careful" });
		await page.request("form/setKey", { provider: "google" });
		assert.deepEqual(asked.at(-1), ["setKey", "google"]);
	});

	it("launches nothing and looks at nothing in Restricted Mode", async () => {
		const { page, asked } = webview({ kind: "preflight", mayAct: () => false });
		const refused = [
			page.request("launch/prepare", { workspace: "/bay" }),
			page.request("goal/launch", { workspace: "/bay", prompt: "x" }),
			page.request("baseline/check", { workspace: "/bay", command: "make" }),
			page.request("form/savePreset", { settings: {}, workspace: "/bay" }),
		];
		for (const request of refused) await assert.rejects(request, /Restricted Mode/);
		assert.deepEqual(asked, []);
	});

	it("hands over what the form that is open was opened from", async () => {
		const { host, notices } = webview({ kind: "preflight" });
		host.seed({ prompt: "src/app.ts:3" });
		await until("it came", () => notices.length > 0);
		assert.deepEqual(notices, [["form/seed", { prompt: "src/app.ts:3" }]]);
	});
});
