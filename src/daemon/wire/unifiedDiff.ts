import { createTwoFilesPatch } from "diff";
import type { ChangeView } from "../../protocol/view.ts";

/** A unified diff of one change, in git's manner, from the contents before its first and after its last write. */
export async function unifiedDiff(change: ChangeView, content: (blob: string) => Promise<Buffer>): Promise<string> {
	const [before, after] = await Promise.all(
		[change.before, change.after].map((blob) => (blob ? content(blob) : undefined)),
	);
	const from = `a/${change.from ?? change.path}`;
	const to = `b/${change.path}`;
	const head = `diff --git ${from} ${to}\n`;
	if (isBinary(before) || isBinary(after))
		return `${head}Binary files ${before ? from : "/dev/null"} and ${after ? to : "/dev/null"} differ\n`;
	const patch = createTwoFilesPatch(
		before ? from : "/dev/null",
		after ? to : "/dev/null",
		text(before),
		text(after),
		undefined,
		undefined,
		{
			context: 3,
			timeout: diffTimeoutMs,
		},
	);
	if (patch === undefined) return `${head}Files ${from} and ${to} differ in too many places to show.\n`;
	return `${head}${patch.replace(/^=+\n/, "").replaceAll("\t\n", "\n")}`;
}

const diffTimeoutMs = 5000;
const sniffed = 8000;

function isBinary(bytes: Buffer | undefined): boolean {
	return bytes?.subarray(0, sniffed).includes(0) ?? false;
}

function text(bytes: Buffer | undefined): string {
	return bytes?.toString("utf8") ?? "";
}
