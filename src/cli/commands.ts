import type { CommandRow, OptionRow } from "./input/commandRow.ts";

export const groups: Readonly<Record<string, string>> = {
	check: "run a goal's checks",
	daemon: "the daemon that runs the goals",
};

const goal = ["<goal>", "the goal's id, or how it begins"] as const;
const step = ["[step]", "the step's id, or its position from 1; not needed where only one can be meant"] as const;
const id = ["<id>", "the approval's id, or how it begins"] as const;
const reason: OptionRow = { flags: "--reason <text>", about: "why" };
const ofStep: OptionRow = { flags: "--step <step>", about: "of this step only" };
const image: OptionRow = {
	flags: "--image <file>",
	about: "a PNG, JPEG, GIF or WebP to look at; may be given several times",
	many: true,
};
const scope: OptionRow = {
	flags: "--scope <scope>",
	about: "how far it reaches",
	choices: ["once", "goal", "workspace"],
};

/*
 * Long, because it is a table: every command with what it takes, a row each. What it does is in commands/.
 */

/** What a launch and a preset can be told. */
const settingOptions: readonly OptionRow[] = [
	{ flags: "--priority <priority>", about: "of its turn", choices: ["low", "normal", "high", "urgent"] },
	{ flags: "--agent <agent>", about: "primary agent: provider/model, or provider/model:effort" },
	{ flags: "--roster <file>", about: "who works in which role: a JSON or YAML file" },
	{ flags: "--check <command>", about: "an acceptance check; may be given several times", many: true },
	{
		flags: "--autonomy <autonomy>",
		about: "what it may do without asking",
		choices: ["supervised", "aware", "autonomous"],
	},
	{
		flags: "--plan-approval <when>",
		about: "when you approve the plan",
		choices: ["always", "lowConfidence", "never"],
	},
	{
		flags: "--restart <how>",
		about: "what it does when the daemon starts again",
		choices: ["resume", "pause"],
	},
	{
		flags: "--proposed-servers <what>",
		about: "MCP servers that files of the folder propose: asked about, or left out",
		choices: ["ask", "leaveOut"],
	},
	{
		flags: "--sandbox <when>",
		about: "commands inside walls: never, where this machine has some, or nowhere else",
		choices: ["off", "auto", "required"],
	},
	{ flags: "--budget-usd <number>", about: "most it may cost" },
	{ flags: "--budget-tokens <number>", about: "most tokens it may use" },
	{ flags: "--budget-minutes <number>", about: "most minutes it may take" },
	{ flags: "--budget-turns <number>", about: "most model calls it may make" },
];

/**
 * Everything a person can do in a terminal, one row a command; a row is all it takes to add one. What a command needs
 * is loaded when it runs.
 */
export const commands: readonly CommandRow[] = [
	{
		name: "launch",
		about: "launch a goal",
		arguments: [["[prompt]", "what is to be reached; `-` reads it from standard input"]],
		options: [
			{ flags: "--title <title>", about: "a short name" },
			{ flags: "--workspace <folder>", about: "where it works (default: the current folder)" },
			{ flags: "--playbook <file>", about: "a Markdown playbook to run" },
			{
				flags: "--input <name=value>",
				about: "a value that the playbook asks for; may be given several times",
				many: true,
			},
			{ flags: "--inputs <file>", about: "the same of a JSON or YAML file with names and values" },
			image,
			{ flags: "--preset <name>", about: "settings that were kept under this name" },
			...settingOptions,
			{
				flags: "--grant <what>",
				about: "`playbook`: approve the commands and writes of exactly this playbook",
				choices: ["playbook"],
			},
			{ flags: "--request-id <id>", about: "launching twice with the same id gives one goal" },
			{ flags: "--role <role>", about: "take over what the role's file in the workspace says", many: true },
			{ flags: "--preview", about: "launch nothing: say what would run and with what, and where each value is from" },
			{ flags: "--follow", about: "print what happens until the goal ends" },
		],
		asks: ["goal/launch", "launch/prepare", "provider/list", "goal/watch", "goal/events"],
		run: async (context, [prompt], options) => (await import("./commands/launch.ts")).launch(context, prompt, options),
	},
	{
		name: "list",
		about: "list the goals",
		asks: ["goal/list"],
		run: async (context) => (await import("./commands/list.ts")).list(context),
	},
	{
		name: "show",
		about: "show one goal, with what it asks and what was answered (the last 50)",
		arguments: [goal],
		asks: ["goal/list", "goal/get"],
		run: async (context, [goalId = ""]) => (await import("./commands/show.ts")).show(context, goalId),
	},
	{
		name: "feed",
		about: "print a goal's events, or those that have all of some words",
		arguments: [goal],
		options: [
			{ flags: "-f, --follow", about: "go on until the goal ends" },
			{ flags: "--after <seq>", about: "only events after this one" },
			{ flags: "--types <types>", about: "only events of these types, separated by commas" },
			{ flags: "--all", about: "with the events of the machinery (JSON always has them)" },
			{ flags: "--search <words>", about: "only events with these words, newest first" },
		],
		asks: ["goal/events", "goal/search", "goal/watch", "goal/unwatch"],
		run: async (context, [goalId = ""], options) => (await import("./commands/feed.ts")).feed(context, goalId, options),
	},
	{
		name: "wait",
		about: "wait until a goal is in a state",
		arguments: [goal],
		options: [
			{ flags: "--for <states>", about: "states, separated by commas (default: completed)" },
			{ flags: "--timeout <seconds>", about: "give up after so many seconds" },
		],
		asks: ["goal/watch", "goal/get"],
		run: async (context, [goalId = ""], options) => (await import("./commands/wait.ts")).wait(context, goalId, options),
	},
	{
		name: "approvals",
		about: "list what waits for a decision of yours, or all that was ever asked",
		arguments: [["[goal]", "of this goal only"]],
		options: [
			{ flags: "--all", about: "also what was set aside, answered or is no longer asked, with who answered and when" },
			{
				flags: "--filter <words>",
				about:
					"of all of them those with these words, and with `state:` (waiting, setAside, answered, approved, denied, over, expired, superseded), `risk:` (read, write, network, dangerous) or `goal:`",
			},
			{ flags: "--limit <n>", about: "with --all or --filter: at most so many (default: 50)" },
		],
		asks: ["approval/list", "approval/history"],
		run: async (context, [goalId], options) =>
			(await import("./commands/approvals.ts")).approvals(context, goalId, options),
	},
	{
		name: "approve",
		about: "approve what waits",
		arguments: [id],
		options: [scope],
		asks: ["approval/list", "approval/answer"],
		run: async (context, [approvalId = ""], options) =>
			(await import("./commands/approvals.ts")).answer(context, approvalId, "approve", options),
	},
	{
		name: "deny",
		about: "deny what waits",
		arguments: [id],
		options: [reason],
		asks: ["approval/list", "approval/answer"],
		run: async (context, [approvalId = ""], options) =>
			(await import("./commands/approvals.ts")).answer(context, approvalId, "deny", options),
	},
	{
		name: "allow",
		about: "propose rules that would let what waits happen unasked, or keep one of them and approve it",
		arguments: [id],
		options: [
			{ flags: "--rule <n>", about: "keep the rule with this number, and approve" },
			{ flags: "--everywhere", about: "for every folder (default: for the goal's)" },
		],
		asks: ["approval/list", "policy/propose", "policy/add", "approval/answer"],
		run: async (context, [approvalId = ""], options) =>
			(await import("./commands/allow.ts")).allow(context, approvalId, options),
	},
	{
		name: "set-aside",
		about: "put what waits aside, to be answered later: it still waits, and nothing is decided",
		arguments: [id],
		options: [{ flags: "--back", about: "take it up again" }],
		asks: ["approval/list", "approval/setAside"],
		run: async (context, [approvalId = ""], options) =>
			(await import("./commands/approvals.ts")).setAside(context, approvalId, options),
	},
	{
		name: "answer",
		about: "answer what waits with one of its options",
		arguments: [id],
		options: [
			{
				flags: "--option <option>",
				about: "the option; of an agent's question also its number, or several",
				many: true,
			},
			{ flags: "--text <words>", about: "the answer to an agent's question, in words" },
			{ flags: "--price <in,out>", about: "with --option price: USD per million tokens, as 0.5,2 or 3,15,cache3.75" },
			{ flags: "--tokens <n>", about: "with --option tokens: how many the goal may use in all" },
			scope,
			reason,
		],
		asks: ["approval/list", "approval/answer"],
		run: async (context, [approvalId = ""], options) =>
			(await import("./commands/approvals.ts")).answer(context, approvalId, undefined, options),
	},
	{
		name: "pause",
		about: "pause a goal",
		arguments: [goal],
		options: [{ flags: "--now", about: "end what runs, too" }],
		asks: ["goal/control"],
		run: async (context, [goalId = ""], options) =>
			(await import("./commands/control.ts")).control(context, "pause", goalId, options),
	},
	...(["resume", "cancel", "delete"] as const).map(
		(action): CommandRow => ({
			name: action,
			about: {
				resume: "go on with a paused or blocked goal",
				cancel: "cancel a goal",
				delete: "delete a goal that is over: its record keeps the chain, not the contents",
			}[action],
			arguments: [goal],
			options: action === "cancel" ? [reason] : [],
			asks: ["goal/control"],
			run: async (context, [goalId = ""], options) =>
				(await import("./commands/control.ts")).control(context, action, goalId, options),
		}),
	),
	...(["retry", "rerun", "skip"] as const).map(
		(action): CommandRow => ({
			name: action,
			about: {
				retry: "try a step again, a playbook's from the command that failed",
				rerun: "begin a step again, from its start",
				skip: "go on without a step",
			}[action],
			arguments: [goal, step],
			asks: ["goal/get", "goal/control"],
			run: async (context, [goalId = "", stepName], options) =>
				(await import("./commands/control.ts")).control(context, action, goalId, options, stepName),
		}),
	),
	{
		name: "undo",
		about: "take back what a step changed; what was changed since is never overwritten",
		arguments: [goal, ["<step>", "the step's id, or its position from 1"]],
		options: [
			{ flags: "--rest", about: "this step and every later one" },
			{ flags: "--preview", about: "only say what would happen to each file" },
			{ flags: "--use-folder", about: "also where another folder is in the place of the goal's" },
		],
		asks: ["goal/get", "step/undo"],
		run: async (context, [goalId = "", stepName = ""], options) =>
			(await import("./commands/undo.ts")).undo(context, goalId, stepName, options),
	},
	{
		name: "send",
		about: "send a message to the agent that works",
		arguments: [goal, ["<text>", "the message; `-` reads it from standard input"]],
		options: [{ flags: "--thread <thread>", about: "to this thread (default: the active one)" }, image],
		asks: ["thread/send", "goal/get"],
		run: async (context, [goalId = "", text = ""], options) =>
			(await import("./commands/send.ts")).send(context, goalId, text, options),
	},
	{
		name: "roster",
		about: "show who works in which role, or change it while the goal runs",
		arguments: [goal],
		options: [
			{ flags: "--set <role=agent>", about: "role=provider/model, or role=provider/model:effort", many: true },
			{
				flags: "--instructions <role=text>",
				about: "what whoever works in the role is told beside its work; an empty text for nothing",
				many: true,
			},
			{ flags: "--inherit <role>", about: "give the role back to the primary agent", many: true },
			{ flags: "--disable <role>", about: "turn the role off", many: true },
			{ flags: "--enable <role>", about: "turn the role on again", many: true },
			{
				flags: "--apply <reach>",
				about:
					"steps to come, also the step under way from its next turn, or begin that step again (default: steps to come, and a step that waits for its provider)",
				choices: ["future", "next-turn", "restart-step"],
			},
			{ flags: "--undo", about: "with restart-step: take back first what the step changed so far" },
			{ flags: "--preview", about: "only say what it would mean" },
		],
		asks: ["goal/list", "roster/edit", "provider/list"],
		run: async (context, [goalId = ""], options) =>
			(await import("./commands/roster.ts")).roster(context, goalId, options),
	},
	{
		name: "raise",
		about: "raise a goal's budget by these amounts",
		arguments: [goal],
		options: [
			{ flags: "--usd <number>", about: "money" },
			{ flags: "--tokens <number>", about: "tokens" },
			{ flags: "--minutes <number>", about: "minutes" },
			{ flags: "--turns <number>", about: "model calls" },
		],
		asks: ["goal/list", "goal/raise"],
		run: async (context, [goalId = ""], options) =>
			(await import("./commands/raise.ts")).raise(context, goalId, options),
	},
	{
		name: "changes",
		about: "list the files that a goal changed",
		arguments: [goal],
		options: [ofStep],
		asks: ["change/list"],
		run: async (context, [goalId = ""], options) =>
			(await import("./commands/changes.ts")).changes(context, goalId, options),
	},
	{
		name: "diff",
		about: "print what a goal changed as a unified diff, or one version of a file",
		arguments: [goal, ["[path]", "of this file only"]],
		options: [
			ofStep,
			{ flags: "--content <version>", about: "the file before or after", choices: ["before", "after"] },
		],
		asks: ["change/diff", "change/list", "change/content"],
		run: async (context, [goalId = "", file], options) =>
			(await import("./commands/changes.ts")).diff(context, goalId, file, options),
	},
	{
		name: "inventory",
		about: "list what a goal left behind: files and reports",
		arguments: [goal],
		asks: ["change/list", "goal/events"],
		run: async (context, [goalId = ""]) => (await import("./commands/inventory.ts")).inventory(context, goalId),
	},
	{
		name: "output",
		about: "print what a call or a check of a goal printed",
		arguments: [goal, ["[id]", "the call's or the check's id, or how it begins (default: the last one)"]],
		options: [{ flags: "--raw", about: "byte for byte, as it came" }],
		asks: ["goal/list", "goal/events"],
		run: async (context, [goalId = "", id], options) =>
			(await import("./commands/output.ts")).output(context, goalId, id, options),
	},
	{
		name: "images",
		about: "list the images that a goal was given or has read, or write one of them, byte for byte",
		arguments: [goal, ["[image]", "its name, or how its digest begins"]],
		asks: ["goal/list", "goal/events", "image/get"],
		run: async (context, [goalId = "", image]) => (await import("./commands/images.ts")).images(context, goalId, image),
	},
	{
		name: "dossier",
		about: "print the account of a goal",
		arguments: [goal],
		options: [
			{ flags: "--format <format>", about: "md, html, or jsonl to be verified", choices: ["md", "html", "jsonl"] },
			{ flags: "--at <seq>", about: "as it stood after this event" },
			{ flags: "--redact", about: "take out what looks like a secret, and the path of the home folder" },
			{ flags: "--out <file>", about: "write it into a file" },
		],
		asks: ["dossier/get"],
		run: async (context, [goalId = ""], options) =>
			(await import("./commands/dossier.ts")).dossier(context, goalId, options),
	},
	{
		name: "verify",
		about: "check the hash chain of a dossier exported as jsonl; needs no daemon",
		arguments: [["<file>", "the exported file; `-` reads standard input"]],
		options: [
			{ flags: "--last-hash <hash>", about: "the last hash that you noted, which a log rewritten whole does not have" },
		],
		asks: [],
		run: async (context, [file = ""], options) => (await import("./commands/verify.ts")).verify(context, file, options),
	},
	{
		name: "plan",
		about: "show a goal's plan, edit it, approve it, or send it back",
		arguments: [goal, ["[action]", "show, edit, approve or return (default: show)"]],
		options: [
			{ flags: "--note <text>", about: "what another plan should do better" },
			{
				flags: "--file <file>",
				about: "with edit: the edited plan, instead of your $EDITOR; `-` reads standard input",
			},
		],
		asks: ["goal/get", "plan/get", "plan/edit", "approval/answer", "goal/control"],
		run: async (context, [goalId = "", action = "show"], options) =>
			(await import("./commands/plan.ts")).plan(context, goalId, action, options),
	},
	{
		name: "check run",
		about: "run a goal's checks again",
		arguments: [goal, ["[check]", "this check only"]],
		asks: ["check/run", "goal/get"],
		run: async (context, [goalId = "", checkId]) =>
			(await import("./commands/check.ts")).runChecks(context, goalId, checkId),
	},
	{
		name: "background",
		about: "list the commands that a goal's agents run in the background; `background <goal> stop <id>` ends one",
		arguments: [
			goal,
			["[action]", "list or stop (default: list)"],
			["[id]", "the command to be stopped: its id, or how it begins"],
		],
		asks: ["goal/list", "background/list", "background/stop"],
		run: async (context, [goalId = "", action = "list", id]) =>
			(await import("./commands/background.ts")).background(context, goalId, action, id),
	},
	{
		name: "grants",
		about: "list what was approved for longer than once; `grants revoke <grant>` takes one back",
		arguments: [
			["[goal]", "of this goal only, or `revoke`"],
			["[grant]", "the grant to be revoked"],
		],
		asks: ["grant/list", "grant/revoke", "goal/list"],
		run: async (context, [first, grantId]) => {
			const { grants, revoke } = await import("./commands/grants.ts");
			return first === "revoke" ? revoke(context, grantId) : grants(context, first);
		},
	},
	{
		name: "policy",
		about:
			"show the rules of what agents may do, check or set some, remove one, test what would come of a command, or try rules on the past",
		arguments: [
			["[action]", "show, check, set, remove, test or simulate (default: show)"],
			[
				"[what]",
				"with check, set and simulate: a file with rules; with remove: the number of a rule; with test: a command, or - for JSON strings, one a line",
			],
		],
		options: [
			{
				flags: "--workspace <folder>",
				about: "the folder (default: the current one); with set, remove and simulate: only there",
			},
			{
				flags: "--autonomy <autonomy>",
				about: "of the goal (default: aware; with simulate: each goal's own)",
				choices: ["supervised", "aware", "autonomous"],
			},
		],
		asks: ["policy/read", "policy/check", "policy/set", "policy/remove", "policy/test", "policy/simulate"],
		run: async (context, [action = "show", what], options) =>
			(await import("./commands/policy.ts")).policy(context, action, what, options),
	},
	{
		name: "presets",
		about: "list kept launch settings, keep some, rename or delete them, or choose the default",
		arguments: [
			["[action]", "list, save, rename, delete or default (default: list)"],
			["[name]", "the preset's name; `default` without one chooses none"],
			["[to]", "with rename: its new name"],
		],
		options: [
			{ flags: "--workspace <folder>", about: "of its repository (default: the current folder)" },
			{ flags: "--shared", about: "in the repository, for all who work in it" },
			...settingOptions,
		],
		asks: ["preset/list", "preset/save", "preset/rename", "preset/delete", "preset/default", "provider/list"],
		run: async (context, [action = "list", name, to], options) =>
			(await import("./commands/presets.ts")).presets(context, action, { name, to }, options),
	},
	{
		name: "roles",
		about: "list the roles that can be assigned in a workspace, and what its role files say",
		options: [{ flags: "--workspace <folder>", about: "where the files lie (default: the current folder)" }],
		asks: ["launch/prepare"],
		run: async (context, _args, options) => (await import("./commands/roles.ts")).roles(context, options),
	},
	{
		name: "providers",
		about: "list the agents that can be chosen, and why the rest cannot; hand a provider's key over; try an agent",
		arguments: [
			[
				"[action]",
				"list; key: hands over the key that is typed, or comes on standard input; try: starts an agent that is a program, and ends it; registry: what else there is (default: list)",
			],
			["[name]", "the provider's name, or the agent's"],
		],
		options: [
			{ flags: "--refresh", about: "ask them again, even if they were asked just now" },
			{ flags: "--forget", about: "with key: forget what was handed over" },
		],
		asks: ["provider/list", "provider/key", "provider/try", "agent/registry"],
		run: async (context, [action = "list", name], options) =>
			(await import("./commands/providers.ts")).providers(context, action, name, options),
	},
	{
		name: "tools",
		about: "list the MCP servers whose tools agents may use, and how each stands; hand over what one asks for",
		arguments: [
			["[action]", "list, or input: hands over the value that is typed, or comes on standard input (default: list)"],
			["[server]", "the server's name"],
			["[id]", "the input's name, where it is not the only one"],
		],
		options: [
			{ flags: "--workspace <folder>", about: "where the files lie that name them (default: the current folder)" },
			{ flags: "--goal <goal>", about: "how they stand for this goal" },
			{ flags: "--forget", about: "with input: forget what was handed over" },
		],
		asks: ["server/list", "server/input", "goal/get"],
		run: async (context, [action = "list", server, id], options) =>
			(await import("./commands/tools.ts")).tools(context, action, server, id, options),
	},
	{
		name: "baseline",
		about: "how a folder and this machine stand before a launch",
		options: [
			{ flags: "--workspace <folder>", about: "the folder (default: the current one)" },
			{ flags: "--check <command>", about: "also run this check, to see whether it is red already" },
		],
		asks: ["baseline/read", "baseline/check"],
		run: async (context, _args, options) => (await import("./commands/baseline.ts")).baseline(context, options),
	},
	{
		name: "daemon status",
		about: "how the daemon is",
		isDefault: true,
		asks: ["daemon/status"],
		run: async (context) => (await import("./commands/daemon.ts")).status(context),
	},
	{
		name: "daemon start",
		about: "start the daemon where none runs, or an older one",
		asks: ["daemon/hello", "daemon/handOver"],
		run: async (context) => (await import("./commands/daemon.ts")).start(context),
	},
	{
		name: "daemon stop",
		about: "stop the daemon; commands and agents under way go on",
		options: [{ flags: "--now", about: "end commands and agents under way, too" }],
		asks: ["daemon/stop"],
		run: async (context, _args, options) => (await import("./commands/daemon.ts")).stop(context, options),
	},
	{
		name: "daemon restart",
		about: "stop the daemon and start it again",
		asks: ["daemon/stop", "daemon/hello"],
		run: async (context) => (await import("./commands/daemon.ts")).restart(context),
	},
	{
		name: "daemon run",
		about: "be the daemon, in this terminal",
		asks: [],
		run: async (context) => (await import("./commands/daemonRun.ts")).run(context),
	},
	{
		name: "daemon install",
		about: "begin the daemon whenever you log in",
		asks: [],
		run: async (context) => (await import("./commands/daemonInstall.ts")).install(context),
	},
	{
		name: "daemon uninstall",
		about: "no longer begin it then",
		asks: [],
		run: async (context) => (await import("./commands/daemonInstall.ts")).uninstall(context),
	},
	{
		name: "doctor",
		about: "what is usable here, and what to do about the rest",
		asks: ["provider/list", "daemon/status", "config/read"],
		run: async (context) => (await import("./commands/doctor.ts")).doctor(context),
	},
];
