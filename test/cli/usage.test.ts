import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { openStage, type Stage } from "./mission.ts";

describe("a command line that cannot be meant", function () {
	this.timeout(60_000);
	let stage: Stage;
	before(() => {
		stage = openStage();
		mkdirSync(path.join(stage.workspace, "folder"));
		stage.playbook("fine.md", "# Fine", "## One", "```sh", "true", "```");
		stage.playbook("broken.md", "# Broken", "## One", "needs: nobody", "```sh", "true", "```");
		stage.playbook("roster.yaml", "assignments:", "  - provider: local");
	});
	after(() => stage.end());

	/** One row a mistake: what was typed, how it ends, what is said. */
	const mistakes: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
		[["launch"], 2, /^The prompt is empty\./],
		[["launch", "   "], 2, /^The prompt is empty\./],
		[["launch", "-"], 2, /^The prompt is empty\./],
		[["launch", "x", "--workspace", "nowhere"], 2, /^The workspace .*nowhere is not there\./],
		[["launch", "x", "--workspace", "fine.md"], 2, /^The workspace .*fine\.md is a file\./],
		[["launch", "--playbook", "nowhere.md"], 2, /^The playbook .*nowhere\.md is not there\./],
		[["launch", "--playbook", "folder"], 2, /^The playbook .*folder is a folder\./],
		[["launch", "x", "--grant", "playbook"], 2, /^--grant playbook approves a playbook/],
		[["launch", "x", "--agent", "nonsense"], 2, /^An agent is named provider\/model/],
		[["launch", "x", "--budget-usd", "-1"], 2, /^--budget-usd takes a number of 0 or more/],
		[["launch", "x", "--priority", "huge"], 2, /Allowed choices are low, normal, high, urgent\./],
		[
			["launch", "x", "--roster", "roster.yaml"],
			2,
			/^The roster file .*roster\.yaml is not as expected at assignments\.0\.role/,
		],
		[["launch", "x", "--roster", "nowhere.yaml"], 2, /^The roster file .*nowhere\.yaml is not there\./],
		[["launch", "--playbook", "broken.md"], 3, /broken\.md:3: .*nobody/],
		[["launch", "a prompt"], 3, /agent/i],
		[["wait", "g", "--for", "happiness"], 2, /^There is no state “happiness”/],
		[["wait", "g", "--timeout", "soon"], 2, /^--timeout takes a number/],
		[["feed", "g", "--after", "1.5"], 2, /^--after takes a whole number/],
		[["feed", "g", "--follow", "--search", "x"], 2, /use one of them/],
		[
			["feed", "g", "--types", "goal.exploded"],
			2,
			/^There is no event type “goal\.exploded”\. There are goal\.launched, /,
		],
		[["roster", "g", "--instructions", "be brief"], 2, /^“be brief” does not say who is told what\. Write ROLE=TEXT\./],
		[["show"], 2, /^Missing required argument 'goal'\./],
		[["show", "a", "b"], 2, /^Too many arguments/],
		[["show", "a", "--colour"], 2, /^Unknown option '--colour'/],
		[["shwo", "a"], 2, /^Unknown command 'shwo' \(Did you mean show\?\)/],
		[["daemon", "dance"], 2, /^(Unknown command|Too many arguments)/],
		[["check"], 2, /^Usage: mission check/],
		[[], 2, /^Usage: mission/],
		[["answer", "a1"], 2, /^--option says which answer/],
		[["plan", "g", "dance"], 2, /use show, edit, approve or return/],
		[["verify", "nowhere.jsonl"], 2, /nowhere\.jsonl is not there\./],
		[["show", "nobody"], 3, /^There is no goal nobody\./],
		[["approve", "nobody"], 3, /^There is no approval nobody\./],
		[["approve", "no such/id"], 3, /^There is no approval “no such\/id”\./],
	];
	for (const [args, code, says] of mistakes) {
		it(`mission ${args.join(" ")} ends with ${code} and a sentence`, () => {
			const text = stage.run(...args);
			assert.equal(text.code, code, text.error + text.out);
			assert.match(text.error, says);
			assert.equal(text.out, "");
			assert.doesNotMatch(text.error, /\n\s+at /, "a stack is nothing for people");
			const json = stage.run(...args, "--json");
			assert.equal(json.code, code, json.error);
			assert.equal(json.out, "");
			const { error } = JSON.parse(json.error);
			assert.equal(typeof error.code, "string");
			assert.match(error.message, says);
		});
	}

	it("a workspace that vanished is said", () => {
		const gone = path.join(stage.workspace, "gone");
		mkdirSync(gone);
		const file = path.join(stage.workspace, "fine.md");
		const { goalId } = stage.json("launch", "--playbook", file, "--workspace", gone);
		assert.equal(stage.json("show", goalId).workspace, gone);
		rmSync(gone, { recursive: true });
		assert.equal(stage.run("launch", "--playbook", file, "--workspace", gone).code, 2);
		stage.json("cancel", goalId);
	});

	it("a data folder that cannot be one is said", () => {
		const { code, error } = stage.runWith({ env: { MISSION_HOME: path.join(stage.workspace, "fine.md") } }, "list");
		assert.equal(code, 1);
		assert.match(error, /^The data folder .*fine\.md cannot be used .* name another one in MISSION_HOME\.$/m);
	});

	it("help is no mistake, and starts no daemon", () => {
		const fresh = { env: { MISSION_HOME: path.join(stage.home, "fresh") } };
		const { code, out } = stage.runWith(fresh, "launch", "--help");
		assert.equal(code, 0);
		assert.match(out, /^Usage: mission launch \[options\] \[prompt\]/);
		assert.equal(stage.runWith(fresh, "help", "wait").code, 0);
		assert.equal(existsSync(fresh.env.MISSION_HOME), false);
	});
});
