import * as v from "valibot";
import { Risk } from "../values.ts";

/** Which approvals are looked for, as people write it: words, and `key:value` for state, risk and goal. */
export const ApprovalFilter = v.object({
	states: v.optional(v.array(v.picklist(["pending", "setAside", "approved", "denied", "expired", "superseded"]))),
	risks: v.optional(v.array(Risk)),
	/** How the goal's id begins, or words of its title. */
	goal: v.optional(v.string()),
	/** All of these words stand in what was asked, why, the answer's reason, or who gave it. */
	text: v.optional(v.string()),
});
export type ApprovalFilter = v.InferOutput<typeof ApprovalFilter>;
export type ApprovalState = NonNullable<ApprovalFilter["states"]>[number];

/** Words for states, each with what it stands for: the state's own name, or one for several of them. */
const stateWords: Readonly<Record<string, readonly ApprovalState[]>> = {
	waiting: ["pending"],
	setAside: ["setAside"],
	answered: ["approved", "denied"],
	approved: ["approved"],
	denied: ["denied"],
	over: ["expired", "superseded"],
	expired: ["expired"],
	superseded: ["superseded"],
};

/** Reads what a person typed. `problem`: a sentence that says which word cannot be meant, and which could. */
export function parseApprovalFilter(typed: string): { readonly filter: ApprovalFilter; readonly problem?: string } {
	const states: ApprovalState[] = [];
	const risks: Risk[] = [];
	const goals: string[] = [];
	const words: string[] = [];
	for (const [, key, quoted, bare = ""] of typed.matchAll(/(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)) {
		const value = quoted ?? bare;
		switch (key) {
			case "state": {
				const meant = Object.entries(stateWords).find(([word]) => isSameWord(word, value));
				if (!meant) return no("state", value, Object.keys(stateWords));
				states.push(...meant[1]);
				break;
			}
			case "risk": {
				const meant = Risk.options.find((risk) => isSameWord(risk, value));
				if (!meant) return no("risk", value, Risk.options);
				risks.push(meant);
				break;
			}
			case "goal":
				goals.push(value);
				break;
			case undefined:
				words.push(value);
				break;
			default:
				// A command may hold a colon, as in `npm run test:unit`.
				words.push(`${key}:${value}`);
		}
	}
	return {
		filter: {
			...(states.length > 0 && { states }),
			...(risks.length > 0 && { risks }),
			...(goals.length > 0 && { goal: goals.join(" ") }),
			...(words.length > 0 && { text: words.join(" ") }),
		},
	};
}

function isSameWord(word: string, typed: string): boolean {
	return word.toLowerCase() === typed.replace(/[-_]/g, "").toLowerCase();
}

function no(key: string, value: string, known: readonly string[]) {
	return { filter: {}, problem: `There is no ${key} “${value}”. It is one of ${known.join(", ")}.` };
}

/** Whether something is shown under a filter. */
export interface Filtered {
	readonly state: ApprovalState;
	readonly risk: Risk;
	readonly goalId: string;
	readonly goalTitle: string;
	/** In lower case. */
	readonly words: string;
}

export function matcherOf({ states, risks, goal, text }: ApprovalFilter): (one: Filtered) => boolean {
	const titleWords = wordsOf(goal);
	const words = wordsOf(text);
	return (one) =>
		(!states || states.includes(one.state)) &&
		(!risks || risks.includes(one.risk)) &&
		(goal === undefined ||
			one.goalId.startsWith(goal) ||
			titleWords.every((word) => one.goalTitle.toLowerCase().includes(word))) &&
		words.every((word) => one.words.includes(word));
}

function wordsOf(text = ""): readonly string[] {
	return text.toLowerCase().split(/\s+/).filter(Boolean);
}
