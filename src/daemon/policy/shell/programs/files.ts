import { type Row, read, runsOther, write, writesFile } from "./row.ts";

/** Files and folders: listed and shown. */
export const files: readonly Row[] = [
	{ names: "ls dir vdir", risk: "read", valued: "-I -w -T --ignore --hide" },
	{ names: "eza exa lsd", risk: "read", valued: "-L -I -s --level --ignore-glob --sort --time" },
	{
		names: "tree",
		risk: "read",
		options: { "-o=": writesFile, "-R": write("writes lists into folders") },
		valued: "-L -P -I -H -T --filelimit --charset --timefmt",
		flags: "--noreport",
	},
	{
		names:
			"pwd basename dirname realpath readlink stat cksum sum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum md5 shasum lsattr getfattr getfacl namei pathchk lsblk findmnt df",
		risk: "read",
		asks: "-V",
	},
	{ names: "du", risk: "read", options: { "--files0-from=": read("counts"), "-X= --exclude-from=": read("counts") } },
	{
		names: "file",
		risk: "read",
		options: { "-C --compile": write("writes a file"), "-f= --files-from=": read("tells what is in files") },
		valued: "-m -F -P -e --magic-file --separator --exclude",
		asks: "-v",
		judge: ({ has, values }, judgement) => {
			if (has("-C", "--compile")) for (const source of values("-m", "--magic-file")) judgement.write(source);
		},
	},
	{ names: "cat tac rev", risk: "read", operands: "shown", valued: "-s --separator" },
	{ names: "nl", risk: "read", operands: "shown", valued: "-b -d -f -h -i -l -n -s -v -w" },
	{ names: "head tail", risk: "read", operands: "shown", valued: "-n -c --lines --bytes --pid --sleep-interval" },
	{
		names: "fold fmt expand unexpand pr cut paste join comm tsort column colrm base32 basenc",
		risk: "read",
		operands: "shown",
		valued: "-b -c -d -f -l -t -w",
	},
	{ names: "od hexdump hd strings", risk: "read", operands: "shown", valued: "-A -j -N -n -e -t -s" },
	{ names: "wc", risk: "read", options: { "--files0-from=": read("counts") } },
	{
		names: "bat batcat",
		risk: "read",
		operands: "shown",
		options: { "--pager=": runsOther },
		valued:
			"-l -r -H -m --language --line-range --highlight-line --map-syntax --theme --style --tabs --wrap --color --paging",
	},
	{
		names: "base64",
		risk: "read",
		operands: "shown",
		options: { "-o= --output=": writesFile, "-i= --input=": read("shows") },
		valued: "-w --wrap -b --break",
	},
	{
		names: "xxd",
		risk: "read",
		operands: "shown",
		options: { "-r -revert": write("writes a file") },
		valued: "-l -s -c -g -o -n -len -seek -cols -name",
		style: "single",
		asks: "-v",
		judge: ({ operands }, { write: writes }) => operands[1] && writes(operands[1]),
	},
	{
		names: "uniq",
		risk: "read",
		operands: "shown",
		valued: "-f -s -w --skip-fields --skip-chars --check-chars",
		judge: ({ operands }, { write: writes }) => operands[1] && writes(operands[1]),
	},
	{
		names: "diff colordiff diff3 cmp icdiff",
		risk: "read",
		operands: "shown",
		options: { "--diff-program=": runsOther, "--from-file= --to-file=": read("compares") },
		valued: "-U -C -W -I -x -X -F -i -n --label --exclude --exclude-from --ignore-matching-lines",
		asks: "-v",
	},
	{
		names: "sdiff delta",
		risk: "read",
		operands: "shown",
		options: { "-o= --output=": writesFile, "--diff-program= --pager= --config=": runsOther },
		valued: "-w -I --width",
	},
	{
		names: "less more most pg",
		risk: "read",
		operands: "shown",
		options: {
			"-o= -O= --log-file= --LOG-FILE=": writesFile,
			"-k= --lesskey-file= --lesskey-src= --lesskey-content=": runsOther,
			"-t= -T= --tag= --tag-file=": read("shows a tag"),
		},
		valued: "-p -b -h -j -P -x -y -z",
		judge: ({ args }, judgement) =>
			args.some((arg) => arg.text.startsWith("+")) && judgement.add("dangerous", "gives a pager commands to carry out"),
	},
	{
		names: "zcat bzcat xzcat zstdcat gzcat lzcat zless zmore zdiff zcmp",
		risk: "read",
		operands: "shown",
	},
	{
		names: "zgrep zegrep zfgrep bzgrep xzgrep",
		risk: "read",
		operands: "pattern",
		options: { "-f= --file=": read("searches") },
		valued: "-e -A -B -C -m",
	},
	{ names: "zipinfo unzipinfo lsar", risk: "read" },
	{ names: "locate mlocate plocate", risk: "read", operands: "text" },
	{ names: "sync", risk: "read" },
	{
		names: "dd",
		risk: "write",
		reason: "copies bytes",
		operands: "text",
		judge: ({ args }, judgement) => {
			for (const word of args) {
				const [, name, file] = /^(of|if)=([\s\S]*)$/.exec(word.text) ?? [];
				if (name === "of") judgement.write({ ...word, text: file! });
				else if (name === "if") judgement.read({ ...word, text: file! }, true);
				else if (word.isOpen) judgement.unsure("where it writes is not known beforehand");
				// As cmd cuts it up, or what is none of its operands.
				else if (!/^(\w+=\w*|of|if)$/.test(word.text)) judgement.write(word);
			}
		},
	},
];
