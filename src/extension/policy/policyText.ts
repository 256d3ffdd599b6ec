import { autonomyRules } from "../../core/policy/levels.ts";
import type { PolicyRule } from "../../core/policy/rule.ts";
import { ruleText } from "../../core/policy/ruleText.ts";
import type { LevelRules } from "../../protocol/policy.ts";
import { t } from "../words/words.ts";

/** The rules in force as a document: level by level, each rule as it could be written into config.jsonc. */
export function policyText(levels: readonly LevelRules[], folder: string | undefined): string {
	const written = levels.filter(({ level }) => level !== "autonomy");
	const parts = [
		...written.map((one) => part(one.level, titleOf(one, folder), one.rules, one.problem)),
		...Object.entries(autonomyRules).map(([autonomy, rules]) =>
			part(autonomy, t("What the autonomy “{0}” lets happen unasked", autonomy), rules),
		),
	];
	return [
		`// ${t("What agents may do. Deny wins over ask, and ask over allow, whichever level says it.")}`,
		`// ${t("What no rule covers asks. This document shows the rules; “Open Policy” is where yours are changed.")}`,
		"{",
		parts.join(",\n\n"),
		"}",
		"",
	].join("\n");
}

function part(name: string, title: string, rules: readonly PolicyRule[], problem?: string): string {
	const list = rules.length === 0 ? "[]" : `[\n${rules.map((rule) => `\t\t${ruleText(rule)}`).join(",\n")}\n\t]`;
	const said = [title, ...(problem === undefined ? [] : [problem])].map((line) => `\t// ${line}`);
	return [...said, `\t${JSON.stringify(name)}: ${list}`].join("\n");
}

function titleOf({ level, file = "" }: LevelRules, folder = ""): string {
	if (level === "organisation") return t("The organisation's, for everybody: {0}", file);
	return level === "user" ? t("Yours, in every folder: {0}", file) : t("Yours, in {0}: {1}", folder, file);
}
