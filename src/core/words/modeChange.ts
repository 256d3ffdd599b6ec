/** A change of rights or kind as people read it: `640 → 600`, `file → link`; empty where nothing of it changed or is known. */
export function modeChangeText({
	modeBefore,
	modeAfter,
}: {
	/** Kind and rights in octal, such as `100640`. */
	readonly modeBefore?: string;
	readonly modeAfter?: string;
}): string {
	if (modeBefore === undefined || modeAfter === undefined || modeBefore === modeAfter) return "";
	const [before, after] = [kindOf(modeBefore), kindOf(modeAfter)];
	return before === after ? `${rightsOf(modeBefore)} → ${rightsOf(modeAfter)}` : `${before} → ${after}`;
}

function kindOf(mode: string): string {
	if (mode.startsWith("12")) return "link";
	return mode.startsWith("16") ? "repository" : "file";
}

/** The digits that `chmod` takes: three, or four where a special bit is set. */
function rightsOf(mode: string): string {
	return mode.slice(-4).replace(/^0/, "");
}
