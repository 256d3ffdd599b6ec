import { dangerous, type Row, runsOther, type Verb } from "./row.ts";

const plain: Verb = { risk: "read", operands: "files" };

/** What speaks to hosts of repositories, and other keepers of versions. */
export const hosts: readonly Row[] = [
	{
		names: "gh",
		risk: "network",
		reason: "speaks to GitHub",
		operands: "text",
		stops: true,
		verbs: {
			"pr issue release repo run workflow gist label ruleset cache project variable milestone": {
				risk: "network",
				reason: "speaks to GitHub",
				operands: "text",
				stops: true,
				verbs: {
					"view list status diff checks search": { risk: "network", reason: "reads from GitHub", operands: "text" },
					"checkout clone download watch fork develop": { risk: "network", reason: "fetches from GitHub" },
					"create edit comment review ready reopen sync rerun close lock unlock pin unpin transfer enable disable rename set upload link unlink copy mark-template field-create item-add":
						{ risk: "dangerous", reason: "changes something at GitHub that others see" },
					"delete merge archive unarchive cancel run update-branch delete-asset item-delete": {
						risk: "dangerous",
						reason: "changes or deletes something at GitHub",
					},
				},
			},
			"search status browse org": { risk: "network", reason: "reads from GitHub", operands: "text" },
			api: {
				risk: "network",
				reason: "reads from GitHub",
				operands: "text",
				options: {
					"-X= --method=": dangerous("may change something at GitHub", "text"),
					"-f= -F= --field= --raw-field= --input=": dangerous("sends data to GitHub", "text"),
				},
				valued: "-H -q -t --header --jq --template --cache -p --preview --hostname",
			},
			"auth secret ssh-key gpg-key config codespace alias extension attestation copilot agent-task": {
				risk: "dangerous",
				reason: "changes how GitHub is reached, or shows what is secret",
			},
			version: plain,
			help: plain,
		},
	},
	{
		names: "glab hub tea fj",
		risk: "network",
		reason: "speaks to a host of repositories",
		judge: (_, judgement) => judgement.unsure("what it does there is not known"),
	},
	{
		names: "hg svn jj fossil bzr",
		risk: "write",
		reason: "changes a repository",
		operands: "text",
		verbs: {
			"status log diff cat annotate blame info st show root": {
				risk: "read",
				options: { "--config= --diff-cmd= --config-option= --editor-cmd=": runsOther },
			},
		},
		anyVerb: { risk: "dangerous", reason: "changes a repository, or reaches another" },
	},
];
