import type { GoalId } from "../../../core/ids.ts";
import { type Autonomy, actorName } from "../../../core/values.ts";
import type { SimulatedAct, Simulation, SimulationCounts } from "../../../protocol/policy.ts";
import type { EventReader } from "../../store/eventStore.ts";
import type { Decision, Rules } from "../rules/decide.ts";
import type { CallReader, ReadCall } from "./actsOfCall.ts";
import { type PastAct, pastActs } from "./pastActs.ts";

export interface SimulationParts {
	readonly store: EventReader;
	readonly calls: CallReader;
	/** Newest first. */
	readonly goals: readonly GoalId[];
	readonly now: Rules;
	readonly would: Rules;
	/** Only goals of this folder. */
	readonly workspace?: string;
	/** Instead of each goal's own. */
	readonly autonomy?: Autonomy;
}

/**
 * Rules replayed over what goals did: what they would have let happen, asked about and denied, beside the rules in force
 * and what a person said then. Rules alone: what somebody approved for longer lets happen what a rule asks about, as it
 * did. Alike acts are one.
 */
export async function simulate(parts: SimulationParts): Promise<Simulation> {
	const found = new Map<string, SimulatedAct>();
	const total = { goals: 0, acts: 0, past: counts(), now: counts(), would: counts() };
	const rules = new Map<string, number>();
	let isWhole = true;
	for (const goalId of parts.goals) {
		const past = await pastActs(parts.store, goalId);
		if (past.length === 0 || (parts.workspace !== undefined && past[0]!.workspace !== parts.workspace)) continue;
		if (total.acts + past.length > maxActs && total.acts > 0) {
			isWhole = false;
			break;
		}
		total.goals++;
		for (const act of past.toReversed()) {
			const call = await parts.calls.read(act);
			if (!call) continue;
			const now = verdictOf(parts, parts.now, act, call);
			const would = verdictOf(parts, parts.would, act, call);
			total.acts++;
			total.past[answerOf[act.outcome]]++;
			total.now[now.verdict]++;
			total.would[would.verdict]++;
			if (would.rule !== undefined) rules.set(would.rule, (rules.get(would.rule) ?? 0) + 1);
			keep(found, act, { risk: call.risk, now, would });
		}
	}
	const acts = [...found.values()];
	const told = acts.filter((act) => act.answeredOtherwise || act.now.verdict !== act.would.verdict);
	return {
		...total,
		isWhole,
		rules: [...rules].map(([rule, times]) => ({ rule, times })).sort((a, b) => b.times - a.times),
		// What a person said otherwise is what one looks for first.
		differences: told.sort((a, b) => Number(b.answeredOtherwise) - Number(a.answeredOtherwise)).slice(0, maxTold),
		more: Math.max(0, told.length - maxTold),
	};
}

const maxActs = 100_000;
const maxTold = 1000;

function counts(): SimulationCounts {
	return { allow: 0, ask: 0, deny: 0 };
}

const answerOf: Readonly<Record<PastAct["outcome"], keyof SimulationCounts>> = {
	unasked: "allow",
	approved: "ask",
	denied: "ask",
	unanswered: "ask",
	refused: "deny",
};

function verdictOf(
	{ autonomy }: SimulationParts,
	rules: Rules,
	{ workspace, autonomy: own, isSandboxed }: PastAct,
	{ acts, isLook, isForbidden }: ReadCall,
): SimulatedAct["would"] {
	if (isForbidden) return { verdict: "deny", rule: "built in" };
	const decision: Decision = rules.decide(acts, { workspace, isSandboxed, autonomy: autonomy ?? own });
	const { effect, rule } = decision;
	return { verdict: isLook && effect === "ask" && !rule ? "allow" : effect, rule: rule?.name };
}

function keep(
	found: Map<string, SimulatedAct>,
	{ goalId, seq, at, call, outcome, by }: PastAct,
	{ risk, now, would }: Pick<SimulatedAct, "risk" | "now" | "would">,
): void {
	const { name, summary } = call;
	const answeredOtherwise =
		(outcome === "denied" && would.verdict === "allow") || (outcome === "approved" && would.verdict === "deny");
	const key = JSON.stringify([name, summary, risk, outcome, now, would]);
	const before = found.get(key);
	if (before) {
		before.times++;
		return;
	}
	found.set(key, {
		goalId,
		seq,
		at,
		tool: name,
		summary,
		risk,
		times: 1,
		outcome,
		by: by && actorName(by),
		now,
		would,
		answeredOtherwise,
	});
}
