import path from "node:path";
import { addresses, configured, listOr, setBy } from "./gitCalls.ts";
import { dangerous, network, type Row, read, runsOther, type Verb, write, writesFile } from "./row.ts";

/**
 * Of git's commands that show commits and differences. Which of their options take the next word for a value is not told:
 * few do, and a value is harmless where it is read as an operand.
 */
const shown: Verb = {
	risk: "read",
	operands: "files",
	options: {
		"--output= --output-directory=": writesFile,
		"--ext-diff": dangerous("runs a program that git is set to use"),
		"--textconv --show-signature": write("runs a program that git is set to use"),
	},
	flags: "--exit-code --oneline --text --textual",
};
const plain: Verb = { risk: "read", operands: "files" };
const hooked: Verb = { risk: "write", reason: "changes the repository", operands: "files" };
const online: Verb = {
	risk: "network",
	reason: "reaches another repository",
	operands: "files",
	options: {
		"--upload-pack= -u= --receive-pack= --exec=": runsOther,
		"-c= --config=": dangerous("sets what git runs", "text"),
		"--template=": runsOther,
	},
	valued: "-b -o --branch --depth --origin --reference -j --jobs --filter",
	judge: (call, judgement) => {
		addresses(call, judgement);
		if (call.name === "git clone" && call.operands[1]) judgement.write(call.operands[1], "makes a repository");
	},
};
const thrown = "throws away changes";

const verbs: Readonly<Record<string, Verb>> = {
	"status log show diff whatchanged shortlog range-diff diff-tree diff-index diff-files blame annotate cherry show-branch rev-list":
		shown,
	"describe name-rev rev-parse ls-files ls-tree merge-base for-each-ref show-ref count-objects check-ignore check-attr check-mailmap check-ref-format var version fsck verify-commit verify-tag verify-pack get-tar-commit-id diff-pairs patch-id stripspace":
		plain,
	help: { ...plain, options: { "-w --web": dangerous("opens something with another program") } },
	"cat-file": { ...plain, options: { "--textconv --filters": write("runs programs that git is set to use") } },
	grep: {
		risk: "read",
		operands: "pattern",
		options: {
			"-O? --open-files-in-pager?": dangerous("runs another program", "text"),
			"-f=": read("searches"),
			"--textconv --ext-grep": write("runs programs that git is set to use"),
		},
		valued: "-e -A -B -C -m --max-depth --max-count --threads",
		flags: "--or --and --not --only-matching --text",
	},
	branch: {
		...plain,
		options: {
			"-D -d --delete": write("deletes a branch"),
			"--edit-description": write("opens an editor"),
			"--force": write("changes branches"),
		},
		valued: "--format --sort --contains --merged --no-merged --points-at",
		judge: listOr(
			"changes branches",
			"-d -D --delete -m -M --move -c -C --copy -f --force -u --set-upstream-to --unset-upstream --edit-description",
		),
	},
	tag: {
		...plain,
		options: { "-d --delete": write("deletes a tag"), "-F= --file=": read("tags") },
		valued: "--format --sort --contains --points-at --merged -m -u",
		judge: listOr("changes tags", "-a -s -d -f -m -F -u --annotate --sign --delete --force"),
	},
	remote: {
		...plain,
		verbs: {
			"get-url": plain,
			show: online,
			"update prune": online,
			"add set-url": { risk: "write", reason: "changes where the repository is fetched from", judge: addresses },
			"rename remove rm set-head set-branches": hooked,
		},
		anyVerb: plain,
	},
	stash: {
		...hooked,
		verbs: {
			"list show": shown,
			"drop clear": { risk: "dangerous", reason: thrown },
			"push save pop apply branch create store": hooked,
		},
		anyVerb: hooked,
	},
	worktree: {
		...hooked,
		verbs: {
			list: plain,
			"add move": { ...hooked, operands: "written", valued: "-b -B --reason --orphan" },
			"lock unlock repair": hooked,
			"remove prune": { risk: "dangerous", reason: "deletes a working folder" },
		},
	},
	notes: { ...plain, verbs: { "list show": plain, "add append copy edit merge remove prune": hooked }, anyVerb: plain },
	reflog: {
		...shown,
		verbs: {
			"show exists list": shown,
			"expire delete": { risk: "dangerous", reason: "throws away what git remembers" },
		},
		anyVerb: shown,
	},
	config: {
		...plain,
		operands: "text",
		judge: configured,
		options: {
			"-f= --file= --blob=": read("reads settings"),
			"-e --edit": dangerous("opens an editor on what git runs"),
		},
		valued: "--type --default --comment --value --fixed-value",
	},
	bisect: {
		...hooked,
		risk: "read",
		operands: "text",
		judge: ({ args: [verb, ...rest] }, judgement) => {
			if (verb?.text !== "log") judgement.add("write", "changes the repository");
			if (verb?.text === "run") judgement.run(rest);
			else if (verb?.text === "visualize" || verb?.text === "view") judgement.add("dangerous", "runs another program");
		},
	},
	submodule: {
		...hooked,
		risk: "read",
		operands: "text",
		stops: true,
		judge: (call, judgement) => {
			const [verb, ...rest] = call.operands;
			addresses(call, judgement);
			const words = rest.filter(({ text }) => !/^--(recursive|quiet)$/.test(text));
			if (verb?.text === "foreach") {
				const [only] = words;
				if (words.length === 1) judgement.script(only);
				else judgement.run(words);
			} else if (verb && /^(add|update|init|sync)$/.test(verb.text))
				judgement.add("network", "fetches other repositories");
			else if (verb && !/^(status|summary)$/.test(verb.text)) judgement.add("write", "changes the repository");
		},
	},
	rebase: {
		...hooked,
		reason: "rewrites commits",
		options: {
			"-x= --exec=": write("runs a command for each commit", "script"),
			"--strategy= -s= -X=": write("merges", "text"),
			"-i --interactive": write("opens an editor"),
		},
	},
	"add stage commit merge cherry-pick revert am apply mv init update-index write-tree commit-tree hash-object mktag mktree pack-refs repack maintenance rerere replace update-server-info backfill checkout-index":
		{
			...hooked,
			valued: "-m -F -C -c -t --message --file --author --date",
			options: {
				"--directory= --prefix=": write("changes files", "written"),
				"-s= --strategy=": write("merges", "text"),
				"-f --force --discard-changes": write("overwrites files"),
				"--unsafe-paths": dangerous("may write outside the workspace"),
				"--template=": runsOther,
			},
		},
	"sparse-checkout": { ...hooked, verbs: { list: plain }, anyVerb: hooked },
	"symbolic-ref": {
		...plain,
		options: { "-d --delete": write("changes branches") },
		judge: ({ operands }, judgement) => operands.length > 1 && judgement.add("write", "changes branches"),
	},
	switch: { ...hooked, valued: "-c -C --create", options: { "-f --force --discard-changes": dangerous(thrown) } },
	checkout: {
		...hooked,
		judge: ({ args, has, operands }, judgement) => {
			if (
				args.some(({ text }) => text === "--" || text === ".") ||
				has("-f", "--force", "-p") ||
				operands.length > 1 ||
				operands.some(({ text }) => /\.[a-z]{1,5}$/i.test(text))
			)
				judgement.add("dangerous", thrown);
		},
		valued: "-b -B",
	},
	restore: {
		...plain,
		judge: ({ has }, judgement) => {
			if (has("-S", "--staged") && !has("-W", "--worktree")) judgement.add("write", "takes back what was added");
			else judgement.add("dangerous", thrown);
		},
	},
	"read-tree": { ...hooked, options: { "-u --reset": dangerous(thrown) } },
	reset: { ...hooked, options: { "--hard --merge --keep": dangerous(thrown) } },
	clean: {
		...plain,
		judge: ({ has }, judgement) => {
			if (!has("-n", "--dry-run") || has("-f", "--force", "-i"))
				judgement.add("dangerous", "deletes files that git does not know");
		},
	},
	rm: {
		risk: "write",
		reason: "deletes files",
		operands: "written",
		options: { "-r": dangerous("deletes folders"), "-f --force": dangerous("deletes changed files") },
	},
	"gc prune prune-packed": { risk: "dangerous", reason: "throws away what git remembers" },
	"filter-branch filter-repo fast-import": {
		risk: "dangerous",
		reason: "rewrites all commits, by programs that it is given",
	},
	"update-ref": { risk: "dangerous", reason: "moves or deletes branches by hand" },
	"merge-tree merge-file": hooked,
	"fetch clone ls-remote": online,
	pull: { ...online, reason: "fetches and merges" },
	push: { ...online, risk: "dangerous", reason: "changes another repository" },
	archive: {
		risk: "read",
		options: {
			"-o= --output=": writesFile,
			"--exec=": runsOther,
			"--remote=": network("reaches another repository", "text"),
			"--add-file=": read("packs"),
		},
		valued: "--format --prefix",
	},
	bundle: {
		...plain,
		verbs: { "verify list-heads": plain, create: { ...hooked, operands: "written" }, unbundle: hooked },
	},
	"format-patch": { ...hooked, options: { "-o= --output-directory= --output=": writesFile } },
	"send-email imap-send request-pull svn p4 cvsimport cvsexportcommit": {
		risk: "network",
		reason: "sends or fetches over the network",
		judge: () => {},
	},
	lfs: {
		risk: "network",
		reason: "fetches or sends large files",
		verbs: { "ls-files status env version": plain },
		anyVerb: { risk: "network", reason: "fetches or sends large files" },
	},
	"difftool mergetool": {
		risk: "dangerous",
		reason: "runs another program",
		judge: ({ values }, judgement) => {
			for (const text of values("-x", "--extcmd")) judgement.script(text);
		},
		valued: "-x --extcmd -t --tool",
	},
	"hook instaweb gui gitk citool daemon http-backend shell upload-pack receive-pack upload-archive credential credential-store credential-cache remote-ext remote-fd send-pack fetch-pack web--browse":
		{ risk: "dangerous", reason: "runs other programs, serves, or shows what git keeps secret" },
};

export const gits: readonly Row[] = [
	{
		names: "git",
		risk: "read",
		stops: true,
		operands: "text",
		options: {
			"-c=": read("sets how git works", "text"),
			"--config-env= --exec-path?": runsOther,
			"--git-dir= -C= --work-tree=": read("works in another folder"),
		},
		valued: "--namespace --super-prefix --attr-source",
		flags:
			"-p -P --paginate --no-pager --no-replace-objects --bare --literal-pathspecs --glob-pathspecs --noglob-pathspecs --icase-pathspecs --no-optional-locks --no-advice --no-lazy-fetch --html-path --man-path --info-path",
		asks: "-v -h --exec-path",
		verbs,
		judge: (call, judgement) => {
			const { values, workspace, command } = call;
			for (const { text } of values("-c")) {
				setBy(text, judgement);
				if (/[\uFFFB\uFFFC]/.test(text.replace(/=.*$/s, "")))
					judgement.unsure("which setting of git it sets is not known beforehand");
			}
			if (call.has("--exec-path") && values("--exec-path").length === 0) return;
			const isElsewhere = [...values("-C"), ...values("--work-tree")].some(({ text }) => {
				const places = command.folders.map((folder) => path.resolve(folder, text));
				return places.length === 0 || places.some((place) => place !== workspace);
			});
			// A folder may look like a repository of its own, and then its settings say what git runs.
			if (values("--git-dir").length > 0 || isElsewhere || command.folders.some((folder) => folder !== workspace))
				judgement.add("write", "runs what the settings of another folder say");
		},
	},
	{ names: "tig lazygit gitui git-gui", risk: "write", reason: "opens a program for git" },
];
