import { deflateSync } from "node:zlib";
import { type Image, readImage } from "../../src/core/image.ts";
import { crc32 } from "../../src/daemon/changes/crc32.ts";
import { sha256 } from "../../src/daemon/platform/digest.ts";

/** A real PNG of one colour. */
export function png(width = 12, height = 8, colour: readonly [number, number, number] = [200, 30, 30]): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 2, 0, 0, 0], 8);
	const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(width * 3, Buffer.from(colour))]);
	const rows = Buffer.concat(Array.from({ length: height }, () => row));
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk("IHDR", header),
		chunk("IDAT", deflateSync(rows)),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

function chunk(type: string, data: Buffer): Buffer {
	const named = Buffer.concat([Buffer.from(type), data]);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(named));
	return Buffer.concat([length, named, sum]);
}

/** One of each kind as programs write them, all of 12×8 pixels. */
export const images = {
	png: png(),
	jpeg: base64(
		"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAAIAAwDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAL/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAQP/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCQAo//2Q==",
	),
	gif: base64("R0lGODlhDAAIAIAAAP8AAP///yH5BAAAAAAALAAAAAAMAAgAAAIJhI+py+0Po5wFADs="),
	webp: base64("UklGRjgAAABXRUJQVlA4ICwAAACQAQCdASoMAAgABABoJaACdLoAA5gA/us2/6E2Paiv/0JP/ibP+Js+AAAAAA=="),
	webpLossless: base64("UklGRhwAAABXRUJQVlA4TA8AAAAvC8ABAAcQ/Y/+ByKi/wEA"),
	webpExtended: base64(
		"UklGRmIAAABXRUJQVlA4WAoAAAAQAAAACwAABwAAQUxQSBAAAAABB1DAiAgABON/3EJE/1MBVlA4ICwAAACQAQCdASoMAAgABABoJaACdLoAA5gA/us2/6E2Paiv/0JP/ibP+Js+AAAAAA==",
	),
} as const;

function base64(text: string): Buffer {
	return Buffer.from(text, "base64");
}

/** As an event names it. */
export function imageOf(name: string, bytes: Uint8Array): Image {
	const read = readImage(name, bytes);
	if ("problem" in read) throw new Error(read.problem);
	return { sha256: sha256(bytes), ...read };
}
