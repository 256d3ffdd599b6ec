import { randomBytes } from "node:crypto";
import type { Git } from "./git.ts";
import { lastingProcess, type ProcessSession } from "./lastingProcess.ts";

/**
 * Compares trees through one `git diff-tree --stdin`, which lives as long as it is asked something now and then. To
 * start a process keeps the daemon's thread busy for 3 to 9 ms, because its memory is large; a question to one that runs
 * takes 0.5 ms and keeps nothing else waiting.
 */
export interface TreeComparer {
	/** What `diff-tree` prints for two trees. Undefined when this could not be learnt so: a process of its own says why. */
	compare(treeA: string, treeB: string): Promise<Buffer | undefined>;
	/** Ends the process once it has answered; the next question starts another. */
	rest(): Promise<void>;
}

export function openTreeComparer(git: Git, args: readonly string[]): TreeComparer {
	const { use, rest } = lastingProcess(() => startSession(git, args), maxQuestions);
	return { compare: (treeA, treeB) => use((session) => session.ask(treeA, treeB)), rest };
}

interface Session extends ProcessSession {
	ask(treeA: string, treeB: string): Promise<Buffer | undefined>;
}

/** Git keeps every tree that it was asked about. */
const maxQuestions = 200;

function startSession(git: Git, args: readonly string[]): Session {
	const child = git.start(["diff-tree", "--stdin", ...args]);
	// An answer is "treeA treeB", a newline and the differences. Nothing ends it, so each question is followed by a line
	// that git repeats, because it names no object; a file's name may hold any text, but not one that cannot be guessed.
	const mark = `end ${randomBytes(16).toString("hex")}\n`;
	const waiting: { readonly head: string; readonly resolve: (output: Buffer | undefined) => void }[] = [];
	let received: Buffer[] = [];
	let alive = true;

	const ended = new Promise<void>((resolve) => {
		const fail = () => {
			alive = false;
			for (const { resolve: answer } of waiting.splice(0)) answer(undefined);
			resolve();
		};
		child.on("error", fail);
		child.on("close", fail);
	});
	child.stdin.on("error", () => {});
	child.stderr.resume();
	child.stdout.on("data", (data: Buffer) => {
		received.push(data);
		if (data.at(-1) === newline) answer();
	});

	function answer(): void {
		let data = received.length === 1 ? received[0]! : Buffer.concat(received);
		while (waiting.length > 0) {
			const end = data.indexOf(mark, 0, "latin1");
			if (end < 0) break;
			const { head, resolve } = waiting.shift()!;
			const isAnswer = data.subarray(0, head.length).toString("latin1") === head;
			resolve(isAnswer ? Buffer.from(data.subarray(head.length, end)) : undefined);
			data = data.subarray(end + mark.length);
		}
		received = data.length > 0 ? [data] : [];
	}

	return {
		ask: (treeA, treeB) =>
			new Promise((resolve) => {
				if (!alive) return resolve(undefined);
				const head = `${treeA} ${treeB}\n`;
				waiting.push({ head, resolve });
				child.stdin.write(head + mark);
			}),
		alive: () => alive,
		async end() {
			child.stdin.end();
			await ended;
		},
	};
}

const newline = 10;
