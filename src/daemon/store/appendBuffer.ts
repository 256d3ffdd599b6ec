/**
 * Collects writes that follow one another into one. SQLite writes its log in two small pieces a page, and nothing of it
 * counts before the sync: so the pieces go to the disk together, when a sync, a read or a write elsewhere needs them.
 */
export interface AppendBuffer {
	add(position: number, bytes: Uint8Array): void;
	/** Writes what was collected. After a failure it is forgotten. */
	flush(): void;
	forget(): void;
}

export function createAppendBuffer(write: (position: number, bytes: Uint8Array) => void): AppendBuffer {
	let held: Buffer | undefined;
	let start = 0;
	let length = 0;

	function flush(): void {
		if (length === 0 || held === undefined) return;
		const bytes = held.subarray(0, length);
		length = 0;
		write(start, bytes);
	}

	return {
		add(position, bytes) {
			if (length > 0 && (position !== start + length || length + bytes.length > maxHeldBytes)) flush();
			if (bytes.length > maxHeldBytes) return write(position, bytes);
			held ??= Buffer.allocUnsafeSlow(maxHeldBytes);
			if (length === 0) start = position;
			held.set(bytes, length);
			length += bytes.length;
		},
		flush,
		forget() {
			length = 0;
		},
	};
}

const maxHeldBytes = 256 * 1024;
