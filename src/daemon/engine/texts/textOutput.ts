import type { Output } from "../../../core/values.ts";
import { sha256 } from "../../platform/digest.ts";

/** How much of an output an event carries: its beginning and its end, in characters. */
export const headChars = 16 * 1024;
export const tailChars = 8 * 1024;

/** An output that we made ourselves, as text. */
export function textOutput(text: string): Output {
	const bytes = Buffer.from(text);
	const short = text.length <= headChars + tailChars;
	return {
		head: short ? text : text.slice(0, headChars),
		tail: short ? "" : text.slice(-tailChars),
		bytes: bytes.length,
		sha256: sha256(bytes),
	};
}
