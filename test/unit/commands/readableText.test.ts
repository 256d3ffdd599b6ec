import assert from "node:assert/strict";
import { readableStream, readableText } from "../../../src/daemon/commands/readableText.ts";
import { readText } from "../../../src/daemon/text/readText.ts";
import { processorTime } from "../../support/processorTime.ts";

const readable = async (bytes: Uint8Array) => readableText(await readText(bytes), bytes);

describe("readable text of output", () => {
	const rows: readonly (readonly [guarantee: string, bytes: string | number[], text: string])[] = [
		["keeps text as it is", "two\nlines, tab\tand ünïcödé 🚀\n", "two\nlines, tab\tand ünïcödé 🚀\n"],
		["drops colours and cursor movements", "\u001b[1;31mred\u001b[0m \u001b[2K\u001b]0;title\u0007plain", "red plain"],
		["shows a line that was drawn over and over as it stood last", "10%\r50%\r100%\ndone\r\n", "100%\ndone\n"],
		[
			"replaces bytes that are no UTF-8",
			[0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0xff],
			"abcdefghij\ufffd",
		],
		["drops bells and backspaces", "ding\u0007 and\u0008 on", "ding and on"],
		["describes data that is no text", [0, 1, 2, 255], "[binary data, 4 bytes, beginning with 00 01 02 ff]"],
		["is empty for nothing", "", ""],
	];
	for (const [guarantee, bytes, text] of rows) {
		it(guarantee, async () => assert.equal(await readable(Buffer.from(bytes as string)), text));
	}

	it("comes out the same when it arrives in pieces of any size", () => {
		const bytes = Buffer.from("aé\u001b[31m漢\u001b[0m🚀\u001b]0;x\u0007!\n".repeat(5));
		for (let size = 1; size < 20; size++) {
			const next = readableStream();
			let text = "";
			for (let at = 0; at < bytes.length; at += size) text += next(bytes.subarray(at, at + size));
			assert.equal(text, "aé漢🚀!\n".repeat(5));
		}
	});

	it("takes a long line without a break in no time", async () => {
		const tookMs = processorTime();
		await readable(Buffer.from("\r".repeat(16_384)));
		await readable(Buffer.from("\u001b]".repeat(8_192)));
		await readable(Buffer.from("x".repeat(16_384)));
		assert.ok(tookMs() < 10_000);
	});
});
