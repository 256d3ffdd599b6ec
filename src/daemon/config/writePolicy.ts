import { readFileSync, realpathSync, statSync } from "node:fs";
import { applyEdits, modify, type ParseError, parseTree } from "jsonc-parser";
import type { PolicyRule } from "../../core/policy/rule.ts";
import { Refusal } from "../../core/refusal.ts";
import { writeDurably } from "../platform/durableFile.ts";
import { placesIn, syntaxError } from "./jsonNodes.ts";

/** Puts rules into config.jsonc, of everywhere or of one folder, and leaves every other line as a person wrote it. */
export function writePolicy(file: string, rules: readonly PolicyRule[], workspace?: string): void {
	const target = real(file);
	const text = read(target) || "{}\n";
	const errors: ParseError[] = [];
	const tree = parseTree(text, errors, { allowTrailingComma: true });
	const [first] = errors;
	if (first || tree?.type !== "object") {
		const { line } = placesIn(text)(first?.offset ?? 0, first?.length ?? 1);
		const why = first ? syntaxError(first) : "it is no object.";
		throw new Refusal("badConfig", `${file}:${line}: ${why} Correct it first; the policy was not written.`);
	}
	const at = workspace === undefined ? ["policy", "rules"] : ["policy", "workspaces", workspace, "rules"];
	const eol = text.includes("\r\n") ? "\r\n" : "\n";
	const edits = modify(text, at, [...rules], { formattingOptions: { insertSpaces: false, tabSize: 4, eol } });
	writeDurably(target, applyEdits(text, edits), modeOf(target));
}

/** What a link leads to is written, so that the link stays. */
function real(file: string): string {
	try {
		return realpathSync(file);
	} catch {
		return file;
	}
}

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
		throw cause;
	}
}

function modeOf(file: string): number | undefined {
	try {
		return statSync(file).mode & 0o777;
	} catch {
		return undefined;
	}
}
