import { readFileSync, statSync } from "node:fs";
import { configName } from "../../protocol/config.ts";

/** The text of config.jsonc; nothing where there is none. Whatever cannot be read is said, and never read in part. */
export type ConfigFile = { readonly text: string } | { readonly unreadable: string } | { readonly missing: true };

const savingMs = 500;
const maxBytes = 1024 * 1024;

export function readConfigFile(file: string): ConfigFile {
	try {
		const info = statSync(file);
		if (info.isDirectory()) return { unreadable: `${configName} is a folder: put a file in its place.` };
		// A pipe would be waited for.
		if (!info.isFile()) return { unreadable: `${configName} is not a regular file: put one in its place.` };
		if (info.size > maxBytes)
			return {
				unreadable: `the file has ${info.size} bytes, more than the ${maxBytes} that are read: make it smaller.`,
			};
		return decoded(readFileSync(file));
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === "ENOENT") return { missing: true };
		return { unreadable: `${configName} cannot be read (${code}): check who owns it and who may read it.` };
	}
}

function decoded(bytes: Buffer): ConfigFile {
	try {
		return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
	} catch {
		return { unreadable: "the file is not UTF-8: save it with the encoding UTF-8." };
	}
}

/**
 * Changes whenever the file does; undefined for one that was emptied this moment: whoever saves it in place writes next,
 * and an empty file would be read as settings that were all taken back.
 */
export function configStamp(file: string): string | undefined {
	try {
		const { mtimeMs, ctimeMs, size, ino, mode } = statSync(file);
		if (size === 0 && Math.abs(Date.now() - mtimeMs) < savingMs) return undefined;
		return [mtimeMs, ctimeMs, size, ino, mode].join(" ");
	} catch (cause) {
		return String((cause as NodeJS.ErrnoException).code);
	}
}
