import { known, type Word } from "../tree/script.ts";
import { dangerous, type Judgement, type Row, runsOther, write } from "./row.ts";

/** Files and folders: made, copied, moved, deleted, handed to others. */
export const changes: readonly Row[] = [
	{
		names: "touch mkdir mkfifo",
		risk: "write",
		reason: "makes files or folders",
		operands: "written",
		valued: "-m -d -r -t --mode --date --reference",
	},
	{
		names: "cp gcp ditto",
		risk: "write",
		reason: "copies files",
		operands: "copied",
		options: { "-t= --target-directory=": write("copies files", "written") },
		valued: "-S --suffix",
		judge: ({ operands, has }, judgement) => {
			const isLinked = has("-l", "--link", "-s", "--symbolic-link");
			for (const source of sources(operands, has("-t", "--target-directory"))) {
				if (isLinked) judgement.write(source, "makes links");
				judgement.read(source, true);
			}
		},
	},
	{
		names: "install ginstall",
		risk: "write",
		reason: "copies files",
		operands: "copied",
		options: {
			"-t= --target-directory=": write("copies files", "written"),
			"--strip-program=": runsOther,
			"-o= --owner= -g= --group=": dangerous("changes whom files belong to", "text"),
		},
		valued: "-S -m --suffix --mode",
		judge: ({ operands, has, values }, judgement) => {
			if (has("-d", "--directory")) for (const folder of operands) judgement.write(folder, "makes folders");
			for (const mode of values("-m", "--mode")) changedMode(mode, judgement);
		},
	},
	{
		names: "mv gmv",
		risk: "write",
		reason: "moves files",
		operands: "written",
		options: { "-t= --target-directory=": write("moves files", "written") },
		valued: "-S --suffix",
	},
	{
		names: "ln link",
		risk: "write",
		reason: "makes links",
		operands: "written",
		options: { "-t= --target-directory=": write("makes links", "written") },
		valued: "-S --suffix",
	},
	{
		names: "rename prename mmv zmv",
		risk: "write",
		reason: "moves files by a pattern, which may be a program",
		judge: (_, judgement) => judgement.unsure("which files it moves where is not known beforehand"),
	},
	{
		names: "rm grm unlink",
		risk: "write",
		reason: "deletes files",
		operands: "written",
		options: {
			"-r -R --recursive": dangerous("deletes folders"),
			"--no-preserve-root": dangerous("deletes the root folder"),
		},
		judge: ({ operands }, judgement) => {
			for (const { text, isGlob } of operands)
				if (isGlob && /(^|\/)\.?\*$/.test(text)) judgement.add("dangerous", "deletes all files of a folder");
		},
	},
	{ names: "rmdir", risk: "write", reason: "deletes empty folders", operands: "written" },
	{ names: "trash trash-put gio-trash", risk: "write", reason: "puts files into the trash", operands: "written" },
	{ names: "shred srm wipe scrub", risk: "dangerous", reason: "destroys files", operands: "written" },
	{
		names: "truncate fallocate",
		risk: "write",
		reason: "cuts or grows files",
		operands: "written",
		valued: "-s -r -l -o --size --reference",
	},
	{ names: "tee sponge", risk: "read", reason: "writes files", operands: "written" },
	{
		names: "split",
		risk: "write",
		reason: "writes files",
		operands: "copied",
		options: { "--filter=": dangerous("runs another program", "script") },
		valued: "-b -l -n -a -C -t --bytes --lines --number --suffix-length",
	},
	{
		names: "csplit",
		risk: "write",
		reason: "writes files",
		options: { "-f= --prefix=": write("writes files", "written") },
	},
	{
		names: "chmod gchmod",
		risk: "write",
		reason: "changes who may use files",
		options: { "-R --recursive": dangerous("changes who may use whole folders") },
		valued: "--reference",
		judge: ({ args, has }, judgement) => {
			const words = args.filter(({ text }) => !/^--|^-[Rcfvh]+$/.test(text));
			const files = has("--reference") ? words : words.slice(1);
			if (!has("--reference")) changedMode(words[0], judgement);
			for (const file of files) judgement.write(file, "changes who may use files");
		},
	},
	{
		names: "chown chgrp chflags chattr setfacl setfattr xattr setcap chcon restorecon",
		risk: "dangerous",
		reason: "changes whom files belong to, or what they may",
	},
	{ names: "mktemp tempfile", risk: "write", reason: "makes a temporary file", operands: "text" },
];

function sources(operands: readonly Word[], isTargetGiven: boolean): readonly Word[] {
	return isTargetGiven ? operands : operands.slice(0, -1);
}

function changedMode(mode: Word | undefined, judgement: Judgement): void {
	const text = known(mode);
	if (text === undefined) judgement.unsure("which rights it gives is not known beforehand");
	else if (/[sS]|^0?[4-7]\d{3}$/.test(text)) judgement.add("dangerous", "lets others run files with other rights");
	else if (/^[0-7]*[2367]$|(^|,)[ugoa]*[oa][ugoa]*[+=][rwxX]*w|(^|,)\+[rwxX]*w/.test(text))
		judgement.add("dangerous", "lets others change files");
}
