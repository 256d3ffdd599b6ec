import type { SimulatedAct, Simulation, SimulationCounts } from "../../protocol/policy.ts";
import { actorParts } from "../approvals/approvalText.ts";
import { commandLine } from "../approvals/visibleText.ts";
import { t } from "../words/words.ts";

/**
 * One side of two policies that are compared: how many acts it lets happen, asks about and denies, then the acts whose
 * verdict differs, in the same order on both sides, so that a diff shows verdict beside verdict. Lines are short, since
 * two of them stand beside each other.
 */
export function simulationText(simulation: Simulation, side: "now" | "would"): string {
	const { goals, acts, isWhole, past, differences, more } = simulation;
	const against = differences.filter(({ answeredOtherwise }) => answeredOtherwise);
	const others = differences.filter(({ answeredOtherwise }) => !answeredOtherwise);
	const lines = [
		`# ${heading(acts, goals)}${isWhole ? "" : t(", the newest")}`,
		...countLines(t("As it happened"), past),
		...countLines(t("By these rules"), simulation[side]),
		"",
		...section(t("You answered otherwise than what is tried"), against, side),
		...section(t("What comes out otherwise"), others, side),
	];
	if (differences.length === 0) lines.push(t("Nothing would have come out otherwise."), "");
	if (more > 0) lines.push(t("and {0} more", more.toLocaleString("en")), "");
	const decided = decidedLines(simulation, side);
	if (decided.length > 0) lines.push(`# ${t("Rules that decided")}`, ...decided, "");
	return lines.join("\n");
}

function heading(acts: number, goals: number): string {
	const done = acts === 1 ? t("1 act") : t("{0} acts", acts.toLocaleString("en"));
	return goals === 1 ? t("{0} of 1 goal", done) : t("{0} of {1} goals", done, goals.toLocaleString("en"));
}

function countLines(title: string, { allow, ask, deny }: SimulationCounts): string[] {
	const row = (count: number, word: string) => `${count.toLocaleString("en").padStart(8)}  ${word}`;
	return [title, row(allow, t("allowed")), row(ask, t("asked about")), row(deny, t("denied"))];
}

/** How often is known of what is tried; of the rules in force, which ones are named above. */
function decidedLines({ rules, differences }: Simulation, side: "now" | "would"): string[] {
	if (side === "would") return rules.map(({ rule, times }) => `${`${times}×`.padStart(8)}  ${rule}`);
	const named = new Set(differences.flatMap(({ now }) => now.rule ?? []));
	return [...named].toSorted().map((rule) => `${" ".repeat(10)}${rule}`);
}

function section(title: string, acts: readonly SimulatedAct[], side: "now" | "would"): string[] {
	if (acts.length === 0) return [];
	const rows = acts.flatMap((act) => {
		const { verdict, rule } = act[side];
		const word = verdicts()[verdict];
		// What it says stands below, with all rules that decided.
		const named = rule === undefined ? word : t("{0} by {1}", word, rule.split(": ", 1)[0]!);
		return [
			`${`${act.times}×`.padStart(8)}  ${commandLine(act.summary, maxSummary)}`,
			`${" ".repeat(10)}${named}`,
			`${" ".repeat(10)}${t("then: {0}", outcomeOf(act))}`,
		];
	});
	return [`# ${title}`, ...rows, ""];
}

function outcomeOf({ outcome, by }: SimulatedAct): string {
	const word = outcomes()[outcome];
	if (by === undefined) return word;
	const { client, user } = actorParts(by);
	return user ? t("{0} in {1} by {2}", word, client, user) : t("{0} in {1}", word, client);
}

const verdicts = (): Readonly<Record<SimulatedAct["now"]["verdict"], string>> => ({
	allow: t("allowed"),
	ask: t("asked about"),
	deny: t("denied"),
});

const outcomes = (): Readonly<Record<SimulatedAct["outcome"], string>> => ({
	unasked: t("done without a question"),
	approved: t("approved"),
	denied: t("denied"),
	refused: t("refused without a question"),
	unanswered: t("asked about, and not answered"),
});

const maxSummary = 200;
