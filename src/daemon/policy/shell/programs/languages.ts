import { known, shown, textWord, type Word } from "../tree/script.ts";
import { namesOf } from "./options.ts";
import { type Call, dangerous, type Judgement, type Row, read, write } from "./row.ts";
import { environment } from "./variables.ts";

const holds = "runs a program that the command holds";
const prints = "runs what another command prints";

/**
 * Interpreters: of programs that stand in the command, in a file, or come from elsewhere.
 * Long, because it is a table: a row each, beside what their rows share.
 */
export const languages: readonly Row[] = [
	{
		names: "sh bash zsh dash ksh mksh ash rbash yash git-bash",
		risk: "write",
		operands: "text",
		stops: true,
		options: { "--rcfile= --init-file=": dangerous("runs a file first") },
		valued: "-o -O --emulate",
		flags:
			"-a -b -c -e -f -h -i -k -l -m -n -p -r -s -t -u -v -x -B -C -D -E -H -P -T -V --login --norc --noprofile --posix --verbose --restricted --noediting --debugger --dump-strings --pretty-print --no-rcs",
		isStrict: true,
		judge: (call, judgement) => {
			const { has, operands, name } = call;
			const [first, ...rest] = operands;
			if (first && /^\+[a-zA-Z]/.test(first.text)) {
				// Options, too, that take something away.
				const kept = ["-c", "-s"].filter((option) => has(option)).map(textWord);
				judgement.run([textWord(name), ...kept, ...(/^\+[oO]$/.test(first.text) ? rest.slice(1) : rest)]);
			} else if (has("-c")) {
				if (rest.some((word) => known(word) === undefined))
					judgement.unsure("what it is given to work on is not known beforehand");
				judgement.script(first);
			} else if (first && !has("-s")) foundScript(first, judgement);
			else fed(call, judgement, "bash");
		},
	},
	{
		names: "fish csh tcsh elvish nu xonsh",
		risk: "write",
		operands: "text",
		stops: true,
		asks: "-v",
		options: {
			"-c= --command= --commands= -C= --init-command=": write("runs a command", "script"),
			"--rcfile= --config=": dangerous("runs a file first"),
		},
		judge: (call, judgement) => {
			judgement.unsure("how this shell reads a command is not known");
			const [file] = call.operands;
			if (call.has("-c", "--command", "--commands")) return;
			if (file) scriptFile(file, judgement);
			else fed(call, judgement);
		},
	},
	interpreter({
		names:
			"python python2 python3 pypy pypy3 micropython python3.9 python3.10 python3.11 python3.12 python3.13 python3.14 py",
		inline: "-c=",
		valued: "-W -X -m --check-hash-based-pycs",
		asks: "-V -VV -h",
		special: pythonModule,
	}),
	interpreter({
		names: "node nodejs deno tsx ts-node ts-node-esm bun-run swc-node esno jiti babel-node qjs",
		inline: "-e= --eval= -p= --print=",
		options: {
			"-r= --require= --import= --loader= --experimental-loader= --preload=": write("loads a file first", "program"),
			"--env-file= --env-file-if-exists=": read("reads variables"),
			"--inspect? --inspect-brk? --inspect-wait? --inspect-port=": dangerous("lets others look into it and steer it"),
		},
		valued: "-C --conditions --input-type --test-reporter --test-name-pattern --stack-size --tsconfig --project -P",
		asks: "-v -h",
		special: nodeRuns,
	}),
	interpreter({
		names: "ruby irb jruby",
		inline: "-e=",
		options: { "-r=": write("loads a file first", "program") },
		valued: "-I -E -C",
		flags: "-i? -l -0? -F? -K? -T? -W? -x? -n -p -a",
		asks: "-v -h",
	}),
	interpreter({
		names: "perl raku",
		inline: "-e= -E=",
		options: { "-M? -m?": write("loads a module first", "text"), "-d? -D?": dangerous("runs a debugger") },
		valued: "-I",
		flags: "-i? -l? -0? -F? -C? -x? -n -p -a -w",
		asks: "-v -V -h",
	}),
	interpreter({
		names: "php php8 hhvm",
		inline: "-r= -R= -B= -E=",
		options: {
			"-d= -c= -z=": dangerous("sets what it loads", "text"),
			"-S=": dangerous("serves files to others", "text"),
			"-f= -F=": write("runs a script", "program"),
			"-i": dangerous(environment),
		},
		valued: "-t",
		asks: "-v -m -h",
	}),
	interpreter({
		names: "lua luajit lua5.4 texlua",
		inline: "-e=",
		options: { "-l=": write("loads a file first", "program") },
		asks: "-v",
	}),
	interpreter({
		names:
			"Rscript R julia octave matlab sage maxima gp ghci runghc ocaml utop scala kotlin jshell groovy clojure clj bb elixir iex erl swipl gforth guile racket scheme sbcl clisp ecl tclsh wish expect jython m4 ipython3 coffee iojs",
		inline: "-e= --eval= -E= --expression= -c= -g= -x= -ex= --batch-string=",
		valued: "-l -I -L",
		asks: "-version -v -V -h",
	}),
	{ names: "osascript", risk: "dangerous", reason: "steers other programs", operands: "text" },
	{
		names: "java javaw",
		risk: "write",
		reason: "runs a program of a file",
		operands: "text",
		asks: "-version",
		style: "single",
	},
	{ names: "pwsh powershell", risk: "write", operands: "text", judge: powershell },
	{
		names: "cmd",
		risk: "write",
		operands: "text",
		judge: ({ args }, judgement) => {
			const at = args.findIndex(({ text }) => /^\/{1,2}[ckr]/i.test(text));
			if (at < 0) judgement.add("dangerous", "runs commands that it reads");
			else judgement.script(joined(args.slice(at), /^\/{1,2}[ckr]/i), "cmd");
		},
	},
	{
		names: "wscript cscript mshta rundll32 regsvr32 msiexec installutil wmic forfiles bitsadmin certutil",
		risk: "dangerous",
		reason: "runs other programs, or fetches them",
		operands: "text",
	},
	{
		names: "eval",
		risk: "read",
		operands: "text",
		judge: ({ operands }, judgement) => judgement.script(joined(operands)),
	},
	{
		names: "source .",
		risk: "write",
		operands: "text",
		judge: ({ args: [file] }, judgement) => file && foundScript(file, judgement),
	},
	{
		names: "trap",
		risk: "read",
		operands: "text",
		stops: true,
		judge: ({ operands: [text, ...rest] }, judgement) => {
			if (text && rest.length > 0 && text.text !== "-") judgement.script(text);
		},
	},
];

interface Interpreter {
	readonly names: string;
	/** Options behind which a program stands. */
	readonly inline: string;
	readonly options?: Row["options"];
	readonly valued?: string;
	readonly flags?: string;
	readonly asks?: string;
	readonly special?: (call: Call, judgement: Judgement) => boolean;
}

function interpreter({ names, inline, options, special, ...about }: Interpreter): Row {
	const inlines = namesOf(inline).map(({ name }) => name);
	return {
		names,
		risk: "write",
		operands: "text",
		stops: true,
		options: { [inline]: dangerous(holds, "text"), ...options },
		...about,
		judge: (call, judgement) => {
			if (call.has(...inlines) || special?.(call, judgement)) return;
			const [file] = call.operands;
			if (file && file.text !== "-" && file.text !== "/dev/stdin") scriptFile(file, judgement);
			else if (!call.has("-f", "-F")) fed(call, judgement);
		},
	};
}

/** Whether a name stands for what is given to read. */
export function isInput(name: string): boolean {
	return /^-$|^\/dev\/(stdin|fd)|^\/proc\/.*\/fd/.test(name);
}

function scriptFile(file: Word, judgement: Judgement): void {
	if (known(file) === undefined) {
		judgement.add("dangerous", "runs a script that is not known beforehand");
		judgement.unsure("which script it runs is not known beforehand");
	} else if (isInput(file.text)) judgement.add("dangerous", prints);
	else judgement.add("write", `runs the script ${shown(file)}`);
	judgement.read(file, false);
}

/** A shell looks for a script without a folder where programs lie, too. */
function foundScript(file: Word, judgement: Judgement): void {
	scriptFile(file, judgement);
	if (/^[^/\\.]+$/.test(file.text))
		judgement.unsure(`whether ${shown(file)} is a script of the folder or a program is not known`);
}

/** Without a file an interpreter runs what it reads. */
function fed({ input }: Call, judgement: Judgement, dialect?: "bash"): void {
	if (input?.kind === "text" && dialect) judgement.script(input.word, dialect);
	else if (input?.kind === "text") judgement.add("dangerous", holds);
	else if (input?.kind === "file") scriptFile(input.word, judgement);
	else judgement.add("dangerous", input ? prints : "runs commands that it reads");
}

function pythonModule(call: Call, judgement: Judgement): boolean {
	const at = call.args.findIndex(({ text }) => /^-[a-zA-Z]*m/.test(text));
	const before = call.args.slice(0, Math.max(at, 0));
	if (at < 0 || before.some(({ text }) => !text.startsWith("-"))) return false;
	const [, glued] = /^-[a-zA-Z]*?m(.*)$/.exec(call.args[at]!.text) ?? [];
	const rest = glued ? [textWord(glued), ...call.args.slice(at + 1)] : call.args.slice(at + 1);
	const [module, ...args] = rest;
	const name = module && known(module);
	// Also a module of Python's own: one of the project with its name goes first.
	if (name === "http.server") judgement.add("dangerous", "serves files to others");
	else if (name === "code" || name === "pdb") judgement.add("dangerous", "runs commands that it reads");
	else if (name === "pip") judgement.run([textWord("pip"), ...args]);
	else
		judgement.add(
			"write",
			name === undefined ? "runs a module that is not known beforehand" : `runs the module ${name}`,
		);
	if (name === undefined) judgement.unsure("which module it runs is not known beforehand");
	return true;
}

function nodeRuns({ args, operands: [first, ...rest], name }: Call, judgement: Judgement): boolean {
	if (name === "node" && args.length === 2 && /^(--check|-c)$/.test(args[0]!.text)) {
		judgement.add("write", "checks a script");
		return true;
	}
	if (args.some(({ text }) => text === "--test")) {
		judgement.add("write", "runs tests of the project");
		return true;
	}
	if (name !== "deno" || !first) return false;
	if (/^(fmt|lint|check|doc|info|test|task|bench|cache|--version)$/.test(first.text))
		judgement.add(
			first.text === "info" || first.text === "doc" ? "network" : "write",
			"runs or checks code of the project",
		);
	else if (/^(run|serve)$/.test(first.text))
		judgement.add("write", `runs the script ${shown(rest.find(({ text }) => !text.startsWith("-")) ?? first)}`);
	else judgement.add("dangerous", "installs, publishes or runs what is not known");
	if (/^https?:/.test(rest.at(-1)?.text ?? "")) judgement.add("dangerous", "runs a program from the network");
	return true;
}

function powershell({ args, input }: Call, judgement: Judgement): void {
	const at = args.findIndex(
		({ text }) => /^[-/]/.test(text) && /^[-/](c|co|com|comm|comma|comman|command|cwa|commandwithargs)$/i.test(text),
	);
	if (args.some(({ text }) => /^[-/]e(c|n|nc|nco.*)?$|^[-/]en/i.test(text))) {
		judgement.add("dangerous", "runs a command that is encoded, so that nobody can read it");
		judgement.unsure("its command is encoded");
	} else if (at >= 0) {
		const text = joined(args.slice(at + 1));
		if (text?.text === "-") judgement.add("dangerous", input ? prints : "runs commands that it reads");
		else judgement.script(text, "powershell");
	} else {
		const flags =
			/^[-/](nop|noprofile|noni|noninteractive|nologo|sta|mta|noexit|ep|ex|executionpolicy|w|windowstyle|f|file|version|v|wd|workingdirectory|inputformat|outputformat|of|if)/i;
		const [first, ...rest] = args.filter(
			({ text }, index) => !flags.test(text) && !/^[-/](ep|ex\w*|w|windowstyle)$/i.test(args[index - 1]?.text ?? ""),
		);
		if (first && /\.ps1$/i.test(first.text)) scriptFile(first, judgement);
		else if (first) judgement.script(joined([first, ...rest]), "powershell");
		else if (!args.some(({ text }) => /^-v/i.test(text)))
			judgement.add("dangerous", input ? prints : "runs commands that it reads");
	}
}

/** As one text, with blanks between, as a shell is given it. */
export function joined(words: readonly Word[], without?: RegExp): Word | undefined {
	const parts = words.map((word, index) =>
		index === 0 && without ? { ...word, text: word.text.replace(without, "") } : word,
	);
	const text = parts
		.map((word) => word.text)
		.join(" ")
		.trim();
	return {
		text,
		isOpen: words.some(({ isOpen }) => isOpen),
		isGlob: false,
		maySplit: words.some(({ maySplit }) => maySplit),
	};
}
