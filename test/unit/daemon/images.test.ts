import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EventType, RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { sha256 } from "../../../src/daemon/platform/digest.ts";
import type { GivenImage } from "../../../src/protocol/methods.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { imageOf, images, png } from "../../support/images.ts";
import { yardServer } from "../../support/mcpServer.ts";
import { type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const plan = {
	title: "A page",
	summary: "One.",
	steps: [{ id: "page", title: "Page", instructions: "Build the page.", needs: [] }],
};

/** It plans, looks at what it is to look at, and reports. */
function looking(...calls: readonly [{ readonly name: string; readonly args: object }?]): Script {
	if (calls.length === 0) return looking({ name: "listFiles", args: {} });
	return ({ purpose, toolResults }) => {
		if (purpose === "plan") return { text: JSON.stringify(plan) };
		if (purpose === "reflect") return { text: JSON.stringify({ summary: "Done.", reflection: "Well." }) };
		const call = calls[toolResults];
		return call ? { calls: [call] } : { text: "The page is built." };
	};
}

describe("images of a goal", function () {
	this.timeout(60_000);
	const mock = png(64, 48);
	let workspace: ReturnType<typeof newWorkspace>;
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: looking(), models: ["seer", "mole"] });
	});
	after(() => server.close());
	beforeEach(async () => {
		workspace = newWorkspace();
		server.use(looking());
		daemon = await startDaemonProcess();
		const provider = {
			id: "local",
			baseUrl: server.baseUrl,
			models: ["seer", "mole"],
			images: { seer: true, mole: false },
		};
		writeFileSync(
			path.join(daemon.home, "config.jsonc"),
			JSON.stringify({ providers: [provider], agent: "local/seer" }),
		);
	});
	afterEach(async () => {
		await daemon.close();
		workspace.remove();
	});

	const given = (name: string, bytes: Uint8Array): GivenImage => ({
		name,
		base64: Buffer.from(bytes).toString("base64"),
	});
	async function launch(more: object = {}) {
		const settings = { autonomy: "autonomous", planApproval: "never" } as const;
		return daemon.client.request("goal/launch", { workspace: workspace.folder, prompt: "Build it", settings, ...more });
	}
	async function events<T extends EventType>(goalId: GoalId, type: T): Promise<readonly RecordedEvent<T>[]> {
		const { events: found } = await daemon.client.request("goal/events", { goalId, types: [type], limit: 1000 });
		return found as RecordedEvent<T>[];
	}
	const folderOf = (goalId: GoalId) => path.join(daemon.home, "images", goalId);
	/** What the requests of one purpose showed, in base64. */
	function shown(purpose: string, from = 0): readonly string[][] {
		return server.requests
			.slice(from)
			.filter((request) => request.purpose === purpose)
			.map(({ body }) =>
				(body.messages as { content: unknown }[]).flatMap(({ content }) =>
					(Array.isArray(content) ? content : []).flatMap((part: { type: string; image_url?: { url: string } }) =>
						part.type === "image_url" ? [part.image_url!.url.replace(/^data:[^,]*,/, "")] : [],
					),
				),
			);
	}

	it("that are given with the prompt are seen by planner and worker, are kept beside the log, and go with the goal", async () => {
		const from = server.requests.length;
		const { goalId, notes } = await launch({ images: [given("/home/mara/mock.png", mock)] });
		assert.deepEqual(notes, []);
		await untilState(daemon.client, goalId, ["completed"]);
		const base64 = mock.toString("base64");
		assert.deepEqual([shown("plan", from), shown("work", from)], [[[base64]], [[base64], [base64]]]);
		const [launched] = await events(goalId, "goal.launched");
		assert.deepEqual(launched?.images, [imageOf("mock.png", mock)]);
		const { events: all } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		assert.ok(!JSON.stringify(all).includes(base64.slice(0, 100)), "no event holds the bytes");
		assert.deepEqual(readFileSync(path.join(folderOf(goalId), sha256(mock))), mock);
		const got = await daemon.client.request("image/get", { goalId, sha256: sha256(mock) });
		assert.deepEqual(got, { base64, mediaType: "image/png" });
		await daemon.client.request("goal/control", { goalId, action: "delete" });
		assert.ok(!existsSync(folderOf(goalId)));
	});

	it("are there for the next daemon", async () => {
		let isOpen = false;
		server.use(async (request) => {
			if (request.purpose === "work") await until("it may answer", () => isOpen);
			return looking()(request);
		});
		const begun = server.requests.length;
		const { goalId } = await launch({ images: [given("mock.png", mock)] });
		await until("the worker is asked", () => shown("work", begun).length > 0);
		const from = server.requests.length;
		daemon = await daemon.restart();
		isOpen = true;
		await untilState(daemon.client, goalId, ["completed"]);
		const seen = shown("work", from);
		assert.ok(seen.length >= 2);
		for (const one of seen) assert.deepEqual(one, [mock.toString("base64")]);
	});

	const bad: readonly [what: string, images: readonly GivenImage[], says: RegExp][] = [
		["an empty one", [given("a.png", new Uint8Array())], /a\.png is empty/],
		["what is none", [given("a.png", Buffer.from("hello"))], /a\.png is none of the images that models read/],
		["one that is cut off", [given("a.png", mock.subarray(0, 50))], /damaged or cut off/],
		["one that is too large", [given("a.png", Buffer.concat([mock, Buffer.alloc(4e6)]))], /may have at most 3750000/],
		["no base64", [{ name: "a.png", base64: "…" }], /a\.png is empty/],
		[
			"too many bytes together",
			Array.from({ length: 3 }, () => given("a.png", Buffer.concat([mock, Buffer.alloc(3e6)]))),
			/together, and at most 8000000/,
		],
		["too many", Array.from({ length: 11 }, () => given("a.png", mock)), /at most 10 images are given at once/],
	];
	for (const [what, given, says] of bad)
		it(`are refused with a sentence before anything is kept: ${what}`, async () => {
			await assert.rejects(launch({ images: given }), says);
			assert.deepEqual((await daemon.client.request("goal/list", {})).goals, []);
			assert.ok(!existsSync(path.join(daemon.home, "images")));
		});

	it("are refused with a playbook whose steps are all fixed, and shown to the agents of one that has some", async () => {
		const fixed = { path: "a.md", text: "# A\n## One\n```sh\ntrue\n```\n" };
		await assert.rejects(
			launch({ prompt: "", playbook: fixed, images: [given("mock.png", mock)] }),
			/a\.md hands no step to an agent, so that nobody would look at the images/,
		);
		const from = server.requests.length;
		const mixed = { path: "b.md", text: "# B\n## One\n```sh\ntrue\n```\n## Two\nagent: implementer\n\nLook at it.\n" };
		const { goalId } = await launch({
			prompt: "",
			playbook: mixed,
			grantPlaybook: true,
			images: [given("mock.png", mock)],
		});
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(shown("work", from), [[mock.toString("base64")], [mock.toString("base64")]]);
	});

	it("of a model that sees none are named to it, and the launch, the list of models and the thread say so", async () => {
		const settings = { autonomy: "autonomous", planApproval: "never", agent: { provider: "local", model: "mole" } };
		const from = server.requests.length;
		const { goalId, notes } = await launch({ settings, images: [given("mock.png", mock)] });
		assert.deepEqual(notes, ["local/mole sees no images: it is told the names of those that you give, and no more."]);
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual([shown("plan", from), shown("work", from)], [[[]], [[], []]]);
		assert.match(
			server.requests[from]!.text,
			/\[Image: mock\.png \(PNG, 64×48 pixels, \d+ bytes\)\. It is not shown\. local\/mole sees no images\.\]/,
		);
		const told = await events(goalId, "provider.adapted");
		assert.deepEqual(
			told.map(({ text }) => text),
			["local/mole sees no images: it is told their names in their place."],
		);
		const { providers } = await daemon.client.request("provider/list", {});
		assert.deepEqual(providers.find(({ id }) => id === "local")?.blind, ["mole"]);
	});

	it("that a person sends reach the thread's next turn, also without a word", async () => {
		let isOpen = false;
		server.use(async (request) => {
			if (request.purpose === "work") await until("it may answer", () => isOpen);
			return looking()(request);
		});
		const begun = server.requests.length;
		const { goalId } = await launch();
		await until("the worker is asked", () => shown("work", begun).length > 0);
		const from = server.requests.length;
		await daemon.client.request("thread/send", { goalId, text: "", images: [given("red.png", mock)] });
		await assert.rejects(daemon.client.request("thread/send", { goalId, text: "  " }), /The message is empty/);
		await assert.rejects(
			daemon.client.request("thread/send", { goalId, text: "x", images: [given("a", Buffer.from("x"))] }),
			/a is none of the images/,
		);
		isOpen = true;
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(shown("work", from), [[mock.toString("base64")]]);
		const sent = (await events(goalId, "message.added")).find(({ from: by }) => by === "person");
		assert.deepEqual(sent?.images, [imageOf("red.png", mock)]);
	});

	it("that readFile finds are seen by the model, and kept as the call found them", async () => {
		writeFileSync(path.join(workspace.folder, "shot.dat"), images.jpeg);
		server.use(looking({ name: "readFile", args: { path: "shot.dat" } }));
		const from = server.requests.length;
		const { goalId } = await launch();
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(shown("work", from), [[], [images.jpeg.toString("base64")]]);
		const [done] = await events(goalId, "tool.completed");
		assert.equal(done?.output.head, `shot.dat (JPEG, 12×8 pixels, ${images.jpeg.length} bytes).`);
		assert.deepEqual(done?.images, [imageOf("shot.dat", images.jpeg)]);
		writeFileSync(path.join(workspace.folder, "shot.dat"), "gone");
		const got = await daemon.client.request("image/get", { goalId, sha256: sha256(images.jpeg) });
		assert.equal(got.base64, images.jpeg.toString("base64"));
	});

	it("that an MCP server answers with are seen by the model, and stay evidence for the person", async () => {
		mkdirSync(path.join(workspace.folder, ".vscode"), { recursive: true });
		const servers = { yard: yardServer("image") };
		writeFileSync(path.join(workspace.folder, ".vscode/mcp.json"), JSON.stringify({ servers }));
		server.use(looking({ name: "mcp__yard__look", args: {} }));
		const from = server.requests.length;
		const { goalId } = await launch();
		for (let asked = 0; asked < 2; asked++) {
			const { approvals } = await untilState(daemon.client, goalId, ["awaiting_approval"]);
			await daemon.client.request("approval/answer", { approvalId: approvals[0]!.approvalId, answer: "approve" });
			await until("it is answered", async () => {
				const goal = await daemon.client.request("goal/get", { goalId });
				return goal.approvals[0]?.approvalId !== approvals[0]!.approvalId;
			});
		}
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(
			shown("work", from),
			[[], [images.gif.toString("base64")]],
			"and what only says that it is one is not shown",
		);
		const evidence = (await events(goalId, "evidence.added")).filter(({ kind }) => kind === "file");
		assert.equal(evidence.length, 2);
		assert.deepEqual(readFileSync(evidence[0]!.text), images.gif);
	});

	it("of a goal that is not there, or that no event names, are refused", async () => {
		const sha = sha256(mock);
		await assert.rejects(
			daemon.client.request("image/get", { goalId: "g-none" as GoalId, sha256: sha }),
			/There is no goal/,
		);
		const { goalId } = await launch();
		await assert.rejects(
			daemon.client.request("image/get", { goalId, sha256: sha }),
			/The image is not kept any more\./,
		);
		await assert.rejects(daemon.client.request("image/get", { goalId, sha256: "../../daemon.json" }));
		await assert.rejects(
			daemon.client.request("thread/send", { goalId: "g-none" as GoalId, text: "x", images: [given("a.png", mock)] }),
			/There is no goal/,
		);
		assert.ok(
			!existsSync(path.join(daemon.home, "images")) || readdirSync(path.join(daemon.home, "images")).length === 0,
		);
	});
});
