import type { ReadStream } from "node:tty";
import { Failure } from "./failure.ts";

/**
 * One line from a terminal that is not shown while it is typed: raw mode turns the terminal's own echo off, and with it
 * its line editing, so the few keys that a person uses for a secret are understood here. The terminal is left as it was.
 */
export async function readSecret(
	terminal: Pick<ReadStream, "setRawMode" | "on" | "off" | "pause" | "resume">,
	screen: { write(text: string): unknown },
	prompt: string,
): Promise<string> {
	// First, so that nothing which is typed or pasted early is shown.
	terminal.setRawMode(true);
	screen.write(prompt);
	try {
		return await new Promise((resolve, reject) => {
			let typed: readonly string[] = [];
			const done = (settle: () => void) => {
				terminal.off("data", onData);
				settle();
			};
			const onData = (data: Buffer | string) => {
				// What a terminal puts around a paste is no part of it, nor are arrows and other keys.
				for (const key of data.toString().replace(escapes, "")) {
					if (key === "\r" || key === "\n" || key === "\u0004") return done(() => resolve(typed.join("")));
					if (key === "\u0003")
						return done(() => reject(new Failure("interrupted", "Interrupted; nothing was changed.")));
					if (key === "\u007f" || key === "\b") typed = typed.slice(0, -1);
					else if (key === "\u0015") typed = [];
					else if (key >= " ") typed = [...typed, key];
				}
			};
			terminal.on("data", onData);
			terminal.resume();
		});
	} finally {
		terminal.setRawMode(false);
		terminal.pause();
		screen.write("\n");
	}
}

/** Control sequences, and the keys that terminals send as three characters. */
const escapes = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001bO./g;
