import type { SimulatedAct, Simulation } from "../../protocol/policy.ts";
import { commandLine } from "../approvals/visibleText.ts";
import { t } from "../words/words.ts";

/**
 * One side of two policies that are compared: how many acts it lets happen, asks about and denies, then the acts whose
 * verdict differs, in the same order on both sides, so that a diff shows verdict beside verdict.
 */
export function simulationText(simulation: Simulation, side: "now" | "would"): string {
	const { goals, acts, isWhole, past, rules, differences, more } = simulation;
	const counts = simulation[side];
	const against = differences.filter(({ answeredOtherwise }) => answeredOtherwise);
	const others = differences.filter(({ answeredOtherwise }) => !answeredOtherwise);
	const lines = [
		t("Acts of goals: {0}, of {1} goals", acts, goals) + (isWhole ? "" : t(", the newest")),
		t("As it happened: {0} allowed, {1} asked about, {2} denied", past.allow, past.ask, past.deny),
		t("By these rules: {0} allowed, {1} asked about, {2} denied", counts.allow, counts.ask, counts.deny),
		"",
		...section(t("You answered otherwise than the rules that are tried"), against, side),
		...section(t("The two differ"), others, side),
	];
	if (differences.length === 0) lines.push(t("Nothing would have come out otherwise."));
	if (more > 0) lines.push(t("and {0} more", more), "");
	if (side === "would" && rules.length > 0)
		lines.push(
			`# ${t("Rules that decided")}`,
			...rules.map(({ rule, times }) => `${`${times}×`.padStart(7)}  ${rule}`),
			"",
		);
	return lines.join("\n");
}

function section(title: string, acts: readonly SimulatedAct[], side: "now" | "would"): string[] {
	if (acts.length === 0) return [];
	const rows = acts.flatMap((act) => {
		const { verdict, rule } = act[side];
		const times = `${act.times}×`.padStart(7);
		return [
			`${times}  ${commandLine(act.summary, maxSummary)}`,
			`${" ".repeat(9)}${verdicts()[verdict]}${rule === undefined ? "" : `  (${rule})`}`,
			`${" ".repeat(9)}${t("then: {0}", outcomes()[act.outcome])}${act.by === undefined ? "" : ` (${act.by})`}`,
		];
	});
	return [`# ${title}`, ...rows, ""];
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
