import assert from "node:assert/strict";
import { imageText, imageTokens, maxImageBytes, readImage } from "../../../src/core/image.ts";
import { images, png } from "../../support/images.ts";

describe("an image is what its bytes say, whatever its file is called", () => {
	const kinds: readonly [keyof typeof images, string, string][] = [
		["png", "image/png", "PNG"],
		["jpeg", "image/jpeg", "JPEG"],
		["gif", "image/gif", "GIF"],
		["webp", "image/webp", "WebP"],
		["webpLossless", "image/webp", "WebP"],
		["webpExtended", "image/webp", "WebP"],
	];
	for (const [kind, mediaType, word] of kinds)
		it(`${kind}, with its size`, () => {
			const bytes = images[kind];
			const read = readImage("notes.txt", bytes);
			assert.deepEqual(read, { name: "notes.txt", mediaType, width: 12, height: 8, bytes: bytes.length });
			assert.equal(imageText(read as never), `notes.txt (${word}, 12×8 pixels, ${bytes.length} bytes)`);
		});

	it("a JPEG with a long header before its frame, and with something behind its end", () => {
		const profile = Buffer.concat([Buffer.from([0xff, 0xe2, 0x80, 0x02]), Buffer.alloc(0x8000, 1)]);
		const padded = Buffer.concat([
			images.jpeg.subarray(0, 2),
			profile,
			images.jpeg.subarray(2),
			Buffer.from("trailer"),
		]);
		const read = readImage("photo.jpg", padded);
		assert.deepEqual([("width" in read && read.width) || 0, ("height" in read && read.height) || 0], [12, 8]);
	});

	const wrong: readonly [string, Uint8Array, RegExp][] = [
		["nothing", new Uint8Array(), /^a\.png is empty: it has 0 bytes\.$/],
		[
			"a text",
			Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"),
			/^a\.png is none of the images that models read: PNG/,
		],
		["a PDF", Buffer.from("%PDF-1.7\n"), /none of the images/],
		["a sound in RIFF", Buffer.from("RIFF\x10\0\0\0WAVEfmt "), /none of the images/],
		["a bitmap", Buffer.from("BM\x3a\0\0\0"), /none of the images/],
		["only the signature of a PNG", png().subarray(0, 8), /none of the images/],
		[
			"too many bytes",
			Buffer.concat([png(), Buffer.alloc(maxImageBytes)]),
			/has 3750\d{3} bytes, and an image may have at most 3750000\. Make it smaller/,
		],
		["too many pixels", png(8001, 1), /^a\.png has 8001×1 pixels, and an image may have at most 8000 on a side/],
		["no pixels", png(0, 0), /^a\.png begins as a PNG, and is damaged or cut off\.$/],
	];
	for (const [what, bytes, says] of wrong)
		it(`and ${what} is refused with a sentence`, () => {
			const read = readImage("a.png", bytes);
			assert.match(("problem" in read && read.problem) || "", says);
		});

	for (const kind of ["png", "jpeg", "gif", "webp", "webpLossless", "webpExtended"] as const)
		it(`${kind}, cut off anywhere, is refused and never read beyond its end`, () => {
			const whole = images[kind];
			for (let length = 1; length < whole.length; length++) {
				const read = readImage("a", whole.subarray(0, length));
				// Only what a decoder would pass over may be missing.
				assert.ok("problem" in read || length >= whole.length - 1, `${length} of ${whole.length} bytes`);
			}
		});

	it("random bytes behind any signature never break the reading", () => {
		const starts = Object.values(images).map((bytes) => bytes.subarray(0, 20));
		for (let round = 0; round < 300; round++)
			for (const start of starts) {
				const noise = Buffer.from(Array.from({ length: round % 60 }, (_, at) => (at * 37 + round * 101) % 256));
				readImage("a", Buffer.concat([start, noise]));
			}
	});
});

describe("an image is counted", () => {
	it("by its size, within what vendors make of it", () => {
		assert.deepEqual(imageTokens({ width: 10, height: 10 }), { likely: 85, most: 1200 });
		assert.deepEqual(imageTokens({ width: 1000, height: 750 }), { likely: 1000, most: 1200 });
		assert.deepEqual(imageTokens({ width: 8000, height: 8000 }), { likely: 1600, most: 4800 });
	});
});
