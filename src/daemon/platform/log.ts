import { appendFileSync, renameSync, statSync } from "node:fs";
import type { Log } from "./ports.ts";

/** The daemon's own log: a file in the data folder, one line an entry, kept to two files of bounded size. */
const levels = ["error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof levels)[number];

const maxBytes = 5 * 1024 * 1024;

export function parseLogLevel(text: string | undefined): LogLevel {
	return levels.find((level) => level === text) ?? "info";
}

export function openLog(file: string, level: LogLevel, redact: (text: string) => string): Log {
	let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
	const write = (entry: LogLevel, text: string, cause?: unknown) => {
		if (levels.indexOf(entry) > levels.indexOf(level)) return;
		const line = `${new Date().toISOString()} ${entry} ${redact(text + described(cause))}\n`;
		try {
			if (size > maxBytes) {
				renameSync(file, `${file}.1`);
				size = 0;
			}
			appendFileSync(file, line, { mode: 0o600 });
			size += line.length;
		} catch {
			// A full disk must not end the daemon over a line of its log.
		}
	};
	return {
		error: (text, cause) => write("error", text, cause),
		warn: (text, cause) => write("warn", text, cause),
		info: (text) => write("info", text),
		debug: (text) => write("debug", text),
		trace: (text) => write("trace", text),
	};
}

function described(cause: unknown): string {
	if (cause === undefined) return "";
	return `: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`;
}
