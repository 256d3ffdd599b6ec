import "vscode-jsonrpc/node";
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import * as v from "valibot";
import { maxMessageBytes } from "../../../src/protocol/methods.ts";
import { connect, serve } from "../../../src/protocol/peer.ts";
import { type SocketLike, socketPipe } from "../../../src/protocol/socketPipe.ts";

describe("the wire", () => {
	const table = { letters: { params: v.object({ count: v.number() }), result: v.string() } };

	function joined() {
		const [left, right] = [new EventEmitter(), new EventEmitter()];
		const end = (own: EventEmitter, other: EventEmitter): SocketLike =>
			Object.assign(own, {
				send: (text: string) => setImmediate(() => other.emit("message", text, false)),
				close: () => other.emit("close"),
			}) as unknown as SocketLike;
		serve(
			socketPipe(end(left, right)),
			table,
			{ letters: ({ count }) => "ü".repeat(count) },
			undefined,
			() => undefined,
		);
		return connect(
			socketPipe(end(right, left)),
			table,
			{},
			() => undefined,
			() => undefined,
		);
	}

	it("answers with a sentence where the answer is too large, so that nobody waits for ever", async () => {
		const client = joined();
		assert.equal((await client.request("letters", { count: 3 })).length, 3);
		await assert.rejects(client.request("letters", { count: maxMessageBytes / 2 + 1 }), {
			code: "tooLarge",
			message: /too large for one message/,
		});
		assert.equal((await client.request("letters", { count: 3 })).length, 3);
	});
});
