import { inflateRawSync } from "node:zlib";

/** The files of a zip archive by name, read from its directory at the end. Enough for a .vsix: no encryption, no zip64. */
export function readZip(archive: Buffer): ReadonlyMap<string, Buffer> {
	const end = archive.lastIndexOf("PK\x05\x06", undefined, "latin1");
	if (end < 0) throw new Error("Not a zip archive: it has no directory.");
	const files = new Map<string, Buffer>();
	let at = archive.readUInt32LE(end + 16);
	for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
		const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
		const name = archive.toString("utf8", at + 46, at + 46 + nameBytes!);
		const local = archive.readUInt32LE(at + 42);
		const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
		const bytes = archive.subarray(start, start + archive.readUInt32LE(at + 20));
		if (!name.endsWith("/")) files.set(name, archive.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes);
		at += 46 + nameBytes! + extraBytes! + commentBytes!;
	}
	return files;
}
