/** Text as the tools understand it: UTF-8 without NUL. A byte order mark stays part of it, so that it is written back. */

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Undefined when the bytes are something else. */
export function decodeText(bytes: Uint8Array): string | undefined {
	if (bytes.includes(0)) return undefined;
	try {
		return utf8.decode(bytes);
	} catch {
		return undefined;
	}
}
