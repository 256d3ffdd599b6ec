import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { protocolVersion } from "../../../src/protocol/methods.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess } from "../../support/daemonProcess.ts";
import { type Frame, type Message, readFrames } from "./frames.ts";

/**
 * A client of the version before, as its recorded frames are it: they are said again to today's daemon, in their order,
 * each when the client had heard what made it speak. What it looked into is still there, and of the same kind.
 */
describe("a daemon and a client of another version", function () {
	this.timeout(60_000);
	let daemon: DaemonProcess;
	const { folder: workspace, remove } = newWorkspace();
	before(async () => {
		daemon = await startDaemonProcess();
		// When the client was recorded, every command was asked about.
		const policy = { rules: [{ effect: "ask", kind: "command" }] };
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ policy }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		remove();
	});

	it("understand each other when the client is of the version before", async () => {
		const frames = readFrames(`client-protocol-${protocolVersion - 1}.jsonl`);
		const wire = await open(daemon);
		/** Ids of the recording, and what they are called today. */
		const names = new Map<string, string>([["/workspace", workspace]]);
		const expected: Landmark[] = [];
		try {
			for (const { from, frame } of frames) {
				if (from === "client") {
					// The first of a kind then is the first of the kind today.
					for (const recorded of expected.splice(0)) learn(recorded, await wire.landmark(recorded.type), names);
					wire.say(renamed(frame, names));
				} else if (frame.id !== undefined) {
					const answer = await wire.answer(frame.id);
					const asked = frames.find((one) => one.from === "client" && one.frame.id === frame.id)!.frame.method;
					assert.deepEqual("error" in answer, "error" in frame, `${asked}: ${JSON.stringify(answer)}`);
					assert.deepEqual(missing(frame.result, answer.result, `${asked}`), []);
					learn(frame.result, answer.result, names);
				} else {
					expected.push(...landmarksOf(frame));
				}
			}
			assert.equal(frames.filter(({ from }) => from === "client").length, 23, "the recording is whole");
		} finally {
			wire.close();
		}
	});

	it("part with one sentence when the client is too old or too new", async () => {
		for (const [protocol, says] of [
			[protocolVersion - 2, /client is too old for the daemon.*Update/],
			[protocolVersion + 1, /daemon is too old for the client.*mission daemon stop` or “Stop Goal Daemon” in VS Code/],
		] as const) {
			const wire = await open(daemon);
			wire.say({ id: 0, method: "daemon/hello", params: { protocol, actor: { client: "test" } } });
			const { error } = (await wire.answer(0)) as { error?: { message: string; data: { code: string } } };
			assert.equal(error?.data.code, "protocol");
			assert.match(error.message, says);
			assert.equal(error.message.split("\n").length, 1);
			wire.close();
		}
	});
});

interface Wire {
	say(message: Message): void;
	answer(id: number): Promise<Message>;
	/** The next one of a type that nobody has taken yet. */
	landmark(type: string): Promise<Landmark>;
	close(): void;
}

async function open({ file: { port, token } }: DaemonProcess): Promise<Wire> {
	const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { Authorization: `Bearer ${token}` } });
	const heard: Message[] = [];
	const landmarks: Landmark[] = [];
	const until = async (isSo: () => boolean, about: string) => {
		const deadline = Date.now() + 45_000;
		while (!isSo()) {
			if (Date.now() > deadline) throw new Error(`waited in vain for ${about}`);
			await sleep(5);
		}
	};
	socket.on("message", (data) => {
		const message = JSON.parse(String(data)) as Message;
		heard.push(message);
		landmarks.push(...landmarksOf(message));
	});
	await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
	return {
		say: (message) => socket.send(JSON.stringify({ jsonrpc: "2.0", ...message })),
		async answer(id) {
			const isIt = (message: Message) => message.id === id && message.method === undefined;
			await until(() => heard.some(isIt), `an answer to ${id}`);
			return heard.find(isIt)!;
		},
		async landmark(type) {
			await until(() => landmarks.some((one) => one.type === type), type);
			return landmarks.splice(
				landmarks.findIndex((one) => one.type === type),
				1,
			)[0]!;
		},
		close: () => socket.close(),
	};
}

/** What a client acts on: an event that says that a goal came to a new place. How they are parted into notices is free. */
interface Landmark {
	readonly type: string;
}

function landmarksOf({ method, params }: Message): Landmark[] {
	if (method !== "goal/event") return [];
	return (params as { events: readonly Landmark[] }).events.filter(({ type }) => landmarkTypes.has(type));
}

const landmarkTypes: ReadonlySet<string> = new Set([
	"approval.requested",
	"approval.answered",
	"step.completed",
	"goal.completed",
	"step.undone",
]);

/** Places of the recorded value that the new one does not have, or has of another kind. */
function missing(recorded: unknown, now: unknown, place: string): string[] {
	if (Array.isArray(recorded)) {
		if (!Array.isArray(now)) return [`${place} is no list`];
		// Of how many there are, and in which order, a client knows nothing; each is like one of the recorded.
		return recorded.length > 0 && now.length === 0 ? [`${place} is empty`] : [];
	}
	if (typeof recorded !== "object" || recorded === null) {
		return typeof recorded === typeof now ? [] : [`${place} is ${typeof now}, was ${typeof recorded}`];
	}
	if (typeof now !== "object" || now === null) return [`${place} is ${typeof now}, was an object`];
	return Object.entries(recorded).flatMap(([key, value]) =>
		// Keys that are ids are other ones today; who has used something so far is a matter of moments.
		isId(key) || /\.by(Role|Model)$/.test(place)
			? []
			: missing(value, (now as Record<string, unknown>)[key], `${place}.${key}`),
	);
}

/** Takes note of what an id of the recording is called today: it stands in the same place. */
function learn(recorded: unknown, now: unknown, names: Map<string, string>): void {
	if (typeof recorded === "string" && typeof now === "string" && isId(recorded)) names.set(recorded, now);
	if (typeof recorded !== "object" || typeof now !== "object" || !recorded || !now) return;
	for (const [key, value] of Object.entries(recorded)) learn(value, (now as Record<string, unknown>)[key], names);
}

function isId(text: string): boolean {
	return /^[a-z]-[0-9a-f]{16}$/.test(text);
}

function renamed(frame: Frame["frame"], names: ReadonlyMap<string, string>): Message {
	let text = JSON.stringify(frame);
	for (const [recorded, now] of names) text = text.replaceAll(recorded, JSON.stringify(now).slice(1, -1));
	return JSON.parse(text) as Message;
}
