import assert from "node:assert/strict";
import { type Playbook, parsePlaybook } from "../../../src/daemon/playbook/parsePlaybook.ts";
import { describeProblem } from "../../../src/daemon/playbook/problem.ts";

/** Something that runs, so that a playbook has it. */
export const run = "```sh\ntrue\n```\n";

export function accepted(text: string): Playbook {
	const result = parsePlaybook(text, "p.md");
	if ("problems" in result) assert.fail(result.problems.map((problem) => describeProblem("p.md", problem)).join("\n"));
	return result;
}

/** Every sentence with which the playbook is refused. */
export function refused(text: string): readonly string[] {
	const result = parsePlaybook(text, "p.md");
	assert.ok("problems" in result, `it was accepted: ${JSON.stringify(result)}`);
	const sentences = result.problems.map((problem) => describeProblem("p.md", problem));
	for (const sentence of sentences) assert.match(sentence, /^p\.md:\d+: [^\n]+\. [^\n]+\.$/);
	return sentences;
}
