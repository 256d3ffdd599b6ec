import type { FileRules } from "../tools/tool.ts";
import { deniedBy } from "./judge.ts";
import { readAct } from "./proposal.ts";
import type { Rules } from "./rules/decide.ts";

const nothingSaid: FileRules = { refusal: () => undefined, hides: () => false };

/** What rules say of reading files, wherever tools come upon them: by name, through a link, in a list, in a search. */
export function fileRulesOf(rules: Rules, workspace: string): FileRules {
	// No level of autonomy has a word in it: looking at files of the workspace passes in each.
	const at = { workspace, isSandboxed: false, autonomy: "supervised" } as const;
	if (!rules.speakOfFiles(workspace)) return nothingSaid;
	const decide = (relative: string) => rules.decide([readAct("readFile", [relative])], at);
	return {
		refusal(relative) {
			const decision = decide(relative);
			return decision.effect === "deny" ? deniedBy(decision) : undefined;
		},
		hides(relative) {
			const { effect, rule } = decide(relative);
			return effect !== "allow" && rule !== undefined;
		},
	};
}
