import type { Output } from "../../core/values.ts";
import { bytes, plural } from "./format.ts";
import { t } from "./words.ts";

/** The beginning of an output, line by line, and what is left of it in words. */
export interface OutputHead {
	readonly lines: readonly string[];
	/** `38 more lines`, or the size where the lines cannot be counted; undefined when all of it is here. */
	readonly more?: string;
}

export function outputHead(output: Output, maxLines: number): OutputHead {
	const text = plainText(output.head).replace(/\n+$/, "");
	const all = text === "" ? [] : text.split("\n");
	const lines = all.slice(0, maxLines);
	const isWhole = output.tail === "" && output.path === undefined;
	if (!isWhole) return { lines, more: t("all of it, {0}", bytes(output.bytes)) };
	const rest = all.length - lines.length;
	return rest > 0 ? { lines, more: plural(rest, "{0} more line", "{0} more lines") } : { lines };
}

/** Without the terminal's colours and cursor movements. */
export function plainText(text: string): string {
	return text
		.replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g, "")
		.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, "")
		.replace(/\r\n/g, "\n")
		.replace(/^.*\r(?!\n)/gm, "")
		.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "");
}
