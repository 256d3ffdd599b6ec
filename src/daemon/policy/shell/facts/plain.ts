import type { Word } from "../parse/simpleCommands.ts";
import { type Invocation, type Program, plainWord, type Runs, readOptions } from "./program.ts";

/** Programs that run no code of the workspace, with the arguments that they only write. */
interface Plain {
	readonly names: string;
	/** `all` of their arguments, or the `last`. */
	readonly writes?: "all" | "last";
	readonly valued?: string;
}

const rows: readonly Plain[] = [
	{
		names:
			"true false : test [ [[ ]] echo printf cat head tail tac nl less more bat ls ll dir tree stat file wc cut paste join sort uniq shuf comm diff cmp sdiff colordiff grep egrep fgrep rg ag ack tr column fold fmt pr expand rev strings od xxd hexdump base64 base32 md5sum sha1sum sha256sum sha512sum shasum cksum b2sum sum seq yes date cal sleep wait pwd cd pushd popd dirs whoami id groups who uname hostname arch uptime free df du ps top pgrep pidof lsof which type whereis hash alias unalias set unset export declare local readonly typeset shift return exit break continue read getopts ulimit umask jobs fg bg disown printenv locale tty stty clear tput basename dirname realpath readlink man info apropos history let expr bc dc factor numfmt getconf nproc lscpu kill pkill killall ping dig nslookup host ss netstat ip ifconfig nc netcat telnet curl wget ssh scp rsync zipinfo lsblk mount getent openssl gpg jo glow tldr cloc tokei scc shellcheck hadolint yamllint jsonlint markdownlint fd fdfind fzf gh glab sync pygmentize",
	},
	{
		names: "touch mkdir rmdir rm unlink chmod chown chgrp truncate mkfifo mktemp tee sponge shred",
		writes: "all",
		valued: "-m -t -d -r -s -p",
	},
	{ names: "cp install ln", writes: "last", valued: "-m -o -g" },
	{ names: "mv rename", writes: "all" },
	{ names: "gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 compress uncompress zcat xzcat", writes: "all" },
	{ names: "tar bsdtar unzip zip 7z patch dos2unix unix2dos" },
	{ names: "dd" },
	{ names: "gofmt goimports rustfmt clang-format shfmt taplo stylua swiftformat dprint yapf autopep8 xmllint" },
	{
		names:
			"gcc g++ cc c++ clang clang++ ld ar ranlib nm objdump strip as nasm rustc javac kotlinc protoc swiftc csc mcs fpc gfortran pandoc pdflatex dot ffmpeg convert magick",
	},
];

export const plain: readonly Program[] = rows.map(({ names, writes, valued }) => ({
	names: names.split(" "),
	read: ({ args }) => {
		const { rest } = readOptions(args, valued?.split(" ") ?? []);
		return { writes: writes === "all" ? rest : writes === "last" ? rest.slice(-1) : [] };
	},
}));

/** Options that say where a program writes, whichever program it is, and those by which it rewrites what it is given. */
const outputs = ["-o", "--output", "--out", "--out-file", "--outfile", "--output-file", "-O", "--output-document"];
const rewrites = /^(--write|--fix|--in-place|--inplace|-i\.\w+)$/;
const shortRewrites: ReadonlySet<string> = new Set(["-w", "-i"]);
const rewriters: ReadonlySet<string> = new Set(
	"gofmt goimports shfmt clang-format sed gsed perl autopep8 yapf".split(" "),
);

/** What any program says that it only writes. */
export function writesOf({ program, args }: Invocation): readonly Word[] {
	const { values, rest } = readOptions(args, outputs);
	const inPlace = args.some(({ text }) => rewrites.test(text) || (rewriters.has(program) && shortRewrites.has(text)));
	const formats =
		/^(black|isort)$/.test(program) ||
		(/^(ruff|biome|deno|cargo)$/.test(program) && rest.some(({ text }) => text === "format"));
	const target =
		program === "dd" ? args.flatMap(({ text }) => (text.startsWith("of=") ? [plainWord(text.slice(3))] : [])) : [];
	return [...values(...outputs), ...target, ...(inPlace || formats ? rest : [])];
}

/** `find … -exec program {} ;` and its kin. */
export const finding: readonly Program[] = [
	{
		names: ["find"],
		read({ args }): Runs {
			const calls: { words: Word[] }[] = [];
			for (let at = 0; at < args.length; at++) {
				if (!/^-(exec|execdir|ok|okdir)$/.test(args[at]!.text)) continue;
				const end = args.findIndex(({ text }, index) => index > at && (text === ";" || text === "+"));
				const words = args.slice(at + 1, end < 0 ? undefined : end);
				calls.push({ words: words.map((word) => (word.text.includes("{}") ? { ...word, isOpen: true } : word)) });
			}
			const written = args.findIndex(({ text }) => /^-(fprint|fprintf|fls)$/.test(text));
			return { calls, writes: written < 0 ? [] : args.slice(written + 1, written + 2) };
		},
	},
];
