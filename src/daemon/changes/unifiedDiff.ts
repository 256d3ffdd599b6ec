import { isUtf8 } from "node:buffer";
import { createTwoFilesPatch } from "diff";
import { changesMode } from "../../protocol/changes.ts";
import type { ChangeView } from "../../protocol/view.ts";
import { utf8 } from "../text/encoding.ts";
import { readText } from "../text/readText.ts";

/** Those of many changes, one behind the other. What takes too long or too much room is named and not shown. */
export async function unifiedDiffs(
	changes: readonly ChangeView[],
	content: (blob: string) => Promise<Buffer>,
	maxChars = maxAnswerChars,
): Promise<string> {
	const deadline = performance.now() + allTimeoutMs;
	const parts: string[] = [];
	let length = 0;
	for (const [at, change] of changes.entries()) {
		if (length > maxChars || performance.now() > deadline) {
			parts.push(`# ${changes.length - at} more files changed. Ask for one of them by its path.\n`);
			break;
		}
		const diff = await unifiedDiff(change, content);
		const isTooLong = length > 0 && length + diff.length > 2 * maxChars;
		parts.push(isTooLong ? `# The change of ${change.path} is too long to be shown among others.\n` : diff);
		length += isTooLong ? 0 : diff.length;
	}
	return parts.join("");
}

/** A unified diff of one change, in git's manner, from the contents before its first and after its last write. */
export async function unifiedDiff(change: ChangeView, content: (blob: string) => Promise<Buffer>): Promise<string> {
	const [before, after] = await Promise.all(
		[change.before, change.after].map((blob) => (blob ? content(blob) : undefined)),
	);
	const from = `a/${change.from ?? change.path}`;
	const to = `b/${change.path}`;
	const isOtherMode = changesMode(change);
	const modes = isOtherMode ? `old mode ${change.modeBefore}\nnew mode ${change.modeAfter}\n` : "";
	const head = `diff --git ${from} ${to}\n${modes}`;
	if (isOtherMode && change.before === change.after) return head;
	const texts = await Promise.all([textOf(before), textOf(after)]);
	const [old, now] = texts;
	if (old === undefined || now === undefined)
		return `${head}Binary files ${before ? from : "/dev/null"} and ${after ? to : "/dev/null"} differ\n`;
	const patch = createTwoFilesPatch(
		before ? from : "/dev/null",
		after ? to : "/dev/null",
		old.text,
		now.text,
		undefined,
		undefined,
		{
			context: 3,
			timeout: diffTimeoutMs,
		},
	);
	if (patch === undefined) return `${head}Files ${from} and ${to} differ in too many places to show.\n`;
	const encodings = [...new Set(texts.flatMap((one) => one?.encoding ?? []))];
	const note =
		encodings.length > 0 ? `# ${change.path} is not UTF-8: it is shown as read from ${encodings.join(", ")}.\n` : "";
	return `${note}${head}${patch.replace(/^=+\n/, "").replaceAll("\t\n", "\n")}`;
}

/** Nothing else is answered while a diff is made. */
const diffTimeoutMs = 1000;
const allTimeoutMs = 10_000;
/** Half of what a message may hold, in the worst case. */
const maxAnswerChars = 2_000_000;

/** Undefined for what is no text. */
async function textOf(bytes: Buffer | undefined): Promise<{ text: string; encoding?: string } | undefined> {
	if (bytes === undefined) return { text: "" };
	if (isUtf8(bytes) && !bytes.includes(0)) return { text: bytes.toString("utf8") };
	const reading = await readText(bytes);
	if (reading.kind === "binary") return undefined;
	return { text: reading.text, encoding: reading.encoding === utf8 ? undefined : reading.encoding };
}
