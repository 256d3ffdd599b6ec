import "vscode-jsonrpc/node";
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import * as v from "valibot";
import { Refusal } from "../../../src/core/refusal.ts";
import { maxMessageBytes } from "../../../src/protocol/methods.ts";
import { answering, hearing, openPeer } from "../../../src/protocol/peer.ts";
import { type SocketLike, socketPipe } from "../../../src/protocol/socketPipe.ts";

describe("the wire", () => {
	const names = {
		name: { params: v.object({}), result: v.string() },
		key: { params: v.object({}), result: v.string() },
	};
	const told = { ready: v.object({ at: v.number() }) };
	const refusal = new Refusal("keyNeeded", "No key is kept here.");
	const table = { letters: { params: v.object({ count: v.number() }), result: v.string() } };

	function joined() {
		const [left, right] = [new EventEmitter(), new EventEmitter()];
		const end = (own: EventEmitter, other: EventEmitter): SocketLike =>
			Object.assign(own, {
				send: (text: string) => setImmediate(() => other.emit("message", text, false)),
				close: () => other.emit("close"),
			}) as unknown as SocketLike;
		const report = (cause: unknown) => reported.push(cause);
		const heard: unknown[] = [];
		const reported: unknown[] = [];
		const server = openPeer<typeof names, typeof told>(socketPipe(end(left, right)), {
			answers: answering(table, { letters: ({ count }) => "ü".repeat(count) }, undefined),
			asks: names,
			report,
		});
		const client = openPeer<typeof table>(socketPipe(end(right, left)), {
			asks: table,
			answers: answering(names, { name: () => "mara", key: () => Promise.reject(refusal) }, undefined),
			hears: hearing(told, (name, params) => heard.push([name, params])),
			report,
		});
		return { server, client, heard, reported };
	}

	it("lets either end ask the other, with the refusals of both", async () => {
		const { server, client, reported } = joined();
		const [name, letters] = await Promise.all([server.request("name", {}), client.request("letters", { count: 1 })]);
		assert.deepEqual([name, letters], ["mara", "ü"]);
		await assert.rejects(server.request("key", {}), { code: "keyNeeded", message: "No key is kept here." });
		await assert.rejects(server.request("letters" as never, {} as never), { code: "unknownMethod" });
		assert.deepEqual(reported, []);
	});

	it("hears what it is told and knows, and reports what cannot be read", async () => {
		const { server, client, heard, reported } = joined();
		server.notify("ready", { at: 1 });
		server.notify("ready", { at: "now" } as never);
		server.notify("unheardOf" as never, {} as never);
		await client.request("letters", { count: 1 });
		assert.deepEqual(heard, [["ready", { at: 1 }]]);
		assert.match(String(reported), /notice ready: at: /);
	});

	it("answers with a sentence where the answer is too large, so that nobody waits for ever", async () => {
		const { client } = joined();
		assert.equal((await client.request("letters", { count: 3 })).length, 3);
		await assert.rejects(client.request("letters", { count: maxMessageBytes / 2 + 1 }), {
			code: "tooLarge",
			message: /too large for one message/,
		});
		assert.equal((await client.request("letters", { count: 3 })).length, 3);
	});
});
