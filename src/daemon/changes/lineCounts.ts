import { structuredPatch } from "diff";
import type { ChangeView } from "../../protocol/view.ts";
import type { Changes } from "./changes.ts";

/**
 * Line counts of files that changed more than once: what lies between before the first change and after the last is in
 * no event. Each pair of contents is compared once and remembered, and an answer waits a moment at most; what is not
 * counted by then has no counts, and is there when it is asked for again.
 */
export async function withLineCounts(
	changes: readonly ChangeView[],
	record: () => Promise<Changes | { readonly unavailable: string }>,
): Promise<ChangeView[]> {
	if (!changes.some(isUncounted)) return [...changes];
	const opened = await record().catch(() => undefined);
	if (!opened || "unavailable" in opened) return [...changes];
	const known = knownCounts.get(opened) ?? new Map<string, Counts>();
	knownCounts.set(opened, known);
	const deadline = performance.now() + answerMs;
	const counted: ChangeView[] = [];
	for (const change of changes) {
		const key = `${change.before} ${change.after}`;
		if (isUncounted(change) && !known.has(key) && performance.now() < deadline) {
			if (known.size >= maxKnown) known.clear();
			known.set(key, await countsOf(change, opened));
		}
		counted.push(isUncounted(change) ? { ...change, ...known.get(key) } : change);
	}
	return counted;
}

/** Of binary contents, and of those that are too large or too different, nothing. */
type Counts = Pick<ChangeView, "added" | "removed">;

function isUncounted({ added, before, after }: ChangeView): boolean {
	return added === undefined && before !== after;
}

/** A content never changes under its name, so a count holds as long as the record is open. */
const knownCounts = new WeakMap<Changes, Map<string, Counts>>();
const maxKnown = 20_000;

const answerMs = 300;
/** Nothing else is answered while two contents are compared. */
const diffTimeoutMs = 50;
const maxBytes = 1024 * 1024;
const sniffed = 8000;

async function countsOf({ before, after }: ChangeView, changes: Changes): Promise<Counts> {
	const texts: string[] = [];
	for (const blob of [before, after]) {
		const bytes = blob === undefined ? undefined : await changes.content(blob).catch(() => "lost" as const);
		if (bytes === "lost" || (bytes && (bytes.length > maxBytes || bytes.subarray(0, sniffed).includes(0)))) return {};
		texts.push(bytes?.toString("latin1") ?? "");
	}
	const patch = structuredPatch("", "", texts[0]!, texts[1]!, "", "", { context: 0, timeout: diffTimeoutMs });
	const lines = patch?.hunks.flatMap((hunk) => hunk.lines);
	const count = (sign: string) => lines?.filter((line) => line.startsWith(sign)).length;
	return { added: count("+"), removed: count("-") };
}
