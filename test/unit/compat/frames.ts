import { readFileSync } from "node:fs";
import path from "node:path";

/** One message of a recorded session, as it crossed the wire. */
export interface Frame {
	readonly from: "client" | "daemon";
	readonly frame: Message;
}

export interface Message {
	readonly id?: number;
	readonly method?: string;
	readonly params?: unknown;
	readonly result?: unknown;
	readonly error?: unknown;
}

export function readFrames(name: string): Frame[] {
	const lines = readFileSync(path.join(__dirname, name), "utf8").trim().split("\n");
	return lines.map((line) => JSON.parse(line) as Frame);
}
