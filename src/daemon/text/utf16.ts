/** Which UTF-16 bytes are in, by their mark or by their shape; undefined where they are not. */
export function utf16Of(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
	const sample = bytes.subarray(0, 4096);
	const zeros = [0, 0];
	for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2]! += 1;
	// Line ends and blanks are ASCII in every language, so text has some zeros, all on one side.
	if (zeros[0]! > 0 === zeros[1]! > 0) return undefined;
	const encoding = zeros[1]! > 0 ? "utf-16le" : "utf-16be";
	const text = new TextDecoder(encoding).decode(sample.subarray(0, sample.length & ~1));
	return isText(text) ? encoding : undefined;
}

function isText(text: string): boolean {
	return !/[\u0000-\u0007\u000e-\u001a\u001c-\u001f\u0080-\u009f\uFFFD\p{Cn}\p{Co}]/u.test(text.slice(0, -1));
}
