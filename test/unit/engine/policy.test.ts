import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import type { Goal, Grant } from "../../../src/core/goal.ts";
import type { GrantId } from "../../../src/core/ids.ts";
import { openFileContents } from "../../../src/daemon/platform/fileContents.ts";
import { judge, type Standing } from "../../../src/daemon/policy/judge.ts";
import { ownOutput } from "../../../src/daemon/policy/ownOutput.ts";
import { commandProposal, type Proposal } from "../../../src/daemon/policy/proposal.ts";
import type { Act } from "../../../src/daemon/policy/rules/act.ts";
import { rulesOf } from "../../../src/daemon/policy/rules/decide.ts";
import { parseCommand } from "../../../src/daemon/policy/shell/parse/parseCommand.ts";
import { forbiddenCommand } from "../../../src/daemon/policy/shell/rules/forbidden.ts";
import { processorTime } from "../../support/processorTime.ts";
import { goalId, launchPlaybook, person } from "../../support/simulation.ts";

describe("what an agent may", () => {
	const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-policy-")));
	const workspace = path.join(home, "project");
	const dataFolder = path.join(home, ".local", "share", "mission-control");
	const forbidden = (command: string) => forbiddenCommand(parseCommand(command, { workspace, home }), dataFolder);
	before(() => {
		mkdirSync(path.join(workspace, "sub"), { recursive: true });
		mkdirSync(path.join(workspace, ".git"), { recursive: true });
		mkdirSync(path.join(dataFolder, "store"), { recursive: true });
		symlinkSync(dataFolder, path.join(workspace, "link"));
		symlinkSync(path.dirname(dataFolder), path.join(workspace, "share"));
		for (const name of ["run.sh", "sub/run.sh", "a b.sh"]) writeFileSync(path.join(workspace, name), "echo 1\n");
	});
	after(() => rmSync(home, { recursive: true }));

	const denied = [
		`cat ${dataFolder}/store/events.db`,
		"cat ~/.local/share/mission-control/owner",
		"cat $HOME/.local/share/mission-control/owner",
		'cat "$HOME"/.local/share/mission-control/owner',
		`cat $\{HOME}/.local/share/mission-control/owner`,
		"cat ~/.local/share/mission'-'control/owner",
		"cat ~/.local/share/mission\\-control/owner",
		"cat ~/.local/share/mission-con\\\ntrol/owner",
		"cat ~/.local/share/mis*/owner",
		"cat ~/.local/share/mission-contro?/owner",
		"cat ~/.local/share/[m]ission-control/owner",
		"cat ~/.local/share/{mission,x}-control/owner",
		"cat ~/.local/*/*/owner",
		"M=mission; cat ~/.local/share/$M-control/owner",
		"D=~/.local/share/mission-control; ls $D",
		"cd ~/.local/share && cat mission-control/owner",
		"cd ~/.local && cd share && ls mission-control",
		"cd; cd .local/share/mission-control; ls",
		"cat ../.local/share/mission-control/owner",
		"cat link/owner",
		"ls link",
		"cat share/mission-control/owner",
		"tar -C ~/.local/share -c mission-control",
		'sh -c "cat ~/.local/share/mission-control/owner"',
		"python3 -c 'open(\"/x\")' < link/owner",
		"echo x>~/.local/share/mission-control/owner",
		"cat daemon.json",
		"echo $MISSION_HOME",
		"echo $MISSION''_HOME",
		"mission approve a-1",
		"mission --json approve a-1",
		"mission list",
		"sudo mission answer a-1 --option rerun",
		"env A=1 mission list",
		"true; /usr/local/bin/mission deny a-1",
		"$'mission' approve a-1",
		"miss\\ion approve a-1",
		"npx mission raise g-1 --usd 100",
		"node dist/cli.js approve a-1",
		"node ~/.vscode/extensions/x.mission-control-1.0.0/dist/cli.js list",
		"echo x > .git/hooks/pre-commit",
		"cd .git && echo x > hooks/pre-commit",
		"cat .git/conf''ig",
		"git -c core.hooksPath=. commit",
		"git config core.fsmonitor ./evil",
		"git config --global alias.x '!sh'",
	];
	for (const command of denied) {
		it(`is never: ${command.replace(home, "~").replace("\n", "⏎")}`, async () => {
			assert.ok(await forbidden(command));
		});
	}

	const allowed = [
		"npm test",
		"ls -la ~",
		"ls *",
		"grep -r mission src",
		"echo the mission is to approve nothing",
		"cd sub && sh run.sh",
		"cat .gitignore",
		"git config user.name",
		"git commit -m 'a config of the alias'",
		"git log --oneline | head",
		"mkdir mission-control && ls mission-control",
		"cat docs/daemon.md",
		"node cli.js build",
		"for f in *.md; do wc -l $f; done",
	];
	for (const command of allowed) {
		it(`is asked about, and not refused outright: ${command}`, async () => {
			assert.equal(await forbidden(command), undefined);
		});
	}

	it("is judged in bounded time, whatever the command", async () => {
		const tookMs = processorTime();
		await forbidden(`cat ~/.local/share/${"*?".repeat(50_000)}`);
		await forbidden("git config ".repeat(20_000));
		await forbidden(`x ${"'".repeat(10_001)}`);
		assert.ok(tookMs() < 10_000);
	});

	describe("by a grant", () => {
		const goal = (...events: GoalEvent[]): Goal => {
			const start = newGoal(goalId);
			return evolveAll(start, record(start, 1, new Date(0).toISOString(), [...launchPlaybook([]), ...events]));
		};
		const ungranted: Goal = { ...goal(), grants: {} };
		const grant = (
			kind: "command" | "write" | "playbook",
			subject: string,
			files = {},
			more: Partial<Grant> = { covers: "files" },
		): Goal => ({
			...ungranted,
			grants: {
				["r-1" as GrantId]: {
					grantId: "r-1" as GrantId,
					scope: "goal",
					kind,
					subject,
					files,
					...more,
					by: person,
					addedAt: new Date(0).toISOString(),
				},
			},
		});
		const proposal = (more: Partial<Proposal>): Proposal => {
			const kind = more.kind ?? "command";
			const isFile = kind === "read" || kind === "edit";
			const act: Act = {
				kind: isFile ? kind : "command",
				tool: more.tool ?? "runCommand",
				risk: kind === "read" ? "read" : "write",
				isCertain: true,
				...(isFile ? { paths: ["a.txt"] } : { words: ["sh", "run.sh"] }),
			};
			return {
				kind,
				tool: "runCommand",
				summary: "sh run.sh",
				command: "sh run.sh",
				acts: [act],
				risk: "write",
				reasons: [],
				digest: "d",
				files: {},
				covers: "files",
				origin: "agent",
				...more,
			};
		};
		const rules = rulesOf({ user: { rules: [], workspaces: {} } });
		const none: Standing = { rules, grants: [], isSandboxed: false };
		const verdicts: readonly [string, Goal, Partial<Proposal>, "allow" | "ask" | "refuse"][] = [
			["without one a command asks", ungranted, {}, "ask"],
			["an approval of this very action", ungranted, { approved: "d" }, "allow"],
			["an approval of another action does not count", ungranted, { approved: "e" }, "ask"],
			["the same command", grant("command", "sh run.sh"), {}, "allow"],
			["another command asks", grant("command", "sh other.sh"), {}, "ask"],
			[
				"a file that changed asks",
				grant("command", "sh run.sh", { "run.sh": "1" }),
				{ files: { "run.sh": "2" } },
				"ask",
			],
			["the same files", grant("command", "sh run.sh", { "run.sh": "1" }), { files: { "run.sh": "1" } }, "allow"],
			["a script that came into being since asks", grant("command", "sh run.sh"), { files: { "run.sh": "1" } }, "ask"],
			[
				"a grant of a version that bound less asks",
				grant("command", "sh run.sh", { "run.sh": "1" }, {}),
				{ files: { "run.sh": "1" } },
				"ask",
			],
			[
				"a file that only the command itself wrote last",
				grant("command", "sh run.sh", { "a.db": "1" }),
				{ files: { "a.db": ownOutput } },
				"allow",
			],
			[
				"one that has since come to load more asks",
				grant("command", "sh run.sh"),
				{ covers: "written", written: {} },
				"ask",
			],
			[
				"what may load more, while the goal wrote nothing new",
				grant("command", "sh run.sh", {}, { covers: "written", written: { a: "1" } }),
				{ covers: "written", written: { a: "1" } },
				"allow",
			],
			[
				"what may load more, when the goal has rewritten a file, asks",
				grant("command", "sh run.sh", {}, { covers: "written", written: { a: "1" } }),
				{ covers: "written", written: { a: "2" } },
				"ask",
			],
			[
				"what may load more, when the goal has written another file, asks",
				grant("command", "sh run.sh", {}, { covers: "written", written: { a: "1" } }),
				{ covers: "written", written: { a: "1", b: "1" } },
				"ask",
			],
			[
				"what can only be approved once asks",
				grant("command", "sh run.sh", {}, { covers: "written" }),
				{ covers: "once", why: "x" },
				"ask",
			],
			["a script that is gone asks", grant("command", "sh run.sh", { "run.sh": "1" }), {}, "ask"],
			["the same write tool", grant("write", "writeFile"), { kind: "edit", tool: "writeFile" }, "allow"],
			["another write tool asks", grant("write", "writeFile"), { kind: "edit", tool: "editFile" }, "ask"],
			["a write grant is none for commands", grant("write", "runCommand"), {}, "ask"],
			["the playbook's own actions", grant("playbook", "p"), { origin: "playbook" }, "allow"],
			["the playbook's text must be the same", grant("playbook", "q"), { origin: "playbook" }, "ask"],
			["a model in a playbook's goal is not the playbook", grant("playbook", "p"), { origin: "agent" }, "ask"],
			["a planner's check is a model's command", grant("playbook", "p"), { origin: "planner", tool: "check" }, "ask"],
			[
				"what is forbidden is refused all the same",
				grant("playbook", "p"),
				{ origin: "playbook", forbidden: "No." },
				"refuse",
			],
			["what is forbidden is refused, approved or not", ungranted, { approved: "d", forbidden: "No." }, "refuse"],
			["reading asks nobody", ungranted, { kind: "read" }, "allow"],
		];
		for (const [name, given, more, kind] of verdicts) {
			it(name, () => assert.equal(judge(given, proposal(more), none).kind, kind));
		}

		const unreadable = [
			"echo 'never closed",
			'echo "never closed',
			"cat <<END",
			"echo `date",
			"echo $(date",
			"case $1 in a) ls;; esac",
			"f() { ls; }; f",
			"(ls",
			"ls)",
			"ls ${x",
			`echo ${"$(".repeat(30)}ls${")".repeat(30)}`,
			`ls ${" ".repeat(200_001)}`,
		];
		for (const command of unreadable)
			it(`what cannot be parsed asks, whatever was approved for longer: ${command.slice(0, 40)}`, async () => {
				const made = await commandProposal(
					parseCommand(command, { workspace, home }),
					{ tool: "runCommand", origin: "agent" },
					{ dataFolder, contents: openFileContents(), goalFiles: async () => new Map() },
				);
				assert.ok(made.unreadable);
				for (const covers of ["files", "written"] as const)
					for (const autonomy of ["supervised", "aware", "autonomous"] as const) {
						const given = grant("command", command, {}, { covers, written: {} });
						const goalOf = { ...given, settings: { ...given.settings, autonomy } };
						// Also one that claims to cover as much as an approval could.
						for (const claimed of [made, { ...made, covers, files: {}, written: {} }])
							assert.equal(judge(goalOf, claimed, { ...none, grants: Object.values(given.grants) }).kind, "ask");
					}
			});

		it("a command shows values of inputs, and how many there are beside those", async () => {
			const reasons = async (count: number) => {
				const inputs = Array.from({ length: count }, (_, at) => ({
					name: `i${at}`,
					variable: `INPUT_I${at}`,
					value: "v",
				}));
				const about = { tool: "runCommand", origin: "playbook" as const };
				const world = { dataFolder, contents: openFileContents(), goalFiles: async () => new Map() };
				const made = await commandProposal(parseCommand("ls", { workspace, home }), about, world, inputs);
				return made.reasons.filter((reason) => reason.startsWith("with "));
			};
			assert.deepEqual(await reasons(0), []);
			assert.match((await reasons(10))[0]!, /INPUT_I9=v$/);
			assert.match((await reasons(13))[0]!, /^with INPUT_I0=v, .*INPUT_I9=v and 3 more$/);
		});

		for (const [autonomy, kind] of [
			["supervised", "ask"],
			["aware", "ask"],
			["autonomous", "allow"],
		] as const) {
			const given = { ...ungranted, settings: { ...ungranted.settings, autonomy } };
			it(`an ${autonomy} goal: an edit inside the workspace`, () =>
				assert.equal(judge(given, proposal({ kind: "edit", tool: "writeFile" }), none).kind, kind));
			it(`an ${autonomy} goal: a command asks`, () => assert.equal(judge(given, proposal({}), none).kind, "ask"));
		}
	});
});
