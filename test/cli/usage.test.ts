import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commands } from "../../src/cli/commands.ts";
import { png } from "../support/images.ts";
import { openStage, type Run, type Stage } from "./mission.ts";

/** What stands on standard error with `--json`: one document, and nothing beside it. */
function errorOf({ error: text }: Run): { readonly code: string; readonly message: string } {
	const { error } = JSON.parse(text);
	assert.equal(typeof error.code, "string");
	assert.equal(typeof error.message, "string");
	return error;
}

describe("a command line that cannot be meant", function () {
	this.timeout(60_000);
	let stage: Stage;
	before(() => {
		stage = openStage();
		mkdirSync(path.join(stage.workspace, "folder"));
		writeFileSync(path.join(stage.workspace, "empty.png"), "");
		writeFileSync(path.join(stage.workspace, "half.png"), png().subarray(0, 40));
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
		[["launch", "x", "--image", "nowhere.png"], 2, /^The image .*nowhere\.png is not there\./],
		[["launch", "x", "--image", "folder"], 2, /^The image .*folder is a folder\./],
		[["launch", "x", "--image", "empty.png"], 2, /^empty\.png is empty: it has 0 bytes\./],
		[["launch", "x", "--image", "fine.md"], 2, /^fine\.md is none of the images that models read/],
		[["launch", "x", "--image", "half.png"], 2, /^half\.png begins as a PNG, and is damaged or cut off\./],
		[["launch", "x", "--preview", "--image", "nowhere.png"], 2, /^The image .*nowhere\.png is not there\./],
		[["launch", "x", ...Array.from({ length: 11 }, () => ["--image", "a.png"]).flat()], 2, /^At most 10 images/],
		[["send", "g", "x", "--image", "fine.md"], 2, /^fine\.md is none of the images that models read/],
		[["send", "g", " ", "--thread", "t"], 2, /^The message is empty\./],
		[["launch", "x", "--grant", "playbook"], 2, /^--grant playbook approves a playbook/],
		[["launch", "x", "--agent", "nonsense"], 2, /^An agent is named provider\/model/],
		[["launch", "x", "--budget-usd", "-1"], 2, /^--budget-usd takes a number above 0, .*, not “-1”\./],
		[
			["launch", "x", "--budget-minutes", "0"],
			2,
			/^--budget-minutes takes a number above 0, .* Leave it out for no limit\./,
		],
		[["presets", "save", "x", "--budget-turns", "1.5"], 2, /^--budget-turns takes a whole number from 1 to /],
		[["raise", "g", "--turns", "0"], 2, /^--turns takes a whole number from 1 to 1,000,000,000, not “0”\.$/m],
		[["launch", "x", "--proposed-servers", "all"], 2, /Allowed choices are ask, leaveOut\./],
		[["launch", "x", "--sandbox", "on"], 2, /Allowed choices are off, auto, required\./],
		[["launch", "x", "--priority", "huge"], 2, /Allowed choices are low, normal, high, urgent\./],
		[
			["launch", "x", "--roster", "roster.yaml"],
			2,
			/^The roster file .*roster\.yaml is not as expected at assignments\.0\.role/,
		],
		[["launch", "x", "--roster", "nowhere.yaml"], 2, /^The roster file .*nowhere\.yaml is not there\./],
		[["launch", "--playbook", "broken.md"], 3, /broken\.md:3: .*nobody/],
		[["launch", "a prompt"], 3, /agent/i],
		[["policy", "frob"], 2, /^“frob” cannot be done with the policy: show, check, set, remove, test, simulate can\./],
		[["policy", "check"], 2, /^Name the file with the rules/],
		[["policy", "set", "nowhere.jsonc"], 2, /^The policy .*nowhere\.jsonc is not there\./],
		[["policy", "remove"], 2, /^Name the rule by its number/],
		[["policy", "remove", "99"], 2, /^There is no rule 99 for every folder: \d+ rules? stand/],
		[["policy", "simulate"], 2, /^Name the file with the rules/],
		[["policy", "simulate", "nowhere.jsonc"], 2, /^The policy .*nowhere\.jsonc is not there\./],
		[["policy", "test"], 2, /^Name the command/],
		[["policy", "test", "ls", "--autonomy", "wild"], 2, /Allowed choices are supervised, aware, autonomous\./],
		[["policy", "test", "ls", "--workspace", "nowhere"], 2, /nowhere is not there/],
		[["policy", "show", "x"], 2, /takes nothing behind it/],
		[["wait", "g", "--for", "happiness"], 2, /^There is no state “happiness”/],
		[["wait", "g", "--timeout", "soon"], 2, /^--timeout takes a number/],
		[["feed", "g", "--after", "1.5"], 2, /^--after takes a whole number/],
		[["feed", "g", "--follow", "--search", "x"], 2, /use one of them/],
		[
			["feed", "g", "--types", "goal.exploded"],
			2,
			/^There is no event type “goal\.exploded”\. There are goal\.launched, /,
		],
		[
			["roster", "g", "--undo"],
			2,
			/^--undo takes back what a step changed before it begins again: it goes with --apply/,
		],
		[["roster", "g", "--set", "reviewer=a/b", "--undo"], 2, /^--undo takes back .* --apply restart-step/],
		[["roster", "g", "--instructions", "be brief"], 2, /^“be brief” does not say who is told what\. Write ROLE=TEXT\./],
		[["show"], 2, /^Missing required argument 'goal'\./],
		[["show", "a", "b"], 2, /^Too many arguments/],
		[["show", "a", "--colour"], 2, /^Unknown option '--colour'/],
		[["shwo", "a"], 2, /^Unknown command 'shwo' \(Did you mean show\?\)/],
		[["daemon", "dance"], 2, /^(Unknown command|Too many arguments)/],
		[["check"], 2, /^(Usage: mission check|Name a command of `mission check`: run\.)/],
		[[], 2, /^(Usage: mission|Name a command of `mission`: .*launch)/],
		[["answer", "a1"], 2, /^--option says which answer/],
		[["background", "g", "dance"], 2, /use list or stop/],
		[["background", "g", "stop"], 2, /^Say which command is to be stopped/],
		[["plan", "g", "dance"], 2, /use show, edit, approve or return/],
		[["tools", "dance"], 2, /^“dance” cannot be done with tools: list and input can\./],
		[["tools", "input"], 2, /^Name the MCP server/],
		[["tools", "input", "nobody"], 2, /^There is no MCP server “nobody” here/],
		[["verify", "nowhere.jsonl"], 2, /nowhere\.jsonl is not there\./],
		[["show", "nobody"], 3, /^There is no goal nobody\./],
		[["approvals", "--filter", "state:maybe"], 2, /^--filter: There is no state “maybe”\. It is one of waiting, /],
		[["approvals", "--filter", "risk:high"], 2, /^--filter: There is no risk “high”\. It is one of read, write, /],
		[["approvals", "--all", "--limit", "0"], 2, /^--limit takes a whole number from 1 to 1000, not “0”\./],
		[["approvals", "--all", "--limit", "many"], 2, /^--limit takes a whole number of 0 or more, not “many”\./],
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
			assert.match(errorOf(json).message, says);
		});
	}

	/** One row a failure that needs a goal, a daemon or a file; every command is in this table or in the one above. */
	const failures: readonly (readonly [args: readonly string[], exit: number, code: string])[] = [
		[["list"], 1, "startFailed"],
		[["launch", "--playbook", "fine.md"], 1, "startFailed"],
		[["approvals", "GOAL", "--filter", "goal:other"], 2, "usage"],
		[["feed", "nobody"], 3, "unknownGoal"],
		[["feed", "nobody", "--follow"], 3, "unknownGoal"],
		[["wait", "nobody"], 3, "unknownGoal"],
		[["wait", "GOAL", "--for", "failed", "--timeout", "0.2"], 4, "timeout"],
		[["show", ""], 3, "unknownGoal"],
		[["show", "g-"], 2, "usage"],
		[["approvals", "nobody"], 3, "unknownGoal"],
		[["deny", "nobody"], 3, "unknownApproval"],
		[["set-aside", "nobody"], 3, "unknownApproval"],
		[["allow", "nobody"], 3, "unknownApproval"],
		[["pause", "nobody"], 3, "unknownGoal"],
		[["resume", "GOAL"], 3, "notNow"],
		[["cancel", "nobody"], 3, "unknownGoal"],
		[["delete", "GOAL"], 3, "notNow"],
		[["retry", "GOAL", "nothing"], 3, "unknownStep"],
		[["rerun", "GOAL", "nothing"], 3, "unknownStep"],
		[["skip", "GOAL", "nothing"], 3, "unknownStep"],
		[["undo", "GOAL", "nothing"], 3, "unknownStep"],
		[["send", "GOAL", "text", "--thread", "nothing"], 3, "unknownThread"],
		[["roster", "nobody"], 3, "unknownGoal"],
		[["raise", "nobody", "--turns", "1"], 3, "unknownGoal"],
		[["changes", "nobody"], 3, "unknownGoal"],
		[["diff", "GOAL", "nothing.txt"], 3, "unknownPath"],
		[["diff", "GOAL", "nothing.txt", "--content", "before"], 3, "unknownFile"],
		[["inventory", "nobody"], 3, "unknownGoal"],
		[["output", "GOAL", "nothing"], 3, "unknownOutput"],
		[["images", "nobody"], 3, "unknownGoal"],
		[["images", "GOAL", "nothing"], 3, "unknownImage"],
		[["dossier", "GOAL", "--out", "nowhere/x.md"], 1, "notWritten"],
		[["verify", "fine.md"], 1, "brokenChain"],
		[["plan", "GOAL", "approve"], 3, "notNow"],
		[["plan", "GOAL", "edit", "--file", "nowhere.md"], 2, "usage"],
		[["check", "run", "GOAL", "nothing"], 3, "unknownCheck"],
		[["background", "GOAL", "stop", "c-nothing"], 3, "unknownCommand"],
		[["grants", "revoke", "r-nothing"], 3, "unknownGrant"],
		[["presets", "delete", "nothing"], 3, "unknownPreset"],
		[["roles", "--workspace", "nowhere"], 2, "usage"],
		[["providers", "key", "Not A Name"], 2, "badRequest"],
		[["tools", "--goal", "nobody"], 3, "unknownGoal"],
		[["tools", "input", "nothing"], 2, "usage"],
		[["baseline", "--check", "false"], 1, "checkRed"],
		[["daemon", "start"], 1, "startFailed"],
		[["daemon", "restart"], 1, "startFailed"],
		[["daemon", "run"], 1, "startFailed"],
		[["daemon", "stop", "--later"], 2, "usage"],
		[["daemon", "status", "--later"], 2, "usage"],
		[["daemon", "install", "--later"], 2, "usage"],
		[["daemon", "uninstall", "--later"], 2, "usage"],
		[["doctor"], 1, "notUsable"],
	];
	it("is a row of one of these tables, whichever the command", () => {
		const typed = [...mistakes, ...failures].map(([args]) => args.join(" "));
		const missing = commands.filter(({ name }) => !typed.some((line) => `${line} `.startsWith(`${name} `)));
		assert.deepEqual(
			missing.map(({ name }) => name),
			[],
		);
	});

	it("with --json, every failure of every command is one document with a code and a sentence", function () {
		this.timeout(120_000);
		const file = stage.playbook("sleep.md", "# Sleep", "## One", "```sh", "sleep 600", "```");
		const { goalId } = stage.json("launch", "--playbook", file, "--grant", "playbook");
		stage.json("launch", "--playbook", "fine.md", "--workspace", stage.home.replace(/data$/, "workspace/folder"));
		const unusable = { env: { MISSION_HOME: path.join(stage.workspace, "fine.md") } };
		for (const [args, exit, code] of failures) {
			const given = code === "startFailed" || code === "notUsable" ? unusable : { input: "key" };
			const run = stage.runWith(given, ...args.map((arg) => (arg === "GOAL" ? goalId : arg)), "--json");
			const line = `mission ${args.join(" ")}: ${run.error}${run.out}`;
			assert.equal(run.code, exit, line);
			const error = errorOf(run);
			assert.equal(error.code, code, line);
			assert.match(error.message, /^[^\n]*[.?]$/, line);
			if (run.out !== "") JSON.parse(run.out);
		}
		stage.json("cancel", goalId);
	});

	it("a workspace that vanished is said", () => {
		const gone = path.join(stage.workspace, "gone");
		mkdirSync(gone);
		const file = stage.playbook("asks.md", "# Asks", "## One", "```sh", "mkdir made", "```");
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
