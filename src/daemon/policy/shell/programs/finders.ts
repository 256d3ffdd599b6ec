import { listing } from "../tree/listing.ts";
import { known, listedWord, openWord, type Word } from "../tree/script.ts";
import { type Call, dangerous, type Judgement, type Row, read, writesFile } from "./row.ts";

/** What finds files, and may run a program for each. */
export const finders: readonly Row[] = [
	{
		names: "find gfind",
		risk: "read",
		operands: "files",
		style: "single",
		valued:
			"-name -iname -path -ipath -wholename -iwholename -regex -iregex -lname -ilname -type -xtype -maxdepth -mindepth -size -mtime -mmin -atime -amin -ctime -cmin -newer -anewer -cnewer -perm -user -group -uid -gid -links -inum -samefile -printf -regextype -fstype -used -D",
		options: {
			"-delete": dangerous("deletes all that it finds"),
			"-fls= -fprint= -fprint0= -fprintf=": writesFile,
			"-files0-from=": read("finds"),
		},
		judge: executed("-exec -execdir -ok -okdir"),
	},
	{
		names: "fd fdfind",
		risk: "read",
		operands: "text",
		asks: "-V",
		judge: executed("-x --exec -X --exec-batch --exe --exec-b --exec-ba"),
	},
];

/** `-exec program {} ;` */
function executed(names: string) {
	const options = new Set(names.split(" "));
	return ({ args, command, name }: Call, judgement: Judgement) => {
		const isFd = name.startsWith("fd");
		const isOption = (text: string) => options.has(text) || (isFd && /^-[a-zA-Z]*[xX]$/.test(text));
		const before = args.findIndex(({ text }) => isOption(text));
		const found = foundBy(args.slice(0, Math.max(before, 0)), command, isFd);
		for (let at = 0; at < args.length; at++) {
			const arg = args[at]!;
			const [, option, glued] = /^(-[^=]*)(?:=([\s\S]*))?$/.exec(arg.text) ?? [];
			if (isFd && /^-[a-zA-Z]*[xX]./.test(arg.text)) judgement.unsure("what it runs is not known");
			if (option === undefined || !isOption(option)) {
				if (arg.maySplit || (arg.isOpen && /^[\uFFFB\uFFFC]/.test(arg.text)))
					judgement.unsure("not all of its arguments are known beforehand");
				continue;
			}
			const rest = args.slice(at + 1);
			const end = rest.findIndex(({ text }, index) => text === ";" || (text === "+" && rest[index - 1]?.text === "{}"));
			const run = [...(glued === undefined ? [] : [{ ...arg, text: glued }]), ...(end < 0 ? rest : rest.slice(0, end))];
			const hasPlace = run.some(({ text }) => text.includes("{"));
			const filled = run.map((word) => filledIn(word, found));
			judgement.run(hasPlace || !isFd ? filled : [...filled, found]);
			at += end < 0 ? rest.length : end + 1;
		}
	};
}

/** What stands for a file that is found: all that `find` finds begins with a folder that it is given. */
function foundBy(args: readonly Word[], command: Call["command"], isFd: boolean): Word {
	const words = [{ text: isFd ? "fd" : "find", isOpen: false, isGlob: false, maySplit: false }, ...args];
	const found = listing({ ...command, words }) ? listedWord : openWord;
	if (isFd) return found;
	const end = args.findIndex(({ text }) => /^[-(!]/.test(text));
	const roots = (end < 0 ? args : args.slice(0, end)).map(known);
	const root = roots.length === 0 ? "." : roots[0];
	if (roots.length > 1 || root === undefined) return found;
	return { ...found, text: `${root}/${found.text}`, maySplit: false };
}

function filledIn(word: Word, found: Word): Word {
	if (!/\{(\}|\.\}|\/\}|\/\/\}|\/\.\})/.test(word.text)) return word;
	return { ...word, text: word.text.replaceAll(/\{(\}|\.\}|\/\}|\/\/\}|\/\.\})/g, found.text), isOpen: true };
}
