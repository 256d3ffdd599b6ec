import { ChangesError } from "./changesError.ts";
import type { Git } from "./git.ts";
import { lastingProcess, type ProcessSession } from "./lastingProcess.ts";

/**
 * Reads objects through one `git cat-file --batch`, which lives as long as it is asked something now and then: an answer
 * takes 0.1 ms where a process of its own would take 2 ms.
 */
export interface ObjectReader {
	/** Undefined when there is no such object. */
	read(id: string): Promise<StoredObject | undefined>;
	/** Ends the process once it has answered; the next question starts another. */
	rest(): Promise<void>;
}

export interface StoredObject {
	readonly type: string;
	readonly content: Buffer;
}

export function openObjectReader(git: Git): ObjectReader {
	const { use, rest } = lastingProcess(() => startSession(git));
	return {
		async read(id) {
			return /^[0-9a-f]{40}$/.test(id) ? use((session) => session.ask(id)) : undefined;
		},
		rest,
	};
}

interface Session extends ProcessSession {
	ask(id: string): Promise<StoredObject | undefined>;
}

function startSession(git: Git): Session {
	const child = git.start(["cat-file", "--batch"]);
	const waiting: {
		readonly resolve: (object: StoredObject | undefined) => void;
		readonly reject: (error: Error) => void;
	}[] = [];
	let received: Buffer[] = [];
	let receivedBytes = 0;
	let neededBytes = 1;
	let alive = true;

	const ended = new Promise<void>((resolve) => {
		const fail = (cause: Error) => {
			alive = false;
			for (const { reject } of waiting.splice(0)) {
				reject(new ChangesError("git", "git stopped while it read the record of changes: ask again.", { cause }));
			}
			resolve();
		};
		child.on("error", fail);
		child.on("close", (code) => fail(new Error(`git cat-file exited with ${code}`)));
	});
	child.stdin.on("error", () => {});
	child.stderr.resume();
	child.stdout.on("data", (data: Buffer) => {
		received.push(data);
		receivedBytes += data.length;
		if (receivedBytes >= neededBytes) answer();
	});

	/** Each answer is "id type size", the content and a newline, or "id missing". */
	function answer(): void {
		let data = received.length === 1 ? received[0]! : Buffer.concat(received);
		neededBytes = 1;
		while (waiting.length > 0) {
			const line = data.indexOf(10);
			if (line < 0) break;
			const [, type = "", size = ""] = data.toString("latin1", 0, line).split(" ");
			if (size === "") {
				waiting.shift()!.resolve(undefined);
				data = data.subarray(line + 1);
				continue;
			}
			const end = line + 1 + Number(size);
			if (data.length < end + 1) {
				neededBytes = end + 1;
				break;
			}
			waiting.shift()!.resolve({ type, content: Buffer.from(data.subarray(line + 1, end)) });
			data = data.subarray(end + 1);
		}
		received = [data];
		receivedBytes = data.length;
	}

	return {
		ask: (id) =>
			new Promise((resolve, reject) => {
				waiting.push({ resolve, reject });
				child.stdin.write(`${id}\n`);
			}),
		alive: () => alive,
		async end() {
			child.stdin.end();
			await ended;
		},
	};
}
