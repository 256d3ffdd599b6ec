/** What an agent says in one go, as it comes: a flood keeps its beginning and its end. */
export interface Said {
	add(text: string): void;
	/** All of it, and it begins anew. */
	take(): string;
}

/** Characters that are kept of the beginning, and at least of the end. */
const maxHead = 1024 * 1024;
const maxTail = 1024 * 1024;

export function openSaid(): Said {
	let head = "";
	let tail = "";
	let left = 0;

	/** Cut rarely, so that many small parts cost no more than few large ones. */
	function keep(longest: number): void {
		if (tail.length <= longest) return;
		left += tail.length - maxTail;
		tail = tail.slice(-maxTail);
	}

	return {
		add(text) {
			const room = maxHead - head.length;
			head += text.slice(0, room);
			tail += text.slice(room);
			keep(2 * maxTail);
		},
		take() {
			keep(maxTail);
			const note = left > 0 ? `\n[… ${left} characters of what was said are left out …]\n` : "";
			const whole = head + note + tail;
			head = "";
			tail = "";
			left = 0;
			return whole;
		},
	};
}
