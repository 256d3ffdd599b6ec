import { known, openWord } from "../tree/script.ts";
import { awkEffects } from "./awk.ts";
import { dangerous, type Row, read, runsOther, type Verb, write, writesFile } from "./row.ts";
import { sedEffects } from "./sed.ts";
import { environment } from "./variables.ts";

/** Text: searched, sorted, edited. */
export const texts: readonly Row[] = [
	{ names: "echo", risk: "read", operands: "text" },
	{
		names: "printf",
		risk: "read",
		operands: "text",
		valued: "-v",
		stops: true,
		judge: ({ values }, judgement) => {
			for (const variable of values("-v"))
				if (/^[A-Za-z_]\w*$/.test(variable.text)) judgement.variable(variable.text, openWord);
				else judgement.unsure("it works out the name of a variable");
		},
	},
	{
		names: "grep egrep fgrep ggrep ugrep",
		risk: "read",
		operands: "pattern",
		judge: named("--include"),
		options: { "-f= --file=": read("searches") },
		valued:
			"-e -A -B -C -m -d -D --regexp --include --exclude --exclude-dir --exclude-from --max-count --context --after-context --before-context --binary-files --directories --devices --label",
	},
	{
		names: "rg ripgrep",
		risk: "read",
		operands: "pattern",
		judge: named("-g", "--glob", "--iglob"),
		options: {
			"--pre= --hostname-bin=": runsOther,
			"-f= --file= --ignore-file=": read("searches"),
			"-z --search-zip": read("unpacks what it searches"),
		},
		flags: "--pretty",
		valued:
			"-e -g -t -T -A -B -C -m -M -r -j -d -E --regexp --glob --iglob --type --type-not --type-add --type-clear --max-count --max-columns --max-depth --max-filesize --replace --context --after-context --before-context --sort --sortr --color --colors --encoding --engine --pre-glob --threads --path-separator --context-separator --generate --hyperlink-format --dfa-size-limit --regex-size-limit",
		asks: "-V",
	},
	{
		names: "ag ack",
		risk: "read",
		operands: "pattern",
		options: { "--pager=": runsOther, "--output=": read("shows") },
		valued: "-A -B -C -m -G",
	},
	{
		names: "tr seq yes expr factor numfmt cal ncal sleep true false :",
		risk: "read",
		operands: "text",
	},
	{ names: "look bc units", risk: "read" },
	{ names: "shuf", risk: "read", operands: "shown", options: { "-o= --output=": writesFile }, valued: "-n -i -e" },
	{ names: "dc", risk: "dangerous", reason: "computes by a program, which may run others", operands: "text" },
	{
		names: "sort gsort",
		risk: "read",
		operands: "shown",
		options: { "-o= --output=": writesFile, "--compress-program=": runsOther, "--files0-from=": read("sorts") },
		valued: "-k -t -S -T --key --field-separator --buffer-size --batch-size --temporary-directory",
		flags: "--parallel --random-source?",
	},
	{
		names: "jq gojq jaq",
		risk: "read",
		operands: "pattern",
		options: {
			"-L= --library-path=": read("reads modules"),
			"-f= --from-file=": write("runs a program of a file", "program"),
			"-i --in-place": write("changes files"),
			"--slurpfile== --rawfile== --argfile==": read("reads a file"),
		},
		valued: "--indent --arg== --argjson==",
		asks: "-h",
		judge: ({ operands: [program], has, values }, judgement) => {
			for (const file of values("--slurpfile", "--rawfile", "--argfile")) judgement.read(file, true);
			if (program && known({ ...program, isGlob: false }) === undefined && !has("-f", "--from-file"))
				judgement.unsure("not all of the program is known beforehand");
			if (/\benv\b|\$ENV\b/.test(program?.text ?? "")) judgement.add("dangerous", environment);
		},
	},
	{
		names: "yq xq tomlq dasel",
		risk: "read",
		operands: "pattern",
		options: { "-i --inplace --in-place --write": write("changes files"), "-s= --split-exp=": writesFile },
		valued: "-I -o -p --indent --output-format --input-format",
		asks: "-V",
		judge: ({ args, operands }, judgement) => {
			if (args.some(({ text }) => /\benv\b|strenv|envsubst|\$ENV/.test(text))) judgement.add("dangerous", environment);
			if (args.some(({ text }) => /\bload|\bsystem\b|\bexec\b/.test(text)))
				judgement.unsure("which files it reads is not known beforehand");
			if (operands.some((word) => known({ ...word, isGlob: false }) === undefined))
				judgement.unsure("not all of the program is known beforehand");
		},
	},
	{
		names: "xmllint xmlstarlet html2text tidy pup htmlq csvcut csvlook csvstat csvgrep csvsort xsv",
		risk: "read",
		options: {
			"-o= --output= --output-file= -f=": writesFile,
			"-i -I --in-place --inplace -L -m --modify": write("changes files"),
			"--shell --config= -config=": dangerous("takes commands to carry out from elsewhere"),
		},
		valued: "--xpath",
	},
	{
		names: "mlr",
		risk: "write",
		reason: "works on tables by a program",
		judge: ({ args }, judgement) => {
			if (args.some(({ text }) => /system|exec|\btee\b|\bsplit\b|>|\|/.test(text)))
				judgement.add("dangerous", "may run other programs, or write");
		},
	},
	{
		names: "awk gawk mawk nawk",
		risk: "read",
		operands: "pattern",
		stops: true,
		options: {
			"-f= --file= -E= --exec=": write("runs a program of a file", "program"),
			"-e= --source=": read("runs a program", "text"),
			"-i= --include= -l= --load= -W=": dangerous("loads more into the program", "text"),
			"-o? --pretty-print? -d? --dump-variables? -p? --profile?": write("writes a file", "written"),
			"-D? --debug?": dangerous("may run other programs"),
		},
		valued: "-F -v --field-separator --assign",
		isStrict: true,
		flags:
			"-b -c -C -g -h -I -k -M -n -N -O -P -r -s -S -t -V --characters-as-bytes --traditional --posix --re-interval --sandbox --csv --non-decimal-data --lint? --bignum --optimize --use-lc-numeric",
		judge: ({ operands, has, values }, judgement) => {
			const texts = [
				...values("-e", "--source"),
				...(has("-f", "--file", "-E", "--exec", "-e", "--source") ? [] : operands.slice(0, 1)),
			];
			for (const text of texts) awkEffects(text, judgement);
		},
	},
	{
		names: "sed gsed",
		risk: "read",
		operands: "pattern",
		options: {
			"-i? --in-place?": write("changes files", "text"),
			"-I?": write("changes files", "text"),
			"-f= --file=": write("runs a program of a file", "program"),
			"-e= --expression=": read("edits", "text"),
		},
		valued: "-l --line-length",
		judge: ({ operands, has, values }, judgement) => {
			const texts = [
				...values("-e", "--expression"),
				...(has("-f", "--file", "-e", "--expression") ? [] : operands.slice(0, 1)),
			];
			for (const text of texts) sedEffects(text, judgement);
			if (has("-i", "--in-place", "-I"))
				for (const file of operands.slice(has("-e", "--expression", "-f", "--file") ? 0 : 1)) judgement.write(file);
		},
	},
	{ names: "perl-rename sd", risk: "write", reason: "changes files", operands: "written" },
	{
		names: "patch",
		risk: "write",
		reason: "changes files",
		judge: ({ operands: [file] }, judgement) => file && judgement.write(file, "changes files"),
		options: { "-o= --output= -r= --reject-file=": writesFile, "-d= --directory=": write("changes files", "written") },
		valued: "-i -p -F --input --strip",
	},
	{ names: "ed ex", risk: "dangerous", reason: "gives an editor commands to carry out" },
	{
		names: "vi vim nvim view nano emacs emacsclient pico micro hx kak joe code codium cursor subl zed idea",
		risk: "write",
		reason: "opens an editor",
		options: {
			"-c= -S= -s= --cmd= -u= -w= -W=": dangerous("gives an editor commands to carry out", "text"),
			"-e -E": dangerous("gives an editor commands to carry out"),
			"--eval= -l= --load= --script= -f= --funcall= --execute= --batch --remote-expr= --remote-send=": dangerous(
				"gives an editor commands to carry out",
				"text",
			),
			"--install-extension= --uninstall-extension=": dangerous("installs into an editor", "text"),
		},
		style: "single",
		judge: ({ args }, judgement) => {
			if (args.some(({ text }) => text.startsWith("+") || /^(-[cSsueE]|--(cmd|eval))./.test(text)))
				judgement.add("dangerous", "gives an editor commands to carry out");
		},
	},
	{
		names: "iconv dos2unix unix2dos recode gettext ngettext",
		risk: "write",
		reason: "changes the writing of texts",
		options: { "-o= --output=": writesFile },
	},
	{ names: "envsubst", risk: "dangerous", reason: environment },
	{
		names: "cloc tokei scc sloccount",
		risk: "read",
		options: {
			"--out= --report-file= --output= -o= --sql=": writesFile,
			"--extract-with= --script-lang= --diff-list-file= --read-lang-def= --config=": runsOther,
		},
		valued: "--exclude-dir --include-lang --exclude-lang --exclude-ext --include-ext --format -e -t -f",
	},
	{ names: "ctags etags", risk: "write", reason: "writes an index", options: { "-f= -o=": writesFile } },
	{
		names: "man apropos whatis",
		risk: "read",
		operands: "text",
		options: {
			"-P= --pager= -H? --html? -p= --preprocessor= -X? --gxditview? -C= --config-file= -l --local-file": runsOther,
		},
		valued:
			"-M -m -S -s -e -L -E -R -r --manpath --systems --sections --extension --locale --encoding --recode --prompt",
	},
	{
		names: "info",
		risk: "read",
		operands: "text",
		options: { "-o= --output=": writesFile, "--restore= --init-file=": runsOther },
	},
	{ names: "tldr", risk: "network", reason: "fetches a page of help", operands: "text" },
	{ names: "help whereis which type", risk: "read", operands: "text" },
];

/** Patterns of names, which say what is searched. */
function named(...options: readonly string[]): Verb["judge"] {
	return ({ values }, judgement) => {
		for (const pattern of values(...options)) judgement.read({ ...pattern, isGlob: true }, false);
	};
}
