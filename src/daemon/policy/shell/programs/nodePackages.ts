import { known, textWord } from "../tree/script.ts";
import {
	asks,
	builds,
	initial,
	inside,
	installs,
	online,
	publishes,
	remote,
	removes,
	scripts,
	settings,
	shells,
	told,
} from "./packageVerbs.ts";
import { type Call, dangerous, type Judgement, type Row, runsOther } from "./row.ts";

/** Managers of packages of JavaScript. */
export const nodePackages: readonly Row[] = [
	{
		names: "npm cnpm tnpm",
		risk: "write",
		operands: "text",
		stops: true,
		options: { "--script-shell= --node-options= --globalconfig= --userconfig=": runsOther },
		valued: "--prefix -C --workspace -w --loglevel --registry --cache",
		flags: "-g -s -d -q --silent --global --workspaces -ws --json --no-color --offline --yes -y",
		asks: "-v -h",
		verbs: {
			"ls list la ll why explain root bin prefix help licenses fund query find-dupes": { ...asks, options: shells },
			"view info show outdated search ping whoami doctor stars": { ...online, options: shells },
			"repo docs home bugs issues edit explore": {
				risk: "dangerous",
				reason: "opens something with another program",
				operands: "text",
			},
			audit: { ...online, verbs: { fix: installs }, anyVerb: online },
			"install i in ci add update up upgrade link ln import dedupe rebuild fetch install-test it isntall": installs,
			"uninstall remove rm un unlink prune": removes,
			"run run-script": { ...scripts, risk: "read", reason: undefined, judge: named },
			"test t tst start stop restart": { ...scripts, asks: "" },
			"exec x": remote,
			"create init": initial,
			"publish unpublish deprecate dist-tag owner access team hook org star unstar": publishes,
			"config get c": { ...settings, risk: "read", reason: undefined, judge: configured },
			pkg: { ...asks, verbs: { get: asks }, anyVerb: { ...scripts, reason: "changes package.json" } },
			"set login logout adduser token profile cache setup completion": settings,
			"version pack shrinkwrap": { ...builds, reason: "changes the version, or packs the project" },
		},
		anyVerb: scripts,
	},
	{
		names: "pnpm yarn bun",
		risk: "write",
		reason: "runs a tool that the project may tell what to load",
		operands: "text",
		stops: true,
		options: {
			"--script-shell= --node-options= --config= --globalconfig= --userconfig= --use-yarnrc=": runsOther,
			"--eval= -e= -p= --print= --preload= -r=": dangerous("runs a program that the command holds", "text"),
		},
		valued: "--prefix -C --dir --cwd --filter -F --workspace -w --loglevel --registry",
		flags: "-s --silent --recursive --json --no-color --offline --bun --watch --hot --smol -y",
		verbs: {
			"ls list la ll why explain root bin prefix help licenses query workspaces": told,
			"view info show outdated search whoami audit": online,
			"install i ci add update up upgrade link import dedupe rebuild fetch patch": installs,
			"uninstall remove rm un unlink prune": removes,
			"run run-script test t start stop restart build serve dev lint format check typecheck workspace": scripts,
			exec: inside,
			"dlx x": remote,
			"create init": initial,
			"publish unpublish deprecate dist-tag tag owner access team npm": publishes,
			"config set get login logout token profile cache store setup env plugin": settings,
			"version pack": { ...builds, reason: "changes the version, or packs the project" },
		},
		anyVerb: scripts,
		asks: false,
		judge: ({ operands, args }, judgement) => {
			const isAsked = args.length === 1 && /^(--version|-v|--help|-h|--revision)$/.test(args[0]!.text);
			if (operands.length === 0 && !isAsked)
				judgement.add("network", "installs packages, which may run programs of theirs");
			else if (isAsked) judgement.add("write", "runs a tool that the project may tell what to load");
		},
	},
	{
		...remote,
		names: "npx bunx pnpx uvx pipx corepack",
		verbs: undefined,
		judge: ({ operands: [first, ...rest], name }, judgement) => {
			if (name === "pipx" && first?.text !== "run")
				judgement.add("network", "installs packages, which may run programs of theirs");
			judgement.run(
				name === "pipx" || name === "corepack"
					? rest
					: [...(first ? [{ ...first, text: first.text.replace(/(?<=.)@[\w.^~-]+$/, "") }] : []), ...rest],
			);
		},
	},
];

function named({ operands }: Call, judgement: Judgement): void {
	if (operands.length > 0) judgement.add("write", "runs scripts of the project");
}

/** Asking for one setting is harmless, if it holds no secret. */
function configured({ operands, name }: Call, judgement: Judgement): void {
	const [verb, ...names] = name.endsWith(" get") ? [textWord("get"), ...operands] : operands;
	if (
		known(verb) !== "get" ||
		names.length !== 1 ||
		!/^[a-z-]+$/.test(names[0]!.text) ||
		/auth|key|cert|pass/.test(names[0]!.text)
	)
		judgement.add("dangerous", "changes settings, or shows what is secret");
}
