import { autonomyRules } from "../../../core/policy/levels.ts";
import type { Policy, PolicyLevel, PolicyRule, RuleEffect } from "../../../core/policy/rule.ts";
import type { Autonomy } from "../../../core/values.ts";
import type { Act } from "./act.ts";
import { type CompiledRule, type CompiledRules, compileRules, type Place } from "./compile.ts";

/** Everything that rules say here. */
export interface Rules {
	/** Strictest first wins: deny, then ask, then allow. Nothing that a rule says is `undefined`. */
	decide(acts: readonly Act[], at: RulesAt): Decision;
	/** Whether somebody laid down something that may be about looking at files of the workspace. */
	speakOfFiles(workspace: string): boolean;
}

export interface RulesAt extends Place {
	readonly autonomy: Autonomy;
}

export interface Decision {
	readonly effect: RuleEffect;
	/** What decided; nothing where no rule speaks of it. */
	readonly rule?: CompiledRule & { readonly level: PolicyLevel };
}

export interface PolicySources {
	/** What every person of the organisation keeps to. Whoever cannot read it lets nothing happen. */
	readonly organisation?: { readonly rules: readonly PolicyRule[] } | { readonly unreadable: string };
	/** Undefined where it could not be read and none was known before: then everything asks. */
	readonly user: Policy | undefined;
}

const strictness: readonly RuleEffect[] = ["allow", "ask", "deny"];

export function rulesOf({ organisation, user }: PolicySources): Rules {
	const unreadable = organisation && "unreadable" in organisation ? organisation.unreadable : undefined;
	const everywhere: readonly [PolicyLevel, CompiledRules][] = [
		["organisation", compileRules("organisation", organisation && "rules" in organisation ? organisation.rules : [])],
		["user", compileRules("user", user?.rules ?? [])],
	];
	const workspaces = new Map<string, CompiledRules>();
	const levels = new Map<Autonomy, CompiledRules>();
	const lazily = <K>(map: Map<K, CompiledRules>, key: K, make: () => CompiledRules) => {
		const made = map.get(key) ?? make();
		map.set(key, made);
		return made;
	};

	function rulesIn(workspace: string): readonly (readonly [PolicyLevel, CompiledRules])[] {
		const own = user?.workspaces[workspace]?.rules;
		return [
			...everywhere,
			...(own ? [["workspace", lazily(workspaces, workspace, () => compileRules("workspace", own))] as const] : []),
		];
	}

	function decideOne(act: Act, at: RulesAt): Decision {
		const spoken = rulesIn(at.workspace).flatMap(([level, rules]) =>
			rules.of(act, at).map(({ isMaybe, ...rule }) => {
				// What may be denied is for a person to see.
				return { effect: isMaybe ? ("ask" as const) : rule.rule.effect, rule: { ...rule, level } };
			}),
		);
		for (const effect of strictness.toReversed()) {
			const found = spoken.find((one) => one.effect === effect);
			if (found) return found;
		}
		if (user === undefined) return { effect: "ask" };
		const byLevel = lazily(levels, at.autonomy, () => compileRules("autonomy", autonomyRules[at.autonomy]));
		const [rule] = byLevel.of(act, at);
		return rule ? { effect: rule.rule.effect, rule: { ...rule, level: "autonomy" } } : { effect: "ask" };
	}

	return {
		speakOfFiles: (workspace) => unreadable !== undefined || rulesIn(workspace).some(([, rules]) => rules.speakOfFiles),
		decide(acts, at) {
			if (unreadable !== undefined)
				return {
					effect: "deny",
					rule: { level: "organisation", name: unreadable, rule: { effect: "deny", why: unreadable } },
				};
			const decisions = acts.map((act) => decideOne(act, at));
			return decisions.reduce<Decision | undefined>(stricter, undefined) ?? { effect: "ask" };
		},
	};
}

function stricter(a: Decision | undefined, b: Decision): Decision {
	if (!a) return b;
	const order = strictness.indexOf(b.effect) - strictness.indexOf(a.effect);
	// Of two that ask, the one that a rule wants is the one that is named.
	return order > 0 || (order === 0 && !a.rule && b.rule) ? b : a;
}
