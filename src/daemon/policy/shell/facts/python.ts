import path from "node:path";
import type { Word } from "../parse/simpleCommands.ts";
import { both, type Invocation, type Program, plainWord, type Reading, type Runs, readOptions } from "./program.ts";

/** Python: a script, a folder, a module, a text; and what runs tests. */
export const python: readonly Program[] = [
	{ names: ["python", "pypy", "py", "ipython", "bpython"], read: interpreter },
	{ names: ["pytest", "py.test"], read: pytest },
	{
		names: ["pip", "pipx", "easy_install"],
		read: ({ args }) => {
			const isInstall = args.some(({ text }) => /^(install|wheel|download|run)$/.test(text));
			const requirements = readOptions(args, ["-r", "--requirement", "-c", "--constraint"]).values(
				"-r",
				"--requirement",
			);
			return isInstall
				? {
						files: [...projectFiles, "setup.py", ...requirements.map(({ text }) => text)],
						loads: "packages that are installed may run code of their own",
					}
				: {};
		},
	},
];

export const projectFiles = ["pyproject.toml", "setup.cfg", "tox.ini"];

async function interpreter({ args, folder, input }: Invocation, reading: Reading): Promise<Runs> {
	// What follows -m or -c belongs to the module or the text.
	const at = args.findIndex((arg, index) => /^-[a-zA-Z]*[mc]$/.test(arg.text) && args.slice(0, index).every(isOption));
	if (at >= 0 && args[at + 1]) {
		const value = args[at + 1]!;
		if (value.isOpen) return { unknown: "what it runs is only known when it runs" };
		if (args[at]!.text.endsWith("c")) return { inline: [{ text: value.text, language: "python" }] };
		return moduleRuns(value.text, args.slice(at + 2), folder, reading);
	}
	const { rest, has } = readOptions(args, ["-W", "-X", "-Q"], true);
	const [script] = rest;
	if (!script || script.text === "-") {
		if (has("-V", "--version", "-h", "--help")) return {};
		return input === undefined
			? { unknown: "it runs the program that it is given to read" }
			: { inline: [{ text: input, language: "python" }] };
	}
	if (script.isOpen) return { unknown: "which script it runs is only known when it runs" };
	const place = path.resolve(folder, script.text);
	if ((await reading.contents.kind(place)) === "folder") {
		return { code: [{ path: path.join(place, "__main__.py"), language: "python" }] };
	}
	const isDjango = path.basename(place) === "manage.py";
	return {
		code: [{ path: place, language: "python" }],
		loads: isDjango ? "`manage.py` loads the modules that its settings name" : undefined,
	};
}

function isOption({ text }: Word): boolean {
	return /^-./.test(text);
}

/** Modules that are programs of their own, by the name of the program. */
const programs: Readonly<Record<string, string>> = {
	pytest: "pytest",
	tox: "tox",
	nox: "nox",
	pip: "pip",
	invoke: "invoke",
	coverage: "coverage",
	mypy: "mypy",
	ruff: "ruff",
	black: "black",
	build: "build",
	unittest: "unittest",
	behave: "behave",
};
/** Of Python itself, and they run nothing of the workspace by themselves. */
const harmless: ReadonlySet<string> = new Set(
	"json.tool http.server venv compileall zipfile tarfile base64 calendar this platform sysconfig site tabnanny tokenize ast dis gzip".split(
		" ",
	),
);

async function moduleRuns(name: string, args: readonly Word[], folder: string, _reading: Reading): Promise<Runs> {
	const parts = name.split(".");
	const base = path.join(folder, ...parts);
	const packages = parts.map((_part, at) => path.join(folder, ...parts.slice(0, at + 1), "__init__.py"));
	// A module of the workspace stands in place of one of the same name that is installed.
	const own = [`${base}.py`, ...packages, path.join(base, "__main__.py")];
	const code = own.map((file) => ({ path: file, language: "python" as const }));
	const program = programs[name];
	if (program) return { code, calls: [{ words: [plainWord(program), ...args] }] };
	if (harmless.has(name)) return { code };
	const isOwn = (await Promise.all(own.map((file) => _reading.contents.kind(file)))).some((kind) => kind === "file");
	return isOwn ? { code } : { code, loads: `the module \`${name}\` may load what it finds` };
}

const pytestValued = [
	"-k",
	"-m",
	"-p",
	"-c",
	"--rootdir",
	"--confcutdir",
	"-o",
	"-n",
	"--ignore",
	"--maxfail",
	"--cov",
	"-W",
];

async function pytest({ args, folder }: Invocation, reading: Reading): Promise<Runs> {
	const { rest, values } = readOptions(args, pytestValued);
	if (rest.some((word) => word.isOpen)) return { unknown: "which tests it runs is only known when it runs" };
	const named = rest.map(({ text }) => path.resolve(folder, text.replace(/::.*$/, "")));
	const above = named.flatMap((place) => parents(place, folder));
	const configs = [folder, ...above].flatMap((each) =>
		["conftest.py", "pytest.ini", ".pytest.ini", "__init__.py", ...projectFiles].map((file) => path.join(each, file)),
	);
	const kinds = await Promise.all(named.map((place) => reading.contents.kind(place)));
	const files = named.filter((_place, at) => kinds[at] !== "folder");
	return both({
		files: [...configs.filter((file) => !file.endsWith(".py")), ...values("-c").map(({ text }) => text)],
		code: [...configs.filter((file) => file.endsWith(".py")), ...files].map((file) => ({
			path: file,
			language: "python" as const,
		})),
		loads: "`pytest` loads the tests that it finds, and what they load",
	});
}

/** The folders from `place` up to `top`. */
function parents(place: string, top: string): readonly string[] {
	const found: string[] = [];
	for (let at = place; at !== top && at.startsWith(`${top}${path.sep}`) && found.length < 20; at = path.dirname(at))
		found.push(at);
	return found;
}
