import { StringDecoder } from "node:string_decoder";

/** Lines of a stream of bytes, whatever the chunks. A line that is too long is counted and not kept: only where it begins and ends. */
export interface LineReader {
	read(chunk: Buffer): void;
}

export interface HearsLines {
	onLine(line: string): void;
	/** `id` of the call that it answers, where that can be told. */
	onTooLong(line: { readonly id: number | undefined; readonly bytes: number }): void;
}

const newline = 0x0a;
const keptBytes = 512;

export function createLineReader(maxBytes: number, { onLine, onTooLong }: HearsLines): LineReader {
	let chunks: Buffer[] = [];
	let bytes = 0;
	/** Of a line that is too long. */
	let ends: { readonly head: string; tail: Buffer } | undefined;

	function add(part: Buffer): void {
		bytes += part.length;
		if (ends) ends.tail = Buffer.concat([ends.tail, part.subarray(-keptBytes)]).subarray(-keptBytes);
		else chunks.push(part);
		if (ends || bytes <= maxBytes) return;
		const all = Buffer.concat(chunks);
		chunks = [];
		ends = { head: all.toString("latin1", 0, keptBytes), tail: Buffer.from(all.subarray(-keptBytes)) };
	}

	function end(): void {
		if (ends) onTooLong({ id: idIn(ends.head, ends.tail.toString("latin1")), bytes });
		else if (bytes > 0) onLine(new StringDecoder("utf8").end(Buffer.concat(chunks)));
		chunks = [];
		bytes = 0;
		ends = undefined;
	}

	return {
		read(chunk) {
			let from = 0;
			for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
				add(chunk.subarray(from, at));
				end();
				from = at + 1;
			}
			if (from < chunk.length) add(chunk.subarray(from));
		},
	};
}

/** An answer names its call at its beginning or at its end; in between may stand anything. */
function idIn(head: string, tail: string): number | undefined {
	const found =
		/^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)\s*,/.exec(head) ??
		/,\s*"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(tail);
	return found ? Number(found[1]) : undefined;
}
