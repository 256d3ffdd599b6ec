import path from "node:path";
import { cmdlets } from "../programs/cmdlets.ts";
import { isInput } from "../programs/languages.ts";
import { readOptions } from "../programs/options.ts";
import { programs, verbOf } from "../programs/programs.ts";
import type { Call, Judgement, Row, Verb } from "../programs/row.ts";
import { isSecretVariable, variableRisk } from "../programs/variables.ts";
import type { Grammars } from "../tree/grammars.ts";
import {
	type Command,
	type Dialect,
	type Input,
	known,
	type Script,
	type Start,
	shown,
	textWord,
	type Word,
} from "../tree/script.ts";
import { hasLookAlikes, isLookAlikeOption, unseenCharacter } from "../tree/unseen.ts";
import { fileRisks } from "./fileRisks.ts";
import { type CommandRisk, type Findings, openFindings } from "./findings.ts";
import { readScript } from "./readScript.ts";

/**
 * What a command may do, read from its text: a class, reasons that a person understands, and whether all of it could be
 * read. What could not is never of class read. Nothing an agent writes makes it more lenient: a word that is not known
 * beforehand counts as the worst that it may be, where that matters.
 */
export interface About {
	readonly text: string;
	readonly workspace: string;
	readonly home: string | undefined;
	readonly dialect: Dialect;
}

const maxChars = 100_000;
const maxDepth = 8;
const maxRuns = 3000;
/** Of all texts together that it gives to shells. */
const maxReadChars = 500_000;

export function riskOf(about: About, grammars: Grammars): CommandRisk {
	const findings = openFindings();
	const { text, workspace, home, dialect } = about;
	if (text.length > maxChars) findings.unsure("it is too long");
	else reading(about, grammars, findings)(text, dialect, { folders: [workspace], home }, 0);
	return findings.sum();
}

/** Where a program is run. */
interface Context {
	readonly command: Command;
	readonly script: Script;
	readonly input: Input | undefined;
	readonly depth: number;
}

type ReadText = (text: string, dialect: Dialect, start: Start, depth: number) => void;

function reading({ workspace, home }: About, grammars: Grammars, { add, unsure, touch, during }: Findings): ReadText {
	const files = fileRisks(workspace, home, { add, unsure, touch });
	let runs = 0;
	let readChars = 0;
	return readText;

	function readText(text: string, dialect: Dialect, start: Start, depth: number): void {
		const unseen = unseenCharacter(text);
		if (unseen !== undefined) {
			unsure(unseen);
			return;
		}
		readChars += text.length;
		if (readChars > maxReadChars) {
			unsure("it runs too much");
			return;
		}
		if (depth > maxDepth) {
			unsure("commands stand in each other too deep");
			return;
		}
		const script = readScript(text, dialect, grammars, start);
		for (const problem of script.problems) unsure(problem);
		for (const name of script.variables) if (isSecretVariable(name)) add("dangerous", `uses the secret ${name}`);
		for (const command of script.commands) {
			during(command.words, () => {
				for (const { name, value } of command.assignments) variable(name, value);
				for (const { kind, target } of command.redirects) {
					if (kind !== "read") files.write(target, command);
					if (kind === "read" || kind === "both") files.read(target, command, true);
				}
				if (command.words.length > 0) runWords(command.words, { command, script, depth, input: command.input });
			});
		}
	}

	function variable(name: string, value: Word): void {
		const reason = variableRisk(name, value);
		if (reason !== undefined) add("dangerous", reason);
	}

	function run(words: readonly Word[], context: Context): void {
		during(words, () => runWords(words, context));
	}

	function runWords(words: readonly Word[], context: Context): void {
		const { command, script, depth, input } = context;
		const [program, ...args] = words;
		if (program === undefined) return;
		if (runs++ > maxRuns || depth > maxDepth) {
			unsure("it runs too much");
			return;
		}
		const full = known(program);
		if (full === undefined || full === "") {
			unsure("which program it runs is not known beforehand");
			for (const arg of args) files.secret(arg, command);
			return;
		}
		// A block of PowerShell, whose commands stand for themselves.
		if (full === "{}" && command.dialect === "powershell") return;
		if (hasLookAlikes(full)) {
			unsure(`the name of the program ${shown(program)} is not plain`);
			return;
		}
		if (args.some(({ text }) => isLookAlikeOption(text))) unsure("an option of it is not plain");
		const alias = script.aliases.get(full);
		if (alias !== undefined) {
			const more = args.map(({ text }) => ` ${quoted(text)}`).join("");
			readText(alias + more, command.dialect, { folders: command.folders, home, input }, depth + 1);
			return;
		}
		const cmdlet = command.dialect === "bash" ? undefined : cmdlets[command.dialect].get(full.toLowerCase());
		if (cmdlet) {
			judge(cmdlet, full.toLowerCase(), args, context);
			// Elsewhere than on Windows a short name is that of a program.
			const isUnix = command.dialect === "powershell" || args.some(({ text }) => text.startsWith("-"));
			const native = isUnix && unixNames.has(full) ? programs.get(full) : undefined;
			if (native) judge(native, full.toLowerCase(), args, context);
			return;
		}
		if (!script.functions.has(full)) byName(full, args, context);
	}

	function byName(full: string, args: readonly Word[], context: Context): void {
		const isWindows = context.command.dialect !== "bash" || /\\|\.exe$/i.test(full);
		const parts = (full.startsWith("/") ? path.posix.normalize(full) : full).split(isWindows ? /[/\\]/ : "/");
		const base = parts.at(-1)!;
		const name = isWindows ? base.toLowerCase().replace(/\.(exe|cmd|bat|com)$/, "") : base;
		const row = programs.get(name);
		const folder = parts.slice(0, -1).join("/");
		if (parts.length === 1 || systemFolder.test(folder)) {
			if (row) {
				judge(row, name, args, context);
				return;
			}
			add("write", `runs ${shown(textWord(full))}`);
			unsure(`what the program ${shown(textWord(full))} does is not known`);
		} else if (row && toolFolder.test(folder)) {
			add("write", "runs a program of the project");
			judge(row, name, args, context);
			return;
		} else if (row && wrapperScripts.has(name)) {
			add("write", "runs a script of the project");
			judge(row, name, args, context);
			return;
		} else if (isWindows && /^[/\\]{2}/.test(full)) add("dangerous", "runs a program of another machine");
		else {
			add("write", `runs the program ${shown(textWord(full))}`);
			if (!files.isInside(textWord(full), context.command))
				unsure(`what the program ${shown(textWord(full))} does is not known`);
		}
		for (const arg of args) files.secret(arg, context.command);
	}

	function judge(row: Verb | Row, name: string, args: readonly Word[], context: Context): void {
		const { command, input, depth } = context;
		if (isAsked(row, args)) return;
		const options = readOptions(row, args);
		if (
			options.unknown !== undefined &&
			(row.isStrict ||
				(row.verbs && options.operands.length > 0 && !verbOf({ ...row, anyVerb: undefined }, args[0]!.text)))
		)
			unsure(`whether the option ${shown(textWord(options.unknown))} of ${name} takes a value is not known`);
		if (options.doubt) unsure(`whether ${shown(options.doubt)} is an option of ${name} is not known beforehand`);
		const given = new Set(options.given.map((one) => one.name));
		const call: Call = {
			name,
			args,
			operands: options.operands,
			workspace,
			input,
			command,
			has: (...names) => names.some((one) => given.has(one)),
			values: (...names) => options.given.flatMap((one) => (names.includes(one.name) && one.value ? [one.value] : [])),
		};
		const judgement: Judgement = {
			add,
			unsure,
			run: (words, its) => run(words, { ...context, input: its ?? input, depth: depth + 1 }),
			script: (word, dialect = "bash") => scripted(word, dialect, context),
			write: (file, reason) => files.write(file, command, reason),
			read: (file, isShown) => files.read(file, command, isShown),
			variable,
		};
		for (const { effect, value } of options.given) {
			if (effect) add(effect.risk, effect.reason);
			if (!effect || effect.value === undefined || effect.value === "text") {
				if (value && row.operands !== "text") files.secret(value, command);
				else if (value && effect && effect.value === undefined) files.secret(value, command);
			} else if (effect.value === "program") program(value, context);
			else if (effect.value === "written" && value) files.write(value, command, effect.reason);
			else if (effect.value === "script") scripted(value, "bash", context);
		}
		row.judge?.(call, judgement);
		if (row.verbs) {
			verb(row, name, call, context);
			return;
		}
		if (!(row.risk === "read" && !row.reason)) add(row.risk, row.reason ?? "");
		operands(row, call, judgement, context);
	}

	function verb(row: Verb, name: string, { operands: [word, ...rest], args }: Call, context: Context): void {
		const option = args[0]?.text.startsWith("-") ? verbOf({ ...row, anyVerb: undefined }, args[0].text) : undefined;
		if (option) {
			judge(option, name, args.slice(1), context);
			return;
		}
		const text = word && known(word);
		if (word && text === undefined) unsure(`what ${name} is to do is not known beforehand`);
		const found = verbOf(row, text);
		if (found) {
			judge(found, word ? `${name} ${shown(word)}` : name, rest, context);
			return;
		}
		if (word) {
			add("write", `runs ${name} ${shown(word)}`);
			unsure(`what ${name} ${shown(word)} does is not known`);
		} else if (row.risk !== "read") add(row.risk, row.reason ?? "");
		for (const one of rest) files.secret(one, context.command);
	}

	function operands(row: Verb, { operands: all, has }: Call, { read, write }: Judgement, { command }: Context): void {
		const kind = row.operands ?? "files";
		if (kind === "text") return;
		const files_ =
			kind === "pattern" && !has("-e", "--regexp", "--expression", "-f", "--file", "--files") ? all.slice(1) : all;
		for (const [index, file] of files_.entries()) {
			if (kind === "written" || (kind === "copied" && index === files_.length - 1 && index > 0))
				write(file, row.reason);
			else if (kind === "files" || kind === "copied") files.secret(file, command);
			else read(file, true);
		}
	}

	/** A file that runs, or that says what runs. */
	function program(file: Word | undefined, { command }: Context): void {
		if (!file) return;
		if (known(file) === undefined) unsure("which program it runs is not known beforehand");
		else if (isInput(file.text)) add("dangerous", "runs what another command prints");
		files.secret(file, command);
	}

	function scripted(word: Word | undefined, dialect: Dialect, { command, depth, input }: Context): void {
		const text = word && known({ ...word, isGlob: false });
		if (word && text !== undefined) {
			readText(text, dialect, { folders: command.folders, home, input }, depth + 1);
			return;
		}
		add("dangerous", "runs a command that is not known beforehand");
		unsure("a command that it runs is not known beforehand");
		// What of it is known tells the person more.
		if (word && depth < maxDepth)
			readText(word.text.replaceAll(/[\uFFFB\uFFFC]/g, "$unknown"), dialect, { folders: [], home, input }, depth + 1);
	}
}

const systemFolder =
	/^(\/usr(\/local)?)?\/s?bin$|^\/opt\/homebrew\/bin$|^\/home\/linuxbrew\/\.linuxbrew\/bin$|^[a-z]:\/(windows(\/system32(\/windowspowershell\/v1\.0)?)?|program files.*)$/i;
const toolFolder = /(^|\/)(node_modules\/\.bin|\.venv\/bin|venv\/bin|vendor\/bin)$/;
/** Which are also names of PowerShell, on Windows. */
const unixNames: ReadonlySet<string> = new Set(
	"find tree ls cat cp mv rm rmdir ps kill man sort diff tee sleep curl wget mkdir clear".split(" "),
);
/** Scripts that stand in a project for a program. */
const wrapperScripts: ReadonlySet<string> = new Set(["gradlew", "mvnw", "artisan", "manage.py"]);

function isAsked({ asks = "" }: Verb, [first, ...rest]: readonly Word[]): boolean {
	if (first === undefined || rest.length > 0 || asks === false) return false;
	const text = known(first);
	return text !== undefined && text !== "" && `--version --help ${asks}`.split(" ").includes(text);
}

function quoted(text: string): string {
	return /[\uFFFB\uFFFC]/.test(text) ? "$unknown" : `'${text.replaceAll("'", "'\\''")}'`;
}
