import { both, type Invocation, type Program, type Runs, readOptions } from "./program.ts";

/** Interpreters whose programs are bound as files; what those load is not followed. */
interface Interpreter {
	readonly names: string;
	/** Options whose value is the program itself. */
	readonly text?: string;
	/** Options whose value is a file that is run or loaded. */
	readonly file?: string;
	/** Other options with a value. */
	readonly valued?: string;
	/** The first plain argument is a program in itself, and no file. */
	readonly firstIsText?: boolean;
	/** Such a program cannot load more. */
	readonly isSmall?: boolean;
}

const rows: readonly Interpreter[] = [
	{ names: "ruby jruby truffleruby", text: "-e", file: "-r", valued: "-I -C" },
	{ names: "perl", text: "-e -E", file: "-M", valued: "-I" },
	{ names: "php", text: "-r", file: "-f -c", valued: "-d -S -t" },
	{ names: "lua luajit luau", text: "-e", file: "-l" },
	{ names: "Rscript R", text: "-e", file: "-f" },
	{ names: "julia", text: "-e -E", file: "-L", valued: "--project -t" },
	{ names: "elixir iex", text: "-e", file: "-r -pr" },
	{ names: "java", file: "-jar -cp -classpath --class-path -p", valued: "-m" },
	{ names: "scala kotlin groovy", text: "-e", file: "-cp -classpath" },
	{ names: "pwsh powershell", text: "-c -Command -command", file: "-f -File -file" },
	{ names: "osascript", text: "-e" },
	{ names: "tclsh expect guile racket sbcl clisp ocaml swipl ghci runghc", file: "-l -f", text: "-e -c" },
	{ names: "awk gawk mawk nawk", file: "-f --file", valued: "-F -v", firstIsText: true, isSmall: true },
	{ names: "sed gsed", file: "-f --file", text: "-e --expression", valued: "-l", firstIsText: true, isSmall: true },
	{ names: "jq yq", file: "-f --from-file -L", valued: "--arg --argjson --indent", firstIsText: true, isSmall: true },
	{
		names: "psql mysql mariadb sqlite3 duckdb",
		file: "-f --file -init",
		text: "-c --command -e --execute -cmd",
		valued: "-h -U -p -d",
		firstIsText: true,
	},
];

export const interpreters: readonly Program[] = rows.map((row) => ({
	names: row.names.split(" "),
	read: (call) => interpreted(call, row),
}));

function interpreted({ program, args, input }: Invocation, row: Interpreter): Runs {
	const [texts, files, valued] = [row.text, row.file, row.valued].map((list) => list?.split(" ") ?? []);
	const { values, rest, has } = readOptions(args, [...texts!, ...files!, ...valued!], !row.isSmall);
	if (has("--version", "-version", "--help", "-v") && rest.length === 0) return {};
	const loaded = values(...files!);
	const given = values(...texts!);
	const own: Runs = { files: loaded.flatMap(({ text }) => text.split(":")) };
	const isOpen = [...loaded, ...given].some((word) => word.isOpen);
	const more = row.isSmall ? {} : { loads: `\`${program}\` may load more than is named` };
	if (isOpen) return both(own, { unknown: "what it runs is only known when it runs" });
	// An option that writes into its arguments is told apart from the program's text.
	const isInPlace =
		has("-i", "--in-place") ||
		args.some(({ text }) => /^-[a-zA-Z]*i/.test(text) && /^(g?sed|perl|ruby)$/.test(program));
	if (given.length > 0 || (loaded.length > 0 && row.isSmall)) return both(own, more, isInPlace ? { writes: rest } : {});
	const [first, ...others] = rest;
	if (row.firstIsText) {
		if (first?.isOpen && !row.isSmall) return both(own, { unknown: "what it runs is only known when it runs" });
		return both(own, more, isInPlace ? { writes: others } : {});
	}
	if (!first) {
		if (loaded.length > 0 || input !== undefined) return both(own, more);
		return both(own, { unknown: "it runs the program that it is given to read" });
	}
	return first.isOpen
		? both(own, { unknown: "which program it runs is only known when it runs" })
		: both(own, { files: [first.text] }, more);
}
