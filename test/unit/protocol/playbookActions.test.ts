import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parsePlaybook } from "../../../src/daemon/playbook/parsePlaybook.ts";
import { playbookActions } from "../../../src/protocol/playbookActions.ts";

describe("what a playbook would do, as it is shown before it is approved", () => {
	const sample = path.join(import.meta.dirname, "../../../examples/sample/prepare-report.md");
	const tricky = [
		"# Title",
		"```sh",
		"echo prose, before the first step",
		"```",
		"## One",
		"~~~~bash",
		"echo '~~~'",
		"~~~",
		"~~~~",
		"```text",
		"## not a heading",
		"```",
		"```write  notes/a b.txt",
		"content",
		"",
		"```",
		"```shell",
		"echo not one of ours",
		"```",
	].join("\n");

	for (const [name, text] of [
		["the sample", readFileSync(sample, "utf8")],
		["fences within fences", tricky],
	] as const) {
		it(`is what the daemon reads in it: ${name}`, () => {
			const parsed = parsePlaybook(text, "playbook.md");
			assert.ok("steps" in parsed, JSON.stringify(parsed));
			const expected = parsed.steps
				.flatMap((step) => step.actions ?? [])
				.map((action) =>
					action.kind === "command"
						? { action: "command", text: action.command }
						: { action: `write ${action.path}`, text: action.content },
				);
			const shown = playbookActions(text).filter(({ action }) => action !== "check");
			assert.deepEqual(
				shown.map(({ action, text: content }) => ({ action, text: content.replace(/\n+$/, "") })),
				expected.map(({ action, text: content }) => ({ action, text: content.replace(/\n+$/, "") })),
			);
		});
	}
});
