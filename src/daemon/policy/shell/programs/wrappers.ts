import { known, type Word } from "../tree/script.ts";
import { dangerous, type Judgement, type Row, read, runsOther, write, writesFile } from "./row.ts";
import { environment, isSecretVariable } from "./variables.ts";

const others = "runs with the rights of another user";

/** Programs that run the program behind them. */
export const wrappers: readonly Row[] = [
	wrapper("nohup builtin winpty linux32 linux64 coproc then do else busybox toybox cross-env cross-env-shell"),
	wrapper("setsid", { flags: "-c -f -w --ctty --fork --wait" }),
	wrapper("exec", { valued: "-a", flags: "-c -l" }),
	wrapper("unbuffer chronic", { flags: "-p -v -e" }),
	wrapper("caffeinate", { valued: "-t -w", flags: "-d -i -m -s -u" }),
	wrapper("xvfb-run", { valued: "-n -s -e -f -p -w --server-args --server-num", flags: "-a --auto-servernum" }),
	wrapper("systemd-cat", { valued: "-t -p --identifier --priority" }),
	wrapper("arch setarch", {
		flags: "-R -3 -x86_64 -arm64 -arm64e -i386",
		skips: /^(x86_64|i[3-6]86|linux(32|64)|aarch64)$/,
	}),
	wrapper("time gtime", {
		options: { "-o= --output=": writesFile },
		valued: "-f --format",
		flags: "-p -v -q -a -l -h",
	}),
	wrapper("nice gnice", { valued: "-n --adjustment", flags: "-0 -1 -2 -3 -4 -5 -6 -7 -8 -9" }),
	wrapper("ionice chrt", {
		valued: "-c -n -p -P -u --class --classdata",
		flags: "-t -f -r -o -b -i -d -a -m",
		skips: /^\d+$/,
	}),
	wrapper("taskset", { flags: "-a -c -p --cpu-list --pid --all-tasks", skips: /^/ }),
	wrapper("timeout gtimeout", {
		valued: "-s -k --signal --kill-after",
		flags: "-v -f -p --foreground --preserve-status --verbose",
		skips: /^/,
	}),
	wrapper("stdbuf", { valued: "-i -o -e --input --output --error" }),
	wrapper("dotenv env-cmd", {
		risk: "write",
		reason: "gives a program variables that a file holds",
		options: { "-f= -e= --file=": read("reads variables") },
		valued: "-v -c",
		flags: "-o -q",
	}),
	wrapper(
		"chroot unshare nsenter firejail bwrap proot fakeroot systemd-run runcon sg newgrp setpriv capsh start-stop-daemon daemonize runuser machinectl numactl cpulimit rlwrap dbus-launch dbus-run-session",
		{ risk: "dangerous", reason: "runs a program with other rights or walls" },
	),
	wrapper("strace ltrace", {
		valued: "-e -s -a -b -I -P -S -u -X",
		flags: "-f -ff -c -C -d -i -k -n -q -r -t -tt -T -v -V -x -y -yy -z -Z -F -L",
		options: {
			"-o= --output=": writesFile,
			"-E=": dangerous("sets what runs", "text"),
			"-p=": dangerous("looks into another program", "text"),
		},
	}),
	wrapper("perf", { skips: /^/, options: { "-o= --output=": writesFile } }),
	wrapper("valgrind heaptrack", { options: { "--log-file=": writesFile } }),
	{
		names: "hyperfine",
		risk: "read",
		operands: "text",
		options: {
			"-p= --prepare= -s= --setup= -c= --cleanup= -C= --conclude=": write("runs a command", "script"),
			"--export-json= --export-csv= --export-markdown=": writesFile,
			"-S= --shell=": runsOther,
		},
		valued: "-w -r -m -M -P -D -L -u --warmup --runs --min-runs --max-runs",
		judge: ({ operands }, judgement) => {
			for (const text of operands) judgement.script(text);
		},
	},
	{
		names: "dtruss ktrace dtrace bpftrace gdb lldb dbx",
		risk: "dangerous",
		reason: "looks into programs, and runs what it is told",
		operands: "text",
	},
	{
		names: "sudo doas sudoedit pkexec gsudo run0 please dzdo",
		risk: "dangerous",
		reason: others,
		operands: "text",
		stops: true,
		valued: "-u -g -h -p -C -D -r -t -T -U -R --user --group --host --prompt --chdir --role --type",
		judge: ({ operands }, judgement) => behindAssignments(operands, judgement),
	},
	{
		names: "su runas login",
		risk: "dangerous",
		reason: others,
		operands: "text",
		options: {
			"-c= --command=": dangerous("runs a command with other rights", "script"),
			"-s= --shell=": dangerous(others),
		},
	},
	{
		names: "env genv",
		risk: "read",
		operands: "text",
		stops: true,
		options: {
			"-S= --split-string=": write("runs a command", "script"),
			"-C= --chdir=": read("runs in another folder"),
			"-P=": dangerous("says where programs are looked for"),
		},
		valued: "-u -a --unset --argv0",
		flags: "-i -0 -v --ignore-environment --null --debug --default-signal? --ignore-signal? --block-signal?",
		isStrict: true,
		judge: ({ operands, values, has }, judgement) => {
			const ran = behindAssignments(operands[0]?.text === "-" ? operands.slice(1) : operands, judgement);
			if (!ran && values("-S", "--split-string").length === 0 && !has("--version", "--help"))
				judgement.add("dangerous", environment);
		},
	},
	{
		names: "printenv",
		risk: "read",
		operands: "text",
		judge: ({ operands }, judgement) => {
			if (operands.length === 0) judgement.add("dangerous", environment);
			for (const word of operands) {
				if (known(word) === undefined) judgement.unsure("which variable it shows is not known beforehand");
				if (isSecretVariable(word.text)) judgement.add("dangerous", "shows a secret of the environment");
			}
		},
	},
	{
		names: "command",
		risk: "read",
		operands: "text",
		stops: true,
		judge: ({ operands, has }, judgement) => {
			if (!has("-v", "-V") && operands.length > 0) judgement.run(operands);
		},
	},
	{
		names: "direnv",
		risk: "write",
		reason: "runs the script .envrc",
		operands: "text",
		stops: true,
		verbs: {
			exec: {
				risk: "write",
				operands: "text",
				stops: true,
				judge: ({ operands: [, ...rest] }, judgement) => judgement.run(rest),
			},
			"status version": { risk: "read" },
		},
		anyVerb: { risk: "dangerous", reason: "lets a script of a folder run by itself" },
	},
	{ names: "atq", risk: "read", operands: "text" },
	{
		names: "at batch crontab anacron launchctl schtasks",
		risk: "dangerous",
		reason: "runs commands later, or again and again",
		operands: "text",
		asks: "-l list",
	},
];

interface Wrapper {
	readonly risk?: "write" | "dangerous";
	readonly reason?: string;
	readonly valued?: string;
	readonly flags?: string;
	readonly options?: Row["options"];
	/** A word before the program. */
	readonly skips?: RegExp;
}

function wrapper(names: string, { risk, reason, skips, ...options }: Wrapper = {}): Row {
	return {
		names,
		risk: risk ?? "read",
		reason,
		operands: "text",
		stops: true,
		isStrict: true,
		...options,
		judge: ({ operands, name, values }, judgement) => {
			for (const { text } of values("-o"))
				if (/^[|!]/.test(text)) judgement.add("dangerous", "runs another program for what it prints");
			const words = operands.slice(skips && operands[0] && skips.test(operands[0].text) ? 1 : 0);
			if (/^(cross-env|cross-env-shell|env-cmd|dotenv|systemd-run)$/.test(name)) behindAssignments(words, judgement);
			else if (words.length > 0) judgement.run(words);
		},
	};
}

/** `A=1 program`. Whether there is a program. */
function behindAssignments(words: readonly Word[], judgement: Judgement): boolean {
	let at = 0;
	for (; at < words.length; at++) {
		const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(words[at]!.text) ?? [];
		if (name === undefined) break;
		judgement.variable(name, { ...words[at]!, text: value! });
	}
	const rest = words.slice(at);
	if (rest[0]?.text === "--") return behindAssignments(rest.slice(1), judgement);
	if (rest.length > 0) judgement.run(rest);
	return rest.length > 0;
}
