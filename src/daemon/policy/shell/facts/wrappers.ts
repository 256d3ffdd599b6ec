import path from "node:path";
import type { Word } from "../parse/simpleCommands.ts";
import { both, type Invocation, openWord, type Program, plainWord, type Runs, readOptions } from "./program.ts";

/** Programs that run the program behind them. */
interface Wrapper {
	/** Options that take the next argument. */
	readonly valued?: readonly string[];
	/** Arguments before the program. */
	readonly before?: number;
	/** Its own configuration. */
	readonly files?: readonly string[];
	/** Adds arguments that are not known beforehand. */
	readonly adds?: boolean;
	/** Options that name the folder. */
	readonly folder?: readonly string[];
	/** Options whose value is a text for a shell. */
	readonly texts?: readonly string[];
}

const wrappers: Readonly<Record<string, Wrapper>> = {
	env: { valued: ["-u", "--unset", "-C", "--chdir"], folder: ["-C", "--chdir"], texts: ["-S", "--split-string"] },
	nohup: {},
	time: { valued: ["-f", "-o", "--format", "--output"] },
	nice: { valued: ["-n", "--adjustment"] },
	ionice: { valued: ["-c", "-n", "-p"] },
	setsid: {},
	timeout: { valued: ["-s", "-k", "--signal", "--kill-after"], before: 1 },
	gtimeout: { valued: ["-s", "-k", "--signal", "--kill-after"], before: 1 },
	stdbuf: { valued: ["-i", "-o", "-e"] },
	unbuffer: {},
	sudo: { valued: ["-u", "-g", "-h", "-p", "-C", "-D", "--user", "--group", "--chdir"], folder: ["-D", "--chdir"] },
	doas: { valued: ["-u", "-C"] },
	command: {},
	builtin: {},
	exec: { valued: ["-a"] },
	chronic: {},
	watch: { valued: ["-n", "--interval"] },
	flock: { valued: ["-w", "-E", "--timeout"], before: 1, texts: ["-c", "--command"] },
	strace: { valued: ["-e", "-o", "-p", "-s"] },
	xargs: { valued: ["-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args", "--max-procs"], adds: true },
	parallel: { valued: ["-j", "--jobs", "-a"], adds: true },
	chroot: { before: 1 },
	arch: {},
	caffeinate: {},
	uv: { files: ["pyproject.toml", "uv.toml", "uv.lock"] },
	"cross-env": {},
	"env-cmd": { valued: ["-f", "--file"], files: [".env", ".env-cmdrc"] },
	dotenv: { valued: ["-e", "-f"], files: [".env"] },
	direnv: { before: 1, files: [".envrc"] },
	c8: { files: [".c8rc", ".c8rc.json", "package.json"] },
	nyc: { files: [".nycrc", ".nycrc.json", "nyc.config.js", "package.json"] },
	coverage: { files: [".coveragerc", "pyproject.toml", "setup.cfg", "tox.ini"] },
	entr: { adds: true },
	nodemon: { valued: ["-w", "--watch", "-e", "--ext"], files: ["nodemon.json", "package.json"] },
	husky: {},
	poetry: { files: ["pyproject.toml", "poetry.toml"] },
	pipenv: { files: ["Pipfile", ".env"] },
	pdm: { files: ["pyproject.toml", "pdm.toml"] },
	hatch: { files: ["pyproject.toml", "hatch.toml"] },
	rye: { files: ["pyproject.toml"] },
	conda: { valued: ["-n", "--name", "-p"] },
	mamba: { valued: ["-n", "--name", "-p"] },
	mise: { files: ["mise.toml", ".mise.toml", ".tool-versions"] },
	asdf: { files: [".tool-versions"] },
	volta: {},
	fnm: {},
};

/** Those that run a program only by this word. */
const byWord: Readonly<Record<string, string>> = {
	uv: "run",
	coverage: "run",
	poetry: "run",
	pipenv: "run",
	pdm: "run",
	hatch: "run",
	rye: "run",
	conda: "run",
	mamba: "run",
	mise: "exec",
	asdf: "exec",
	volta: "run",
	direnv: "exec",
};

export const wrapping: readonly Program[] = Object.keys(wrappers).map((name) => ({
	names: [name],
	read: (call) => wrapped(call, name),
}));

function wrapped({ args, folder, program }: Invocation, name: string): Runs {
	const wrapper = wrappers[name]!;
	const files: Runs = { files: wrapper.files };
	const word = byWord[name];
	if (word && !args.some(({ text }) => text === word)) {
		return { ...files, loads: `\`${program}\` loads code of the workspace` };
	}
	const given = word ? args.slice(args.findIndex(({ text }) => text === word) + 1) : args;
	const { rest, values } = readOptions(given, [...(wrapper.valued ?? []), ...(wrapper.texts ?? [])], true);
	const texts = values(...(wrapper.texts ?? [])).map(({ text }) => ({ text }));
	const words = afterAssignments(name, rest.slice(wrapper.before ?? 0));
	const [target] = values(...(wrapper.folder ?? []));
	const calls =
		words.words.length === 0
			? []
			: [
					{
						words: [...called(name, words.words), ...(wrapper.adds ? [openWord] : [])],
						folder: target && path.resolve(folder, target.text),
					},
				];
	return both(files, { texts, calls, loads: words.loads });
}

/** What measures the coverage of a Python program takes the arguments of Python; what runs in a project may be a script. */
function called(name: string, words: readonly Word[]): readonly Word[] {
	const [first] = words;
	const isPython = name === "coverage" || (name === "uv" && first !== undefined && /\.py$/.test(first.text));
	return isPython ? [plainWord("python"), ...words] : words;
}

/** `env A=1 program` */
function afterAssignments(
	name: string,
	words: readonly Word[],
): { readonly words: readonly Word[]; readonly loads?: string } {
	if (!["env", "cross-env", "sudo", "doas"].includes(name)) return { words };
	const at = words.findIndex(({ text }) => !/^[A-Za-z_]\w*=/.test(text));
	const set = words.slice(0, at < 0 ? undefined : at);
	return { words: at < 0 ? [] : words.slice(at), loads: set.map(({ text }) => loadsBy(text)).find(Boolean) };
}

/** Variables by which a program is told to load more, or to run another. */
const loading =
	/^(PATH|NODE_OPTIONS|NODE_PATH|PYTHON(PATH|STARTUP|HOME)|PYTEST_\w+|LD_PRELOAD|LD_LIBRARY_PATH|DYLD_\w+|PERL5(LIB|OPT)|RUBY(LIB|OPT)|BASH_ENV|ENV|BUNDLE_GEMFILE|MAKEFLAGS|MAKEFILES|GIT_\w+|(GIT_)?EDITOR|VISUAL|PAGER|SHELL|CC|CXX|RUSTC\w*|RUSTFLAGS|CARGO_\w+|GOFLAGS|JAVA_TOOL_OPTIONS|MAVEN_OPTS|GRADLE_OPTS|npm_config_[^=]+)=/i;

export function loadsBy(assignment: string): string | undefined {
	const [name] = loading.exec(assignment) ?? [];
	return name && `\`${name.slice(0, -1)}\` says what else is loaded`;
}
