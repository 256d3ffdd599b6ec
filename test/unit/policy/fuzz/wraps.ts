import type { Random } from "../../../support/seed.ts";
import { ansi, double, json, oneOf, single, word } from "./quoting.ts";

/** What a shell runs. Around a text of several commands not everything can stand. */
export interface Payload {
	readonly text: string;
	/** A program and its arguments, and nothing else. */
	readonly isSimple: boolean;
}

/** A way to run a command by way of another. */
export interface Wrap {
	readonly name: string;
	/** A shell with the usual tools runs the command by it, whatever that is. */
	readonly isReal: boolean;
	apply(payload: Payload, random: Random): Payload;
}

type Make = (text: string, random: Random) => string;

/** Around any text. What it makes is one simple command. */
const running: Readonly<Record<string, Make>> = {
	"sh -c": (text, random) =>
		`${oneOf(random, ["sh", "bash", "/bin/sh", "/usr/bin/bash"])} ${oneOf(random, ["-c", "-ec", "-e -c", "-o errexit -c", "+x -c"])} ${word(text, random)}`,
	"bash options": (text, random) =>
		`bash ${oneOf(random, ["--norc -c", "--noprofile --norc -c", "-O extglob -c", "-uc", "-xec", "+O extglob -c"])} ${word(text, random)}`,
	eval: (text, random) => `eval ${oneOf(random, ["", "-- "])}${word(text, random)}`,
	"builtin eval": (text, random) => `builtin eval ${word(text, random)}`,
	"env -S": (text) => `env -S ${double(`sh -c ${single(text)}`)}`,
	"xargs sh": (text, random) => `xargs ${oneOf(random, ["-I{} ", "-n1 ", ""])}sh -c ${word(text, random)}`,
	"find -exec": (text, random) =>
		`find . -maxdepth 0 ${oneOf(random, ["-exec", "-execdir"])} sh -c ${word(text, random)} ${oneOf(random, ["\\;", "';'", "{} +"])}`,
	"find grouped": (text, random) =>
		`find . -maxdepth 0 \\( -type d -o -exec true \\; \\) -exec sh -c ${word(text, random)} \\;`,
	"awk system": (text, random) => `awk ${word(`BEGIN{system(${json(text)})}`, random)}`,
	"awk getline": (text, random) => `awk ${word(`BEGIN{${json(text)} | getline x}`, random)}`,
	"awk print": (text, random) => `awk ${word(`BEGIN{print ${json(text)} | "sh"}`, random)}`,
	"git alias": (text, random) => `git -c ${word(`alias.zz=!${text}`, random)} zz`,
	"git alias in the environment": (text, random) =>
		`env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=alias.zz ${word(`GIT_CONFIG_VALUE_0=!${text}`, random)} git zz`,
	"timeout sh": (text, random) =>
		`timeout ${oneOf(random, ["9", "-k 1 9", "-s KILL 9s", "--signal=KILL 9", "--preserve-status 9"])} sh -c ${word(text, random)}`,
	"env sh": (text, random) =>
		`env ${oneOf(random, ["", "A=1 ", "-u A ", "-- ", "--unset=A ", "-uA B=2 "])}sh -c ${word(text, random)}`,
};

/** In front of a simple command; a simple command again. */
const before: Readonly<Record<string, Make>> = {
	env: (text, random) => `env ${oneOf(random, ["", "A=1 ", "-u A ", "-- ", "A=1 B='c d' "])}${text}`,
	nohup: (text) => `nohup ${text}`,
	timeout: (text, random) => `timeout ${oneOf(random, ["9", "-s KILL 9", "-k 2 9s", "--foreground 9"])} ${text}`,
	command: (text, random) => `command ${oneOf(random, ["", "-p ", "-- "])}${text}`,
	nice: (text, random) => `nice ${oneOf(random, ["", "-n 5 ", "-n5 ", "-5 ", "--adjustment=5 "])}${text}`,
	stdbuf: (text, random) => `stdbuf ${oneOf(random, ["-oL", "-o L", "--output=L", "-i0 -o0"])} ${text}`,
	setsid: (text, random) => `setsid ${oneOf(random, ["-w ", "--wait "])}${text}`,
	xargs: (text, random) =>
		`xargs ${oneOf(random, ["", "-r ", "-n 1 ", "-n1 -P2 ", "-I X ", "-IX ", "-0 ", "--max-args=1 ", "-d x "])}${text}`,
	find: (text) => `find . -maxdepth 0 -exec ${text} \\;`,
	backslash: (text) => (/^[a-z]/.test(text) ? `\\${text}` : text),
};

/** Around any text; what it makes is no simple command. */
const statements: Readonly<Record<string, Make>> = {
	exec: (text, random) => `exec sh -c ${word(text, random)}`,
	substitution: (text, random) =>
		oneOf(random, [
			`echo $(${text}\n)`,
			`x=$(${text}\n)`,
			`echo "a $(${text}\n) b"`,
			`: \${x:-$(${text}\n)}`,
			`: "\${x:=$(${text}\n)}"`,
			`echo $((1 + $(${text}\n)0))`,
			`[[ -n $(${text}\n) ]]`,
			`[ -n "$(${text}\n)" ]`,
			`case $(${text}\n) in *) ;; esac`,
			`for i in $(${text}\n); do :; done`,
			`cat <<< $(${text}\n)`,
			`cat <(${text}\n)`,
			`echo x > >(${text}\n)`,
			`a=(1 $(${text}\n))`,
			`echo {a,$(${text}\n)}`,
			`export y=$(${text}\n)`,
			`local y=$(${text}\n)`,
			`x="\${y/a/$(${text}\n)}"`,
			`A=$(${text}\n) true`,
			`(( $(${text}\n)1 ))`,
			`declare -r z="$(${text}\n)"`,
			`echo 'a'"$(${text}\n)"'b'`,
			`ls > /dev/null 2> $(${text}\n)null`,
			`if [[ a == $(${text}\n) ]]; then :; fi`,
			`for ((i=0; i<1$(${text}\n); i++)); do :; done`,
			`x=\${#$(${text}\n)}; echo $(${text}\n)`,
			`arr[$(${text}\n)0]=1`,
			`echo "\${x:-"$(${text}\n)"}"`,
		]),
	backquotes: (text, random) => {
		const inner = text.replaceAll(/[\\`]/g, "\\$&");
		return oneOf(random, [`echo \`${inner}\n\``, `x=\`${inner}\n\``, `: \`${inner}\n\``]);
	},
	subshell: (text) => `(${text}\n)`,
	group: (text) => `{ ${text}\n}`,
	function: (text, random) =>
		oneOf(random, [
			`f() { ${text}\n}; f`,
			`function f { ${text}\n}\nf`,
			`f() (${text}\n); f a`,
			`ls() { ${text}\n}; ls`,
			`f() { ${text}\n}; g() { f; }; g`,
		]),
	"here-document": (text, random) => {
		const end = oneOf(random, ["END", "E_F", "x1"]);
		const raw = oneOf(random, [`'${end}'`, `"${end}"`, `\\${end}`]);
		return oneOf(random, [
			`${oneOf(random, ["sh", "bash", "bash -s", "sh -s a b", "bash -"])} <<${raw}\n${text}\n${end}`,
			`cat <<${raw} | ${oneOf(random, ["sh", "bash"])}\n${text}\n${end}`,
			`bash <<${end}\n${text.replaceAll(/[\\$`]/g, "\\$&")}\n${end}`,
			`cat <<${end}\n$(${text}\n)\n${end}`,
			`source /dev/stdin <<${raw}\n${text}\n${end}`,
			`x=$(cat <<${raw}\n${text}\n${end}\n); eval "$x"`,
		]);
	},
	"here-string": (text, random) =>
		`${oneOf(random, ["sh", "bash", "bash -s", "bash /dev/stdin"])} <<< ${word(text, random)}`,
	pipe: (text, random) =>
		`${oneOf(random, ["echo", "printf %s\\\\n", "printf '%s\\n'"])} ${single(text)} | ${oneOf(random, ["sh", "bash -s", "bash", "cat | sh", "tee /dev/null | bash", "xargs -0 sh -c", "sh -s -- a"])}`,
	"sourced substitution": (text, random) => `${oneOf(random, [".", "source"])} <(echo ${single(text)})`,
	condition: (text, random) =>
		oneOf(random, [
			`if ${text}\nthen :; fi`,
			`if true; then ${text}\nfi`,
			`if false; then :; else ${text}\nfi`,
			`if false; then :; elif ${text}\nthen :; fi`,
			`if ! { ${text}\n}; then :; fi`,
		]),
	loop: (text, random) =>
		oneOf(random, [
			`while ${text}\ndo break; done`,
			`until ! ${text.startsWith("!") ? "true" : "false"}; do ${text}\nbreak; done; ${text}`,
			`for i in 1; do ${text}\ndone`,
			`for ((i=0;i<1;i++)); do ${text}\ndone`,
			`for i in 1; { ${text}\n}`,
			`while true; do ${text}\nbreak; done < /dev/null`,
		]),
	case: (text, random) =>
		oneOf(random, [
			`case a in a) ${text}\n;; esac`,
			`case a in (b|a) ${text}\n;; esac`,
			`case a in b) ;; *) ${text}\nesac`,
		]),
	list: (text, random) =>
		oneOf(random, [
			`true && { ${text}\n}`,
			`false || { ${text}\n}`,
			`: ; ${text}`,
			`true\n${text}`,
			`! { ${text}\n}`,
			`{ ${text}\n} & wait`,
			`ls | { ${text}\n}`,
			`{ ${text}\n} > /dev/null 2>&1`,
			`ls |& { ${text}\n}`,
			`time { ${text}\n}`,
			`# ls\n${text}`,
			`ls # x\n${text}`,
		]),
	variable: (text, random) =>
		oneOf(random, [
			`x=${word(text, random)}; eval "$x"`,
			`x=${word(text, random)}; sh -c "$x"`,
			`export x=${word(text, random)}; bash -c 'eval "$x"'`,
			`read -r x <<< ${word(text.replaceAll("\n", ";"), random)}; eval "$x"`,
			`printf -v x %s ${word(text, random)}; eval "$x"`,
			`set -- ${word(text, random)}; eval "$1"`,
			`set -- sh -c ${word(text, random)}; "$@"`,
			`a=(sh -c ${word(text, random)}); "\${a[@]}"`,
			`x=eval; $x ${word(text, random)}`,
			`for x in ${word(text, random)}; do eval "$x"; done`,
		]),
	trap: (text, random) => `trap ${word(text, random)} EXIT`,
	continuation: (text) => `true && \\\n{ ${text}\n}`,
};

/** What runs the command with tools, or on systems, that are not at hand everywhere. */
const elsewhere: Readonly<Record<string, Make>> = {
	ssh: (text, random) =>
		`ssh ${oneOf(random, ["host", "-p 22 me@host", "-o BatchMode=yes host --"])} ${word(text, random)}`,
	python: (text, random) =>
		`python3 ${oneOf(random, ["-c", "-Bc", "-u -c"])} ${word(`import os; os.system(${json(text)})`, random)}`,
	perl: (text, random) => `perl ${oneOf(random, ["-e", "-we", "-MPOSIX -e"])} ${word(`system(${json(text)})`, random)}`,
	node: (text, random) =>
		`node ${oneOf(random, ["-e", "--eval", "-p", "--print"])} ${word(`require("child_process").execSync(${json(text)})`, random)}`,
	ruby: (text, random) => `ruby -e ${word(`system(${json(text)})`, random)}`,
	php: (text, random) => `php -r ${word(`system(${json(text)});`, random)}`,
	sed: (text, random) => `sed ${word(`1e ${text.replaceAll("\n", ";")}`, random)} file`,
	"sed substitute": (text, random) => `sed ${word(`s/.*/${text.replaceAll(/[\n/\\&]/g, ".")}/e`, random)} file`,
	"git pager": (text, random) => `git -c ${word(`core.pager=${text}`, random)} -p log`,
	"git editor": (text, random) => `git -c ${word(`core.editor=${text}`, random)} commit`,
	"git fsmonitor": (text, random) => `git -c ${word(`core.fsmonitor=${text}`, random)} status`,
	"git ssh": (text, random) => `git -c ${word(`core.sshCommand=${text}`, random)} fetch`,
	"git diff": (text, random) => `git -c ${word(`diff.external=${text}`, random)} diff`,
	"git environment": (text, random) =>
		`${oneOf(random, ["GIT_PAGER", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "PAGER", "GIT_EDITOR"])}=${word(text, random)} git -p log`,
	"git submodule": (text, random) => `git submodule foreach ${word(text, random)}`,
	"git bisect": (text, random) => `git bisect run sh -c ${word(text, random)}`,
	"git rebase": (text, random) =>
		`git rebase ${oneOf(random, ["-x ", "--exec ", "--exec="])}${word(text, random)} main`,
	"git pager of grep": (text, random) =>
		`git grep ${oneOf(random, ["-O", "--open-files-in-pager="])}${word(text, random)} x`,
	"git difftool": (text, random) => `git difftool ${oneOf(random, ["-x ", "--extcmd="])}${word(text, random)}`,
	"git address": (text, random) => `git ls-remote ${word(`ext::sh -c ${text}`, random)}`,
	"git upload pack": (text, random) => `git fetch-pack --upload-pack=${word(text, random)} .`,
	tar: (text, random) => `tar cf /dev/null --checkpoint=1 ${word(`--checkpoint-action=exec=${text}`, random)} .`,
	"tar program": (text, random) =>
		`tar ${oneOf(random, ["--to-command", "--use-compress-prog", "-I"])} ${word(text, random)} -xf a.tar`,
	rsync: (text, random) => `rsync -e ${word(text, random)} a host:b`,
	vim: (text, random) => `vim -es ${word(`+!${text}`, random)} +q`,
	man: (text, random) => `man -P ${word(text, random)} ls`,
	rg: (text, random) => `rg ${oneOf(random, ["--pre ", "--pre="])}${word(text, random)} x`,
	sort: (text, random) =>
		`sort ${oneOf(random, ["--compress-program=", "--compress-prog=", "--comp="])}${word(text, random)} a`,
	parallel: (text, random) => `parallel ${word(text, random)} ::: 1`,
	watch: (text, random) => `watch -n 1 ${word(text, random)}`,
	flock: (text, random) => `flock /tmp/lock ${oneOf(random, ["-c ", "sh -c "])}${word(text, random)}`,
	script: (text, random) => `script -q ${oneOf(random, ["-c ", "--command="])}${word(text, random)} /dev/null`,
	su: (text, random) => `su -c ${word(text, random)}`,
	docker: (text, random) => `docker run --rm -v .:/x alpine sh -c ${word(text, random)}`,
	npx: (text, random) => `npx ${oneOf(random, ["-c", "--call"])} ${word(text, random)}`,
	npm: (text, random) => `npm exec -c ${word(text, random)}`,
	busybox: (text, random) => `busybox sh -c ${word(text, random)}`,
	alias: (text, random) => `shopt -s expand_aliases\nalias ls=${word(text, random)}\nls`,
	environment: (text, random) =>
		`${oneOf(random, ["BASH_ENV", "ENV", "PROMPT_COMMAND", "PS4", "LD_PRELOAD", "LESSOPEN", "EDITOR", "NODE_OPTIONS"])}=${word(text, random)} ${oneOf(random, ["bash -c ls", "less a", "git commit", "node --version", "ls"])}`,
	make: (text, random) => `make -f - <<< ${word(`all:\n\t${text}`, random)}`,
	"make evaluated": (text, random) => `make ${word(`--eval=$(shell ${text})`, random)} -n`,
	tmux: (text, random) => `tmux new -d ${word(text, random)}`,
	at: (text, random) => `echo ${word(text, random)} | at now`,
	"powershell encoded": (text, random) =>
		`pwsh ${oneOf(random, ["-EncodedCommand", "-enc", "-e", "-ec", "-Enco"])} ${Buffer.from(text, "utf16le").toString("base64")}`,
};

export const wraps: readonly Wrap[] = [
	...rows(running, true, (make) => ({ text }, random) => ({ text: make(text, random), isSimple: true })),
	...rows(before, true, (make) => (payload, random) => ({
		text: make(simple(payload, random), random),
		isSimple: true,
	})),
	...rows(statements, true, (make) => ({ text }, random) => ({ text: make(text, random), isSimple: false })),
	...rows(elsewhere, false, (make) => ({ text }, random) => ({ text: make(text, random), isSimple: false })),
	{
		name: "powershell",
		isReal: false,
		apply: (payload, random) => {
			const { text } = payload;
			if (!isForAny(text)) return { text: simple(payload, random), isSimple: true };
			const inner = oneOf(random, [
				text,
				`iex '${text.replaceAll("'", "''")}'`,
				`& { ${text} }`,
				`Invoke-Expression "${text.replaceAll(/[`"$]/g, "`$&")}"`,
				`if (1) { ${text} }`,
				`Start-Process ${text}`,
			]);
			const program = oneOf(random, ["pwsh", "powershell", "powershell.exe"]);
			return {
				text: `${program} ${oneOf(random, ["-c", "-Command", "-NoProfile -Com"])} ${word(inner, random)}`,
				isSimple: true,
			};
		},
	},
	{
		name: "cmd",
		isReal: false,
		apply: (payload, random) => {
			if (!isForAny(payload.text)) return { text: simple(payload, random), isSimple: true };
			const options = oneOf(random, ["/c", "/C", "/k", "/d /c", "//c", "/s /c"]);
			return { text: `cmd ${options} ${word(payload.text, random)}`, isSimple: true };
		},
	},
	{
		name: "assignments in front",
		isReal: true,
		apply: (payload, random) => ({
			text: `${oneOf(random, ["A=1", "A=1 B='x y'", "A= "])} ${simple(payload, random)}`,
			isSimple: false,
		}),
	},
	{
		name: "braces",
		isReal: true,
		apply: (payload, random) => ({
			text: `{sh,-c,${double(payload.text)}${oneOf(random, [",a", ",''"])}}`,
			isSimple: true,
		}),
	},
	{
		name: "another spelling of the program",
		isReal: true,
		apply: (payload, random) => ({ text: respelled(simple(payload, random), random), isSimple: true }),
	},
];

function rows(
	makes: Readonly<Record<string, Make>>,
	isReal: boolean,
	of: (make: Make) => Wrap["apply"],
): readonly Wrap[] {
	return Object.entries(makes).map(([name, make]) => ({ name, isReal, apply: of(make) }));
}

/** Other shells quote in other ways. */
function isForAny(text: string): boolean {
	return /^[\w ./:~=-]+$/.test(text);
}

function simple({ text, isSimple }: Payload, random: Random): string {
	return isSimple ? text : `${oneOf(random, ["sh", "bash"])} -c ${word(text, random)}`;
}

/** `rm` as `r''m`, `$'\162m'`, `r\m`, `"rm"`, `r${none}m`. */
function respelled(text: string, random: Random): string {
	const [, program, rest] = /^([a-z]{2,})([\s\S]*)$/.exec(text) ?? [];
	if (program === undefined) return text;
	const [first, others] = [program[0]!, program.slice(1)];
	const spelling = oneOf(random, [
		`${first}''${others}`,
		`${first}\\${others}`,
		`"${program}"`,
		`'${first}'${others}`,
		`${first}""${others}`,
		ansi(program, random),
		`${first}\${none}${others}`,
		`${first}$@${others}`,
		`${first}\\\n${others}`,
		`$(echo ${program})`,
		`\`echo ${program}\``,
		`{${program},}`,
	]);
	return `${spelling}${rest}`;
}
