import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, type Refusal, type Script, startModelServer } from "../../support/modelServer.ts";

const plan = {
	title: "A wall",
	summary: "One.",
	steps: [{ id: "wall", title: "Wall", instructions: "Build the wall.", needs: [] }],
};
const busy = (headers: Refusal["headers"], status = 429): Refusal => ({
	status,
	headers,
	body: { error: { message: "slow down" } },
});

const cliScript = path.join(__dirname, "../../../dist/cli.js");

describe("a provider that asks to wait", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let home: string;
	let server: ModelServer;
	let daemon: DaemonProcess;
	/** What “clay” answers to work; it is a worker that is done at once otherwise. */
	let clay: (() => Refusal | undefined) | undefined;
	const script: Script = ({ purpose, model, toolResults }) => {
		if (purpose === "plan") return { text: JSON.stringify(plan) };
		if (purpose === "reflect") return { text: JSON.stringify({ summary: "It stands.", reflection: "All well." }) };
		const refusal = model === "clay" ? clay?.() : undefined;
		if (refusal) return refusal;
		if (toolResults > 0) return { text: "The wall stands." };
		return { calls: [{ name: "writeFile", args: { path: "wall.txt", content: "bricks\n" } }] };
	};

	before(async () => {
		home = mkdtempSync(path.join(os.tmpdir(), "mission-waits-"));
		server = await startModelServer({ script, models: ["clay", "stone"] });
		const provider = { id: "yard", baseUrl: server.baseUrl, models: ["clay", "stone"], efforts: ["low", "high"] };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [provider], agent: "yard/clay" }));
		daemon = await startDaemonProcess({ home });
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
		rmSync(home, { recursive: true, force: true });
	});

	async function launch(answers: () => Refusal | undefined): Promise<GoalId> {
		clay = answers;
		const settings = { autonomy: "autonomous", planApproval: "never" } as const;
		return (await daemon.client.request("goal/launch", { workspace, prompt: "Build", settings })).goalId;
	}
	const blocked = (goalId: GoalId) => untilState(daemon.client, goalId, ["blocked"]);
	async function events(goalId: GoalId, type: "hold.placed" | "hold.lifted" | "provider.failed" | "provider.adapted") {
		return (await daemon.client.request("goal/events", { goalId, types: [type], limit: 100 })).events;
	}
	async function holdOf(goalId: GoalId) {
		const [event] = await events(goalId, "hold.placed");
		if (event?.type !== "hold.placed") assert.fail("there is no hold");
		return event;
	}
	async function cancelled(goalId: GoalId): Promise<void> {
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
	}

	it("is waited for from its first refusal on, and every user interface can tell until when", async () => {
		const before = Date.now();
		const goalId = await launch(() => busy({ "retry-after": "3600" }));
		await blocked(goalId);
		const hold = await holdOf(goalId);
		assert.equal((await events(goalId, "provider.failed")).length, 1);
		assert.equal(hold.cause, "quota");
		assert.ok(Date.parse(hold.wakeAt!) >= before + 3_600_000, "never earlier than asked");
		assert.ok(Date.parse(hold.wakeAt!) < Date.now() + 3_660_000);
		assert.match(
			hold.reason,
			/asks to wait 1 h \(429\): slow down\. Resume tries now; another model for the implementer in the roster goes on at once\./,
		);
		const { goals } = await daemon.client.request("goal/list", {});
		assert.equal(goals.find((goal) => goal.goalId === goalId)?.triesAgainAt, hold.wakeAt);
		const env = { ...process.env, MISSION_HOME: home };
		const { stdout } = await promisify(execFile)(process.execPath, [cliScript, "show", goalId], { env });
		assert.match(stdout, /Tries again at \d\d:\d\d:\d\d \(in (59 min.*|1 h)\)\./);
		await cancelled(goalId);
	});

	it("is asked again by itself when the time has come, and not before", async () => {
		const asked: number[] = [];
		const goalId = await launch(() => {
			asked.push(Date.now());
			return asked.length === 1 ? busy({ "retry-after": "3" }, 503) : undefined;
		});
		await untilState(daemon.client, goalId, ["completed"]);
		assert.ok(asked[1]! - asked[0]! >= 3000, `${asked[1]! - asked[0]!} ms`);
		assert.equal((await events(goalId, "hold.placed")).length, 1);
		assert.match((await holdOf(goalId)).reason, /failed \(503\) and asks to wait 3 s: slow down/);
		assert.equal((await events(goalId, "hold.lifted")).length, 1);
	});

	it("is asked at once when a person resumes the goal", async () => {
		let first = true;
		const goalId = await launch(() => {
			const refusal = first ? busy({ "retry-after": new Date(Date.now() + 3_600_000).toUTCString() }) : undefined;
			first = false;
			return refusal;
		});
		await blocked(goalId);
		assert.ok(Date.parse((await holdOf(goalId)).wakeAt!) > Date.now() + 3_500_000);
		await daemon.client.request("goal/control", { goalId, action: "resume" });
		await untilState(daemon.client, goalId, ["completed"]);
	});

	for (const apply of [undefined, "next-turn", "restart-step"] as const)
		it(`is left at once for another model of the role, with ${apply ?? "no word about how far that reaches"}`, async () => {
			const goalId = await launch(() => busy({ "retry-after": "3600" }));
			await blocked(goalId);
			const edits = [{ role: "implementer", provider: "yard", model: "stone" }];
			const { effect } = await daemon.client.request("roster/edit", { goalId, edits, apply });
			assert.match(effect, apply === "restart-step" ? /begins again/ : /uses it from its next turn/);
			await untilState(daemon.client, goalId, ["completed"]);
			assert.equal(server.requests.findLast(({ purpose }) => purpose === "work")?.model, "stone");
		});

	it("for longer than a day is asked after a day, and that is said", async () => {
		const goalId = await launch(() => busy({ "retry-after": "9999999" }));
		await blocked(goalId);
		const hold = await holdOf(goalId);
		assert.match(hold.reason, /asks to wait 1 d.* a day is the longest wait/);
		assert.ok(Date.parse(hold.wakeAt!) < Date.now() + 25 * 3_600_000);
		await cancelled(goalId);
	});

	for (const [status, error, says] of [
		[
			400,
			"the input is bad",
			/refused the request \(400\): the input is bad\. Choose another model for the implementer in the roster, or correct the provider in config\.jsonc/,
		],
		[422, "the input is bad", /refused the request \(422\): the input is bad\. Choose another model/],
		[
			404,
			"no such model",
			/knows no model “clay” .*Choose another model for the implementer in the roster; then resume the goal\./,
		],
		[
			402,
			"pay first",
			/no credit left \(402\): pay first\. Add some, then resume the goal\. You can also choose another model/,
		],
	] as const)
		it(`that refuses with ${status} says what would lift it`, async () => {
			const goalId = await launch(() => ({ status, body: { error: { message: error } } }));
			await blocked(goalId);
			const hold = await holdOf(goalId);
			assert.match(hold.reason, says);
			assert.equal(hold.wakeAt, undefined);
			await cancelled(goalId);
		});

	it("that refuses one parameter is asked without it, and the feed says so once", async () => {
		clay = undefined;
		server.use((request) => {
			if (request.model === "clay" && "stream_options" in request.body)
				return { status: 500, body: { error: { message: "Unsupported param: stream_options" } } };
			return script(request);
		});
		try {
			const goalId = await launch(() => undefined);
			await untilState(daemon.client, goalId, ["completed"]);
			const told = await events(goalId, "provider.adapted");
			assert.deepEqual(
				told.map((event) => (event.type === "provider.adapted" ? event.parameter : "")),
				["stream_options"],
			);
			const env = { ...process.env, MISSION_HOME: home };
			const { stdout } = await promisify(execFile)(process.execPath, [cliScript, "feed", goalId], { env });
			assert.match(stdout, /yard\/clay refuses stream_options and is asked without it from now on/);
			const again = await launch(() => undefined);
			await untilState(daemon.client, again, ["completed"]);
			assert.deepEqual(await events(again, "provider.adapted"), []);
		} finally {
			server.use(script);
		}
	});
});
