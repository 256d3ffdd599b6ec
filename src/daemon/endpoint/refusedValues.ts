import { type Effort, efforts } from "../../core/values.ts";
import { mentions } from "./refusal.ts";

/** Values that a refusal offers in place of the one that it refused. */
function mentionsLimit(words: string): boolean {
	return ["max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens"].some((name) =>
		mentions(words, name),
	);
}

/** The longest answer that is allowed. What is too long for the window is another thing. */
export function mostTokens(words: string): number | undefined {
	if (!mentionsLimit(words) || /maximum context length|prompt|input tokens/i.test(words)) return undefined;
	for (const pattern of mostPatterns) {
		const tokens = Number(pattern.exec(words)?.[1]?.replace(/[,_]/g, ""));
		if (tokens >= 16) return tokens;
	}
	return undefined;
}

const amount = "[`'\"]?(\\d[\\d,_]*)";
const mostPatterns = [
	`at most ${amount}`,
	`less than or equal to ${amount}`,
	`<= ?${amount}`,
	`(?:range|between|in|from)\\b[^\\d[(]{0,30}[\\[(]?\\d+ ?(?:,|to|and|-) ?${amount}`,
	`maximum(?: value| allowed| number)?[^.\\d]{0,40}(?:is|of|:) ?${amount}`,
	`limit(?: is| of|:) ?${amount}`,
].map((pattern) => new RegExp(pattern, "i"));

/** Efforts that are named as those to choose from, weakest first. */
export function effortsIn(words: string, refusedOne: string): readonly Effort[] {
	const list =
		/(?:supported values|must be (?:one of|either)|one of|allowed values|valid values|expected|choose from|only)(.*)$/i.exec(
			words,
		)?.[1] ?? "";
	return efforts.filter(
		(effort) => effort !== refusedOne && new RegExp(`(^|[^\\w-])${effort}(?![\\w-])`, "i").test(list),
	);
}

/** The strongest that is no stronger than asked, else the weakest there is. None at all is no effort to come near to. */
export function nearest(asked: Effort, offered: readonly Effort[]): Effort {
	if (offered.includes(asked)) return asked;
	const some = offered.filter((effort) => effort !== "none");
	return some.findLast((effort) => efforts.indexOf(effort) < efforts.indexOf(asked)) ?? some[0] ?? asked;
}
