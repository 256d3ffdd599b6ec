import { codePages, decoderOf } from "./decoders.ts";
import { type Encoding, utf8 } from "./encoding.ts";

/**
 * Text back into the encoding that it was read from, so that an edit leaves a file what it was. The platform only encodes
 * UTF-8: for the others the decoder is asked about every byte, and every pair, once. Undefined where the encoding has no
 * byte for a character.
 */
export function encodeText(text: string, encoding: Encoding): Uint8Array | undefined {
	if (encoding === utf8) return Buffer.from(text, "utf8");
	if (encoding === "utf-16le") return Buffer.from(text, "utf16le");
	if (encoding === "utf-16be") return Buffer.from(text, "utf16le").swap16();
	// It switches between character sets on its way, which no table of pairs holds.
	if (encoding === "iso-2022-jp") return undefined;
	const table = tableOf(encoding);
	const parts: number[] = [];
	for (const character of text) {
		const bytes = table.get(character);
		if (bytes === undefined) return undefined;
		if (bytes > 0xff) parts.push(bytes >> 8);
		parts.push(bytes & 0xff);
	}
	return Uint8Array.from(parts);
}

const tables = new Map<Encoding, ReadonlyMap<string, number>>();

function tableOf(encoding: Encoding): ReadonlyMap<string, number> {
	const known = tables.get(encoding);
	if (known) return known;
	const table = new Map<string, number>();
	const decode = decoderOf(encoding);
	const add = (bytes: number[]) => {
		const [character, more] = decode(Uint8Array.from(bytes));
		if (character && !more && character !== "\uFFFD" && !table.has(character))
			table.set(
				character,
				bytes.reduce((all, byte) => all * 256 + byte),
			);
	};
	for (let byte = 0; byte < 256; byte++) add([byte]);
	if (!isSingleByte(encoding))
		for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) add([lead, trail]);
	tables.set(encoding, table);
	return table;
}

/** Each byte is a character of its own. */
export function isSingleByte(encoding: Encoding): boolean {
	return codePages.has(encoding) || /^(?:windows-|iso-8859-|koi8-|ibm866)/.test(encoding);
}
