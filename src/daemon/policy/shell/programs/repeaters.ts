import { listing } from "../tree/listing.ts";
import { listedWord, openWord, textWord } from "../tree/script.ts";
import { joined } from "./languages.ts";
import { type Call, dangerous, type Judgement, type Row, read, runsOther, write, writesFile } from "./row.ts";

/** Programs that run another for each of something, again and again, or while they watch. */
export const repeaters: readonly Row[] = [
	{
		names: "xargs gxargs",
		risk: "read",
		operands: "text",
		stops: true,
		options: { "-a= --arg-file=": read("takes arguments from a file") },
		valued: "-I -J -n -P -L -d -E -s -R -S --max-args --max-procs --delimiter --max-chars --process-slot-var",
		flags:
			"-0 -i? -l? -e? -o -p -r -t -x --null --replace? --eof? --max-lines? --open-tty --interactive --no-run-if-empty --verbose --exit",
		isStrict: true,
		judge: xargs,
	},
	{
		names: "parallel sem",
		risk: "write",
		operands: "text",
		stops: true,
		options: {
			"--results= --joblog= --tmpdir=": writesFile,
			"-S= --sshlogin=": dangerous("runs commands on another machine", "text"),
			"--profile= -J=": dangerous("takes its options from a file"),
		},
		valued: "-j --jobs -a -I -N -n -L --max-args --colsep --delay --timeout",
		flags: "-k -q -m -X -0 -u -v --bar --eta --halt? --keep-order --no-notice --will-cite --dry-run",
		isStrict: true,
		judge: ({ operands }, judgement) => {
			const end = operands.findIndex(({ text }) => /^:::/.test(text));
			const words = end < 0 ? operands : operands.slice(0, end);
			if (words.length === 0) judgement.add("dangerous", "runs commands that it reads");
			else
				judgement.script(
					joined([
						...words.map((word) => ({ ...word, text: word.text.replaceAll(/\{[^}]*\}/g, openWord.text) })),
						openWord,
					]),
				);
			judgement.unsure("what it adds to the command is not known beforehand");
		},
	},
	{
		names: "watch",
		risk: "read",
		operands: "text",
		stops: true,
		valued: "-n --interval -q --equexit -s --shotsdir",
		flags: "-d? -t -b -e -g -c -x -p -C -w --differences? --no-title --beep --errexit --chgexit --color --exec",
		isStrict: true,
		judge: ({ operands, has }, judgement) =>
			has("-x", "--exec") ? judgement.run(operands) : judgement.script(joined(operands)),
	},
	{
		names: "flock lockf",
		risk: "write",
		reason: "takes a lock on a file",
		operands: "text",
		stops: true,
		options: { "-c= --command=": write("runs a command", "script") },
		valued: "-w -E --timeout --wait --conflict-exit-code",
		flags: "-s -x -e -n -u -o -F -v -k --shared --exclusive --nonblock --nb --unlock --close --no-fork --verbose",
		isStrict: true,
		judge: ({ operands: [, ...rest] }, judgement) => {
			const [first, text] = rest;
			if (first?.text === "-c" || first?.text === "--command") judgement.script(text);
			else if (first) judgement.run(rest);
		},
	},
	{
		names: "script",
		risk: "write",
		reason: "records a terminal",
		operands: "text",
		options: {
			"-c= --command=": write("runs a command", "script"),
			"-O= --log-out= -I= --log-in= -B= --log-io= -T= --log-timing=": writesFile,
		},
		flags: "-a -e -f -q -F -k -r -p --append --return --flush --quiet",
		isStrict: true,
		judge: ({ operands: [file, ...rest], has }, judgement) => {
			if (file) judgement.write(file, "records a terminal");
			if (rest.length > 0) judgement.run(rest);
			else if (!has("-c", "--command")) judgement.add("dangerous", "runs commands that it reads");
		},
	},
	{
		names: "entr",
		risk: "write",
		reason: "runs a program again and again",
		operands: "text",
		stops: true,
		flags: "-a -c -d -n -p -r -z",
		options: { "-s=": write("runs a command", "script") },
		isStrict: true,
		judge: ({ operands, has }, judgement) => {
			if (operands.length > 0 && !has("-s")) judgement.run(operands);
		},
	},
	{
		names: "nodemon",
		risk: "write",
		reason: "runs a program again and again",
		operands: "text",
		stops: true,
		options: { "-x= --exec=": write("runs a command", "script"), "--config=": runsOther },
		valued: "-w -e -i -d --watch --ext --ignore --delay --signal",
		flags: "-q -L --quiet --legacy-watch",
		isStrict: true,
		judge: ({ operands, has }, judgement) => {
			if (operands.length > 0 && !has("-x", "--exec")) judgement.run([textWord("node"), ...operands]);
		},
	},
	{
		names: "watchexec watchman cargo-watch reflex air",
		risk: "dangerous",
		reason: "runs programs when files change",
		operands: "text",
	},
];

function xargs({ operands, values, has, input, command }: Call, judgement: Judgement): void {
	const from = input?.kind === "pipe" ? input.from : undefined;
	const found = from && listing(from) && !has("-a", "--arg-file") ? listedWord : openWord;
	const words = operands.length > 0 ? operands : [textWord("echo")];
	const isMarked = has("-i", "--replace");
	const mark = values("-I", "-J", "-i", "--replace")[0]?.text ?? (isMarked ? "{}" : undefined);
	const filled = mark
		? words.map((word) =>
				word.text.includes(mark) ? { ...word, text: word.text.replaceAll(mark, found.text), isOpen: true } : word,
			)
		: [...words, found];
	judgement.run(filled, command.input?.kind === "file" ? command.input : undefined);
}
